"""Energy edges: how they are made, checked and masked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lightpool.errors import SettingsError
from lightpool.units import to_array, to_float

MAX_BINS = 2000


def energy_edges(
    e_min: Any, e_max: Any, *, n: int | None = None, per_decade: float | None = None
) -> np.ndarray:
    """Return logarithmic energy edges.

    Parameters
    ----------
    e_min, e_max : str, float (TeV) or quantity
    n : int
        Total number of bins.
    per_decade : float
        Bins per decade instead: ``ceil(per_decade * log10(e_max / e_min))`` equal bins
        that span exactly ``[e_min, e_max]``.

    Returns
    -------
    ndarray, shape (bins + 1,), in TeV

    Raises
    ------
    SettingsError
        If the range is empty or not positive, or not exactly one of `n` and `per_decade` is given.

    Examples
    --------
    >>> len(energy_edges("0.1 TeV", "40 TeV", per_decade=10)) - 1
    27
    """
    low, high = to_float(e_min, "TeV", name="energy minimum"), to_float(e_max, "TeV", name="energy maximum")
    if not 0 < low < high:
        raise SettingsError(
            "an energy range must be positive and increase", found=f"{low:g} TeV to {high:g} TeV"
        )
    if (n is None) == (per_decade is None):
        raise SettingsError("give either n or per_decade", found=f"n={n}, per_decade={per_decade}")
    if per_decade is not None:
        if not per_decade > 0:
            raise SettingsError("bins per decade must be positive", found=str(per_decade))
        # The subtraction forgives 0.1 to 10 giving 20.000000000000004 decades' worth of bins.
        n = math.ceil(per_decade * math.log10(high / low) - 1e-9)
    if n is None or not 1 <= n <= MAX_BINS or n != int(n):
        raise SettingsError(
            "number of energy bins is out of range", found=str(n), expected=f"1 to {MAX_BINS}"
        )
    return np.geomspace(low, high, int(n) + 1)


def checked_edges(edges: Any, *, name: str = "energy edges") -> np.ndarray:
    """Return edges in TeV after checking that they are positive and increase.

    Parameters
    ----------
    edges : ndarray (TeV), quantity, or list of strings or numbers, shape (bins + 1,)

    Raises
    ------
    SettingsError
        Naming the first edge that is wrong.

    Examples
    --------
    >>> checked_edges([1, 2, 2])
    Traceback (most recent call last):
    lightpool.errors.SettingsError: energy edges must increase; found 2 TeV after 2 TeV (edge 2)
    """
    values = to_array(edges, "TeV", name=name)
    if values.ndim != 1 or len(values) < 2:
        raise SettingsError(f"{name} need at least two values", found=str(values.size))
    if len(values) > MAX_BINS + 1:
        raise SettingsError(
            f"{name} are too many", found=str(len(values)), expected=f"at most {MAX_BINS + 1}"
        )
    if not np.all(np.isfinite(values)) or values[0] <= 0:
        bad = values[~(np.isfinite(values) & (values > 0))][0]
        raise SettingsError(f"{name} must be positive and finite", found=f"{bad:g} TeV")
    steps = np.flatnonzero(np.diff(values) <= 0)
    if steps.size:
        i = int(steps[0]) + 1
        raise SettingsError(
            f"{name} must increase", found=f"{values[i]:g} TeV after {values[i - 1]:g} TeV (edge {i})"
        )
    return values


def log_centres(edges: np.ndarray) -> np.ndarray:
    """Return the geometric mean of each bin, shape (bins,)."""
    return np.sqrt(edges[:-1] * edges[1:])


def whole_bins_inside(edges: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return which bins lie entirely in ``[low, high]``, shape (bins,), bool.

    Edges that should coincide may differ by rounding; a relative 1e-9 is forgiven.
    """
    return (edges[:-1] >= low * (1 - 1e-9)) & (edges[1:] <= high * (1 + 1e-9))


def nearest_edges(edges: np.ndarray, requested: np.ndarray) -> np.ndarray:
    """Return the index of the nearest edge in log energy of each requested one, shape (requested,).

    Pixel coordinates are clipped to the axis and rounded half to even.
    """
    pixel = np.interp(np.log(requested), np.log(edges), np.arange(len(edges)))
    return np.rint(pixel).astype(int)
