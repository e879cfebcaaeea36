"""The spectral energy distribution: points, limits, best fit, and what one compares them with."""

from __future__ import annotations

from typing import Any

import bqplot as bq
import ipywidgets as w
import numpy as np

from lightpool.analysis import Outcome
from lightpool.plot_data import (
    SedPoints,
    fit_summary,
    published_near,
    safe_range,
    sed_curve,
    sed_points,
    sed_residuals,
)
from lightpool_dashboard import marks, theme
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State
from lightpool_dashboard.tasks.preview import Prediction
from lightpool_dashboard.ticks import log_range
from lightpool_dashboard.views import html
from lightpool_dashboard.views.fit_words import fit_in_words
from lightpool_dashboard.views.problem import Problem
from lightpool_dashboard.views.profiles import ProfilePicture
from lightpool_dashboard.views.residuals import ResidualFigure
from lightpool_dashboard.views.span_words import span_in_words
from lightpool_dashboard.views.spectrum_marks import SpectrumMarks, above, flux_range
from lightpool_dashboard.views.switch import head

_LABEL = "E² dN/dE [10⁻¹² erg cm⁻² s⁻¹]"
#: How the limits of each method are called.
_METHODS = {
    "profile": "profile",
    "bounded": "bounded profile",
    "rolke": "Rolke et al.",
    "feldman-cousins": "Feldman-Cousins",
}
_MARGIN = {"left": 64, "right": 14}
_ASK = "Brush the light curve, and the spectrum of that time appears here."


class SedView:
    """E² dN/dE against energy, both logarithmic, and (point - model) / error below.

    Parameters
    ----------
    state : State
        Its `pointed` becomes the band of the flux point under the mouse.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._outcome: Outcome | None = None
        self._span_outcome: Outcome | None = None
        self._prediction: Prediction | None = None
        self._energy, self._flux = marks.log_scale(0.1, 40), marks.log_scale(1, 100)
        scales = {"x": self._energy, "y": self._flux}
        self.profiles = ProfilePicture(scales)
        self.whole = SpectrumMarks(scales, theme.POINTS, theme.MODEL, "circle")
        self.span = SpectrumMarks(scales, theme.SPAN, theme.SPAN, "square", line_style="dash_dotted")
        self.preview = marks.lines(scales, theme.MODEL, line_style="dashed", stroke_width=2)
        self.reference = marks.lines(scales, theme.REFERENCE, line_style="dotted", stroke_width=1.6)
        self._energy_above = marks.axis(self._energy, "", tick_style={"display": "none"})
        self._flux_axis = marks.axis(self._flux, _LABEL, side="left")
        drawn = [self.profiles.mark, *self.whole.below, *self.span.below, self.reference, self.preview]
        self.figure = marks.figure(
            [*drawn, *self.whole.above, *self.span.above],
            [self._energy_above, self._flux_axis],
            margin={"top": 8, "bottom": 10, **_MARGIN},
        )
        self.figure.add_class("lp-upper")
        # Each spectrum against its own best fit, in its own colour and with its own marker.
        styles = [(theme.POINTS, "circle"), (theme.SPAN, "square")]
        self.residuals = ResidualFigure(self._energy, styles, _MARGIN)
        of_whole = (self.whole.points, self.whole.limits, self.residuals.points[0])
        for mark in (*of_whole, self.span.points, self.span.limits, self.residuals.points[1]):
            mark.tooltip = bq.Tooltip(fields=["name"], show_labels=False)
            mark.display_names = False
        #: Which flux point each marker stands for.
        self._shown = {mark: np.array([], dtype=int) for mark in of_whole}
        for mark in of_whole:
            mark.observe(guarded(state)(self._point_at), names="hovered_point")
        self.title, self.legend = w.HTML(html.heading("Spectral energy distribution")), w.HTML()
        self.words, self.span_words = w.HTML(html.words(" ")), w.HTML(html.hint(_ASK))
        self.words.add_class("lp-fit-words")
        self.span_words.add_class("lp-span-words")
        self.switch = w.Checkbox(
            description="Profiles", tooltip="Likelihood profile of each flux point", indent=False
        )
        self.switch.add_class("lp-switch").add_class("lp-switch-profiles")
        self.switch.observe(lambda _: self._draw_profiles(), names="value")
        self.box = w.VBox(
            [
                head(self.title, self.switch),
                self.words,
                self.span_words,
                Problem(state, "span_outcome"),
                self.figure,
                self.residuals.figure,
                self.legend,
                self.profiles.pictures,
            ]
        )
        self.box.add_class("lp-view").add_class("lp-view-sed")

    def update(self, outcome: Outcome) -> None:
        """Draw an outcome that has a fit; without one the last picture stays."""
        if outcome.fit is None or outcome.points is None:
            return
        self._outcome = outcome
        self._draw()
        self.words.value = html.words(fit_in_words(fit_summary(outcome.fit)), "band", theme.MODEL)

    def update_span(self, outcome: Outcome | None) -> None:
        """Draw the spectrum of the brushed time beside that of all; None takes it away."""
        self._span_outcome = outcome
        fit = outcome.fit if outcome is not None else None
        if outcome is None or fit is None:
            self.span_words.value = html.hint(_ASK)
        else:
            self.span_words.value = html.words(fit_in_words(fit_summary(fit)), "band", theme.SPAN)
        self._draw()

    def update_preview(self, prediction: Prediction | None) -> None:
        """Draw the curve of the sliders; None takes it away."""
        self._prediction = prediction
        self._draw()

    def _draw(self) -> None:
        outcome, span = self._outcome, self._span_outcome
        if outcome is None or outcome.fit is None or outcome.points is None:
            return
        points = sed_points(outcome.points)
        e_min, e_max = safe_range(outcome.fitted)
        curve = sed_curve(outcome.fit.model, e_min, e_max)
        drawn, models = [(points, curve)], [outcome.fit.model]
        if span is not None and span.fit is not None and span.points is not None:
            drawn.append((sed_points(span.points), sed_curve(span.fit.model, *safe_range(span.fitted))))
            models.append(span.fit.model)
        ends = np.concatenate([[e_min, e_max], points.e_min, points.e_max])
        energies = log_range(ends, floor=0.1, ceiling=100, pad=1.05)
        for axis in (self._energy_above, self.residuals.axis):
            marks.set_log_range(axis, *energies)
        low, high = flux_range(drawn)
        marks.set_log_range(self._flux_axis, low, high)
        of_span = drawn[1] if len(drawn) > 1 else (None, None)
        self.span.put(of_span[0], of_span[1], low, high)
        self.whole.put(points, curve, low, high)
        residuals = [sed_residuals(of, model) for (of, _), model in zip(drawn, models, strict=True)]
        self.residuals.put(
            energies, [(of.energy, residual) for (of, _), residual in zip(drawn, residuals, strict=True)]
        )
        for k, (spectrum, (of, _)) in enumerate(zip((self.whole, self.span), drawn, strict=False)):
            self._name(spectrum, self.residuals.points[k], of, residuals[k], low)
        self._draw_curves(outcome, (e_min, e_max), low)
        self._draw_profiles()
        self._show_legend(points, low, outcome)

    def _name(
        self,
        spectrum: SpectrumMarks,
        below: bq.Scatter,
        points: SedPoints,
        residual: np.ndarray,
        floor: float,
    ) -> None:
        """Give each marker of a spectrum what is said about it under the mouse."""
        names = _names(points, residual)
        for mark, shown in (
            (spectrum.points, ~points.is_limit),
            (spectrum.limits, points.is_limit & (points.limit > floor)),
            (below, np.isfinite(residual)),
        ):
            indices = np.flatnonzero(shown)
            marks.put_names(mark, [names[k] for k in indices])
            if mark in self._shown:
                self._shown[mark] = indices

    def _draw_curves(self, outcome: Outcome, energies: tuple[float, float], low: float) -> None:
        region = outcome.settings.reduction.on_region
        published = published_near(region.lon, region.lat)
        for mark, model in (
            (self.reference, published.model if published else None),
            (self.preview, self._prediction.model if self._prediction else None),
        ):
            curve = sed_curve(model, *energies) if model is not None else None
            marks.put(mark, *(above(curve, low / 100) if curve is not None else ([], [])))

    def _draw_profiles(self) -> None:
        points = self._outcome.points if self._outcome is not None else None
        if not self.switch.value or points is None:
            self.profiles.hide()
            return
        energy, flux = (self._energy.min, self._energy.max), (self._flux.min, self._flux.max)
        self.profiles.draw(points, energy, flux)

    def _show_legend(self, points: SedPoints, floor: float, outcome: Outcome) -> None:
        below = int((points.is_limit & (points.limit <= floor)).sum())
        hidden = f", {below} below the frame" if below else ""
        limits = (
            f"{points.ul_sigma:g} σ limits where √TS < 2 ({_METHODS[outcome.settings.ul_method]}){hidden}"
        )
        items = [
            html.legend_item("point", theme.POINTS, "all runs"),
            html.legend_item("limit", theme.LIMITS, limits),
            html.legend_item("band", theme.MODEL, "best fit, 1 σ"),
        ]
        span = self._span_outcome
        if span is not None and span.fit is not None:
            when = span_in_words(span.settings.reduction.intervals[0])
            items.append(html.legend_item("square", theme.SPAN, f"{when} UTC"))
        if self.preview.visible:
            items.append(html.legend_item("dashed", theme.MODEL, "sliders"))
        region = outcome.settings.reduction.on_region
        published = published_near(region.lon, region.lat)
        if published is not None:
            items.append(html.legend_item("dotted", theme.REFERENCE, published.name))
        self.legend.value = html.legend(items)

    def _point_at(self, change: Any) -> None:
        """Note which band the mouse is on: the browser tells the index of the marker, and when it leaves."""
        if self._outcome is None or self._outcome.points is None:
            return
        points = sed_points(self._outcome.points)
        shown = self._shown[change.owner]
        if change.new is None or not 0 <= change.new < shown.size:
            self._state.pointed = None  # type: ignore[assignment]
        else:
            k = shown[change.new]
            self._state.pointed = float(points.e_min[k]), float(points.e_max[k])


def _names(points: SedPoints, residual: np.ndarray) -> list[str]:
    """Return what is said about each point under the mouse."""
    out = []
    for k in range(points.energy.size):
        energies = f"{points.e_min[k]:.3g} to {points.e_max[k]:.3g} TeV"
        if points.is_limit[k]:
            value = f"below {points.limit[k]:.3g}"
        else:
            up, down = points.high[k] - points.value[k], points.value[k] - points.low[k]
            value = f"{points.value[k]:.3g} +{up:.2g} −{down:.2g}"
        words = f"{energies}: {value}, √TS {points.sqrt_ts[k]:.1f}"
        if np.isfinite(residual[k]):
            words += f", {residual[k]:+.1f} σ from the fit".replace("-", "−")
        out.append(words)
    return out
