"""How excess and significance grow with observing time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

import lightpool.onoff  # noqa: F401  # registers cube.onoff
from lightpool.figures import palette
from lightpool.figures.canvas import dress, empty_figure, legend

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def significance_figure(cube: xr.Dataset, *, column: str = "double") -> Figure:
    """Return a figure of cumulative excess and sqrt_ts (Li & Ma 1983) against livetime, row by row.

    The dashed lines are what a steady source and background do: they grow with time and with its
    square root, through the last row.

    Parameters
    ----------
    cube : Dataset
        Not stacked: its rows are the steps.
    column : str
        ``single`` (3.5 in, one above the other) or ``double`` (7 in, side by side).

    Returns
    -------
    matplotlib Figure
        It belongs to no window; `savefig` writes it.

    Raises
    ------
    SettingsError
        For another column, or without matplotlib.

    Examples
    --------
    >>> figure = lp.figures.significance_figure(cube)
    >>> figure.savefig("significance.pdf")
    """
    rows = cube.onoff.cumulative()
    hours, excess, sqrt_ts = (
        np.array([row[name] for row in rows], dtype=float) for name in ("livetime_s", "excess", "sqrt_ts")
    )
    hours /= 3600
    side_by_side = column == "double"
    figure = empty_figure(column, 2.6 if side_by_side else 4.6)
    panels = figure.subplots(1, 2) if side_by_side else figure.subplots(2, 1)
    time = np.linspace(0, hours[-1], 100)
    growth = time / hours[-1] if hours[-1] > 0 else np.zeros_like(time)
    for axes, values, steady, name, marker, colour in (
        (panels[0], excess, growth, "Excess counts", "o", palette.BLUE),
        (panels[1], sqrt_ts, np.sqrt(growth), "Significance [σ]", "s", palette.VERMILION),
    ):
        (line,) = axes.plot(
            time, values[-1] * steady, color=palette.GREY, linewidth=0.9, dashes=(4, 2), gid="steady"
        )
        (points,) = axes.plot(
            hours, values, linestyle="none", marker=marker, color=colour, markersize=4, gid="rows"
        )
        dress(axes, x="Livetime [h]", y=name)
        axes.set_xlim(0, 1.06 * hours[-1] if hours[-1] > 0 else 1)
        top = 1.12 * max(float(np.nanmax(values, initial=0.0)), 1.0)
        axes.set_ylim(min(1.12 * float(np.nanmin(values, initial=0.0)), 0.0), top)
        legend(axes, [points, line], ["runs added up", "steady source"], loc="upper left")
    return figure
