"""One table of a FITS file: columns and keywords, checked when they are taken."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np

from lightpool.dl3.file_units import unit_factor
from lightpool.errors import DataError

_REQUIRED: Any = object()


class Table:
    """One binary table of a file: header and columns, with errors that name the place.

    Parameters
    ----------
    where : str
        ``file[HDU]``, for messages.
    header : Header
        FITS keywords; `get` returns None for one without a value, and raises ValueError for a mangled one.
    data : record array
        Rows, as astropy reads them.
    units : dict
        Unit text of each column, by upper-case name.
    """

    def __init__(self, where: str, header: Any, data: Any, units: dict[str, str]) -> None:
        self.where, self.header, self._data, self.units = where, header, data, units
        self._names = {name.upper(): name for name in data.dtype.names or ()}

    def without_rows(self) -> Table:
        """Return the table's header alone, so that keeping it does not keep the rows."""
        return Table(self.where, self.header, self._data[:0].copy(), self.units)

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, name: str) -> bool:
        return name.upper() in self._names

    def column(self, *names: str, unit: str | None = None, missing_unit: str = "") -> np.ndarray:
        """Return a column as float64 in `unit`, or as it is stored where `unit` is None.

        Parameters
        ----------
        *names : str
            The name and then other names it goes by.
        unit : str
            Engine unit, as `unit_factor` knows them.
        missing_unit : str
            What a column without unit is taken to be in.

        Raises
        ------
        DataError
            If the column is missing, not numeric or in a unit of another kind.
        """
        name = next((n for n in names if n in self), None)
        if name is None:
            raise DataError(
                f"column {names[0]} is missing",
                where=self.where,
                found=", ".join(self._names.values()) or "no columns",
            )
        try:
            values = np.asarray(self._data[self._names[name.upper()]])
        except (ValueError, TypeError, IndexError, OSError, zlib.error) as exc:
            raise DataError(f"column {name} cannot be read", where=self.where, found=str(exc)) from exc
        if unit is None:
            return values
        if values.dtype.kind not in "fiu":
            raise DataError(f"column {name} is not numeric", where=self.where, found=f"type {values.dtype}")
        text = self.units.get(name.upper(), "") or missing_unit
        factor = unit_factor(text, unit)
        if factor is None:
            raise DataError(
                f"column {name} has a wrong unit",
                where=self.where,
                found=repr(text) if text else "no unit",
                expected=repr(unit) if unit else "a number without unit",
            )
        out = values.astype(float)
        return out if factor == 1 else out * factor

    def cell(self, *names: str, unit: str, missing_unit: str = "") -> np.ndarray:
        """Return the only row of a column, at least one-dimensional; as `column` otherwise.

        Raises
        ------
        DataError
            If the table has no row or more than one.
        """
        if len(self) != 1:
            raise DataError("an instrument response is one row", where=self.where, found=f"{len(self)} rows")
        return np.atleast_1d(self.column(*names, unit=unit, missing_unit=missing_unit)[0])

    def number(self, key: str, default: Any = _REQUIRED) -> Any:
        """Return a finite header number, or `default` where the keyword is missing or blank.

        Raises
        ------
        DataError
            If it is no finite number, or missing without a default.
        """
        value = self._value(key)
        if value is None or value == "":
            if default is _REQUIRED:
                raise DataError(f"header keyword {key} is missing", where=self.where)
            return default
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise DataError(f"header keyword {key} is not a number", where=self.where, found=repr(value))
        return number

    def text(self, key: str) -> str:
        """Return a header keyword as text without outer blanks, empty where it is missing."""
        value = self._value(key)
        return "" if value is None else str(value).strip()

    def _value(self, key: str) -> Any:
        try:
            return self.header.get(key)
        except ValueError as exc:
            raise DataError(f"header keyword {key} cannot be read", where=self.where, found=str(exc)) from exc
