"""Pieces of runs: each overlap of a run with a time interval, which becomes one row of the cube."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.dl3 import Observation
from lightpool.errors import AnalysisError, SettingsError
from lightpool.times import from_utc, to_utc

#: Start and stop in TT seconds since J2000.0.
Interval = tuple[float, float]

#: Ends nearer than this (s) are the same: far below the time between events, far above rounding.
_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Piece:
    """A run, or the part of it inside a time interval.

    Parameters
    ----------
    run : Observation
    interval : int
        Which interval; 0 for whole runs.
    start, stop : float, TT s
        First and last good second of the piece.
    ontime : float, s
    cut : (float, float) or None
        Events are kept from the first to just before the second; None keeps them all. Good time
        itself cuts no event, as in the field's other programs.
    """

    run: Observation
    interval: int
    start: float
    stop: float
    ontime: float
    cut: Interval | None = None

    @property
    def livetime(self) -> float:
        """Good time corrected for dead time, s."""
        return self.ontime * self.run.deadc

    def keeps(self, events: np.ndarray) -> np.ndarray:
        """Return those of some event indices that fall inside the piece."""
        if self.cut is None:
            return events
        time = self.run.events.time[events]
        return events[(time >= self.cut[0]) & (time < self.cut[1])]


def as_intervals(given: Iterable[Any] | None) -> tuple[Interval, ...]:
    """Return intervals in TT seconds from pairs of times.

    Parameters
    ----------
    given : iterable of (start, stop)
        UTC text or datetimes, astropy Times of any scale, or numbers: TT seconds since J2000.0.

    Raises
    ------
    SettingsError
        For what is no pair of times. Whether an interval makes sense is for `interval_faults`.
    """
    if given is None:
        return ()
    intervals = []
    for number, pair in enumerate(given):
        try:
            first, last = pair
        except (TypeError, ValueError):
            raise SettingsError(
                f"time interval {number} is no pair", found=repr(pair), expected="(start, stop)"
            ) from None
        intervals.append((as_seconds(first, f"start {number}"), as_seconds(last, f"stop {number}")))
    return tuple(intervals)


def as_seconds(value: Any, name: str) -> float:
    """Return TT seconds since J2000.0: numbers are that already, the rest is for `times.from_utc`."""
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return from_utc(value, name=name)


def interval_faults(intervals: Iterable[Interval]) -> tuple[str, ...]:
    """Return for each interval why it makes no sense, empty where it does.

    Of two that overlap, the one given later is at fault: the events in both would count twice.
    """
    good: list[tuple[Interval, int]] = []  # in order of time; none overlaps its neighbours
    faults = []
    for number, (start, stop) in enumerate(intervals):
        fault = ""
        if not start < stop:
            kind = "it has no length" if start == stop else "it runs backwards"
            fault = f"{kind}: {utc_text(start)} to {utc_text(stop)} UTC"
        else:
            at = bisect.bisect(good, ((start, stop), number))
            for (first, last), other in good[max(at - 1, 0) : at + 1]:
                if start < last - _SAME and first < stop - _SAME:
                    fault = (
                        f"it overlaps interval {other}, in which its events would count twice: "
                        f"{utc_text(max(start, first))} to {utc_text(min(stop, last))} UTC is in both"
                    )
                    break
            else:
                good.insert(at, ((start, stop), number))
        faults.append(fault)
    return tuple(faults)


def pieces_of(
    observations: Iterable[Observation],
    intervals: tuple[Interval, ...] = (),
    within: Interval | None = None,
) -> tuple[Piece, ...]:
    """Return the pieces of some runs: interval by interval, and in each the runs in their order.

    Without intervals every run is one piece. An interval that makes no sense has none.

    Parameters
    ----------
    within : (float, float), TT s, optional
        Nothing outside counts.
    """
    runs = tuple(observations)
    if not intervals and within is None:
        return tuple(
            Piece(run, 0, float(run.gti.start.min()), float(run.gti.stop.max()), run.gti.ontime)
            for run in runs
        )
    spans = [(float(run.gti.start.min()), float(run.gti.stop.max())) for run in runs]
    least, most = within or (-math.inf, math.inf)
    asked = intervals or ((least, most),)
    pieces = []
    for number, ((start, stop), fault) in enumerate(zip(asked, interval_faults(asked), strict=True)):
        if fault:
            continue
        start, stop = max(start, least), min(stop, most)
        for run, (begin, end) in zip(runs, spans, strict=True):
            if not (begin < stop and end > start):
                continue
            first, last = np.maximum(run.gti.start, start), np.minimum(run.gti.stop, stop)
            inside = last > first
            if inside.any():
                ontime = float(np.sum((last - first)[inside]))
                bounds = float(first[inside].min()), float(last[inside].max())
                pieces.append(Piece(run, number, *bounds, ontime, (start, stop)))
    return tuple(pieces)


def empty_reasons(
    observations: Iterable[Observation],
    intervals: tuple[Interval, ...],
    pieces: Iterable[Piece],
    within: Interval | None = None,
) -> tuple[str, ...]:
    """Return for each interval why it has no piece, empty where it has one."""
    filled = {piece.interval for piece in pieces}
    runs = tuple(observations)
    begin, end = min(run.gti.start.min() for run in runs), max(run.gti.stop.max() for run in runs)
    reasons = list(interval_faults(intervals))
    for number, (start, stop) in enumerate(intervals):
        if number in filled or reasons[number]:
            continue
        if stop <= begin:
            reasons[number] = f"it ends before the data begin, at {utc_text(begin)} UTC"
        elif start >= end:
            reasons[number] = f"it begins after the data end, at {utc_text(end)} UTC"
        elif within is not None and not (start < within[1] and stop > within[0]):
            low, high = within
            reasons[number] = f"it lies outside the observing time, {utc_text(low)} to {utc_text(high)} UTC"
        else:
            reasons[number] = "no run has good time in it"
    return tuple(reasons)


def require_pieces(
    observations: Iterable[Observation], pieces: Iterable[Piece], reasons: tuple[str, ...]
) -> None:
    """Check that something is left of the runs.

    Raises
    ------
    AnalysisError
        With the reasons of the first intervals, and where the data are.
    """
    if any(True for _ in pieces):
        return
    gtis = [run.gti for run in observations]
    begin, end = min(gti.start.min() for gti in gtis), max(gti.stop.max() for gti in gtis)
    told = [f"interval {number}: {reason}" for number, reason in enumerate(reasons[:3])]
    more = [f"and {len(reasons) - 3} more"] if len(reasons) > 3 else []
    raise AnalysisError(
        "no run has good time inside the time intervals"
        if reasons
        else "no run has good time inside the observing time",
        found="; ".join(told + more) or None,
        expected=f"times within {utc_text(begin)} to {utc_text(end)} UTC",
    )


def utc_text(tt_seconds: float) -> str:
    """Return a time as UTC text to the second."""
    return str(to_utc(tt_seconds))[:19]
