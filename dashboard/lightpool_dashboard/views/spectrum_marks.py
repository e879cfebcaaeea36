"""The marks of one spectrum in the SED: band, curve, points with their bars, limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from lightpool.plot_data import SedCurve, SedPoints
from lightpool_dashboard import marks
from lightpool_dashboard.ticks import log_range

#: How far a curve may pull the axis beyond the points and limits, as a factor.
_REACH = 6.0
#: The axis never spans more than this factor; a limit further down says nothing that one could compare.
_SPAN = 1e4


class SpectrumMarks:
    """A spectrum with its points.

    Parameters
    ----------
    scales : dict
    colour, curve : str
        Colours of the points and limits, and of the curve with its band.
    marker : str
    line_style : str
        Of the curve.
    """

    def __init__(
        self, scales: dict[str, Any], colour: str, curve: str, marker: str, *, line_style: str = "solid"
    ) -> None:
        self.band = marks.band(scales, curve)
        self.model = marks.lines(scales, curve, stroke_width=2, line_style=line_style)
        self.errors = marks.lines(scales, colour)
        self.widths = marks.lines(scales, colour)
        self.points = marks.points(scales, colour, marker)
        self.limit_bars = marks.lines(scales, colour)
        self.limits = marks.points(scales, colour, "triangle-down", default_size=60)

    @property
    def below(self) -> list[Any]:
        """The marks that others are drawn upon."""
        return [self.band, self.model]

    @property
    def above(self) -> list[Any]:
        """The marks on top."""
        return [self.widths, self.errors, self.points, self.limit_bars, self.limits]

    def put(self, points: SedPoints | None, curve: SedCurve | None, low: float, high: float) -> None:
        """Draw points and curve between two fluxes; None hides either."""
        if curve is None:
            marks.put(self.band, [], [])
            marks.put(self.model, [], [])
        else:
            marks.put(self.band, curve.energy, np.clip([curve.low, curve.high], low / 100, high * 100))
            marks.put(self.model, *above(curve, low / 100))
        if points is None:
            for mark in self.above:
                marks.put(mark, [], [])
        else:
            self._put_points(points, low)

    def _put_points(self, points: SedPoints, floor: float) -> None:
        p, limit, point = points, points.is_limit, ~points.is_limit
        marks.put(self.points, p.energy[point], p.value[point])
        marks.put(self.errors, *marks.error_bars(p.energy[point], p.low[point], p.high[point], floor=floor))
        marks.put(self.widths, *marks.spans(p.e_min[point], p.e_max[point], p.value[point]))
        # An arrow: a bar across the band at the limit, and a triangle hung below it.
        limit = limit & (p.limit > floor)
        tip = np.maximum(p.limit[limit] / 1.45, floor)
        across = marks.spans(p.e_min[limit], p.e_max[limit], p.limit[limit])
        stem = marks.error_bars(p.energy[limit], tip, p.limit[limit])
        marks.put(self.limit_bars, *(np.concatenate(pair) for pair in zip(across, stem, strict=True)))
        marks.put(self.limits, p.energy[limit], tip)


def above(curve: SedCurve, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of a curve above a flux."""
    kept = curve.value > floor
    return curve.energy[kept], curve.value[kept]


def flux_range(drawn: list[tuple[SedPoints, SedCurve]]) -> tuple[float, float]:
    """Return the range that shows all points and limits, and the models as far as they stay near them."""
    tails = []
    for points, _ in drawn:
        tails += [
            np.where(points.is_limit, points.limit / 1.6, points.value),
            np.where(points.is_limit, points.limit, points.high),
        ]
    ends = np.concatenate(tails)
    ends = ends[np.isfinite(ends) & (ends > 0)]
    near = np.concatenate([curve.value for _, curve in drawn])
    if ends.size:
        near = near[(near > ends.min() / _REACH) & (near < ends.max() * _REACH)]
    low, high = log_range(np.concatenate([ends, near]), floor=1, ceiling=100)
    return max(low, high / _SPAN), high
