"""How each input is written in a link, and read from one that anybody may have written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from lightpool_dashboard.inputs import Inputs, ParameterChoice

#: Characters of one value that are read.
MAX_VALUE = 200
#: What stands for an empty list, which is not the same as the default.
NONE = "none"
_NAME = re.compile(r"[A-Za-z_][\w-]{0,39}", re.ASCII)
_TIME = re.compile(r"[\d:.TZ+ -]{4,40}", re.ASCII)


@dataclass(frozen=True)
class Form:
    """How an input stands in a link.

    Parameters
    ----------
    write : callable
        Value in, one text for each time that its key is repeated out.
    read : callable
        The inverse. Raises a ValueError that says what was expected.
    """

    write: Callable[[Any], list[str]]
    read: Callable[[list[str]], Any]


def number(text: str) -> float:
    """Return a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("a number was expected")
    return value


def number_text(value: float) -> str:
    """Return the shortest text that reads as the same number.

    Examples
    --------
    >>> number_text(40.0), number_text(0.11), number_text(3e-12)
    ('40', '0.11', '3e-12')
    """
    text = repr(float(value))
    return text.removesuffix(".0")


def _whole(text: str) -> int:
    value = number(text)
    if value != int(value) or abs(value) > 1e12:
        raise ValueError("a whole number was expected")
    return int(value)


def _yes(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("0 or 1 was expected")
    return text == "1"


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError("a UTC time was expected")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("the name of a parameter was expected")
    return text


def _single(read: Callable[[str], Any], write: Callable[[Any], str] = str) -> Form:
    """Return the form of an input that is one value; of a repeated key the last counts."""
    return Form(lambda value: [write(value)], lambda texts: read(texts[-1]))


def _joined(read: Callable[[str], Any], write: Callable[[Any], str] = str) -> Form:
    """Return the form of a list: values parted by commas."""

    def read_all(texts: list[str]) -> tuple[Any, ...]:
        return () if texts[-1] == NONE else tuple(read(part) for part in texts[-1].split(","))

    return Form(lambda values: [",".join(map(write, values)) or NONE], read_all)


def _repeated(read: Callable[[list[str]], Any], write: Callable[[Any], list[str]], parts: int) -> Form:
    """Return the form of a list whose entries have parts: a key for each, its parts parted by commas."""

    def write_all(values: Any) -> list[str]:
        texts = []
        for value in values:
            written = write(value)
            while written[-1] == "":  # reading puts them back
                written.pop()
            texts.append(",".join(written))
        return texts or [NONE]

    def read_all(texts: list[str]) -> tuple[Any, ...]:
        if texts == [NONE]:
            return ()
        found = []
        for text in texts:
            split = text.split(",", parts - 1)
            found.append(read(split + [""] * (parts - len(split))))
        return tuple(found)

    return Form(write_all, read_all)


def _pair(texts: list[str]) -> tuple[str, str]:
    first, comma, second = texts[-1].partition(",")
    if not comma:
        raise ValueError("two values parted by a comma were expected")
    return first, second


def _circle(parts: list[str]) -> tuple[float, float, float, str]:
    lon, lat, radius, name = parts
    return number(lon), number(lat), number(radius), name[:60]


def _choice(parts: list[str]) -> ParameterChoice:
    name, value, frozen, low, high = parts
    if frozen not in ("", "frozen", "free"):
        raise ValueError("frozen or free was expected")
    value, low, high = (None if text == "" else number(text) for text in (value, low, high))  # type: ignore[assignment]
    return ParameterChoice(_name(name), value, None if not frozen else frozen == "frozen", low, high)  # type: ignore[arg-type]


def _choice_parts(choice: ParameterChoice) -> list[str]:
    value, low, high = (
        "" if given is None else number_text(given) for given in (choice.value, choice.low, choice.high)
    )
    return [choice.name, value, {None: "", True: "frozen", False: "free"}[choice.frozen], low, high]


_BY_TYPE = {
    "str": _single(str),
    "int": _single(_whole),
    "bool": _single(_yes, lambda value: str(int(value))),
    "float": _single(number, number_text),
    "tuple[str, ...]": _joined(str),
    "tuple[int, ...]": _joined(_whole),
    "tuple[ParameterChoice, ...]": _repeated(_choice, _choice_parts, 5),
    "tuple[ExcludedCircle, ...] | None": _repeated(
        _circle, lambda circle: [*map(number_text, circle[:3]), circle[3]], 4
    ),
    "tuple[tuple[str, float], ...]": _repeated(
        lambda parts: (_name(parts[0]), number(parts[1])), lambda pair: [pair[0], number_text(pair[1])], 2
    ),
    "tuple[float, float] | None": Form(
        lambda pair: [",".join(map(number_text, pair))],
        lambda texts: tuple(number(text) for text in _pair(texts)),
    ),
    "tuple[str, str] | None": Form(
        lambda pair: [",".join(pair)], lambda texts: tuple(_time(text) for text in _pair(texts))
    ),
}

#: Inputs whose key in a link is not their own name.
_KEYS = {
    "position": "at",
    "left_out": "without",
    "exclusion": "exclude",
    "parameters": "par",
    "bins_per_decade": "bins",
}
#: The key of each input in a link.
KEYS = {field.name: _KEYS.get(field.name, field.name) for field in fields(Inputs)}
#: The form of each input, by what the input is.
FORMS = {field.name: _BY_TYPE[str(field.type)] for field in fields(Inputs)}
