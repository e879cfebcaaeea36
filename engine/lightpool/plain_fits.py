"""FITS files of plain tables and images, read without astropy, whose import costs more than the reading.

What is unusual - cells of variable length, scaled columns, long keywords, damage of any kind - is
left to astropy: `plain_hdus` then says None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

_BLOCK, _CARD = 2880, 80
_FREE = ("", "COMMENT", "HISTORY")
_FORM = re.compile(r"(\d*)([LBIJKAED])$")
_TYPES = {"L": "S1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
_PIXELS = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
_INTEGER = re.compile(r"[+-]?\d+$")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([ED][+-]?\d+)?$", re.IGNORECASE)
#: Keywords, without their column, that change what the stored numbers mean.
_SCALED = re.compile(r"(TSCAL|TZERO)\d+$|BSCALE$|BZERO$|BLANK$|ZIMAGE$|ZTABLE$|INHERIT$")


class _Unusual(Exception):
    """Something that is left to astropy."""


class Header:
    """The keywords of an HDU, read when they are asked for.

    Parameters
    ----------
    cards : dict
        The 80 characters of each keyword.
    """

    def __init__(self, cards: dict[str, str]) -> None:
        self._cards = cards

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, `default` where the keyword is missing, None where it has no value.

        Raises
        ------
        ValueError
            If it is no FITS value.
        """
        card = self._cards.get(key.upper())
        return default if card is None else _value(card)

    def __contains__(self, key: str) -> bool:
        return key.upper() in self._cards

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __getitem__(self, key: str) -> Any:
        return _value(self._cards[key.upper()])

    def integer(self, key: str) -> int:
        """Return a keyword that must be a whole number."""
        value = self.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _Unusual
        return value


@dataclass(frozen=True, eq=False)
class PlainHdu:
    """A table or an image as it lies in the file.

    Parameters
    ----------
    name : str
    header : Header
    content : bytes
        Of the whole file.
    start, size : int
        Where the data lie.
    """

    name: str
    header: Header
    content: bytes
    start: int
    size: int

    @property
    def is_table(self) -> bool:
        """Whether this is a binary table."""
        return "TFIELDS" in self.header

    @property
    def is_intact(self) -> bool:
        """Whether DATASUM, where there is one, fits the data."""
        stored = self.header.get("DATASUM")
        if stored is None:
            return True
        padded = self.content[self.start : self.start + _padded(self.size)]
        total = int(np.frombuffer(padded, ">u4").sum(dtype=np.uint64))
        while total >> 32:  # a sum in ones' complement carries its overflow around
            total = (total & 0xFFFFFFFF) + (total >> 32)
        return str(stored).strip() == str(total)

    @cached_property
    def rows(self) -> np.ndarray:
        """The rows of a table; text without trailing blanks, truth values as such."""
        h = self.header
        stored, forms = _layout(h)
        rows = np.frombuffer(self.content, stored, h.integer("NAXIS2"), self.start)
        if not {"A", "L"} & set(forms):
            return rows
        columns = [_readable(rows[name], form) for name, form in zip(stored.names or (), forms, strict=True)]
        types = [(name, c.dtype, c.shape[1:]) for name, c in zip(stored.names or (), columns, strict=True)]
        out = np.empty(len(rows), types)
        for (name, *_), column in zip(types, columns, strict=True):
            out[name] = column
        return out

    @property
    def units(self) -> dict[str, str]:
        """Unit text of each column, by upper-case name."""
        fields = range(1, self.header.integer("TFIELDS") + 1)
        return {
            str(self.header[f"TTYPE{i}"]).upper(): str(self.header.get(f"TUNIT{i}") or "").strip()
            for i in fields
        }

    @property
    def image(self) -> np.ndarray | None:
        """The pixels, slowest axis first; None where there are none."""
        h = self.header
        shape = [h.integer(f"NAXIS{i}") for i in range(h.integer("NAXIS"), 0, -1)]
        if not shape or not math.prod(shape):
            return None
        pixels = np.frombuffer(self.content, _PIXELS[h.integer("BITPIX")], math.prod(shape), self.start)
        return pixels.reshape(shape)


def plain_hdus(content: bytes) -> list[PlainHdu] | None:
    """Return the HDUs of a file, or None where astropy should look at it.

    Parameters
    ----------
    content : bytes
        Not compressed.
    """
    hdus: list[PlainHdu] = []
    position = 0
    try:
        while position < len(content):
            header, start = _header(content, position)
            size = _data_size(header, first=not hdus)
            name = str(header.get("EXTNAME", "" if hdus else "PRIMARY"))
            hdu = PlainHdu(name, header, content, start, size)
            if hdu.is_table:
                _layout(header)
            hdus.append(hdu)
            position = start + _padded(size)
    except (_Unusual, ValueError, KeyError):
        return None
    return hdus if position == len(content) else None


def _header(content: bytes, position: int) -> tuple[Header, int]:
    """Return the header that begins at a position, and where its data begin."""
    cards: dict[str, str] = {}
    start = position
    while True:
        block = content[position : position + _BLOCK]
        if len(block) < _BLOCK:
            raise _Unusual
        position += _BLOCK
        text = block.decode("ascii")
        for i in range(0, _BLOCK, _CARD):
            key = text[i : i + 8].rstrip()
            if key == "END":
                if text[i + 3 :].strip() or (start == 0 and "SIMPLE" not in cards):
                    raise _Unusual
                return Header(cards), position
            if key in _FREE:
                continue
            if text[i + 8 : i + 10] != "= " or key in cards or _SCALED.match(key):
                raise _Unusual  # CONTINUE and HIERARCH among them
            cards[key] = text[i : i + _CARD]


def _data_size(header: Header, *, first: bool) -> int:
    axes = [header.integer(f"NAXIS{i}") for i in range(1, header.integer("NAXIS") + 1)]
    bits = header.integer("BITPIX")
    kind = "IMAGE" if first else str(header.get("XTENSION")).strip()
    if min(axes, default=0) < 0 or bits not in _PIXELS or kind not in ("IMAGE", "BINTABLE"):
        raise _Unusual
    plain = header.get("PCOUNT", 0) == 0 and header.get("GCOUNT", 1) == 1 and header.get("GROUPS") is not True
    if not plain or ((kind == "BINTABLE") != ("TFIELDS" in header)):
        raise _Unusual
    return abs(bits) // 8 * math.prod(axes) if axes else 0


def _layout(header: Header) -> tuple[np.dtype[Any], list[str]]:
    """Return the type of a row as it is stored, and the letter of each column."""
    types: list[tuple[str, str, tuple[int, ...]]] = []
    forms: list[str] = []
    for i in range(1, header.integer("TFIELDS") + 1):
        form, name = _FORM.match(str(header[f"TFORM{i}"]).strip()), header[f"TTYPE{i}"]
        if form is None or not isinstance(name, str) or not name:
            raise _Unusual
        count, letter = int(form[1] or 1), form[2]
        if not count:
            raise _Unusual
        if letter == "A":
            if f"TDIM{i}" in header:
                raise _Unusual
            types.append((name, f"S{count}", ()))
        else:
            shape: tuple[int, ...] = (count,) if count > 1 else ()
            types.append((name, _TYPES[letter], _shape(header.get(f"TDIM{i}"), count, shape)))
        forms.append(letter)
    dtype = np.dtype(types)  # refuses names that stand twice
    if dtype.itemsize != header.integer("NAXIS1"):
        raise _Unusual
    return dtype, forms


def _shape(dim: Any, count: int, default: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a cell, the first FITS axis last."""
    if dim is None:
        return default
    if not isinstance(dim, str) or not re.match(r"\(\d+(,\d+)*\)$", dim.replace(" ", "")):
        raise _Unusual
    shape = tuple(int(n) for n in reversed(dim.strip(" ()").split(",")))
    if math.prod(shape) != count:
        raise _Unusual
    return shape


def _readable(values: np.ndarray, form: str) -> np.ndarray:
    if form == "L":
        return values == b"T"
    return np.char.rstrip(np.char.decode(values, "ascii")) if form == "A" else values


def _value(card: str) -> Any:
    """Return the value of a card: text, a truth value, a number, or None."""
    text = card[10:].strip()
    if text.startswith("'"):
        end = 1
        while True:
            end = text.find("'", end)
            if end < 0:
                raise ValueError(f"unparsable card ({card.rstrip()})")
            if text[end + 1 : end + 2] != "'":
                return text[1:end].replace("''", "'").rstrip()
            end += 2
    word = text.partition("/")[0].strip()
    if not word:
        return None
    if word in ("T", "F"):
        return word == "T"
    if _INTEGER.match(word):
        return int(word)
    if _NUMBER.match(word):
        return float(word.upper().replace("D", "E"))
    raise ValueError(f"unparsable card ({card.rstrip()})")


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
