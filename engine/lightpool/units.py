"""Numbers with units in, plain floats in the engine's own units out."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from lightpool.errors import SettingsError

#: The engine's fixed units. Everything inside is a plain float64 in these.
ENERGY, ANGLE, TIME = "TeV", "deg", "s"

# The units that configuration files use, so that reading one needs no unit package.
_FACTORS: dict[str, dict[str, float]] = {
    "TeV": {"TeV": 1.0, "GeV": 1e-3, "MeV": 1e-6, "keV": 1e-9, "eV": 1e-12, "PeV": 1e3},
    "deg": {
        "deg": 1.0,
        "rad": 180 / math.pi,
        "arcmin": 1 / 60,
        "arcsec": 1 / 3600,
        "hourangle": 15.0,
    },
    "s": {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0, "d": 86400.0, "day": 86400.0},
    "": {"": 1.0},  # a pure number
}
_KIND = {"TeV": "an energy", "deg": "an angle", "s": "a time", "": "a number"}
_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


def to_float(value: Any, unit: str, *, name: str = "value") -> float:
    """Return one finite number in `unit`.

    Parameters
    ----------
    value : str, number or astropy Quantity
        ``"0.11 deg"``, ``0.11`` (taken to be in `unit` already) or a quantity.
    unit : str
        ``"TeV"``, ``"deg"``, ``"s"``, or empty for a pure number.
    name : str
        What the number is, for the message.

    Raises
    ------
    SettingsError
        If it is not a finite number or has a unit of another kind.

    Examples
    --------
    >>> to_float("500 GeV", "TeV")
    0.5
    """
    if isinstance(value, str):
        number = _from_text(value, unit, name)
    elif hasattr(value, "to_value"):
        number = _from_quantity(value, unit, name)
    else:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise _wrong(value, unit, name) from None
    if not math.isfinite(number):
        raise SettingsError(f"{name} must be finite", found=str(value), expected=_KIND[unit])
    return number


def to_array(values: Any, unit: str, *, name: str = "values") -> np.ndarray:
    """Return a 1D float64 array in `unit`, from one or a list of anything that `to_float` takes.

    Raises
    ------
    SettingsError
        As `to_float`, for the first entry that fails.
    """
    if hasattr(values, "to_value"):
        try:
            values = np.asarray(values.to_value(unit))
        except (ValueError, TypeError):
            raise _wrong(values, unit, name) from None
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        return np.atleast_1d(values).astype(float)
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        values = [values]
    return np.array([to_float(value, unit, name=name) for value in values], dtype=float)


def _from_text(text: str, unit: str, name: str) -> float:
    match = _NUMBER.match(text)
    if match is None:
        raise _wrong(text, unit, name)
    number, symbol = float(match[1]), match[2]
    if symbol == "" and unit:
        raise SettingsError(
            f"{name} has no unit", found=repr(text), expected=f"{_KIND[unit]} such as '1 {unit}'"
        )
    factor = _FACTORS[unit].get(symbol)
    if factor is not None:
        return number * factor
    from astropy import units as u  # the rare units only: this import is slow

    try:
        return float((number * u.Unit(symbol)).to_value(unit))
    except (ValueError, u.UnitConversionError):
        raise _wrong(text, unit, name) from None


def _from_quantity(value: Any, unit: str, name: str) -> float:
    from astropy.units import UnitConversionError

    try:
        return float(value.to_value(unit))
    except (UnitConversionError, TypeError):
        raise _wrong(value, unit, name) from None


def _wrong(value: Any, unit: str, name: str) -> SettingsError:
    expected = f"a number with a unit, such as '1 {unit}'" if unit else "a number"
    return SettingsError(f"{name} is not {_KIND[unit]}", found=repr(value), expected=expected)
