"""Flux points and limits on the axes of a spectral energy distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lightpool.plot_data import SedPoints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The length of a limit's arrow, as a factor.
ARROW = 1.8


def draw_points(
    axes: Axes, p: SedPoints, limits: str, *, colour: str, widths: bool = True
) -> list[tuple[Any, str]]:
    """Draw points with their errors, and limits as arrows that hang from a bar; return the legend's entries.

    Parameters
    ----------
    limits : str
        What the legend says of them.
    widths : bool
        Whether points have bars across their bands.
    """
    entries: list[tuple[Any, str]] = []
    point, limit = ~p.is_limit, p.is_limit
    # A band that the literature does not give is NaN, and has no bar.
    left, right = np.nan_to_num(p.energy - p.e_min), np.nan_to_num(p.e_max - p.energy)
    style: dict[str, Any] = {"elinewidth": 0.9, "zorder": 3}
    if point.any():
        bars = axes.errorbar(
            p.energy[point],
            p.value[point],
            yerr=[(p.value - p.low)[point], (p.high - p.value)[point]],
            xerr=[left[point], right[point]] if widths else None,
            fmt="o",
            color=colour,
            markersize=3.5,
            label="points",
            **style,
        )
        entries.append((bars, "flux points"))
    if limit.any():
        where, value = p.energy[limit], p.limit[limit]
        style = style | {"fmt": "none", "ecolor": colour}
        axes.errorbar(where, value, xerr=[left[limit], right[limit]], label="limit widths", **style)
        length = value * (1 - 1 / ARROW)
        axes.errorbar(where, value, yerr=length, uplims=True, capsize=2.2, label="limits", **style)
        entries.append((_arrow(colour), limits))
    return entries


def _arrow(colour: str) -> Any:
    """Return what the legend shows for a limit."""
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        color=colour,
        marker=r"$\downarrow$",
        markersize=7,
        markeredgewidth=0.3,
        linestyle="none",
    )
