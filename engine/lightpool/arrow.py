"""Linear algebra of Hessians shaped like an arrow: a block for each part, and a border that all share.

The blocks are eliminated one by one (Schur complement), so that the work grows with the number of
parts and not with its cube.
"""

from __future__ import annotations

import numpy as np


class Arrow:
    """A positive definite matrix over the own parameters of several parts and those they share.

    Parameters
    ----------
    hessians : ndarray, shape (parts, own + shared, own + shared)
        What each part adds.
    free : ndarray, shape (parts, own + shared), bool
        Parameters that are not free stay where they are; shared ones are the same in all parts.
    n_own : int

    Raises
    ------
    numpy.linalg.LinAlgError
        If it is not positive definite.
    """

    def __init__(self, hessians: np.ndarray, free: np.ndarray, n_own: int) -> None:
        held = np.where(free[:, :, None] & free[:, None, :], hessians, 0.0)
        rows = np.arange(hessians.shape[1])
        held[:, rows, rows] += ~free
        self._free, self._n_own = free, n_own
        blocks = held[:, :n_own, :n_own]
        self._borders = held[:, :n_own, n_own:]
        np.linalg.cholesky(blocks)
        self._inverses = np.linalg.inv(blocks)
        self._carried = self._inverses @ self._borders
        schur = (held[:, n_own:, n_own:] - np.swapaxes(self._borders, 1, 2) @ self._carried).sum(axis=0)
        np.linalg.cholesky(schur)
        self._shared = np.linalg.inv(schur)

    def step(self, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Return the Newton step against slopes of shape (parts, own + shared).

        Returns
        -------
        to_own : ndarray, shape (parts, own)
        to_shared : ndarray, shape (shared,)
        distance : float
            By how much the quadratic form falls.
        """
        slope = np.where(self._free, slopes, 0.0)
        own, shared = slope[:, : self._n_own], slope[:, self._n_own :].sum(axis=0)
        to_shared = -self._shared @ (shared - np.einsum("kos,ko->s", self._carried, own))
        to_own = -np.einsum("kop,kp->ko", self._inverses, own) - self._carried @ to_shared
        return to_own, to_shared, -0.5 * float((own * to_own).sum() + shared @ to_shared)

    def inverse(self) -> np.ndarray:
        """Return each part's rows and columns of the inverse, shape (parts, own + shared, own + shared)."""
        n_own = self._n_own
        out = np.empty((*self._free.shape, self._free.shape[1]))
        out[:, :n_own, :n_own] = self._inverses + self._carried @ self._shared @ np.swapaxes(
            self._carried, 1, 2
        )
        out[:, :n_own, n_own:] = -self._carried @ self._shared
        out[:, n_own:, :n_own] = np.swapaxes(out[:, :n_own, n_own:], 1, 2)
        out[:, n_own:, n_own:] = self._shared
        return np.where(self._free[:, :, None] & self._free[:, None, :], out, 0.0)
