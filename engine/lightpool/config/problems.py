"""What pydantic found wrong, as one sentence with the dotted path of the key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lightpool.errors import SettingsError

_INDEX = re.compile(r"\[\d+\]")
# Names of union branches that pydantic puts into the place of an error; they are no keys.
_BRANCHES = {"file", "inline"}
_KINDS = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "a section with keys of its own",
    "model_attributes_type": "a section with keys of its own",
    "dict_type": "a section with keys of its own",
}


def as_settings_error(error: ValidationError, schema: type[BaseModel], where: str = "") -> SettingsError:
    """Return the first problem as a `SettingsError`; further ones are named by their place.

    Parameters
    ----------
    schema : type
        The model that was validated, to look up known keys.
    where : str
        The file, put in front of the dotted path.
    """
    details = error.errors()
    first = _problem(details[0], schema, where)
    if len(details) == 1:
        return first
    others = ", ".join(dict.fromkeys(_dotted(d["loc"]) for d in details[1:6]))
    rest = f"Also wrong: {others}" + (" and more" if len(details) > 6 else "")
    remedy = f"{first.remedy} {rest}" if first.remedy else rest
    return SettingsError(
        first.what, where=first.where, found=first.found, expected=first.expected, remedy=remedy
    )


def _problem(detail: ErrorDetails, schema: type[BaseModel], where: str) -> SettingsError:
    path = _dotted(detail["loc"])
    place = f"{where}: {path}" if where and path else where or path
    found = repr(detail["input"]) if detail["input"] is not None else "nothing"
    kind, context = detail["type"], detail.get("ctx", {})
    inner = context.get("error")
    if isinstance(inner, SettingsError):
        return SettingsError(
            inner.what, where=place, found=inner.found, expected=inner.expected, remedy=inner.remedy
        )
    if kind == "extra_forbidden":
        return SettingsError("unknown key", where=place, remedy=_suggestion(path, schema))
    if kind == "literal_error":
        known = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        close = get_close_matches(str(detail["input"]), known, n=1)
        remedy = f"Did you mean '{close[0]}'?" if close else None
        return SettingsError(
            "unknown value", where=place, found=found, expected=context["expected"], remedy=remedy
        )
    if kind in _KINDS:
        return SettingsError("wrong type", where=place, found=found, expected=_KINDS[kind])
    return SettingsError(detail["msg"].lower(), where=place, found=found)


def _dotted(place: Sequence[str | int]) -> str:
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in _BRANCHES:
            text += f".{part}" if text else part
    return text


def _suggestion(path: str, schema: type[BaseModel]) -> str:
    """Return which key was meant, from its neighbours or from elsewhere in the file, and the neighbours."""
    parent, _, key = path.rpartition(".")
    known = [name for name, _ in known_keys(schema)]
    place = _INDEX.sub("", parent)
    siblings = [name.rpartition(".")[2] for name in known if name.rpartition(".")[0] == place]
    elsewhere = {name.rpartition(".")[2]: name for name in reversed(known)}
    listed = f"Known here: {', '.join(siblings)}." if siblings else "No keys are known here."
    if close := get_close_matches(key.lower(), siblings, n=1, cutoff=0.8):
        return f"Did you mean '{parent + '.' if parent else ''}{close[0]}'? {listed}"
    if close := get_close_matches(key.lower(), elsewhere, n=1, cutoff=0.85):
        return f"Did you mean '{elsewhere[close[0]]}'? {listed}"
    if close := get_close_matches(key.lower(), siblings, n=1, cutoff=0.5):
        return f"Did you mean '{parent + '.' if parent else ''}{close[0]}'? {listed}"
    return listed


def known_keys(schema: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, type[BaseModel] | None]]:
    """Yield the dotted path of every key, and its section if it is one."""
    for name, field in schema.model_fields.items():
        section = next(_models(field.annotation), None)
        yield prefix + name, section
        if section is not None:
            yield from known_keys(section, f"{prefix}{name}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Annotated, Union, UnionType, tuple):
        for inner in get_args(annotation):
            yield from _models(inner)
