"""FITS binary tables as bytes.

astropy formats the headers. The cells are laid out here: its own writer swaps the bytes of a wide
cell one number at a time, and loads all of its table package first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

_BLOCK = 2880
_CODES = {"f4": "E", "f8": "D", "i2": "I", "i4": "J", "i8": "K", "u1": "L"}


class Column(NamedTuple):
    """A column; `values` has the rows first.

    Floating-point numbers, integers, truth values and ASCII text can be written. Further axes of
    `values` are those of each cell: the last numpy axis is the first FITS axis. A list of vectors,
    all of one type, makes cells of variable length.
    """

    name: str
    values: np.ndarray | Sequence[np.ndarray]
    unit: str = ""


def write_fits(path: Path, tables: Iterable[bytes]) -> None:
    """Write a file of tables behind an empty primary HDU.

    Raises
    ------
    FileExistsError
        If there is a file already.
    """
    with path.open("xb") as file:
        file.write(primary_bytes({}))
        for table in tables:
            file.write(table)


def primary_bytes(keys: Mapping[str, Any]) -> bytes:
    """Return an empty primary HDU with these keywords."""
    from astropy.io import fits

    header = fits.PrimaryHDU().header
    header.update(keys)
    return _padded(header.tostring(), b"")


def table_bytes(name: str, columns: Sequence[Column], keys: Mapping[str, Any]) -> bytes:
    """Return a BINTABLE HDU, header and data, padded to whole blocks.

    Parameters
    ----------
    name : str
        EXTNAME.
    columns : sequence of Column
        All with the same number of rows.
    keys : mapping
        Further header keywords.
    """
    from astropy.io import fits

    n_rows = len(columns[0].values)
    heap = bytearray()
    stored, forms = zip(*(_laid_out(column.values, heap) for column in columns), strict=True)
    dtype = np.dtype([(c.name, v.dtype, v.shape[1:]) for c, v in zip(columns, stored, strict=True)])
    table = np.empty(n_rows, dtype=dtype)
    for column, values in zip(columns, stored, strict=True):
        table[column.name] = values

    header = fits.Header()
    header["XTENSION"] = "BINTABLE"
    sizes = {"BITPIX": 8, "NAXIS": 2, "NAXIS1": dtype.itemsize, "NAXIS2": n_rows}
    header.update({**sizes, "PCOUNT": len(heap), "GCOUNT": 1, "TFIELDS": len(columns)})
    for i, (column, form) in enumerate(zip(columns, forms, strict=True), start=1):
        header[f"TTYPE{i}"] = column.name
        header[f"TFORM{i}"] = form
        if column.unit:
            header[f"TUNIT{i}"] = column.unit
        shape = np.shape(column.values)[1:] if isinstance(column.values, np.ndarray) else ()
        if len(shape) > 1 or shape == (1,):  # a vector of one stays a vector
            header[f"TDIM{i}"] = "(" + ",".join(str(n) for n in reversed(shape)) + ")"
    header["EXTNAME"] = name
    header.update(keys)
    return _padded(header.tostring(), table.tobytes() + bytes(heap))


def _laid_out(values: np.ndarray | Sequence[np.ndarray], heap: bytearray) -> tuple[np.ndarray, str]:
    """Return cells as they are stored and their TFORM; vectors of variable length go to the heap."""
    if isinstance(values, np.ndarray):
        stored = _big_endian(values)
        if stored.dtype.kind == "S":
            return stored, f"{stored.dtype.itemsize}A"
        count = int(np.prod(stored.shape[1:])) if stored.ndim > 1 else ""
        return stored, f"{count}{_code(stored)}"
    vectors = [_big_endian(vector) for vector in values]
    places = np.zeros((len(vectors), 2), dtype=">i4")
    for i, vector in enumerate(vectors):
        places[i] = len(vector), len(heap)
        heap += vector.tobytes()
    longest = max((len(vector) for vector in vectors), default=0)
    code = _code(vectors[0]) if vectors else "E"
    return places, f"P{code}({longest})"


def _big_endian(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "U":
        return np.char.encode(values, "ascii", "replace")
    if values.dtype.kind == "b":
        return np.where(values, ord("T"), ord("F")).astype("u1")
    return values.astype(values.dtype.newbyteorder(">"))


def _code(stored: np.ndarray) -> str:
    return _CODES[stored.dtype.str[1:]]


def _padded(header: str, data: bytes) -> bytes:
    return header.encode("ascii") + data + b"\0" * (-len(data) % _BLOCK)
