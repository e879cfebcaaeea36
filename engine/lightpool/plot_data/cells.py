"""The counts of a cube as plain arrays, for a page that sums them many times a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

_DIMS = ("region", "time", "energy")


@dataclass(frozen=True, eq=False)
class Cells:
    """Counts for each region, row and energy bin, shape (region, time, energy).

    Parameters
    ----------
    safe : ndarray, bool
    counts, counts_off, acceptance, acceptance_off : ndarray
        Inside and outside the safe range.
    background : ndarray
        alpha x counts_off; 0 without OFF acceptance.
    """

    safe: np.ndarray
    counts: np.ndarray
    counts_off: np.ndarray
    acceptance: np.ndarray
    acceptance_off: np.ndarray
    background: np.ndarray

    def inside(self, values: np.ndarray, axis: tuple[int, ...]) -> np.ndarray:
        """Return values summed over axes inside the safe range."""
        return np.where(self.safe, values, 0.0).sum(axis=axis)


def cells(cube: xr.Dataset) -> Cells:
    """Return the counts of a cube; the same numbers as its accessor gives, without its labels."""
    names = ("mask_safe", "counts", "counts_off", "acceptance", "acceptance_off")
    safe, counts, counts_off, acceptance, acceptance_off = (plain(cube, name) for name in names)
    alpha = np.divide(acceptance, acceptance_off, out=np.zeros_like(acceptance), where=acceptance_off > 0)
    return Cells(safe, counts, counts_off, acceptance, acceptance_off, alpha * counts_off)


def plain(cube: xr.Dataset, name: str) -> np.ndarray:
    """Return a variable over region, time and energy in this order."""
    return cube.variables[name].transpose(*_DIMS).to_numpy()


def plain_array(values: xr.DataArray) -> np.ndarray:
    """Return a labelled array over region, time and energy in this order."""
    return values.variable.transpose(*_DIMS).to_numpy()
