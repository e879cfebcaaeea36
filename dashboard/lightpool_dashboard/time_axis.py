"""An axis of time for nights with days or years between them: nights have their share, gaps have none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

#: Time without data that is longer than this is cut out, s.
_CUT = 8 * 3600.0
#: What a night takes of the axis at least, and a cut, as shares of all nights together.
_NARROWEST, _GAP = 0.05, 0.045
#: Characters that fit side by side on a narrow view.
_CHARACTERS = 38
#: Round steps between ticks, s.
_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
#: Ticks of one night at most, labelled or not.
_TICKS = 12
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

        One night has hours; of several, each has its date in its middle. What would run into its
        neighbour is left out.
        """
        if len(self.knots) == 2:
            places, texts = self._hours()
        else:
            middle = self.places.reshape(-1, 2).mean(axis=1)
            places, texts = middle, _dates(self.knots[::2])
        texts = self._with_room(places, texts)
        at = np.round(places, 6)
        return at, {f"{place:.12g}": text for place, text in zip(at, texts, strict=True)}

    def _hours(self) -> tuple[np.ndarray, list[str]]:
        low, high = self.knots
        step = next((s for s in _STEPS if (high - low) / s <= _TICKS), _STEPS[-1])
        times = np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
        # Labels stand at every tick, or at every second or fourth where they are many.
        most = _CHARACTERS // len("00:00 ")
        every = next((k for k in (1, 2, 4) if times.size <= k * most), 8)
        texts = [_clock(t) if round(t / step) % every == 0 else "" for t in times]
        return self.place(times), texts

    def _with_room(self, places: np.ndarray, texts: list[str]) -> list[str]:
        """Return the labels without those that would run into one before them."""
        character = (self.places[-1] - self.places[0]) / _CHARACTERS
        out, end = [], -math.inf
        for place, text in zip(places, texts, strict=True):
            half = (len(text) + 1) / 2 * character
            fits = bool(text) and place - half >= end
            end = place + half if fits else end
            out.append(text if fits else "")
        return out


def _dates(starts: np.ndarray) -> list[str]:
    """Return the dates of nights, with the year where it is another than before."""
    dates = [str(_utc(start))[:10] for start in starts]
    return [date if k == 0 or date[:4] != dates[k - 1][:4] else date[5:] for k, date in enumerate(dates)]


def _utc(seconds: float) -> np.datetime64:
    return np.datetime64(round(seconds), "s")


def _date(seconds: float) -> str:
    return str(_utc(seconds))[:10]


def _clock(seconds: float) -> str:
    return str(_utc(seconds))[11:16]
