"""Where in a wide energy band to put a flux point."""

from __future__ import annotations

import numpy as np

from lightpool.spectra import SpectralModel

_STEPS = 60


def lafferty_wyatt(
    model: SpectralModel, e_min: np.ndarray, e_max: np.ndarray, flux: np.ndarray
) -> np.ndarray:
    """Return the energy at which the spectrum equals its mean over the band.

    Lafferty & Wyatt (1995), NIM A 355, 541: a measured mean belongs there, neither at the
    centre nor at the centre of gravity.

    Parameters
    ----------
    model : SpectralModel
    e_min, e_max : ndarray, shape (bands,), TeV
    flux : ndarray, shape (bands,), cm-2 s-1
        Integral of the model over each band.

    Returns
    -------
    ndarray, shape (bands,), TeV
        The uppermost such energy; NaN where there is none, as for a spectrum of zero.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = flux / (e_max - e_min)
        grid = np.geomspace(e_min, e_max, _STEPS)  # (steps, bands)
    # From above, the first step on which the spectrum crosses its mean.
    above = model(grid.ravel()).reshape(grid.shape) >= mean
    crosses = above[1:] != above[:-1]
    found = crosses.any(axis=0)
    at = len(crosses) - 1 - np.argmax(crosses[::-1], axis=0)
    bands = np.arange(len(e_min))
    low, high, rises = np.log(grid[at, bands]), np.log(grid[at + 1, bands]), above[at + 1, bands]
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        beyond = (model(np.exp(middle)) >= mean) == rises
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.where(found, np.exp(0.5 * (low + high)), np.nan)
