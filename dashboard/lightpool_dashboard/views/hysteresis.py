"""The slope of the spectrum against flux in the order of time."""

from __future__ import annotations

import math

import bqplot as bq
import ipywidgets as w
import numpy as np

from lightpool_dashboard import marks, theme
from lightpool_dashboard.tasks.series import Series
from lightpool_dashboard.ticks import linear_ticks
from lightpool_dashboard.views import html
from lightpool_dashboard.views.fit_words import raised
from lightpool_dashboard.views.series_panels import slope_bars, slope_of
from lightpool_dashboard.views.span_words import band_in_words

#: Beyond so many points their numbers cover them.
_NUMBERED = 40


class HysteresisView:
    """One point an interval, numbered and coloured by time, joined by a line."""

    def __init__(self) -> None:
        self._flux, self._slope = marks.linear_scale(0, 1), marks.linear_scale(1, 4)
        scales = {"x": self._flux, "y": self._slope}
        colours = bq.ColorScale(colors=list(theme.TIME_STOPS), min=0.0, max=1.0)
        self._flux_axis = marks.axis(self._flux, "Flux")
        self._slope_axis = marks.axis(self._slope, "Index", side="left")
        self.path = marks.lines(scales, theme.BACKGROUND, stroke_width=1, opacities=[0.7])
        self.flux_errors = marks.lines(scales, theme.BACKGROUND, stroke_width=1, opacities=[0.8])
        self.slope_errors = marks.lines(scales, theme.BACKGROUND, stroke_width=1, opacities=[0.8])
        self.points = marks.points({**scales, "color": colours}, theme.POINTS, "circle", default_size=58)
        self.numbers = bq.Label(
            x=[],
            y=[],
            text=[],
            scales=scales,
            x_offset=6,
            y_offset=-6,
            default_size=11,
            font_weight="normal",
            colors=[theme.GREY],
        )
        self.figure = marks.figure(
            [self.path, self.flux_errors, self.slope_errors, self.points, self.numbers],
            [self._flux_axis, self._slope_axis],
            margin={"top": 8, "bottom": 42, "left": 56, "right": 14},
        )
        self.title = w.HTML(html.heading("Hysteresis"))
        self.box = w.VBox([self.title, self.figure])
        self.box.add_class("lp-view").add_class("lp-view-hysteresis")

    def update(self, series: Series | None) -> None:
        """Draw a series; without one the last picture stays."""
        if series is None:
            return
        spectra = series.spectra
        value, error = slope_of(series)
        flux, flux_error = (spectra[name].to_numpy() for name in ("flux", "flux_err"))
        good = spectra["success"].to_numpy() & np.isfinite([value, error, flux, flux_error]).all(axis=0)
        number = np.flatnonzero(good)
        x, y, dx, dy = flux[good], value[good], flux_error[good], error[good]
        power = math.floor(math.log10(x.max())) if x.size and x.max() > 0 else -11
        x, dx = x / 10.0**power, dx / 10.0**power
        low, high = _range(x - dx, x + dx, 0.2)
        marks.set_range(self._flux_axis, low, high, linear_ticks(low, high, 5))
        y_low, y_high = slope_bars(y, dy, np.ones(y.size, dtype=bool))
        low, high = _range(y_low, y_high, 0.5)
        marks.set_range(self._slope_axis, low, high, linear_ticks(low, high, 6))
        band = band_in_words(spectra.attrs["e_min"], spectra.attrs["e_max"])
        self._name(self._flux_axis, f"Flux {band} [10{raised(power)} cm⁻² s⁻¹]")
        self._name(self._slope_axis, series.slope.capitalize() or "Slope")
        marks.put(self.path, x, y)
        marks.put(self.flux_errors, *marks.spans(x - dx, x + dx, y))
        marks.put(self.slope_errors, *marks.error_bars(x, y_low, y_high))
        order = number / max(len(good) - 1, 1)
        marks.put(self.points, x, y, color=order)
        named = number.size <= _NUMBERED
        texts = np.array([str(k + 1) for k in number] if named else [], dtype=str)
        marks.put(self.numbers, x if named else [], y if named else [], text=texts)
        self.title.value = html.heading("Hysteresis", "slope against flux, by time")

    def _name(self, axis: bq.Axis, text: str) -> None:
        if axis.label != text:
            axis.label = text


def _range(low: np.ndarray, high: np.ndarray, at_least: float) -> tuple[float, float]:
    if not low.size:
        return 0.0, 1.0
    start, stop = float(low.min()), float(high.max())
    room = max(0.06 * (stop - start), (at_least - (stop - start)) / 2)
    return start - room, stop + room
