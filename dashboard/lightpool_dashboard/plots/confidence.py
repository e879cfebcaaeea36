"""What the statistic says of the parameters of a fit: contours of pairs, profiles of single ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from lightpool.confidence import contour, stat_profile
from lightpool.errors import AnalysisError
from lightpool.fitting import FitResult
from lightpool_dashboard import marks, theme
from lightpool_dashboard.plots.card import Plot, card
from lightpool_dashboard.ticks import SUPERSCRIPT, linear_ticks
from lightpool_dashboard.views import html

_MARGIN = {"top": 10, "bottom": 44, "left": 72, "right": 14}
_DASHES = ("solid", "dashed", "dotted", "dash_dotted")
_SYMBOLS = ("line", "dashed", "dotted", "dashed")


def plot_contour(
    cube: xr.Dataset, fit: FitResult, x: str, y: str, *, sigma: float | Iterable[float] = (1.0, 2.0)
) -> Plot:
    """Return the lines around the best fit of two parameters on which the statistic stands for `sigma`.

    Parameters
    ----------
    cube : Dataset
        What was fitted.
    fit : FitResult
    x, y : str
        Free parameters.
    sigma : float or iterable of float
        In two dimensions; see `confidence.contour`.

    Raises
    ------
    SettingsError, AnalysisError
        As `confidence.contour`.
    """
    levels = [float(sigma)] if isinstance(sigma, int | float) else [float(level) for level in sigma]
    lines = [contour(cube, fit, x, y, sigma=level) for level in levels]
    axes = [_Axis(fit, name, [line[k] for line in lines]) for k, name in enumerate((x, y))]
    scales = {"x": axes[0].scale, "y": axes[1].scale}
    drawn, legend = [], []
    for k, (level, line) in enumerate(zip(levels, lines, strict=True)):
        mark = marks.lines(scales, theme.MODEL, line_style=_DASHES[k % 4], stroke_width=1.8)
        marks.put(mark, *(axis.scaled(values) for axis, values in zip(axes, line, strict=True)))
        drawn.append(mark)
        legend.append(html.legend_item(_SYMBOLS[k % 4], theme.MODEL, f"{level:g} σ in two dimensions"))
    best = marks.points(scales, theme.POINTS, "cross", default_size=60)
    marks.put(best, *(axis.scaled(np.array([fit.model[axis.name].value])) for axis in axes))
    legend.append(html.legend_item("cross", theme.POINTS, "best fit"))
    figure = marks.figure([*drawn, best], [axes[0].drawn("bottom"), axes[1].drawn("left")], margin=_MARGIN)
    return card(figure, title=f"{y} against {x}", legend=legend)


def plot_stat_profile(
    cube: xr.Dataset, fit: FitResult, name: str, values: Iterable[Any] | None = None
) -> Plot:
    """Return the rise of the statistic along a parameter, the others fitted again at each value.

    The dashed curve is the parabola of the symmetric error.

    Parameters
    ----------
    cube : Dataset
        What was fitted.
    fit : FitResult
    name : str
        A free parameter.
    values : iterable of float or quantity, optional
        By default 21 values over two errors on either side.

    Raises
    ------
    SettingsError
        For a parameter that is unknown or frozen.
    AnalysisError
        If the others could not be fitted anywhere.
    """
    p = fit.model[name]
    asked = np.linspace(p.value - 2 * p.error, p.value + 2 * p.error, 21) if values is None else values
    profile = stat_profile(cube, fit, name, asked)
    at = profile[name].to_numpy()
    rise = profile.to_numpy() - (fit.stat + fit.prior_stat)
    known = np.isfinite(rise)
    if not known.any():
        raise AnalysisError(f"the statistic cannot be profiled along {name}")
    axis = _Axis(fit, name, [at])
    top = 1.15 * max(float(rise[known].max()), 1.2)
    scales = {"x": axis.scale, "y": marks.linear_scale(-0.03 * top, top)}
    curve = marks.lines(scales, theme.MODEL, stroke_width=2)
    marks.put(curve, axis.scaled(at[known]), rise[known])
    parabola = marks.lines(scales, theme.BACKGROUND, line_style="dashed")
    grid = np.linspace(at.min(), at.max(), 101)
    height = ((grid - p.value) / p.error) ** 2 if p.error > 0 else np.full(grid.shape, np.nan)
    inside = height <= top
    marks.put(parabola, axis.scaled(grid[inside]), height[inside])
    up = marks.axis(scales["y"], "Rise of the statistic", side="left")
    marks.set_range(up, -0.03 * top, top, linear_ticks(0, top))
    figure = marks.figure([parabola, curve], [axis.drawn("bottom"), up], margin=_MARGIN)
    legend = [
        html.legend_item("line", theme.MODEL, "statistic, others fitted again"),
        html.legend_item("dashed", theme.BACKGROUND, "parabola of the symmetric error"),
    ]
    return card(figure, title=f"Profile of {name}", legend=legend)


class _Axis:
    """A parameter along an axis, scaled by a power of ten that its label names."""

    def __init__(self, fit: FitResult, name: str, values: list[np.ndarray]) -> None:
        self.name = name
        every = np.concatenate([*values, [fit.model[name].value]])
        largest = float(np.abs(every).max())
        power = int(np.floor(np.log10(largest))) if largest > 0 else 0
        self._power = power if abs(power) > 2 else 0
        unit = fit.model[name].unit
        factor = "" if not self._power else f"10{str(self._power).translate(SUPERSCRIPT)} "
        self._label = f"{name} [{factor}{unit}]".replace(" ]", "]") if factor or unit else name
        low, high = (self.scaled(np.array([end]))[0] for end in (every.min(), every.max()))
        room = 0.06 * max(high - low, 1e-9)
        self._range = low - room, high + room
        self.scale = marks.linear_scale(*self._range)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return values as they are drawn."""
        return np.asarray(values) / 10.0**self._power

    def drawn(self, side: str) -> Any:
        """Return the axis with its ticks."""
        axis = marks.axis(self.scale, self._label, side=side)
        marks.set_range(axis, *self._range, linear_ticks(*self._range))
        return axis
