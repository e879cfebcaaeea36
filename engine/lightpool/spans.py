"""When runs took data: from first to last, run by run and night by night."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lightpool.dl3 import Observation
from lightpool.pieces import Interval
from lightpool.reduction_settings import ReductionSettings

#: Runs that are farther apart belong to different nights, s: no night is so long that a source
#: seen at its ends has not been seen between, and no day so short.
NIGHT_GAP = 8 * 3600.0
#: How far events may lie outside of good time and still belong to a run, s.
_REACH = 60.0
#: Runs that share less than this overlap by rounding, s.
_ROUNDING = 1.0


@dataclass(frozen=True, eq=False)
class Span:
    """A run and the time it covers.

    Parameters
    ----------
    run : Observation
    start, stop : float, TT s
        Good time, and the events just outside of it, which count in whole runs too.
    """

    run: Observation
    start: float
    stop: float


def spans_of(observations: Iterable[Observation], settings: ReductionSettings) -> list[Span]:
    """Return the spans of runs with good time in the observing time of the settings, in order of time."""
    least, most = settings.time_range or (-math.inf, math.inf)
    good = []
    for run in observations:
        first, last = np.maximum(run.gti.start, least), np.minimum(run.gti.stop, most)
        inside = last > first
        if inside.any():
            good.append((float(first[inside].min()), float(last[inside].max()), run))
    good.sort(key=lambda entry: entry[:2])
    spans, ended = [], -math.inf
    for i, (start, stop, run) in enumerate(good):
        following = good[i + 1][0] if i + 1 < len(good) else math.inf
        # Half the gap to the neighbours is as far as a run may reach.
        lowest = max(start - _REACH, least, min((ended + start) / 2, start))
        highest = min(stop + _REACH, most, max((stop + following) / 2, stop))
        time = run.events.time
        near = time[(time >= lowest) & (time < highest)]
        if near.size:
            # An interval holds what comes before its stop: the last event must not be its stop.
            last_event = min(float(near.max()) + 1e-6, highest)
            spans.append(Span(run, min(start, float(near.min())), max(stop, last_event)))
        else:
            spans.append(Span(run, start, stop))
        ended = max(ended, stop)
    return spans


def apart(spans: Sequence[Span]) -> tuple[Interval, ...]:
    """Return an interval for each span; spans that overlap share one."""
    out: list[Interval] = []
    for span in spans:
        if out and span.start < out[-1][1] - _ROUNDING:
            out[-1] = out[-1][0], max(out[-1][1], span.stop)
        else:
            out.append((max(span.start, out[-1][1]) if out else span.start, span.stop))
    return tuple(out)


def nights_of(spans: Sequence[Span]) -> list[list[Span]]:
    """Return spans in order of time by night: a new one begins after `NIGHT_GAP` without a run."""
    nights: list[list[Span]] = []
    ended = -math.inf
    for span in spans:
        if span.start - ended > NIGHT_GAP:
            nights.append([])
        nights[-1].append(span)
        ended = max(ended, span.stop)
    return nights


def trimmed(edges: np.ndarray, spans: Sequence[Span]) -> list[Interval]:
    """Return the intervals between edges, drawn in where they begin or end between runs.

    Parameters
    ----------
    edges : ndarray, shape (intervals + 1,), TT s
    """
    covered = apart(spans)
    starts, stops = np.array(covered).T
    out = []
    for low, high in itertools.pairwise(edges):
        after = int(np.searchsorted(stops, low, side="right"))  # the first that ends later
        before = int(np.searchsorted(starts, high, side="left")) - 1  # the last that begins earlier
        out.append((float(max(low, starts[after])), float(min(high, stops[before]))))
    return out
