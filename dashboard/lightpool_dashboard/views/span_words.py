"""A span of time in words."""

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
