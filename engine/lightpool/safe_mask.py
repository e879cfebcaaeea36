"""Which reconstructed-energy bins can be trusted."""

from __future__ import annotations

import numpy as np

from lightpool.dl3 import EffectiveArea
from lightpool.errors import SettingsError

METHODS = ("aeff-default", "aeff-max")


def aeff_default(aeff: EffectiveArea, energy_edges: np.ndarray) -> np.ndarray:
    """Return the bins within the thresholds in the header of the effective area, shape (energy,), bool.

    A threshold that is missing or zero leaves its side open.
    """
    low, high = aeff.lo_thres or 0.0, aeff.hi_thres or np.inf
    return (energy_edges[:-1] >= low) & (energy_edges[1:] <= high)


def aeff_max(
    area: np.ndarray, energy_true: np.ndarray, energy_edges: np.ndarray, percent: float
) -> np.ndarray:
    """Return the bins above where the area first reaches a share of its maximum, shape (energy,), bool.

    Parameters
    ----------
    area : ndarray, shape (energy_true,)
        Effective area in any unit, containment included.
    energy_true : ndarray, shape (energy_true,), TeV
        Where it is sampled.
    energy_edges : ndarray, shape (energy + 1,), TeV
    percent : float
        The share, in percent.
    """
    if not area.max() > 0:
        return np.zeros(len(energy_edges) - 1, dtype=bool)
    return energy_edges[:-1] >= aeff_max_threshold(area, energy_true, percent)


def aeff_max_threshold(area: np.ndarray, energy_true: np.ndarray, percent: float) -> float:
    """Return the energy (TeV) at which `aeff_max` sets in.

    The area is interpolated log-log; where it never rises through the share, the first energy
    with any area is the threshold.
    """
    if not 0 <= percent <= 100:
        raise SettingsError(
            "aeff_percent is out of range", found=f"{percent:g}", expected="0 to 100 (percent)"
        )
    first = int(np.flatnonzero(area > 0)[0])
    level = area.max() * percent / 100
    values = area[first:]
    rises = np.flatnonzero((values[:-1] < level) & (values[1:] >= level) & (values[:-1] > 0))
    if not rises.size:
        return float(energy_true[first])
    i = first + int(rises[0])
    share = np.log(level / area[i]) / np.log(area[i + 1] / area[i])
    return float(energy_true[i] * (energy_true[i + 1] / energy_true[i]) ** share)
