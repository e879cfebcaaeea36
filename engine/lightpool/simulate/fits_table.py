"""A FITS binary table as bytes.

astropy formats the header. The cells are laid out here, because its writer swaps the bytes of a wide
cell one number at a time, which would take two thirds of the time of a whole simulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy.io import fits

_BLOCK = 2880
_CODES = {"f4": "E", "f8": "D", "i8": "K"}


class Column(NamedTuple):
    """A column; `values` has the rows first.

    float32, float64, integers and ASCII text can be written. Further axes of `values` are those of each
    cell: the last numpy axis is the first FITS axis.
    """

    name: str
    values: np.ndarray
    unit: str = ""


def primary_bytes(keys: Mapping[str, Any]) -> bytes:
    """Return an empty primary HDU with these keywords."""
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
    n_rows = len(columns[0].values)
    stored = [_big_endian(column.values) for column in columns]
    dtype = np.dtype([(c.name, v.dtype, v.shape[1:]) for c, v in zip(columns, stored, strict=True)])
    table = np.empty(n_rows, dtype=dtype)
    for column, values in zip(columns, stored, strict=True):
        table[column.name] = values

    header = fits.Header()
    header["XTENSION"] = "BINTABLE"
    sizes = {"BITPIX": 8, "NAXIS": 2, "NAXIS1": dtype.itemsize, "NAXIS2": n_rows, "PCOUNT": 0, "GCOUNT": 1}
    header.update({**sizes, "TFIELDS": len(columns)})
    for i, (column, values) in enumerate(zip(columns, stored, strict=True), start=1):
        header[f"TTYPE{i}"] = column.name
        header[f"TFORM{i}"] = _form(values)
        if column.unit:
            header[f"TUNIT{i}"] = column.unit
        if values.ndim > 2:
            header[f"TDIM{i}"] = "(" + ",".join(str(n) for n in values.shape[:0:-1]) + ")"
    header["EXTNAME"] = name
    header.update(keys)
    return _padded(header.tostring(), table.tobytes())


def _big_endian(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "U":
        return np.char.encode(values, "ascii")
    if values.dtype.kind == "i":
        return values.astype(">i8")
    return values.astype(values.dtype.newbyteorder(">"))


def _form(values: np.ndarray) -> str:
    if values.dtype.kind == "S":
        return f"{values.dtype.itemsize}A"
    return f"{int(np.prod(values.shape[1:]))}{_CODES[values.dtype.str[1:]]}"


def _padded(header: str, data: bytes) -> bytes:
    return header.encode("ascii") + data + b"\0" * (-len(data) % _BLOCK)
