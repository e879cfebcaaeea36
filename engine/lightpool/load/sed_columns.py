"""The columns of a flux-point table, FITS or ECSV, with their units."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.dl3.files import FitsFile
from lightpool.errors import DataError

_HDU = "FLUXPOINTS"


@dataclass(frozen=True, eq=False)
class SedColumns:
    """What a table holds, by lower-case name.

    Parameters
    ----------
    where : str
        The file, for messages.
    values : dict of ndarray, shape (points, ...)
        Masked entries are NaN.
    units : dict of str
    meta : dict
        Header keywords, by upper-case name.
    """

    where: str
    values: dict[str, np.ndarray]
    units: dict[str, str]
    meta: dict[str, Any]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def number(self, name: str, unit: str = "") -> np.ndarray:
        """Return a column as float64 in `unit`, shape (points, ...).

        Raises
        ------
        DataError
            If it is missing, not numeric, or in a unit of another kind.
        """
        if name not in self:
            raise DataError(f"column {name} is missing", where=self.where, found=", ".join(self.values))
        values = self.values[name]
        if values.dtype.kind not in "fiub":
            raise DataError(f"column {name} is not numeric", where=self.where, found=f"type {values.dtype}")
        found = self.units.get(name, "")
        factor = _factor(found, unit) if unit else 1.0
        if factor is None:
            raise DataError(
                f"column {name} has a wrong unit",
                where=self.where,
                found=repr(found) if found else "no unit",
                expected=f"{unit!r} or a unit that converts to it",
            )
        return values.astype(float) * factor


def read_columns(path: Path) -> SedColumns:
    """Return the columns of a flux-point file.

    Raises
    ------
    DataError
        If it is missing, damaged, or neither FITS nor ECSV.
    """
    try:
        with path.open("rb") as file:
            start = file.read(80)
    except FileNotFoundError:
        raise DataError("the file is missing", where=str(path)) from None
    except OSError as error:
        raise DataError("the file cannot be read", where=str(path), found=error.strerror) from None
    if start.startswith((b"SIMPLE", b"\x1f\x8b")):
        return _from_fits(path)
    if b"%ECSV" in start:
        return _from_ecsv(path)
    raise DataError("flux points are read from FITS and ECSV files", where=str(path), found="neither")


def _from_fits(path: Path) -> SedColumns:
    file = FitsFile(path, str(path))
    names = [name.strip().upper() for name in file.hdu_names]
    tables = [name for name, header in file.headers() if header.get("XTENSION", "").strip() == "BINTABLE"]
    table = file.table(_HDU if _HDU in names or not tables else tables[0])
    fields = range(1, int(table.number("TFIELDS", 0)) + 1)
    columns = [table.text(f"TTYPE{i}") for i in fields]
    values = {name.lower(): _native(table.column(name)) for name in columns}
    units = {name.lower(): table.units.get(name.upper(), "") for name in columns}
    meta = {key: table.text(key) for key in ("SED_TYPE", "UL_CONF", "UL_METH")}
    return SedColumns(table.where, values, units, meta)


def _native(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind in "SU":
        return np.char.strip(values.astype(str))
    return np.ascontiguousarray(values.astype(values.dtype.newbyteorder("=")))


def _from_ecsv(path: Path) -> SedColumns:
    from astropy.table import Table
    from astropy.utils.exceptions import AstropyWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # an unknown unit is an error of ours, below
            table = Table.read(path, format="ascii.ecsv")
    except (ValueError, TypeError, KeyError, IndexError, OSError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DataError("this ECSV file cannot be read", where=str(path), found=first) from None
    values, units = {}, {}
    for name in table.colnames:
        column = table[name]
        key = name.lower()
        if getattr(column, "mask", None) is not None and np.any(column.mask):
            column = column.astype(float).filled(np.nan) if column.dtype.kind in "fi" else column.filled()
        values[key], units[key] = np.asarray(column), str(table[name].unit or "")
    meta = {str(key).upper(): value for key, value in table.meta.items()}
    return SedColumns(str(path), values, units, meta)


def _factor(found: str, expected: str) -> float | None:
    """Return what turns `found` into `expected`, None if nothing does; photons may be counted or not."""
    from astropy import units as u

    try:
        unit, wanted = u.Unit(found), u.Unit(expected)
    except (ValueError, TypeError):
        return None
    for counted in (unit, unit / u.photon):
        if counted.is_equivalent(wanted):
            return float(counted.to(wanted))
    return None
