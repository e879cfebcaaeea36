"""How excess and significance grow as observing time accumulates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lightpool.plot_data.cells import cells
from lightpool.statistics import li_ma_significance


@dataclass(frozen=True, eq=False)
class Growth:
    """Sums over the rows of a cube from the first to each, inside their safe ranges, shape (rows,).

    Parameters
    ----------
    obs_id : ndarray, int
        The run of the row that was added last.
    livetime : ndarray, s
        Of the rows with a safe bin.
    excess, sqrt_ts : ndarray
    excess_error : ndarray
        That of ON and OFF counts, sqrt(counts + alpha^2 counts_off).
    """

    obs_id: np.ndarray
    livetime: np.ndarray
    excess: np.ndarray
    excess_error: np.ndarray
    sqrt_ts: np.ndarray

    @property
    def steady_excess(self) -> np.ndarray:
        """What a steady source would have had by then: a straight line to the last sum."""
        return self.excess[-1:] * self._share

    @property
    def steady_sqrt_ts(self) -> np.ndarray:
        """What a steady source and background would have had by then: the square root of time."""
        return self.sqrt_ts[-1:] * np.sqrt(self._share)

    @property
    def _share(self) -> np.ndarray:
        last = self.livetime[-1:]
        return np.divide(self.livetime, last, out=np.zeros_like(self.livetime), where=last > 0)


def growth(cube: xr.Dataset) -> Growth:
    """Return excess and significance against livetime, row by row as ``cube.onoff.cumulative()`` has them."""
    c = cells(cube)
    on, off, background, acceptance, acceptance_off = (
        np.cumsum(c.inside(values, (0, 2)))
        for values in (c.counts, c.counts_off, c.background, c.acceptance, c.acceptance_off)
    )
    used = np.any(c.safe, axis=(0, 2))
    # Without a single OFF count the acceptances still say what alpha is.
    ratio = np.divide(acceptance, acceptance_off, out=np.full(on.shape, np.nan), where=acceptance_off > 0)
    alpha = np.divide(background, off, out=ratio, where=off > 0)
    seen = np.isfinite(alpha)
    return Growth(
        obs_id=cube.variables["obs_id"].to_numpy(),
        livetime=np.cumsum(np.where(used, cube.variables["livetime"].to_numpy(), 0.0)),
        excess=np.where(seen, on - background, np.nan),
        excess_error=np.sqrt(on + alpha**2 * off),
        sqrt_ts=np.where(seen, li_ma_significance(on, off, np.where(seen, alpha, 1.0)), np.nan),
    )
