"""An axis of time for nights with days or years between them: nights have their share, gaps have none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

#: Time without data that is longer than this is cut out, s.
_CUT = 8 * 3600.0
#: What a night takes of the axis at least, and a cut, as shares of all nights together.
_NARROWEST, _GAP = 0.05, 0.045
#: Labels that fit side by side on a narrow view.
_LABELS = 7
#: Round steps between ticks, s.
_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600)
_HOUR = 3600.0


@dataclass(frozen=True, eq=False)
class TimeAxis:
    """Positions for times: linear within a night, with a cut between nights.

    Parameters
    ----------
    knots : ndarray, s
        First and last second of each night in turn, UTC seconds since 1970.
    places : ndarray
        Where these are on the axis, in hours of the first night.
    """

    knots: np.ndarray
    places: np.ndarray

    @classmethod
    def over(cls, start: np.ndarray, stop: np.ndarray) -> TimeAxis:
        """Return the axis for intervals of time, UTC seconds since 1970, in any order."""
        order = np.argsort(start)
        nights: list[list[float]] = []
        for low, high in zip(start[order], stop[order], strict=True):
            if not nights or low - nights[-1][1] > _CUT:
                nights.append([low, high])
            nights[-1][1] = max(nights[-1][1], high)
        knots = np.array(nights)
        length = np.maximum(knots[:, 1] - knots[:, 0], 1.0)
        total = float(length.sum())
        width = np.maximum(length, _NARROWEST * total) / _HOUR if len(nights) > 1 else length / _HOUR
        gap = total / _HOUR * min(_GAP, 0.6 / len(nights))
        left = np.concatenate([[0.0], np.cumsum(width + gap)[:-1]])
        return cls(knots.ravel(), np.stack([left, left + width], axis=1).ravel())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimeAxis) and np.array_equal(self.knots, other.knots)

    __hash__ = None  # type: ignore[assignment]

    @property
    def ends(self) -> tuple[float, float]:
        """The range of the axis, with a little room beyond the data."""
        room = 0.02 * float(self.places[-1] - self.places[0])
        return float(self.places[0]) - room, float(self.places[-1]) + room

    @property
    def cuts(self) -> np.ndarray:
        """Where time is cut out: the middle between nights."""
        return (self.places[1:-1:2] + self.places[2::2]) / 2

    @property
    def label(self) -> str:
        """What the axis shows, with the date where it is one night."""
        first, last = _date(self.knots[0]), _date(self.knots[-1])
        if len(self.knots) > 2:
            return "UTC, time between nights left out"
        return f"UTC on {first}" if first == last else f"UTC, night of {first}"

    def place(self, time: np.ndarray) -> np.ndarray:
        """Return where times (UTC seconds since 1970) are on the axis; outside, those of its ends go on."""
        time = np.asarray(time, dtype=float)
        inside = np.interp(time, self.knots, self.places)
        before, after = np.minimum(time - self.knots[0], 0), np.maximum(time - self.knots[-1], 0)
        return inside + (before + after) / _HOUR

    def time(self, place: np.ndarray) -> np.ndarray:
        """Return the times at places, the inverse of `place`."""
        place = np.asarray(place, dtype=float)
        inside = np.interp(place, self.places, self.knots)
        before, after = np.minimum(place - self.places[0], 0), np.maximum(place - self.places[-1], 0)
        return inside + (before + after) * _HOUR

    def ticks(self) -> tuple[np.ndarray, dict[str, str]]:
        """Return where ticks stand and what they say, keyed as the browser asks for them.

        A night that takes a good part of the axis has hours, the others have their date.
        """
        nights = self.knots.reshape(-1, 2)
        widths = np.diff(self.places.reshape(-1, 2), axis=1)[:, 0] / (self.places[-1] - self.places[0])
        every = math.ceil(len(nights) / _LABELS)
        places: list[float] = []
        texts: list[str] = []
        for k, (low, high) in enumerate(nights):
            share = int(widths[k] * _LABELS) + (len(nights) == 1)
            if share >= 2:
                step = next((s for s in _STEPS if (high - low) / s <= share), 21600)
                times = np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
                names = [_clock(t) for t in times]
                if len(nights) > 1 and names:
                    names[0] = f"{_day(times[0])}, {names[0]}"
            else:
                times = np.array([(low + high) / 2])
                names = [_day(low, year=True) if k % every == 0 else ""]
            places += self.place(times).tolist()
            texts += names
        at = np.round(places, 6)
        return at, {f"{place:.12g}": text for place, text in zip(at, texts, strict=True)}


def _utc(seconds: float) -> np.datetime64:
    return np.datetime64(round(seconds), "s")


def _date(seconds: float) -> str:
    return str(_utc(seconds))[:10]


def _clock(seconds: float) -> str:
    return str(_utc(seconds))[11:16]


def _day(seconds: float, *, year: bool = False) -> str:
    text = _date(seconds)
    return text if year else text[5:]
