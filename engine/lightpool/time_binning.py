"""How observing time is cut: as listed, equally, by runs or nights, or where enough has been seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from lightpool.cuts import block_edges, counts_edges, significance_edges
from lightpool.dl3 import Observation
from lightpool.errors import AnalysisError, SettingsError
from lightpool.pieces import Interval, as_intervals, as_seconds, utc_text
from lightpool.reduction_settings import ReductionSettings
from lightpool.spans import Span, apart, nights_of, spans_of, trimmed
from lightpool.units import to_float

#: The methods, each with the settings that it needs and those that it may have.
METHODS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "list": (("times",), ()),
    "duration": (("duration",), ("start", "stop")),
    "run": ((), ()),
    "night": ((), ()),
    "significance": (("sigma",), ()),
    "counts": (("counts",), ()),
    "blocks": (("p0",), ()),
}
#: More intervals than this are a slip of the unit.
MOST = 10_000


@dataclass(frozen=True, repr=False)
class TimeBinning:
    """How to cut observing time into intervals; a value that can be compared and kept as a key.

    The intervals that are cut from the data end where the data do: at the run's first and last good
    second, or at the last event where that lies a little outside. Use the class methods.

    Parameters
    ----------
    method : str
        - ``list``: `times` as they are given.
        - ``duration``: equal intervals of `duration` from `start` to `stop`, the last one shorter if
          need be. Both ends given, every interval counts, with data or not. With an end left open
          those with good time are taken; without a start they begin anew with every night.
        - ``run``: one for each run; runs that overlap in time share one.
        - ``night``: one for each stretch of runs with less than 8 h between them.
        - ``significance``: within each night, a new one as soon as ON and OFF events reach `sigma`
          (Li & Ma) in the safe energy range. What remains at the end of a night is joined to its
          last interval; a night that does not reach the threshold is one interval.
        - ``counts``: the same at every `counts` ON events.
        - ``blocks``: Bayesian blocks (Scargle et al. 2013, ApJ 764, 167) of the ON events, by
          the exposure gone by, so that gaps and zenith angles are no change.
    times : tuple of (start, stop)
        Times of any kind, kept as TT s since J2000.0; so are the next two.
    start, stop : UTC text or datetime, astropy Time of any scale, or float, TT s since J2000.0
    duration : float, s
    sigma : float
    counts : int
    p0 : float
        How often a steady source may be cut in two.

    Raises
    ------
    SettingsError
        For an unknown method, and settings that are missing, out of range or of another method.

    Examples
    --------
    >>> TimeBinning.of_duration("15 min").duration
    900.0
    >>> TimeBinning.per_night() == TimeBinning("night")
    True
    >>> TimeBinning.of_duration("15 min", start="2006-07-29 20:30")
    TimeBinning('duration', start='2006-07-29T20:30:00', duration='900 s')
    """

    method: str
    times: tuple[Interval, ...] | None = None
    start: float | None = None
    stop: float | None = None
    duration: float | None = None
    sigma: float | None = None
    counts: int | None = None
    p0: float | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise SettingsError(
                "time binning method is not known", found=repr(self.method), expected=", ".join(METHODS)
            )
        needed, allowed = METHODS[self.method]
        for field in fields(self)[1:]:
            given = getattr(self, field.name) is not None
            if field.name in needed and not given:
                raise SettingsError(f"time binning by {self.method} needs {field.name}", found="nothing")
            if given and field.name not in needed + allowed:
                raise SettingsError(
                    f"time binning by {self.method} has no {field.name}",
                    expected=", ".join(needed + allowed) or "no further setting",
                )
        for name in ("start", "stop"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, as_seconds(getattr(self, name), name))
        if self.times is not None:
            object.__setattr__(self, "times", as_intervals(self.times))
        self._check_ranges()

    def _check_ranges(self) -> None:
        if self.times is not None and not self.times:
            raise SettingsError("the list of time intervals is empty", expected="at least one (start, stop)")
        if self.duration is not None and not 0 < self.duration < math.inf:
            raise SettingsError(
                "duration must be positive", found=f"{self.duration:g} s", expected="a time such as '15 min'"
            )
        if self.start is not None and self.stop is not None and not self.start < self.stop:
            raise SettingsError(
                "the time to be cut runs backwards or has no length",
                found=f"{utc_text(self.start)} to {utc_text(self.stop)} UTC",
            )
        if self.sigma is not None and not 0 < self.sigma <= 100:
            raise SettingsError("sigma is out of range", found=f"{self.sigma:g}", expected="0 to 100")
        if self.counts is not None and not self.counts >= 1:
            raise SettingsError("counts is out of range", found=f"{self.counts:g}", expected="1 or more")
        if self.p0 is not None and not 0 < self.p0 < 1:
            raise SettingsError("p0 is out of range", found=f"{self.p0:g}", expected="between 0 and 1")

    @classmethod
    def listed(cls, times: Iterable[Any]) -> TimeBinning:
        """Return intervals as they are: `times` are pairs of UTC times or of astropy Times of any scale."""
        return cls("list", times=tuple(times))

    @classmethod
    def of_duration(cls, duration: Any, *, start: Any = None, stop: Any = None) -> TimeBinning:
        """Return equal intervals of `duration` (text, s or quantity), from `start` to `stop` if given."""
        return cls(
            "duration",
            duration=to_float(duration, "s", name="duration"),
            start=start,
            stop=stop,
        )

    @classmethod
    def per_run(cls) -> TimeBinning:
        """Return an interval for each run."""
        return cls("run")

    @classmethod
    def per_night(cls) -> TimeBinning:
        """Return an interval for each night."""
        return cls("night")

    @classmethod
    def min_significance(cls, sigma: Any) -> TimeBinning:
        """Return intervals that each reach the significance `sigma`.

        An interval ends with the event that takes it over the threshold, which favours upward
        fluctuations a little: more so the lower the threshold.
        """
        return cls("significance", sigma=to_float(sigma, "", name="sigma"))

    @classmethod
    def min_counts(cls, counts: Any) -> TimeBinning:
        """Return intervals that each hold `counts` ON events."""
        return cls("counts", counts=math.ceil(to_float(counts, "", name="counts")))

    @classmethod
    def bayesian_blocks(cls, p0: Any = 0.05) -> TimeBinning:
        """Return intervals between which the ON rate changes; a steady source is cut with chance `p0`."""
        return cls("blocks", p0=to_float(p0, "", name="p0"))

    def intervals(
        self, observations: Iterable[Observation], settings: ReductionSettings
    ) -> tuple[Interval, ...]:
        """Return the intervals for some runs, TT s since J2000.0.

        Parameters
        ----------
        observations : iterable of Observation
        settings : ReductionSettings
            Which events are ON and OFF events, and the observing time that counts.

        Raises
        ------
        AnalysisError
            If no run has good time in the observing time.
        SettingsError
            For a duration that is too short for the data.
        """
        if self.times is not None:
            return self.times
        spans = spans_of(observations, settings)
        if not spans:
            raise AnalysisError(
                "no run has good time to be cut into intervals",
                remedy="Check the runs and the observing time",
            )
        if self.duration is not None:
            return self._equal(spans, self.duration)
        if self.method == "run":
            return apart(spans)
        out: list[Interval] = []
        for night in [spans] if self.method == "blocks" else nights_of(spans):
            out += trimmed(self._edges(night, settings), night)
        return tuple(out)

    def _edges(self, spans: list[Span], settings: ReductionSettings) -> np.ndarray:
        """Return where the time of some runs is cut, both ends included."""
        if self.sigma is not None:
            return significance_edges(spans, settings, self.sigma)
        if self.counts is not None:
            return counts_edges(spans, settings, self.counts)
        if self.p0 is not None:
            return block_edges(spans, settings, self.p0)
        return np.array([spans[0].start, max(span.stop for span in spans)])

    def _equal(self, spans: list[Span], duration: float) -> tuple[Interval, ...]:
        self._require_longer_than_dead_time(spans, duration)
        if self.start is not None and self.stop is not None:
            return tuple(_grid(self.start, self.stop, duration))
        start = -math.inf if self.start is None else self.start
        stop = math.inf if self.stop is None else self.stop
        out: list[Interval] = []
        for night in nights_of([span for span in spans if span.stop > start and span.start < stop]):
            begin, end = night[0].start, min(max(span.stop for span in night), stop)
            if self.start is not None:  # the grid that begins there, joined where the night begins
                begin = start + duration * max(math.floor((begin - start) / duration), 0)
            for low, high in _grid(begin, end, duration):
                if any(span.start < high and span.stop > low for span in night):
                    out.append((low, high))
        if not out:
            raise AnalysisError(
                "no run has good time in the time to be cut",
                found=f"from {utc_text(start)} UTC on" if self.stop is None else f"to {utc_text(stop)} UTC",
                expected=f"times within {utc_text(spans[0].start)} to {utc_text(spans[-1].stop)} UTC",
            )
        return tuple(out)

    def _require_longer_than_dead_time(self, spans: list[Span], duration: float) -> None:
        """Check that an interval sees an event of the camera, signal or not: dead time is theirs."""
        spacing = {span.run: span.run.ontime / len(span.run.events) for span in spans if len(span.run.events)}
        if not spacing:
            return
        fastest = min(spacing, key=lambda run: spacing[run])
        if duration < spacing[fastest]:
            raise SettingsError(
                "the intervals are too short for the dead-time correction, which is an average over events",
                where=f"run {fastest.obs_id}",
                found=f"duration {duration:g} s",
                expected=f"more than the time between events, {spacing[fastest]:.3g} s",
            )

    def __repr__(self) -> str:
        parts = [repr(self.method)]
        for name in ("start", "stop"):
            if (time := getattr(self, name)) is not None:
                parts.append(f"{name}={utc_text(time)!r}")
        if self.times is not None:
            first, last = min(start for start, _ in self.times), max(stop for _, stop in self.times)
            parts.append(f"{len(self.times)} from {utc_text(first)} to {utc_text(last)} UTC")
        if self.duration is not None:
            parts.append(f"duration='{self.duration:g} s'")
        parts += [
            f"{name}={getattr(self, name)!r}"
            for name in ("sigma", "counts", "p0")
            if getattr(self, name) is not None
        ]
        return f"TimeBinning({', '.join(parts)})"


def _grid(start: float, stop: float, duration: float) -> list[Interval]:
    """Return equal intervals, the last one shorter if need be.

    Raises
    ------
    SettingsError
        If there are more than `MOST`.
    """
    number = (stop - start) / duration
    if number > MOST:
        raise SettingsError(
            "there would be too many time intervals",
            found=f"{number:.0f} of {duration:g} s",
            expected=f"{MOST} at most",
            remedy="Make them longer, or the time to be cut shorter",
        )
    edges = start + duration * np.arange(math.ceil(number - 1e-9) + 1)
    edges[-1] = min(edges[-1], stop) if len(edges) > 1 else stop
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
