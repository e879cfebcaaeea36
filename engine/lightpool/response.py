"""The response of one run at one offset: exposure, containment and energy dispersion."""

from __future__ import annotations

import numpy as np

from lightpool.axes import log_centres
from lightpool.dl3 import Observation
from lightpool.memo import per_run

_CM2_PER_M2 = 1e4
#: Migration probabilities below this are taken to be zero.
_NEGLIGIBLE = 1e-8


@per_run(maxsize=16)
def effective_area(run: Observation, energy_true: tuple[float, ...], offset: float) -> np.ndarray:
    """Return the effective area at the log centres of true-energy bins, shape (energy_true,), cm2."""
    return run.aeff.at(log_centres(np.asarray(energy_true)), offset) * _CM2_PER_M2


@per_run(maxsize=16)
def containment(run: Observation, energy_true: tuple[float, ...], offset: float, radius: float) -> np.ndarray:
    """Return the fraction of the PSF inside a circle of `radius` (deg), shape (energy_true,).

    It is not renormalised: where the PSF table is empty the fraction is 0, and so is the exposure.
    """
    return run.psf.containment(log_centres(np.asarray(energy_true)), offset, radius)


@per_run(maxsize=8)
def edisp_kernel(
    run: Observation, energy_true: tuple[float, ...], energy: tuple[float, ...], offset: float
) -> np.ndarray:
    """Return the probability that true energy t is reconstructed in bin r, shape (energy_true, energy).

    The migration density of each true energy is normalised, accumulated over the migration
    axis and read at the edges of the reconstructed bins. What falls outside the axis is lost.
    """
    centres, edges = log_centres(np.asarray(energy_true)), np.asarray(energy)
    migra = run.edisp.migra_edges
    density = run.edisp.at(centres, offset)
    weight = density * np.diff(migra)
    total = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    cumulative = np.concatenate([np.zeros((len(centres), 1)), np.cumsum(weight, axis=1)], axis=1)
    at = np.clip(edges / centres[:, None], migra[0], migra[-1])
    left = np.clip(np.searchsorted(migra, at, side="right") - 1, 0, len(migra) - 2)
    rows = np.arange(len(centres))[:, None]
    share = (at - migra[left]) / (migra[left + 1] - migra[left])
    low, high = cumulative[rows, left], cumulative[rows, left + 1]
    kernel = np.maximum(np.diff(low + (high - low) * share, axis=1), 0)
    kernel[kernel < _NEGLIGIBLE] = 0
    return kernel
