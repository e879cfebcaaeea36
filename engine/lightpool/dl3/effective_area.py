"""The effective area against true energy and offset (GADF AEFF_2D)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.dl3.interpolation import along_first, multilinear
from lightpool.dl3.irf_axes import Axis, read_axis, read_values, reject_negative
from lightpool.dl3.table import Table
from lightpool.errors import DataError


@dataclass(frozen=True, eq=False, repr=False)
class EffectiveArea:
    """Effective area, m2.

    Parameters
    ----------
    energy, offset : Axis
        True energy (TeV) and offset from the pointing (deg).
    values : ndarray, shape (offset, energy), m2
    is_point_like : bool
        Whether an angular cut is already in it (HDUCLAS3 = POINT-LIKE).
    rad_max : float or None, deg
        That cut, where the header gives it.
    lo_thres, hi_thres : float or None, TeV
        Safe energy range of the header; None leaves that side open.

    Examples
    --------
    >>> aeff = runs[0].aeff
    >>> [round(float(v), -3) for v in aeff.at([1.0, 10.0], offset=0.5)]  # m2
    [247000.0, 533000.0]
    """

    energy: Axis
    offset: Axis
    values: np.ndarray
    is_point_like: bool = False
    rad_max: float | None = None
    lo_thres: float | None = None
    hi_thres: float | None = None

    def at(self, energy_true: Any, offset: Any) -> np.ndarray:
        """Return the effective area.

        Linear in ln E and offset; never negative; zero beyond the outer edges.

        Parameters
        ----------
        energy_true : array-like, TeV
        offset : array-like, deg

        Returns
        -------
        ndarray, broadcast shape, m2
        """
        where, off = self.energy.locate(energy_true), self.offset.locate(offset)
        if off.inside.ndim == 0:
            value = along_first(along_first(self.values, off), where)
        else:
            value = multilinear(self.values, off, where)
        return np.where(where.inside & off.inside, np.maximum(value, 0), 0.0)

    def __repr__(self) -> str:
        kind = "point-like" if self.is_point_like else "full enclosure"
        return f"EffectiveArea({kind}, {len(self.energy)} energies x {len(self.offset)} offsets)"


def read_effective_area(table: Table) -> EffectiveArea:
    """Return the effective area of an AEFF_2D table.

    Raises
    ------
    DataError
        If columns, units, shapes, values or thresholds cannot be right.
    """
    energy = read_axis(table, "ENERG", "TeV", log=True)
    offset = read_axis(table, "THETA", "deg")
    values = read_values(table, "EFFAREA", unit="m2", axes=(offset, energy))
    reject_negative(values, "EFFAREA", table.where, tolerance=1e-2)
    if not np.any(values > 0):
        raise DataError("the effective area is zero everywhere", where=table.where)
    lo, hi = _threshold(table, "LO_THRES"), _threshold(table, "HI_THRES")
    if lo is not None and hi is not None and lo >= hi:
        raise DataError(
            "the safe energy range of the header is empty",
            where=table.where,
            found=f"LO_THRES {lo:g} TeV, HI_THRES {hi:g} TeV",
        )
    rad_max = table.number("RAD_MAX", None)
    if rad_max is not None and not 0 < rad_max < 90:
        raise DataError("RAD_MAX is out of range", where=table.where, found=f"{rad_max:g} deg")
    point_like = table.text("HDUCLAS3").upper() == "POINT-LIKE"
    return EffectiveArea(energy, offset, values, point_like, rad_max, lo, hi)


def _threshold(table: Table, key: str) -> float | None:
    value = table.number(key, None)
    if value is not None and value < 0:
        raise DataError(f"header keyword {key} is negative", where=table.where, found=f"{value:g} TeV")
    return value or None
