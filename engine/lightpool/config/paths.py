"""Paths as configuration files write them: with environment variables, relative to here or to the file."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lightpool.errors import SettingsError

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def expand(text: str, *, where: str) -> Path:
    """Return a path with ``~`` and environment variables filled in.

    Parameters
    ----------
    where : str
        The key that holds the path, for the message.

    Raises
    ------
    SettingsError
        If a variable is not set.
    """
    for match in _VARIABLE.finditer(text):
        name = match[1] or match[2]
        if not os.environ.get(name):
            raise SettingsError(
                f"environment variable {name} is not set",
                where=where,
                found=f"'{text}'",
                remedy=f"Set it (export {name}=/path/to/data) or write the whole path",
            )
    return Path(os.path.expandvars(text)).expanduser()


def find(text: str, *, where: str, beside: Path | None = None) -> Path:
    """Return the existing path that `text` means, absolute.

    A relative path is looked up from the working directory, then in the directory `beside`
    (where the configuration file lies).

    Raises
    ------
    SettingsError
        If it exists in neither place.
    """
    path = expand(text, where=where)
    places = [path] if path.is_absolute() or beside is None else [path, beside / path]
    for place in places:
        if place.exists():
            return place.resolve()
    raise SettingsError(
        "no such file or directory", where=where, found=" and ".join(f"'{p}'" for p in places)
    )
