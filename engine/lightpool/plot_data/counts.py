"""The counts spectrum in the ON region with its background, its prediction and their difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr

from lightpool.plot_data.cells import cells, plain, plain_array


@dataclass(frozen=True, eq=False)
class CountsSpectrum:
    """Counts against energy, summed over rows and regions.

    Parameters
    ----------
    edges : ndarray, shape (n + 1,), TeV
    all_counts : ndarray, shape (n,)
        Inside and outside the safe range.
    counts, background : ndarray, shape (n,)
        Each row inside its own safe range only; so are the columns below.
    counts_low, counts_high : ndarray, shape (n,)
        Central 68.3 % interval of the Poisson mean (Garwood 1936, Biometrika 28, 437).
    npred : ndarray, shape (n,), or None before a fit
        Predicted signal + background.
    residual : ndarray, shape (n,), or None before a fit
        (counts - npred) / sqrt(npred); NaN in bins outside the fit or without a prediction.
    safe : ndarray, shape (n,), bool
        Bins in which at least one row is safe.
    thresholds : ndarray, shape (rows with a safe bin,), TeV
        The lowest safe edge of each.
    """

    edges: np.ndarray
    all_counts: np.ndarray
    counts: np.ndarray
    counts_low: np.ndarray
    counts_high: np.ndarray
    background: np.ndarray
    npred: np.ndarray | None
    residual: np.ndarray | None
    safe: np.ndarray
    thresholds: np.ndarray


class Predicted(Protocol):
    """Anything with a prediction for a cube: a `FitResult`, or a model that was not fitted."""

    @property
    def npred(self) -> xr.DataArray:
        """Predicted signal counts."""

    @property
    def mu_bkg(self) -> xr.DataArray:
        """Background counts in the ON region."""


def counts_spectrum(cube: xr.Dataset, fit: Predicted | None = None) -> CountsSpectrum:
    """Return the counts spectrum of a cube and the prediction of a fit to it.

    Parameters
    ----------
    cube : Dataset
        The cube that was fitted: stacked where the fit was.
    fit : FitResult or Predicted, optional
    """
    c = cells(cube)
    edges = cube.variables["energy_edges"].to_numpy()
    counts = c.inside(c.counts, (0, 1))
    low, high = poisson_interval(counts)
    npred = residual = None
    if fit is not None:
        npred = c.inside(plain_array(fit.npred) + plain_array(fit.mu_bkg), (0, 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            residual = np.where(npred > 0, (counts - npred) / np.sqrt(npred), np.nan)
    by_row: np.ndarray = np.any(c.safe, axis=0)
    used: np.ndarray = np.any(by_row, axis=1)
    return CountsSpectrum(
        edges=edges,
        all_counts=c.counts.sum(axis=(0, 1)),
        counts=counts,
        counts_low=low,
        counts_high=high,
        background=c.inside(c.background, (0, 1)),
        npred=npred,
        residual=residual,
        safe=np.any(by_row, axis=0),
        thresholds=edges[by_row.argmax(axis=1)][used],
    )


def safe_range(cube: xr.Dataset) -> tuple[float, float]:
    """Return the lowest and the highest safe energy of any row, TeV; the whole axis if no bin is safe."""
    edges = cube.variables["energy_edges"].to_numpy()
    safe = np.flatnonzero(np.any(plain(cube, "mask_safe"), axis=(0, 1)))
    if not safe.size:
        return float(edges[0]), float(edges[-1])
    return float(edges[safe[0]]), float(edges[safe[-1] + 1])


def poisson_interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the central 68.3 % interval of a Poisson mean, shape of `counts`.

    Garwood (1936), Biometrika 28, 437. No counts give 0 and the upper end of the same tail.

    Examples
    --------
    >>> low, high = poisson_interval(np.array([0.0, 10.0]))
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.0, 6.89], [1.84, 14.27])
    """
    from scipy.special import gammaincinv

    tail = 0.15865525393145707
    positive = counts > 0
    low = np.where(positive, gammaincinv(np.where(positive, counts, 1.0), tail), 0.0)
    return low, gammaincinv(counts + 1, 1 - tail)
