"""Good time intervals of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.dl3.file_units import unit_factor
from lightpool.dl3.table import Table
from lightpool.errors import DataError
from lightpool.times import to_utc, tt_offset


@dataclass(frozen=True, eq=False, repr=False)
class Gti:
    """Good time intervals.

    Parameters
    ----------
    start, stop : ndarray, shape (n,)
        TT seconds since J2000.0.

    Examples
    --------
    >>> runs[0].gti
    Gti(1 from 2004-12-04T22:10:00 to 2004-12-04T22:38:00 UTC, 1680 s)
    """

    start: np.ndarray
    stop: np.ndarray

    @property
    def ontime(self) -> float:
        """Sum of the intervals, s."""
        return float(np.sum(self.stop - self.start))

    def __len__(self) -> int:
        return len(self.start)

    def __repr__(self) -> str:
        first, last = to_utc(self.start.min()), to_utc(self.stop.max())
        return f"Gti({len(self)} from {str(first)[:19]} to {str(last)[:19]} UTC, {self.ontime:.0f} s)"


def time_unit(table: Table, column: str) -> str:
    """Return the unit of a time column: its own, else TIMEUNIT, else s.

    Raises
    ------
    DataError
        If the column and TIMEUNIT contradict each other.
    """
    own, common = table.units.get(column, ""), table.text("TIMEUNIT")
    if own and common and unit_factor(own, "s") != unit_factor(common, "s"):
        raise DataError(
            f"the unit of column {column} contradicts TIMEUNIT",
            where=table.where,
            found=f"{own!r} and {common!r}",
        )
    return own or common or "s"


def reference_time(table: Table, *, fallback: Table | None = None) -> float:
    """Return the TT second since J2000.0 of the header's time zero (MJDREFI, MJDREFF, TIMESYS).

    Parameters
    ----------
    fallback : Table
        Taken where `table` has no reference at all.

    Raises
    ------
    DataError
        If the reference is missing or its scale is not known.
    """
    if fallback is not None and table.number("MJDREFI", None) is None:
        table = fallback
    scale = table.text("TIMESYS") or "TT"
    try:
        zero = tt_offset(table.number("MJDREFI"), table.number("MJDREFF", 0.0), scale)
    except DataError as exc:
        if exc.where:
            raise
        raise DataError(exc.what, where=table.where, found=exc.found, expected=exc.expected) from exc
    return zero


def read_gti(table: Table) -> Gti:
    """Return the good time intervals of a GTI table, in the file's order.

    Raises
    ------
    DataError
        If there is none, or one is reversed, not a number, or overlaps another.
    """
    start, stop = (
        table.column(name, unit="s", missing_unit=time_unit(table, name)) for name in ("START", "STOP")
    )
    if not len(start):
        raise DataError("there is no good time interval", where=table.where, found="0 rows")
    if not (np.isfinite(start).all() and np.isfinite(stop).all()):
        raise DataError("a good time interval is not a number", where=table.where)
    wrong = np.flatnonzero(stop < start)
    if wrong.size:
        i = wrong[0]
        raise DataError(
            "a good time interval stops before it starts",
            where=table.where,
            found=f"START {start[i]:.3f} s, STOP {stop[i]:.3f} s (row {i})",
        )
    if not np.any(stop > start):
        raise DataError("the good time intervals have no length", where=table.where, found="0 s")
    order = np.argsort(start)
    overlap = stop[order][:-1] - start[order][1:]
    if overlap.size and overlap.max() > 1e-3:
        raise DataError(
            "good time intervals overlap, their time would count twice",
            where=table.where,
            found=f"{overlap.max():.3f} s in common",
        )
    zero = reference_time(table)
    return Gti(start + zero, stop + zero)
