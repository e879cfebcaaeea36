"""A direction on the sky as people type it."""

from __future__ import annotations

import re

from lightpool.errors import SettingsError
from lightpool.sky import to_icrs

EXAMPLES = "83.633 22.014, 05:34:31.9 +22:00:52 or l=184.557 b=-5.784"

_LONGEST = 100
_MARKS = str.maketrans("−–°º′″'\",", "--ddmsms ")
_FRAME = re.compile(r"\b(icrs|j2000|ra|dec)\b|[=]", re.IGNORECASE)
_GALACTIC = re.compile(r"\bgalactic\b|\bgal\b|\b[lb](?![a-z])", re.IGNORECASE)
#: A number with its sign and the letter or colon behind it.
_NUMBER = re.compile(r"([+-]?)\s*(\d+\.?\d*|\.\d+)\s*([hdms:]?)", re.IGNORECASE)


def parse_direction(text: str) -> tuple[float, float]:
    """Return longitude and latitude, ICRS, deg, of a direction in words.

    Two numbers are degrees; four or six are hours (or, with a ``d`` or galactic, degrees), minutes and
    seconds, parted by colons, letters or blanks. Galactic ones bear ``l`` and ``b``, or ``galactic``.

    Raises
    ------
    SettingsError
        If the text is anything else, or no place on the sky.

    Examples
    --------
    >>> parse_direction("83.633, +22.014")
    (83.633, 22.014)
    >>> lon, lat = parse_direction("5h34m31.94s -0d00m36s")
    >>> round(lon, 4), round(lat, 4)
    (83.6331, -0.01)
    """
    plain = re.sub(r"deg(rees)?", "d", text[:_LONGEST].translate(_MARKS), flags=re.IGNORECASE)
    rest, is_galactic = _GALACTIC.subn(" ", _FRAME.sub(" ", plain))
    numbers = _NUMBER.findall(rest)
    n = len(numbers)
    signs = [k for k, (sign, _, _) in enumerate(numbers) if sign]
    if n not in (2, 4, 6) or _NUMBER.sub("", rest).strip() or not {0, n // 2}.issuperset(signs):
        raise _not_understood(text)
    first, second = numbers[: n // 2], numbers[n // 2 :]
    lon, lat = _angle(first, text), _angle(second, text)
    if not is_galactic and (first[0][2].lower() == "h" or (n > 2 and first[0][2].lower() != "d")):
        lon *= 15
    if not (-180 <= lon <= 360 and -90 <= lat <= 90):
        raise SettingsError(
            f"{text[:_LONGEST]!r} is no place on the sky",
            found=f"longitude {lon:g} deg, latitude {lat:g} deg",
            expected="0 to 360 deg and -90 to 90 deg",
        )
    lon, lat = to_icrs(lon, lat, "galactic" if is_galactic else "icrs")
    return round(lon % 360, 6), round(lat, 6)


def direction_text(lon: float, lat: float) -> str:
    """Return a direction (deg) as text that `parse_direction` reads.

    Examples
    --------
    >>> direction_text(83.633, -0.5)
    '83.6330 -0.5000'
    """
    return f"{lon:.4f} {lat:+.4f}"


def _angle(parts: list[tuple[str, str, str]], text: str) -> float:
    """Return an angle of one, two or three parts, in the unit of the first."""
    sixtieths = [float(number) for _, number, _ in parts]
    if any(not part < 60 for part in sixtieths[1:]):
        raise _not_understood(text)
    size = sum(part / 60**k for k, part in enumerate(sixtieths))
    return -size if parts[0][0] == "-" else size


def _not_understood(text: str) -> SettingsError:
    return SettingsError("a direction is not understood", found=repr(text[:_LONGEST]), expected=EXAMPLES)
