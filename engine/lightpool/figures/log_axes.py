"""Logarithmic axes with ticks that can be read: 0.1, 1, 10 instead of powers where numbers are short."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Up to this many decades there is room for labels at 2 and 5 too.
_NARROW = 1.9


def log_x(axes: Axes, low: float, high: float) -> None:
    """Make the horizontal axis logarithmic from `low` to `high`."""
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    _ticks(axes.xaxis, low, high)


def log_y(axes: Axes, low: float, high: float) -> None:
    """Make the vertical axis logarithmic; what is not positive is drawn at its lower end."""
    axes.set_yscale("log", nonpositive="clip")
    axes.set_ylim(low, high)
    _ticks(axes.yaxis, low, high)


def log_text(value: float) -> str:
    r"""Return a tick label.

    Examples
    --------
    >>> log_text(0.1), log_text(20.0), log_text(1e4), log_text(2e-5)
    ('0.1', '20', '$10^{4}$', '$2\\times10^{-5}$')
    """
    power = math.floor(math.log10(value) + 1e-9)
    if -3 <= power <= 3:
        return f"{value:g}"
    mantissa = round(value / 10.0**power)
    front = "" if mantissa == 1 else rf"{mantissa}\times"
    return f"${front}10^{{{power}}}$"


def log_range(values: np.ndarray, *, pad: float, default: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of the positive finite values with a factor `pad` of room, or the default.

    Examples
    --------
    >>> log_range(np.array([0.0, 2.0, np.nan, 8.0]), pad=2.0, default=(1, 10))
    (1.0, 16.0)
    """
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return default
    return float(values.min()) / pad, float(values.max()) * pad


def _ticks(axis: object, low: float, high: float) -> None:
    from matplotlib.axis import Axis
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    assert isinstance(axis, Axis)
    steps = (1.0, 2.0, 5.0) if math.log10(high / low) <= _NARROW else (1.0,)
    axis.set_major_locator(LogLocator(10, subs=steps, numticks=50))
    axis.set_minor_locator(LogLocator(10, subs=tuple(range(2, 10)), numticks=50))
    axis.set_major_formatter(FuncFormatter(lambda value, _: log_text(value)))
    axis.set_minor_formatter(NullFormatter())
