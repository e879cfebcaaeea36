"""One FITS file, read once into tables whose columns are checked when taken."""

from __future__ import annotations

import gzip
import io
import math
import threading
import warnings
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.dl3.file_units import unit_factor
from lightpool.errors import DataError

_REQUIRED: Any = object()
_CACHE_BYTES = 64_000_000
_TRUNCATED = "the file is truncated or damaged"


class Table:
    """One binary table of a file: header and columns, with errors that name the place.

    Parameters
    ----------
    where : str
        ``file[HDU]``, for messages.
    header : mapping
        FITS keywords.
    data : record array
        Rows, as astropy reads them.
    units : dict
        Unit text of each column, by upper-case name.
    """

    def __init__(self, where: str, header: Any, data: Any, units: dict[str, str]) -> None:
        self.where, self.header, self._data, self.units = where, header, data, units
        self._names = {name.upper(): name for name in data.dtype.names or ()}

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
                f"column {names[0]} is missing", where=self.where, found=", ".join(self._names.values()) or "no columns"
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
                f"column {name} has a wrong unit", where=self.where, found=repr(text) if text else "no unit",
                expected=repr(unit) if unit else "a number without unit",
            )  # fmt: skip
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
        from astropy.io.fits import VerifyError
        from astropy.io.fits.card import Undefined

        try:
            value = self.header.get(key)
        except VerifyError as exc:
            raise DataError(f"header keyword {key} cannot be read", where=self.where, found=str(exc)) from exc
        return None if isinstance(value, Undefined) else value


class FitsFile:
    """A FITS file in memory, its HDUs found by name without regard to case.

    Parameters
    ----------
    path : Path
    name : str
        How messages call it.

    Raises
    ------
    DataError
        If it is missing, not FITS, truncated or damaged.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        content = _content(path, name)
        self.size = len(content)
        self._hdus = _open(content, name)
        self._tables: dict[int, Table] = {}

    @property
    def hdu_names(self) -> tuple[str, ...]:
        """Names of the HDUs, as they are spelt in the file."""
        return tuple(hdu.name for hdu in self._hdus)

    def headers(self) -> list[tuple[str, Any]]:
        """Return name and header of each extension."""
        return [(hdu.name, hdu.header) for hdu in self._hdus[1:]]

    def table(self, hdu_name: str) -> Table:
        """Return the table of that name.

        Raises
        ------
        DataError
            If there is none, or it is damaged.
        """
        key = hdu_name.strip().upper()
        where = f"{self.name}[{hdu_name.strip()}]"
        index = next((i for i, name in enumerate(self.hdu_names) if name.strip().upper() == key), None)
        if index is None:
            raise DataError(f"HDU {hdu_name.strip()} is missing", where=self.name, found=", ".join(self.hdu_names))
        if index not in self._tables:
            self._tables[index] = _table(self._hdus[index], where)
        return self._tables[index]


class FileCache:
    """The few files opened last, so that the pieces of one run cost one decompression.

    Parameters
    ----------
    root : Path
        Folder of the store; messages name files from there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: OrderedDict[Path, FitsFile] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, path: Path) -> FitsFile:
        """Return the file, read now or kept from before."""
        with self._lock:
            if path in self._files:
                self._files.move_to_end(path)
                return self._files[path]
            file = FitsFile(path, self.label(path))
            self._files[path] = file
            while len(self._files) > 1 and sum(f.size for f in self._files.values()) > _CACHE_BYTES:
                self._files.popitem(last=False)
            while len(self._files) > 8:
                self._files.popitem(last=False)
            return file

    def label(self, path: Path) -> str:
        """Return the path as messages show it: store name and the rest, never the whole machine."""
        try:
            return f"{self.root.resolve().name}/{path.relative_to(self.root).as_posix()}"
        except ValueError:
            return path.as_posix()


def _content(path: Path, name: str) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError("the file is missing", where=name) from None
    except OSError as exc:
        raise DataError("the file cannot be read", where=name, found=exc.strerror or str(exc)) from exc
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (EOFError, OSError, zlib.error) as exc:
            raise DataError(_TRUNCATED, where=name, found=str(exc), remedy="Get the file again") from exc
    if raw[:9] != b"SIMPLE  =":
        found = "an empty file" if not raw else repr(raw[:24].decode("latin-1"))
        raise DataError("this is not a FITS file", where=name, found=found)
    return raw


def _open(content: bytes, name: str) -> Any:
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # what matters is checked below, by size
            hdus = fits.open(io.BytesIO(content), memmap=False, lazy_load_hdus=False)
            end = 0
            for hdu in hdus:
                info = hdu.fileinfo() or {}
                end = info.get("datLoc", 0) + info.get("datSpan", 0)
    except (OSError, ValueError, TypeError, KeyError, IndexError, fits.VerifyError) as exc:
        raise DataError(_TRUNCATED, where=name, found=str(exc), remedy="Get the file again") from exc
    if end > len(content):
        raise DataError(
            _TRUNCATED, where=name, found=f"{len(content)} bytes", expected=f"{end} bytes after the headers",
            remedy="Get the file again",
        )  # fmt: skip
    if content[end:].strip(b"\x00 "):
        raise DataError(_TRUNCATED, where=name, found=f"{len(content) - end} bytes after the last whole HDU")
    return hdus


def _table(hdu: Any, where: str) -> Table:
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    if not isinstance(hdu, fits.BinTableHDU):
        raise DataError("this HDU is not a binary table", where=where, found=type(hdu).__name__)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)
            data = hdu.data
            units = {c.name.upper(): (c.unit or "").strip() for c in hdu.columns}
    except (OSError, ValueError, TypeError, KeyError, IndexError, fits.VerifyError) as exc:
        raise DataError("the table cannot be read", where=where, found=str(exc)) from exc
    if data is None:
        raise DataError("the table has no columns", where=where)
    return Table(where, hdu.header, data, units)
