"""Units as FITS columns spell them, turned into the engine's own."""

from __future__ import annotations

import math
import re

_SQUARE_DEGREES = (180 / math.pi) ** 2

# The spellings that occur in public DL3 files: astropy.units (slow to load) is asked for the others.
_KNOWN: dict[str, dict[str, float]] = {
    "TeV": {"TeV": 1.0, "GeV": 1e-3, "MeV": 1e-6, "keV": 1e-9, "eV": 1e-12},
    "deg": {"deg": 1.0, "degree": 1.0, "degrees": 1.0, "rad": 180 / math.pi},
    "s": {"s": 1.0, "sec": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0, "d": 86400.0, "day": 86400.0},
    "m2": {"m2": 1.0, "cm2": 1e-4, "km2": 1e6},
    "m2 s": {"m2 s": 1.0, "cm2 s": 1e-4},
    "sr-1": {"sr-1": 1.0, "1/sr": 1.0, "deg-2": _SQUARE_DEGREES},
    "": {"": 1.0, "-": 1.0, "1": 1.0, "adimensional": 1.0},
    "MeV-1 s-1 sr-1": {
        "MeV-1 s-1 sr-1": 1.0,
        "s-1 MeV-1 sr-1": 1.0,
        "1/s/MeV/sr": 1.0,
        "1/MeV/s/sr": 1.0,
        "TeV-1 s-1 sr-1": 1e-6,
        "s-1 TeV-1 sr-1": 1e-6,
        "1/s/TeV/sr": 1e-6,
        "1/TeV/s/sr": 1e-6,
    },
}


def unit_factor(found: str, expected: str) -> float | None:
    """Return what a value in `found` is multiplied by to be in `expected`, None if it cannot be.

    Examples
    --------
    >>> unit_factor("cm^2", "m2")
    0.0001
    >>> unit_factor("kg", "m2") is None
    True
    """
    tidy = re.sub(r"\s+", " ", found.strip().replace("**", "").replace("^", ""))
    factor = _KNOWN[expected].get(tidy)
    if factor is not None or not tidy:
        return factor
    from astropy import units as u  # only for a spelling that is not in the table

    try:
        return float(u.Unit(found.strip()).to(u.Unit(expected)))
    except (ValueError, TypeError, u.UnitConversionError):
        return None
