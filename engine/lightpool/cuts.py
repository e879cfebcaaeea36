"""Where to cut the time of some runs by what was seen: significance, counts, or changes of the rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightpool.axes import log_centres
from lightpool.measurement import measure
from lightpool.reduction_settings import ReductionSettings
from lightpool.spans import Span
from lightpool.statistics import li_ma_significance

#: Events looked at together when a threshold is sought; doubled while it is not reached.
_STRIDE = 256
#: The search for blocks takes time with the square of this.
_MOST_CELLS = 2000
#: Index of the spectrum that weighs effective areas of different runs against each other.
_TYPICAL_INDEX = 2.5


@dataclass(frozen=True, eq=False)
class _Seen:
    """ON and OFF events in the safe energy range, in order of time.

    Parameters
    ----------
    time : ndarray, shape (events,), TT s
    on : ndarray, shape (events,), bool
    alpha : ndarray, shape (events,)
        Acceptance ratio of the event's run.
    """

    time: np.ndarray
    on: np.ndarray
    alpha: np.ndarray


def significance_edges(spans: Sequence[Span], settings: ReductionSettings, sigma: float) -> np.ndarray:
    """Return edges (TT s) between which the significance of ON and OFF events just reaches `sigma`."""
    seen = _seen(spans, settings)
    counts, counts_off = np.cumsum(seen.on), np.cumsum(~seen.on)
    background = np.cumsum(np.where(seen.on, 0.0, seen.alpha))

    def reached(first: int, last: int) -> np.ndarray:
        before = [c[first - 1] if first else 0 for c in (counts, counts_off, background)]
        on, off, bkg = (
            c[first:last] - b for c, b in zip((counts, counts_off, background), before, strict=True)
        )
        ratio = np.where(off > 0, bkg / np.maximum(off, 1), seen.alpha[first:last])
        return li_ma_significance(on, off, ratio) >= sigma

    last_events, first, n = [], 0, len(seen.time)
    while first < n:
        stride, start = _STRIDE, first
        while start < n:
            hits = np.flatnonzero(reached(first, min(first + stride, n))[start - first :])
            if hits.size:
                break
            start, stride = first + stride, 2 * stride
        if start >= n:
            break
        last_events.append(start + int(hits[0]))
        first = last_events[-1] + 1
    return _edges(spans, seen.time, last_events)


def counts_edges(spans: Sequence[Span], settings: ReductionSettings, counts: int) -> np.ndarray:
    """Return edges (TT s) between which there are `counts` ON events."""
    seen = _seen(spans, settings)
    return _edges(spans, seen.time, np.flatnonzero(seen.on)[counts - 1 :: counts].tolist())


def block_edges(spans: Sequence[Span], settings: ReductionSettings, p0: float) -> np.ndarray:
    """Return edges (TT s) where the rate of ON events changes, Scargle et al. (2013), ApJ 764, 167.

    The clock stands still in gaps and dead time and goes at the speed of each run's effective
    area, so that neither they nor another zenith angle are a change. Of more than `_MOST_CELLS`
    events neighbours are taken together, a few at a time.
    """
    seen = _seen(spans, settings)
    ends = np.array([spans[0].start, max(span.stop for span in spans)])
    knots, exposure = _exposure(spans, settings)
    clock = np.interp(seen.time[seen.on], knots, exposure)
    if len(np.unique(clock)) < 2:
        return ends
    from astropy.stats import bayesian_blocks

    group = np.arange(len(clock)) // math.ceil(len(clock) / _MOST_CELLS)
    number = np.bincount(group)
    # The same price of an edge as for single events, eq. 21 of the paper.
    price = 4 - math.log(73.53 * p0 * len(clock) ** -0.478)
    cells, cell = np.unique(np.bincount(group, clock) / number, return_inverse=True)
    inner = bayesian_blocks(cells, np.bincount(cell, number), fitness="events", ncp_prior=price)[1:-1]
    return np.concatenate([ends[:1], np.interp(inner, exposure, knots), ends[1:]])


def _seen(spans: Sequence[Span], settings: ReductionSettings) -> _Seen:
    times, flags, ratios = [np.empty(0)], [np.empty(0, dtype=bool)], [np.empty(0)]
    for span in spans:
        measured = measure(span.run, settings)
        if not measured.mask.any():
            continue
        for events, flag in ((measured.on, True), (measured.off, False)):
            bins, time = measured.bins[events], span.run.events.time[events]
            kept = (bins >= 0) & measured.mask[bins] & (time >= span.start) & (time < span.stop)
            times.append(time[kept])
            flags.append(np.full(int(kept.sum()), flag))
            ratios.append(np.full(int(kept.sum()), 1 / measured.off_regions.n))
    time = np.concatenate(times)
    order = np.argsort(time, kind="stable")
    return _Seen(time[order], np.concatenate(flags)[order], np.concatenate(ratios)[order])


def _edges(spans: Sequence[Span], time: np.ndarray, last_events: list[int]) -> np.ndarray:
    """Return edges after the last event of each interval; what remains is joined to the last interval.

    Events of the same time stay together.
    """
    start, stop = spans[0].start, max(span.stop for span in spans)
    last = np.searchsorted(time, time[last_events[:-1]], side="right") - 1
    following = np.minimum(last + 1, len(time) - 1)
    cuts = 0.5 * (time[last] + time[following]) if len(last) else np.empty(0)
    return np.concatenate([[start], np.unique(cuts[(cuts > start) & (cuts < stop)]), [stop]])


def _exposure(spans: Sequence[Span], settings: ReductionSettings) -> tuple[np.ndarray, np.ndarray]:
    """Return times (TT s) and the exposure gone by at each, up to a factor; it is linear between them."""
    centres = log_centres(np.asarray(settings.energy_true))
    typical = centres**-_TYPICAL_INDEX * np.diff(settings.energy_true)
    parts = []
    for span in spans:
        measured = measure(span.run, settings)
        rate = span.run.deadc * float((typical * measured.contained) @ measured.edisp @ measured.mask)
        for start, stop in zip(span.run.gti.start, span.run.gti.stop, strict=True):
            low, high = max(start, span.start), min(stop, span.stop)
            if high > low:
                parts.append((low, high, rate))
    starts, stops, rates = np.array(parts).T
    knots = np.unique(np.concatenate([starts, stops]))
    middle = 0.5 * (knots[:-1] + knots[1:])
    running = (starts <= middle[:, None]) & (middle[:, None] < stops)
    return knots, np.concatenate([[0.0], np.cumsum(np.diff(knots) * (running @ rates))])
