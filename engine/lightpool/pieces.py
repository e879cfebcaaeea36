"""Pieces of runs: each overlap of a run with a time interval, which becomes one row of the cube."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.dl3 import Observation
from lightpool.errors import AnalysisError, SettingsError
from lightpool.times import from_utc, to_utc

#: Start and stop in TT seconds since J2000.0.
Interval = tuple[float, float]


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
    """Return intervals in TT seconds from pairs of UTC times (text, datetime64, astropy Time).

    Raises
    ------
    SettingsError
        For what is no pair of times, an interval that runs backwards, or two that overlap.
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
        intervals.append((from_utc(first, name=f"start {number}"), from_utc(last, name=f"stop {number}")))
    return checked_intervals(intervals)


def checked_intervals(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return intervals in order as given, after checking that each runs forward and none overlaps another.

    Raises
    ------
    SettingsError
        Naming the first that is wrong.
    """
    checked = tuple(intervals)
    for number, (start, stop) in enumerate(checked):
        if not start < stop:
            raise SettingsError(
                f"time interval {number} runs backwards or has no length",
                found=f"{_text(start)} to {_text(stop)}",
            )
    order = sorted(range(len(checked)), key=lambda i: checked[i])
    for one, other in itertools.pairwise(order):
        if checked[other][0] < checked[one][1] - 1e-6:
            raise SettingsError(
                f"time intervals {one} and {other} overlap, their events would count twice",
                found=f"{_text(checked[other][0])} before {_text(checked[one][1])}",
            )
    return checked


def pieces_of(observations: Iterable[Observation], intervals: tuple[Interval, ...]) -> tuple[Piece, ...]:
    """Return the pieces of some runs: interval by interval, and in each the runs in their order.

    Without intervals every run is one piece.

    Raises
    ------
    AnalysisError
        If no run has good time inside any interval.
    """
    runs = tuple(observations)
    if not intervals:
        return tuple(
            Piece(run, 0, float(run.gti.start.min()), float(run.gti.stop.max()), run.gti.ontime)
            for run in runs
        )
    pieces = []
    for number, (start, stop) in enumerate(intervals):
        for run in runs:
            first, last = np.maximum(run.gti.start, start), np.minimum(run.gti.stop, stop)
            inside = last > first
            if inside.any():
                ontime = float(np.sum((last - first)[inside]))
                bounds = float(first[inside].min()), float(last[inside].max())
                pieces.append(Piece(run, number, *bounds, ontime, (start, stop)))
    if not pieces:
        begin, end = min(r.gti.start.min() for r in runs), max(r.gti.stop.max() for r in runs)
        raise AnalysisError(
            "no run has good time inside the time intervals",
            found=f"intervals from {_text(intervals[0][0])} to {_text(intervals[-1][1])} UTC",
            expected=f"times within {_text(begin)} to {_text(end)} UTC",
        )
    return tuple(pieces)


def _text(tt_seconds: float) -> str:
    return str(to_utc(tt_seconds))[:19]
