"""A span of time or of energy in words."""

from __future__ import annotations

from lightpool.pieces import Interval
from lightpool.times import to_utc


def span_in_words(span: Interval) -> str:
    """Return a span (TT s since J2000.0) as UTC, the date once where it is one day.

    Examples
    --------
    >>> from lightpool.times import from_utc
    >>> span_in_words((from_utc("2006-07-29T22:40:00"), from_utc("2006-07-29T22:55:30")))
    '2006-07-29 22:40:00 to 22:55:30'
    """
    start, stop = (str(to_utc(time).astype("datetime64[s]")).replace("T", " ") for time in span)
    return f"{start} to {stop[11:] if stop[:10] == start[:10] else stop}"


def band_in_words(low: float, high: float) -> str:
    """Return a band of energies (TeV) with the digits that one reads.

    Examples
    --------
    >>> band_in_words(0.5848, 300.0)
    '0.58 to 300 TeV'
    """
    return " to ".join(f"{float(f'{energy:.2g}'):g}" for energy in (low, high)) + " TeV"
