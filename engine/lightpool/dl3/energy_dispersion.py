"""The energy dispersion against true energy, migration and offset (GADF EDISP_2D)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.dl3.effective_area import EffectiveArea
from lightpool.dl3.interpolation import along_first
from lightpool.dl3.irf_axes import Axis, read_axis, read_values, reject_negative
from lightpool.dl3.table import Table
from lightpool.errors import DataError


@dataclass(frozen=True, eq=False, repr=False)
class EnergyDispersion:
    """Density of the migration E / E_true.

    Parameters
    ----------
    energy, offset, migra : Axis
        True energy (TeV), offset (deg), migration (1).
    values : ndarray, shape (offset, energy, migra), float32
        As stored: the files hold single precision, and this is the largest response.
    rad_max : float or None, deg
        The angular cut of a point-like response, where this header gives it.

    Examples
    --------
    >>> edisp = runs[0].edisp
    >>> density = edisp.at([1.0], offset=0.5)[0]
    >>> import numpy as np
    >>> centres = np.sqrt(edisp.migra_edges[1:] * edisp.migra_edges[:-1])
    >>> bool(0.9 < centres[density.argmax()] < 1.1)  # energies are hardly biased at 1 TeV
    True
    """

    energy: Axis
    offset: Axis
    migra: Axis
    values: np.ndarray
    rad_max: float | None = None

    @property
    def migra_edges(self) -> np.ndarray:
        """Edges of the migration bins, shape (m + 1,)."""
        return self.migra.edges

    def at(self, energy_true: Any, offset: float) -> np.ndarray:
        """Return the density at each migration centre, shape (t, m).

        Parameters
        ----------
        energy_true : array-like, shape (t,), TeV
        offset : float, deg

        Notes
        -----
        Linear in ln E and offset; never negative. Zero where the offset is beyond its outer edge;
        energies beyond theirs are extrapolated, since every centre lies on the migration axis.
        """
        off = self.offset.locate(offset)
        where = self.energy.locate(energy_true)
        if not off.inside:
            return np.zeros((*np.shape(energy_true), len(self.migra)))
        value = along_first(along_first(self.values, off), where)
        return np.maximum(value, 0, out=value)

    def __repr__(self) -> str:
        sizes = f"{len(self.energy)} energies x {len(self.migra)} migrations x {len(self.offset)} offsets"
        return f"EnergyDispersion({sizes})"


def read_energy_dispersion(table: Table, aeff: EffectiveArea) -> EnergyDispersion:
    """Return the energy dispersion of an EDISP_2D table.

    Parameters
    ----------
    table : Table
    aeff : EffectiveArea
        Of the same run: where it is large the dispersion may not be empty.

    Raises
    ------
    DataError
        If columns, units, shapes or values cannot be right.
    """
    energy_name = "ENERG" if "ENERG_LO" in table else "ETRUE"
    energy = read_axis(table, energy_name, "TeV", log=True)
    migra = read_axis(table, "MIGRA", "")
    if not migra.edges[0] < 1 < migra.edges[-1]:
        raise DataError(
            "the migration axis does not contain 1",
            where=table.where,
            found=f"MIGRA {migra.edges[0]:g} to {migra.edges[-1]:g}",
        )
    offset = read_axis(table, "THETA", "deg")
    values = read_values(table, "MATRIX", unit="", axes=(offset, migra, energy))
    reject_negative(values, "MATRIX", table.where, tolerance=0.05)
    if not np.any(values > 0):
        raise DataError("the energy dispersion is zero everywhere", where=table.where)
    values = values.transpose(0, 2, 1)
    _reject_empty_rows(values, energy, offset, aeff, table.where)
    packed = np.ascontiguousarray(values, dtype=np.float32)
    return EnergyDispersion(energy, offset, migra, packed, table.number("RAD_MAX", None))


def _reject_empty_rows(
    values: np.ndarray, energy: Axis, offset: Axis, aeff: EffectiveArea, where: str
) -> None:
    area = np.array([aeff.at(energy.nodes, theta) for theta in offset.nodes])
    empty = (values.max(axis=2) <= 0) & (area > 0.1 * aeff.values.max())
    if empty.any():
        i, j = np.argwhere(empty)[0]
        raise DataError(
            "the energy dispersion is empty where the effective area is large",
            where=where,
            found=f"{int(empty.sum())} empty rows, the first at {energy.nodes[j]:.3g} TeV, "
            f"offset {offset.nodes[i]:.3g} deg",
        )
