"""Flux and spectral parameters against time, and the index against the flux as the source moves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from lightpool.errors import AnalysisError
from lightpool.figures import palette
from lightpool.figures.canvas import LEGEND_SIZE, TICK_SIZE, dress, empty_figure, legend
from lightpool.figures.labels import limits_text
from lightpool.plot_data import TimeSeries, counts_series, flux_series, hysteresis, parameter_series
from lightpool.plot_data.series import PREFIX
from lightpool.time_statistics import constancy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = (palette.BLUE, palette.VERMILION, palette.GREEN, palette.PURPLE)
_MARKERS = ("o", "s", "D", "^")
#: The arrow of a limit, points.
_ARROW = 9.0


def time_figure(
    data: xr.Dataset, quantities: str | Iterable[str] | None = None, *, column: str = "double"
) -> Figure:
    """Return a figure of quantities against time, a panel each, with the constant that fits best.

    Intervals without a value are shaded; limits are arrows.

    Parameters
    ----------
    data : Dataset
        Of `time_resolved` or `light_curve`.
    quantities : str or list of str, optional
        ``flux``, ``counts`` or the name of a parameter; by default flux and index of spectra, and
        every band of a light curve.
    column : str
        ``single`` (3.5 in) or ``double`` (7 in).

    Returns
    -------
    matplotlib Figure
        It belongs to no window; `savefig` writes it.

    Raises
    ------
    SettingsError
        For a quantity that there is not, an unknown column, or without matplotlib.
    AnalysisError
        If no interval has a value.

    Examples
    --------
    >>> figure = lp.figures.time_figure(lp.time_resolved(cube, lp.PowerLaw()))
    >>> figure.savefig("time.pdf")
    """
    panels = [series for name in _names(data, quantities) for series in _series(data, name)]
    if not any(len(series.number) for series in panels):
        raise AnalysisError("no time interval has a value to draw")
    figure = empty_figure(column, (1.5 if column == "single" else 1.9) * len(panels) + 0.6)
    rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for k, (axes, series) in enumerate(zip(rows, panels, strict=True)):
        _draw(axes, data, series, _COLOURS[k % 4], _MARKERS[k % 4])
        dress(axes, x="", y=_label(series))
        axes.tick_params(labelbottom=k == len(panels) - 1)
    _time_axis(rows[-1], data)
    figure.align_ylabels(list(rows))
    return figure


def hysteresis_figure(
    data: xr.Dataset, *, y: str = "index", x: str = "flux", column: str = "single"
) -> Figure:
    """Return a figure of one quantity against another; colour, numbers and a line follow the time.

    Parameters
    ----------
    data : Dataset
        Of `time_resolved`.
    y, x : str
        ``flux`` or the name of a parameter.
    column : str
        ``single`` (3.5 in) or ``double`` (7 in).

    Returns
    -------
    matplotlib Figure
        It belongs to no window; `savefig` writes it.

    Raises
    ------
    SettingsError
        For a parameter that there is not, an unknown column, or without matplotlib.
    AnalysisError
        If no interval has both.

    Examples
    --------
    >>> figure = lp.figures.hysteresis_figure(lp.time_resolved(cube, lp.PowerLaw()))
    >>> figure.savefig("hysteresis.pdf")
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.dates import ConciseDateFormatter

    columns = hysteresis(data, y=y, x=x)
    if not len(columns.number):
        raise AnalysisError("no time interval has both a flux and a spectrum to draw")
    figure = empty_figure(column, 3.2 if column == "single" else 4.4)
    axes = figure.subplots()
    across, up = columns.x, columns.y
    errors = [[s.value - s.low, s.high - s.value] for s in (across, up)]
    axes.errorbar(
        across.value, up.value, xerr=errors[0], yerr=errors[1], fmt="none", ecolor=palette.GREY,
        elinewidth=0.6, zorder=1,
    )  # fmt: skip
    axes.plot(across.value, up.value, color=palette.GREY, linewidth=0.7, zorder=2, gid="path")
    points = axes.scatter(
        across.value, up.value, c=_days(columns.time), s=26, zorder=3, gid="points",
        cmap=LinearSegmentedColormap.from_list("time", palette.TIME_STOPS), edgecolors="none",
    )  # fmt: skip
    for number, here_x, here_y in zip(columns.number, across.value, up.value, strict=True):
        axes.annotate(
            str(number), (here_x, here_y), xytext=(3, 3), textcoords="offset points", fontsize=5.5, zorder=4
        )
    bar = figure.colorbar(points, ax=axes, pad=0.02)
    bar.ax.yaxis.set_major_locator(locator := _locator(bar.ax.yaxis))
    bar.ax.yaxis.set_major_formatter(ConciseDateFormatter(locator))
    bar.ax.yaxis.get_offset_text().set_fontsize(LEGEND_SIZE)
    bar.ax.tick_params(labelsize=TICK_SIZE)
    bar.set_label("Time (UTC)", fontsize=LEGEND_SIZE)
    dress(axes, x=_label(across), y=_label(up))
    return figure


def _names(data: xr.Dataset, quantities: str | Iterable[str] | None) -> list[str]:
    if isinstance(quantities, str):
        return [quantities]
    if quantities is not None:
        return list(quantities)
    spectral = [str(name) for name in data["parameter"].values] if "parameter" in data.dims else []
    return ["flux", *(name for name in spectral if name == "index")]


def _series(data: xr.Dataset, name: str) -> list[TimeSeries]:
    if name == "counts":
        return [counts_series(data)]
    if name != "flux":
        return [parameter_series(data, name)]
    return [flux_series(data, band=k) for k in range(data.sizes.get("band", 1))]


def _draw(axes: Axes, data: xr.Dataset, s: TimeSeries, colour: str, marker: str) -> None:
    time, width = _days(s.time), 0.5 * (_days(s.stop) - _days(s.start))
    entries: list[tuple[Any, str]] = []
    for _, start, stop, _ in s.missing:
        if start < stop:  # a gap has a width, an interval that runs backwards none to show
            ends = _days(np.array([start, stop]))
            axes.axvspan(ends[0], ends[1], color=palette.UNKNOWN, zorder=0, gid="missing")
    point = ~s.is_limit
    style: dict[str, Any] = {"color": colour, "elinewidth": 0.8, "zorder": 3}
    if point.any():
        bars = axes.errorbar(
            time[point], s.value[point], yerr=[(s.value - s.low)[point], (s.high - s.value)[point]],
            xerr=width[point], fmt=marker, markersize=3, label="points", **style,
        )  # fmt: skip
        entries.append((bars, s.name))
    if s.is_limit.any():
        axes.errorbar(
            time[s.is_limit], s.limit[s.is_limit], xerr=width[s.is_limit], fmt="none", label="limits", **style
        )
        for x, y in zip(time[s.is_limit], s.limit[s.is_limit], strict=True):
            arrow = {"arrowstyle": "<-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
            # An annotation points at its place; this one is to hang from it.
            axes.annotate("", (x, y), xytext=(0, -_ARROW), textcoords="offset points", arrowprops=arrow)
        entries.append((_arrow(colour), limits_text(s.ul_sigma, data.attrs["ul_method"])))
    steady = constancy(s.value, 0.5 * (s.high - s.low))
    # Counts of intervals that are not of one length are not to be constant.
    if steady.dof > 0 and s.name != "counts":
        line = axes.axhline(
            steady.mean, color=palette.GREY, linewidth=0.8, dashes=(4, 2), zorder=1, gid="constant"
        )
        chance = f", p = {steady.p_value:.2g}" if steady.p_value > 1e-99 else ", p < 1e-99"
        entries.append((line, f"constant: χ² = {steady.chi2:.1f} / {steady.dof}{chance}"))
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.22 * (high - low))
    if entries:
        legend(axes, *(list(part) for part in zip(*entries, strict=True)), loc="upper right")


def _arrow(colour: str) -> Any:
    """Return what the legend shows for a limit."""
    from matplotlib.lines import Line2D

    marker = r"$\downarrow$"
    return Line2D([], [], color=colour, marker=marker, markersize=7, markeredgewidth=0.3, linestyle="none")


def _label(series: TimeSeries) -> str:
    """Return a quantity with its unit, the powers raised."""
    name = "Flux" if series.name.startswith("flux") else series.name.capitalize()
    if not series.unit:
        return name
    words = series.unit.split()
    factor = r"10$^{-11}$ " if words[0] == PREFIX else ""
    units = " ".join(_power(word) for word in words if word != PREFIX)
    return f"{name}{chr(10) if len(words) > 3 else ' '}[{factor}{units}]"


def _power(unit: str) -> str:
    """Return a unit such as ``cm-2`` with its power raised."""
    letters = unit.rstrip("-0123456789")
    return f"{letters}$^{{{unit[len(letters) :]}}}$" if letters != unit else unit


def _time_axis(axes: Axes, data: xr.Dataset) -> None:
    """Give an axis of days its dates, and room for all intervals that run forward."""
    from matplotlib.dates import ConciseDateFormatter

    forward = data["time_start"].to_numpy() < data["time_stop"].to_numpy()
    ends = _days(
        np.array([data["time_start"].to_numpy()[forward].min(), data["time_stop"].to_numpy()[forward].max()])
    )
    pad = 0.02 * (ends[1] - ends[0])
    axes.set_xlim(ends[0] - pad, ends[1] + pad)
    locator = _locator(axes.xaxis)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.xaxis.get_offset_text().set_fontsize(TICK_SIZE)
    dress(axes, x="Time (UTC)", y=axes.get_ylabel())


def _locator(axis: Any) -> Any:
    from matplotlib.dates import AutoDateLocator

    locator = AutoDateLocator(minticks=3, maxticks=8)
    locator.set_axis(axis)
    return locator


def _days(times: np.ndarray) -> np.ndarray:
    """Return matplotlib's days of UTC times."""
    from matplotlib.dates import date2num

    return np.asarray(date2num(times))
