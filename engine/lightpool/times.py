"""Times as float64 TT seconds since J2000.0; UTC only at the borders."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from lightpool.errors import DataError, SettingsError

#: Julian date of the origin, 2000-01-01T12:00:00 TT.
J2000 = 2451545.0
_MJD0 = 2400000.5
_DAY = 86400.0
_SCALES = ("tt", "utc", "tai")


def tt_offset(mjd_int: float, mjd_frac: float, scale: str) -> float:
    """Return the TT second, counted from J2000.0, of a mission's reference date.

    Parameters
    ----------
    mjd_int, mjd_frac : float, d
        MJDREFI and MJDREFF of a GADF header.
    scale : str
        TIMESYS: TT, UTC or TAI, in any case.

    Notes
    -----
    Mission times count SI seconds from the reference, so a UTC reference is moved to TT once.
    Add the result to the mission time.
    """
    import erfa

    key = scale.strip().lower()
    if key not in _SCALES:
        raise DataError("time scale is not known", found=repr(scale), expected="TT, UTC or TAI")
    day1, day2 = _MJD0 + mjd_int, mjd_frac
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)  # a dubious year past the last leap second
        if key == "utc":
            day1, day2 = erfa.utctai(day1, day2)
        if key in ("utc", "tai"):
            day1, day2 = erfa.taitt(day1, day2)
    return float((day1 - J2000) * _DAY + day2 * _DAY)


def to_utc(tt_seconds: Any) -> np.ndarray:
    """Return UTC as datetime64[ns], the shape of `tt_seconds` (TT seconds since J2000.0)."""
    import erfa

    seconds = np.asarray(tt_seconds, dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        tai = erfa.tttai(np.full(seconds.shape, J2000), seconds / _DAY)
        # Microseconds, so that 20:45:00 does not show as 20:44:59.999999986.
        year, month, day, clock = erfa.d2dtf("UTC", 6, *erfa.taiutc(*tai))
    months = (np.asarray(year, dtype="int64") - 1970) * 12 + (month - 1)
    date = months.astype("datetime64[M]").astype("datetime64[D]") + (np.asarray(day) - 1)
    # A leap second, 23:59:60, has no name in datetime64: it shows as the next midnight.
    within = ((clock["h"].astype("int64") * 60 + clock["m"]) * 60 + clock["s"]) * 1_000_000 + clock["f"]
    return date.astype("datetime64[ns]") + np.asarray(within, dtype="timedelta64[us]")


def from_utc(value: Any, *, name: str = "time") -> float:
    """Return TT seconds since J2000.0.

    Parameters
    ----------
    value : str, datetime64, datetime or astropy Time
        Text and datetimes are UTC; an astropy Time keeps its own scale.

    Raises
    ------
    SettingsError
        If the text is no date.
    """
    import erfa

    if hasattr(value, "jd1") and value.scale != "local":
        tt = value.tt
        return float((tt.jd1 - J2000) * _DAY + tt.jd2 * _DAY)
    try:
        text = value.strip().removesuffix("Z").replace(" ", "T") if isinstance(value, str) else value
        stamp = np.datetime64(text, "ns")
    except (ValueError, TypeError):
        stamp = np.datetime64("NaT")
    if isinstance(value, str) and not text[:1].isdigit():  # "now" would mean something else every day
        stamp = np.datetime64("NaT")
    if np.isnat(stamp):
        raise SettingsError(
            f"{name} is not a date", found=repr(value), expected="UTC such as '2006-07-29T20:30:00'"
        )
    date = stamp.astype("datetime64[D]")
    year, month, day = (int(part) for part in str(date).split("-"))
    seconds = float((stamp - date) / np.timedelta64(1, "s"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        utc = erfa.dtf2d(
            "UTC", year, month, day, int(seconds // 3600), int(seconds % 3600 // 60), seconds % 60
        )
        tt1, tt2 = erfa.taitt(*erfa.utctai(*utc))
    return float((tt1 - J2000) * _DAY + tt2 * _DAY)


def to_mjd(tt_seconds: Any) -> np.ndarray:
    """Return MJD in scale TT, d."""
    return np.asarray(tt_seconds, dtype=float) / _DAY + (J2000 - _MJD0)
