"""FITS files in memory, each decompressed once, truncation and damage found on opening."""

from __future__ import annotations

import gzip
import io
import threading
import warnings
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

from lightpool.dl3.table import Table
from lightpool.errors import DataError
from lightpool.plain_fits import PlainHdu, plain_hdus

_CACHE_BYTES = 64_000_000
_CACHE_FILES = 8
_TRUNCATED = "the file is truncated or damaged"
_AGAIN = "Get the file again"
# Silencing astropy's warnings changes a setting of the whole process: one thread at a time.
_QUIET = threading.Lock()


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
        return [(hdu.name, _header(hdu)) for hdu in self._hdus[1:]]

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
            raise DataError(
                f"HDU {hdu_name.strip()} is missing", where=self.name, found=", ".join(self.hdu_names)
            )
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
            while len(self._files) > 1 and (
                len(self._files) > _CACHE_FILES or sum(f.size for f in self._files.values()) > _CACHE_BYTES
            ):
                self._files.popitem(last=False)
            return file

    def __reduce__(self) -> tuple[type[FileCache], tuple[Path]]:
        return FileCache, (self.root,)  # a run sent to another process opens its files there

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
            raise DataError(_TRUNCATED, where=name, found=str(exc), remedy=_AGAIN) from exc
    if raw[:9] != b"SIMPLE  =":
        found = "an empty file" if not raw else repr(raw[:24].decode("latin-1"))
        raise DataError("this is not a FITS file", where=name, found=found)
    return raw


def _open(content: bytes, name: str) -> Any:
    if (plain := plain_hdus(content)) is not None:
        return plain
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # what matters is checked below, by size
            hdus = fits.open(io.BytesIO(content), memmap=False, lazy_load_hdus=False)
            end = 0
            for hdu in hdus:
                info = hdu.fileinfo() or {}
                end = info.get("datLoc", 0) + info.get("datSpan", 0)
    except (OSError, ValueError, TypeError, KeyError, IndexError, fits.VerifyError) as exc:
        raise DataError(_TRUNCATED, where=name, found=str(exc), remedy=_AGAIN) from exc
    if end > len(content):
        raise DataError(
            _TRUNCATED,
            where=name,
            found=f"{len(content)} bytes",
            expected=f"{end} bytes after the headers",
            remedy=_AGAIN,
        )
    if content[end:].strip(b"\x00 "):
        raise DataError(_TRUNCATED, where=name, found=f"{len(content) - end} bytes after the last whole HDU")
    return hdus


def _table(hdu: Any, where: str) -> Table:
    if isinstance(hdu, PlainHdu) and hdu.is_table:
        if not hdu.is_intact:
            raise _damaged(where)
        return Table(where, hdu.header, hdu.rows, hdu.units)
    from astropy.io import fits
    from astropy.utils.exceptions import AstropyWarning

    if not isinstance(hdu, fits.BinTableHDU):
        kind = "ImageHDU" if isinstance(hdu, PlainHdu) else type(hdu).__name__
        raise DataError("this HDU is not a binary table", where=where, found=kind)
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)
            intact = hdu.verify_datasum()
            data = hdu.data
            units = {c.name.upper(): (c.unit or "").strip() for c in hdu.columns}
    except (OSError, ValueError, TypeError, KeyError, IndexError, fits.VerifyError) as exc:
        raise DataError("the table cannot be read", where=where, found=str(exc)) from exc
    if intact == 0:
        raise _damaged(where)
    if data is None:
        raise DataError("the table has no columns", where=where)
    return Table(where, _header(hdu), data, units)


class _AstropyHeader:
    """A header that astropy holds, with the manners of `plain_fits.Header`."""

    def __init__(self, header: Any) -> None:
        self._header = header

    def get(self, key: str, default: Any = None) -> Any:
        from astropy.io.fits import VerifyError
        from astropy.io.fits.card import Undefined

        try:
            value = self._header.get(key, default)
        except VerifyError as exc:
            raise ValueError(str(exc)) from exc
        return None if isinstance(value, Undefined) else value


def _header(hdu: Any) -> Any:
    return hdu.header if isinstance(hdu, PlainHdu) else _AstropyHeader(hdu.header)


def _damaged(where: str) -> DataError:
    return DataError("the table is damaged: DATASUM does not fit its rows", where=where, remedy=_AGAIN)
