"""The energy-dependent angular cut of point-like responses (GADF RAD_MAX_2D)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.dl3.irf_axes import Axis, read_axis, read_values
from lightpool.dl3.table import Table
from lightpool.errors import DataError


@dataclass(frozen=True, eq=False, repr=False)
class RadMax:
    """The largest distance from the source at which an event was kept, deg.

    Parameters
    ----------
    energy, offset : Axis
        Reconstructed energy (TeV) and offset (deg).
    values : ndarray, shape (offset, energy), deg

    Examples
    --------
    >>> runs = lp.DataStore("magic").select()  # doctest: +SKIP
    >>> float(runs[0].rad_max.nearest(1.0, 0.4))  # doctest: +SKIP
    0.09...
    """

    energy: Axis
    offset: Axis
    values: np.ndarray

    def nearest(self, energy: Any, offset: Any) -> np.ndarray:
        """Return the cut at the nearest node, in ln E and in offset.

        Parameters
        ----------
        energy : array-like, TeV
        offset : array-like, deg

        Returns
        -------
        ndarray, broadcast shape, deg
        """
        i = _nearest(np.log(self.energy.nodes), np.log(energy))
        return self.values[_nearest(self.offset.nodes, offset), i]

    def __repr__(self) -> str:
        return f"RadMax({len(self.energy)} energies x {len(self.offset)} offsets)"


def read_rad_max(table: Table) -> RadMax:
    """Return the cut of a RAD_MAX_2D table.

    Raises
    ------
    DataError
        If columns, units, shapes or values cannot be right.
    """
    energy = read_axis(table, "ENERG", "TeV", log=True)
    offset = read_axis(table, "THETA", "deg")
    values = read_values(table, "RAD_MAX", unit="deg", axes=(offset, energy))
    if np.any(values <= 0):
        raise DataError("column RAD_MAX must be positive", where=table.where, found=f"{values.min():g} deg")
    return RadMax(energy, offset, values)


def _nearest(nodes: np.ndarray, x: Any) -> np.ndarray:
    return np.searchsorted((nodes[:-1] + nodes[1:]) / 2, np.asarray(x, dtype=float))
