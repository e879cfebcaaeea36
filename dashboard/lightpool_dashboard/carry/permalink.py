"""The link that opens the page as it is: its inputs as the query string of an address.

``?v=1&store=hess-dl3-dr1&target=Crab&radius=0.12``: store and target always, of the rest what differs
from the defaults of the page; `link_text` says how each input is written. It starts at the question
mark, so it holds under any address at which the page is served.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import traitlets as tl

from lightpool_dashboard.carry.link_text import FORMS, KEYS, MAX_VALUE
from lightpool_dashboard.inputs import INPUT_NAMES, Inputs
from lightpool_dashboard.state import State

VERSION = 1
#: Characters of a link that a page reads, and the most that it writes.
MAX_LENGTH = 4096
_MAX_FIELDS = 300
_MAX_SENTENCES = 6
_NAMES = {key: name for name, key in KEYS.items()}
_DATA = ("store", "target")


@dataclass(frozen=True)
class Link:
    """What a link says.

    Parameters
    ----------
    inputs : dict of str to Any
        By the names of `Inputs`: all but store and target, which it may leave to the page.
    sentences : tuple of str
        What of it was not understood.
    """

    inputs: dict[str, Any]
    sentences: tuple[str, ...] = ()


@cache
def defaults() -> Inputs:
    """Return the inputs of a page that nobody has touched."""
    return State().inputs()


def permalink(inputs: Inputs) -> str:
    """Return the link of the inputs, from the question mark on.

    Returns
    -------
    str
        Empty for inputs that take more than `MAX_LENGTH` characters.
    """
    pairs = [("v", str(VERSION))]
    for name in INPUT_NAMES:
        value = getattr(inputs, name)
        if value != getattr(defaults(), name) or (name in _DATA and value):
            pairs += [(KEYS[name], text) for text in FORMS[name].write(value)]
    link = "?" + urlencode(pairs, quote_via=quote, safe=",:/")
    return link if len(link) <= MAX_LENGTH else ""


def read_link(text: str) -> Link:
    """Return what a link asks for; whatever it does not say has the default of the page.

    Parameters
    ----------
    text : str
        A query string, percent-encoded, of unknown origin. Nothing in it raises.
    """
    text = text.removeprefix("?")
    if not text.strip():
        return Link({})
    if len(text) > MAX_LENGTH:
        return Link({}, (f"the link is longer than {MAX_LENGTH} characters, so nothing of it was taken",))
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return Link({}, ("the link says too many things at once, so nothing of it was taken",))
    said: dict[str, list[str]] = {}
    for key, value in pairs:
        said.setdefault(key, []).append(value)

    sentences = []
    version = said.pop("v", [str(VERSION)])[-1]
    if version != str(VERSION):
        sentences.append(f"the link is of version {_shown(version)}; this page reads version {VERSION}")
    inputs = {name: getattr(defaults(), name) for name in INPUT_NAMES if name not in _DATA}
    for key, values in said.items():
        name = _NAMES.get(key)
        if name is None:
            sentences.append(f"the link says {_shown(key)}, which this page does not know")
        elif name in _DATA and not values[-1]:
            continue  # the page's own choice
        elif any(len(value) > MAX_VALUE for value in values):
            sentences.append(f"the link's {key} is too long and was not taken")
        else:
            try:
                inputs[name] = FORMS[name].read(values)
            except ValueError as exc:
                sentences.append(f"the link's {key}={_shown(values[-1])} was not taken: {exc}")
    return Link(inputs, tuple(sentences))


def open_link(state: State, text: str) -> None:
    """Set the inputs that a link asks for, as far as they can be, and say in words what was not taken.

    Numbers out of range are clamped by the state, which says so beside the control. A target that
    the store does not have is replaced when the store is open, and then that is said.
    """
    link = read_link(text)
    sentences = list(link.sentences)
    inputs = dict(link.inputs)
    if "target" in inputs and inputs["target"] not in state.targets:
        inputs["targets"] = (inputs["target"],)  # whether it has it is known when the store is open
    for name, value in state.in_order(inputs):
        try:
            setattr(state, name, value)
        except tl.TraitError as exc:
            sentences.append(f"the link's {KEYS.get(name, name)} was not taken: {_shown(str(exc), 160)}")
    state.notice("query", " ".join(f"{text[0].upper()}{text[1:]}." for text in _few(sentences)))


def _shown(text: str, length: int = 40) -> str:
    """Return a text of unknown origin, short and on one line; who shows it escapes it."""
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= length else f"{text[:length]}..."


def _few(sentences: list[str]) -> tuple[str, ...]:
    if len(sentences) <= _MAX_SENTENCES:
        return tuple(sentences)
    left = len(sentences) - _MAX_SENTENCES
    return (*sentences[:_MAX_SENTENCES], f"{left} more parts of the link were not taken")
