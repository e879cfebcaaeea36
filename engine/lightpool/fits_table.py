"""FITS binary tables as bytes, laid out here.

astropy's writer swaps the bytes of a wide cell one number at a time, and its import costs more than
the writing of all results. FITS standard 4.0, sections 4.2 and 7.3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

_BLOCK, _CARD = 2880, 80
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
    return _padded({"SIMPLE": True, "BITPIX": 8, "NAXIS": 0, "EXTEND": True, **keys}, b"")


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
    heap = bytearray()
    stored, forms = zip(*(_laid_out(column.values, heap) for column in columns), strict=True)
    dtype = np.dtype([(c.name, v.dtype, v.shape[1:]) for c, v in zip(columns, stored, strict=True)])
    table = np.empty(n_rows, dtype=dtype)
    for column, values in zip(columns, stored, strict=True):
        table[column.name] = values

    header: dict[str, Any] = {
        "XTENSION": "BINTABLE", "BITPIX": 8, "NAXIS": 2, "NAXIS1": dtype.itemsize, "NAXIS2": n_rows,
        "PCOUNT": len(heap), "GCOUNT": 1, "TFIELDS": len(columns),
    }  # fmt: skip
    for i, (column, form) in enumerate(zip(columns, forms, strict=True), start=1):
        header[f"TTYPE{i}"] = column.name
        header[f"TFORM{i}"] = form
        if column.unit:
            header[f"TUNIT{i}"] = column.unit
        shape = np.shape(column.values)[1:] if isinstance(column.values, np.ndarray) else ()
        if len(shape) > 1 or shape == (1,):  # a vector of one stays a vector
            header[f"TDIM{i}"] = "(" + ",".join(str(n) for n in reversed(shape)) + ")"
    return _padded({**header, "EXTNAME": name, **keys}, table.tobytes() + bytes(heap))


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


def _padded(header: Mapping[str, Any], data: bytes) -> bytes:
    """Return header and data of an HDU, each filled up to whole blocks."""
    text = "".join(_cards(key, value) for key, value in header.items()) + "END".ljust(_CARD)
    content = text.encode("ascii", "replace")
    return content + b" " * (-len(content) % _BLOCK) + data + b"\0" * (-len(data) % _BLOCK)


def _cards(key: str, value: Any) -> str:
    """Return one keyword as cards of 80 characters; long text goes on in further cards.

    Examples
    --------
    >>> _cards("EXPOSURE", 1581.7).rstrip(), len(_cards("HISTORY", "word " * 20))
    ('EXPOSURE=               1581.7', 160)
    """
    if key in ("HISTORY", "COMMENT"):
        room = _CARD - 8
        return "".join(f"{key:<8}{part}".ljust(_CARD) for part in _parts(str(value), room))
    if isinstance(value, str | np.str_):
        first, *more = _parts(str(value).replace("'", "''"), 67)
        ends = ["&'"] * len(more) + ["'"]
        lines = [f"{key:<8}= '{first if more else first.ljust(8)}{ends[0]}"]
        lines += [f"CONTINUE  '{part}{end}" for part, end in zip(more, ends[1:], strict=True)]
        return "".join(line.ljust(_CARD) for line in lines)
    return f"{key:<8}= {_number(value):>20}".ljust(_CARD)


def _number(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "T" if value else "F"
    if isinstance(value, int | np.integer):
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"a FITS header holds no {number}")
    text = repr(number).upper()
    return text if "." in text or "E" in text else f"{text}.0"


def _parts(text: str, room: int) -> list[str]:
    """Return text in pieces of at most `room` characters, no doubled quote torn apart."""
    parts = []
    while len(text) > room:
        end = room - (text[:room].count("'") % 2 if text[room - 1] == "'" else 0)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]
