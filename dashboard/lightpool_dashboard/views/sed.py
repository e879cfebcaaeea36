"""The spectral energy distribution: points, limits, the model with its band, and a published spectrum."""

from __future__ import annotations

import ipywidgets as w
import numpy as np

from lightpool.analysis import Outcome
from lightpool.plot_data import SedCurve, SedPoints, published_near, safe_range, sed_curve, sed_points
from lightpool_dashboard import marks, theme
from lightpool_dashboard.ticks import log_range
from lightpool_dashboard.views import html

_LABEL = "E² dN/dE [10⁻¹² erg cm⁻² s⁻¹]"
#: How far a curve may pull the axis beyond the points and limits, as a factor.
_REACH = 6.0
#: The axis never spans more than this factor; a limit further down says nothing that one could compare.
_SPAN = 1e4


class SedView:
    """E² dN/dE against energy, both logarithmic."""

    def __init__(self) -> None:
        self._energy, self._flux = marks.log_scale(0.1, 40), marks.log_scale(1, 100)
        scales = {"x": self._energy, "y": self._flux}
        self.band = marks.band(scales, theme.MODEL)
        self.model = marks.lines(scales, theme.MODEL, stroke_width=2)
        self.reference = marks.lines(scales, theme.REFERENCE, line_style="dashed", stroke_width=1.2)
        self.errors = marks.lines(scales, theme.POINTS)
        self.widths = marks.lines(scales, theme.POINTS)
        self.points = marks.points(scales, theme.POINTS, "circle")
        self.limit_bars = marks.lines(scales, theme.LIMITS)
        self.limits = marks.points(scales, theme.LIMITS, "triangle-down", default_size=60)
        self._energy_axis = marks.axis(self._energy, "Energy [TeV]")
        self._flux_axis = marks.axis(self._flux, _LABEL, side="left")
        self.figure = marks.figure(
            [
                self.band,
                self.reference,
                self.model,
                self.widths,
                self.errors,
                self.points,
                self.limit_bars,
                self.limits,
            ],
            [self._energy_axis, self._flux_axis],
            margin={"top": 8, "bottom": 44, "left": 64, "right": 14},
        )
        self.title, self.legend = w.HTML(html.heading("Spectral energy distribution")), w.HTML()
        self.box = w.VBox([self.title, self.figure, self.legend])
        self.box.add_class("lp-view").add_class("lp-view-sed")

    def update(self, outcome: Outcome) -> None:
        """Draw an outcome that has a fit; without one the last picture stays."""
        if outcome.fit is None or outcome.points is None:
            return
        reduction = outcome.settings.reduction
        points = sed_points(outcome.points)
        e_min, e_max = safe_range(outcome.fitted)
        curve = sed_curve(outcome.fit.model, e_min, e_max)
        published = published_near(reduction.on_region.lon, reduction.on_region.lat)
        ends = np.concatenate([[e_min, e_max], points.e_min, points.e_max])
        marks.set_log_range(self._energy_axis, *log_range(ends, floor=0.1, ceiling=100, pad=1.05))
        low, high = _flux_range(points, curve)
        marks.set_log_range(self._flux_axis, low, high)

        marks.put(self.band, curve.energy, np.clip([curve.low, curve.high], low / 100, high * 100))
        marks.put(self.model, *_above(curve, low / 100))
        if published is None:
            marks.put(self.reference, [], [])
        else:
            marks.put(self.reference, *_above(sed_curve(published.model, e_min, e_max), low / 100))
        self._draw_points(points, low)
        self._show_legend(points, low, published.name if published else "")

    def _draw_points(self, points: SedPoints, floor: float) -> None:
        p, limit, point = points, points.is_limit, ~points.is_limit
        marks.put(self.points, p.energy[point], p.value[point])
        marks.put(self.errors, *marks.error_bars(p.energy[point], p.low[point], p.high[point], floor=floor))
        marks.put(self.widths, *marks.spans(p.e_min[point], p.e_max[point], p.value[point]))
        # An arrow: a bar across the band at the limit, and a triangle hung below it.
        limit &= p.limit > floor
        tip = np.maximum(p.limit[limit] / 1.45, floor)
        across = marks.spans(p.e_min[limit], p.e_max[limit], p.limit[limit])
        stem = marks.error_bars(p.energy[limit], tip, p.limit[limit])
        marks.put(self.limit_bars, *(np.concatenate(pair) for pair in zip(across, stem, strict=True)))
        marks.put(self.limits, p.energy[limit], tip)

    def _show_legend(self, points: SedPoints, floor: float, published: str) -> None:
        below = int((points.is_limit & (points.limit <= floor)).sum())
        hidden = f", {below} below the frame" if below else ""
        items = [
            html.legend_item("point", theme.POINTS, "flux points"),
            html.legend_item("limit", theme.LIMITS, f"{points.ul_sigma:g} σ upper limits (√TS < 2){hidden}"),
            html.legend_item("band", theme.MODEL, "best fit, 1 σ"),
        ]
        if published:
            items.append(html.legend_item("dashed", theme.REFERENCE, published))
        self.legend.value = html.legend(items)


def _above(curve: SedCurve, floor: float) -> tuple[np.ndarray, np.ndarray]:
    kept = curve.value > floor
    return curve.energy[kept], curve.value[kept]


def _flux_range(points: SedPoints, curve: SedCurve) -> tuple[float, float]:
    """Return the range that shows all points and limits, and the model as far as it stays near them."""
    ends = np.concatenate(
        [
            np.where(points.is_limit, points.limit / 1.6, points.value),
            np.where(points.is_limit, points.limit, points.high),
        ]
    )
    ends = ends[np.isfinite(ends) & (ends > 0)]
    near = curve.value
    if ends.size:
        near = near[(near > ends.min() / _REACH) & (near < ends.max() * _REACH)]
    low, high = log_range(np.concatenate([ends, near]), floor=1, ceiling=100)
    return max(low, high / _SPAN), high
