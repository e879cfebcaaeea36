"""The lowest point of a curve along energy, on a grid made finer until nothing changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def interior_minimum(curve: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float:
    """Return the energy between `low` and `high` (TeV) where `curve` is lowest.

    Parameters
    ----------
    curve : callable
        Takes energies, shape (n,), returns values of the same shape; NaN counts as high.

    Returns
    -------
    float, TeV
        To a relative 1e-6; NaN where the curve is lowest at an end, hence has no minimum in between.
    """
    for step in range(4):
        energy = np.geomspace(low, high, 801 if step == 0 else 41)
        with np.errstate(all="ignore"):
            values = np.asarray(curve(energy), dtype=float)
        values = np.where(np.isnan(values), np.inf, values)
        at = int(np.argmin(values))
        if step == 0:
            # A flat curve has rounding for its lowest point.
            edge = min(values[0], values[-1])
            if at in (0, len(energy) - 1) or not edge - values[at] > 1e-12 * abs(values[at]):
                return float("nan")
        low, high = energy[max(at - 1, 0)], energy[min(at + 1, len(energy) - 1)]
    return float(np.sqrt(low * high))
