"""The checks that every number and name of a scene passes."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

from lightpool.errors import SettingsError


def check_range(what: str, value: Any, low: float, high: float) -> None:
    """Raise `SettingsError` unless `value` is a finite number from `low` to `high`."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not (is_number and math.isfinite(value) and low <= value <= high):
        raise SettingsError(f"{what} is out of range", found=f"{value!r}", expected=f"{low:g} to {high:g}")


def check_whole(what: str, value: Any, low: int, high: int) -> None:
    """Raise `SettingsError` unless `value` is a whole number from `low` to `high`."""
    if not isinstance(value, Integral):
        raise SettingsError(f"{what} must be a whole number", found=f"{value!r}")
    check_range(what, value, low, high)


def check_name(what: str, name: str) -> None:
    """Raise `SettingsError` unless `name` fits into a FITS header."""
    if not (isinstance(name, str) and 0 < len(name) <= 50 and name.isascii() and name.isprintable()):
        raise SettingsError(
            f"{what} cannot be used", found=repr(name), expected="1 to 50 printable ASCII characters"
        )
