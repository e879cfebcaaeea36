"""Ticks of a logarithmic axis: where they stand and what they say."""

from __future__ import annotations

import math

import numpy as np

#: Turns the digits of an exponent into raised ones.
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_STEPS = (1, 2, 5)


def log_range(values: np.ndarray, *, floor: float, ceiling: float, pad: float = 1.3) -> tuple[float, float]:
    """Return a range that holds the positive values, its ends of the form 1, 2 or 5 times a power of ten.

    Ends on a grid keep an axis still while the values move a little.

    Parameters
    ----------
    values : ndarray
        NaN, infinite and non-positive ones are ignored.
    floor, ceiling : float
        The range when there is no value at all.
    pad : float
        Room on each side, as a factor.

    Examples
    --------
    >>> log_range(np.array([0.0, 3.0, 70.0]), floor=1, ceiling=10)
    (2.0, 100.0)
    """
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return floor, ceiling
    low, high = float(values.min()) / pad, float(values.max()) * pad
    return _down(low), _up(high)


def log_ticks(low: float, high: float) -> tuple[list[float], dict[str, str]]:
    """Return tick values between `low` and `high` and their labels, keyed as the browser asks for them.

    Under two decades there are ticks at 1, 2 and 5; up to four decades these stand without
    labels between labelled decades; beyond that only decades are left. Where not even two
    fit, the ticks are those of a linear axis.

    Examples
    --------
    >>> log_ticks(0.1, 40)[1]["10"], log_ticks(1, 1e5)[1]["1000"]
    ('10', '10³')
    """
    decades = math.log10(high / low)
    steps = _STEPS if decades <= 4.05 else (1,)
    values = [
        step * 10.0**power
        for power in range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
        for step in steps
    ]
    values = [float(f"{v:.6g}") for v in values if low * 0.999 <= v <= high * 1.001]
    if len(values) < 2:
        values = linear_ticks(low, high, 3).tolist()
        return values, {_javascript(value): f"{value:g}" for value in values}
    labels = {}
    for value in values:
        mantissa, power = f"{value:.0e}".split("e")
        named = mantissa == "1" or decades <= 2.05
        labels[_javascript(value)] = _text(value, int(power), int(mantissa)) if named else ""
    return values, labels


def linear_ticks(low: float, high: float, n: int = 5) -> np.ndarray:
    """Return about `n` round values between `low` and `high`, in steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> linear_ticks(18.1, 25.8).tolist()
    [20.0, 22.0, 24.0]
    """
    width = (high - low) / n
    power = 10.0 ** math.floor(math.log10(width))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= width * 0.999)
    values: np.ndarray = np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
    return np.round(values, 12)


def plain_labels(ticks: np.ndarray) -> dict[str, str]:
    """Return the labels of ticks with just the digits that they have.

    Examples
    --------
    >>> plain_labels(np.array([-0.5, 0.0, 0.5]))
    {'-0.5': '−0.5', '0': '0', '0.5': '0.5'}
    """
    values = [float(value) + 0.0 for value in ticks]
    return {_javascript(value): f"{value:.10g}".replace("-", "−") for value in values}


def _text(value: float, power: int, mantissa: int) -> str:
    if -3 < power < 3:
        return f"{value:g}"
    front = "" if mantissa == 1 else f"{mantissa}×"
    return front + "10" + str(power).translate(SUPERSCRIPT)


def _javascript(value: float) -> str:
    """Return a number as JavaScript writes it as a key: fixed between 1e-6 and 1e21, and 0."""
    if not value or 1e-6 <= abs(value) < 1e21:
        return f"{value:.12f}".rstrip("0").rstrip(".")
    mantissa, power = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(power):+d}"


def _down(value: float) -> float:
    return max(v for v in _grid(value) if v <= value * (1 + 1e-9))


def _up(value: float) -> float:
    return min(v for v in _grid(value) if v >= value * (1 - 1e-9))


def _grid(value: float) -> list[float]:
    power = math.floor(math.log10(value))
    return [float(f"{step * 10.0**p:.6g}") for p in (power - 1, power, power + 1) for step in _STEPS]
