"""Which reconstructed-energy bins can be trusted."""

from __future__ import annotations

import numpy as np

from lightpool.axes import log_centres
from lightpool.dl3 import EffectiveArea
from lightpool.errors import SettingsError

METHODS = ("aeff-default", "aeff-max", "edisp-bias", "offset-max", "bkg-peak")
#: A bias at or below zero enters the logarithm as this, so that it crosses any level just above it.
_NO_BIAS = float(np.finfo(np.float32).tiny)


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
    return _crossing(area, energy_true, first + int(rises[0]), level)


def edisp_bias(
    edisp: np.ndarray,
    energy_true: np.ndarray,
    edisp_edges: np.ndarray,
    energy_edges: np.ndarray,
    percent: float,
) -> np.ndarray:
    """Return the bins above where the energy bias has fallen to a level, shape (energy,), bool.

    Parameters
    ----------
    edisp : ndarray, shape (t, r)
        Probability that true energy t is reconstructed in bin r.
    energy_true : ndarray, shape (t,), TeV
    edisp_edges : ndarray, shape (r + 1,), TeV
        Of the dispersion's own bins r.
    energy_edges : ndarray, shape (energy + 1,), TeV
    percent : float
        The level, in percent of the true energy.
    """
    return energy_edges[:-1] >= edisp_bias_threshold(edisp, energy_true, edisp_edges, percent)


def edisp_bias_threshold(
    edisp: np.ndarray, energy_true: np.ndarray, energy_edges: np.ndarray, percent: float
) -> float:
    """Return the reconstructed energy (TeV) at which `edisp_bias` sets in.

    The bias is (mean reconstructed - true energy) / true energy, over the bins of the axis.
    Beyond its largest value the first energy where it falls to the level is taken, log-log
    between energies, and carried to reconstructed energy with that bias. Where it never
    falls to the level beyond its peak, the peak itself stands in for that energy.
    """
    bias, level = energy_bias(edisp, energy_true, energy_edges), percent / 100
    peak = int(np.argmax(bias))
    beyond = bias[peak:]
    falls = np.flatnonzero((beyond[:-1] > level) & (beyond[1:] <= level))
    if not falls.size:
        return float(energy_true[peak] * (1 + level))
    at = _crossing(np.maximum(bias, _NO_BIAS), energy_true, peak + int(falls[0]), max(level, _NO_BIAS))
    return at * (1 + level)


def energy_bias(edisp: np.ndarray, energy_true: np.ndarray, energy_edges: np.ndarray) -> np.ndarray:
    """Return (mean reconstructed - true energy) / true energy, shape (energy_true,).

    It is -1 where nothing is reconstructed within the axis.
    """
    total = edisp.sum(axis=1)
    mean = np.divide(edisp @ log_centres(energy_edges), total, out=np.zeros_like(total), where=total > 0)
    return (mean - energy_true) / energy_true


def offset_max(offset: float, limit: float, energy_edges: np.ndarray) -> np.ndarray:
    """Return all bins where the ON region is nearer to the pointing than `limit` (deg), else none."""
    return np.full(len(energy_edges) - 1, offset < limit)


def bkg_peak(counts: np.ndarray, counts_off: np.ndarray, alpha: float) -> np.ndarray:
    """Return the bins from the one with the highest predicted background on, shape (energy,), bool.

    The background is the one that a source-free fit predicts from ON and OFF counts together,
    alpha (counts + counts_off) / (1 + alpha). H.E.S.S. DL3 validation, arXiv:1910.08088.

    Parameters
    ----------
    counts, counts_off : ndarray, shape (energy,)
    alpha : float
        Acceptance ratio ON / OFF, one for all bins.
    """
    background = alpha * (counts + counts_off) / (1 + alpha)
    return np.arange(len(counts)) >= np.argmax(background)


def _crossing(values: np.ndarray, energy: np.ndarray, i: int, level: float) -> float:
    """Return where positive values cross a level between nodes i and i + 1, log-log."""
    share = np.log(level / values[i]) / np.log(values[i + 1] / values[i])
    return float(energy[i] * (energy[i + 1] / energy[i]) ** share)
