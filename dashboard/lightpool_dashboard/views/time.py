"""Flux, slope and excess rate against time, and the span that one brushes on them."""

from __future__ import annotations

import bqplot as bq
import ipywidgets as w
import numpy as np
import xarray as xr

from lightpool_dashboard import marks, theme
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.panels import Panels
from lightpool_dashboard.state import State
from lightpool_dashboard.tasks.series import Series
from lightpool_dashboard.time_axis import TimeAxis
from lightpool_dashboard.views import html
from lightpool_dashboard.views.problem import Problem
from lightpool_dashboard.views.series_panels import Bins, SeriesPanels
from lightpool_dashboard.views.span_fields import SpanFields
from lightpool_dashboard.views.variability_words import variability_in_words

#: A brush shorter than this is a slip of the hand, s.
_SHORTEST = 30.0


class TimeView:
    """Three panels on one axis of UTC; a brush over them sets the span of the state, as it moves.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._time_axis: TimeAxis | None = None
        self._brushed: tuple[str, str] | None = None
        self._time = marks.linear_scale(0, 1)
        self.panels = Panels(self._time, marks.axis(self._time, "UTC"), (0.42, 0.29, 0.29), (4, 4, 3))
        self.rows = SeriesPanels(self.panels)
        whole = {"x": self._time, "y": marks.linear_scale(0, 1)}
        self.cuts = marks.lines(whole, theme.BACKGROUND, line_style="dotted", stroke_width=1.4)
        self.shade = marks.band(whole, theme.SPAN, 0.22)
        self.unfitted = marks.points(whole, theme.BACKGROUND, "cross", default_size=40, display_names=False)
        self.unfitted.tooltip = bq.Tooltip(fields=["name"], show_labels=False)
        self.figure = self.panels.draw([self.shade, self.cuts, *self.rows.all, self.unfitted])
        self.brush = bq.interacts.BrushIntervalSelector(scale=self._time, marks=[], color=theme.SPAN)
        self.brush.observe(guarded(state)(self._brush), names=["selected", "brushing"])
        self.figure.interaction = self.brush
        self.fields = SpanFields(state)
        state.observe(guarded(state)(self._follow), names="span")
        self.title, self.legend = w.HTML(html.heading("Light curve")), w.HTML()
        self.box = w.VBox([self.title, Problem(state, "series"), self.figure, self.fields.box, self.legend])
        self.box.add_class("lp-view").add_class("lp-view-time")

    def update(self, series: Series | None) -> None:
        """Draw a series; without one the last picture stays."""
        if series is None:
            return
        axis = TimeAxis.over(series.start, series.stop)
        if axis != self._time_axis:
            self._use(axis)
        start, stop = (_seconds(series.curve[name]) for name in ("time_start", "time_stop"))
        when = [f"{_clock(a)} to {_clock(b)}" for a, b in zip(start, stop, strict=True)]
        bins = Bins(axis.place(start), axis.place((start + stop) / 2), axis.place(stop), when)
        self.rows.draw(series, bins, axis.ends)
        failed = np.flatnonzero(~series.spectra["success"].to_numpy())
        reasons = series.spectra["reason"].to_numpy().astype(str)
        bottom = self.panels.panels[1].bottom
        marks.put(self.unfitted, bins.middle[failed], np.full(failed.size, bottom + 0.05))
        marks.put_names(self.unfitted, [f"{when[k]}: {reasons[k]}" for k in failed])
        self._show_legend(series, [reasons[k] for k in failed])

    def _use(self, axis: TimeAxis) -> None:
        self._time_axis = axis
        marks.set_range(self.panels.x_axis, *axis.ends, *axis.ticks())
        if self.panels.x_axis.label != axis.label:
            self.panels.x_axis.label = axis.label
        marks.put(self.cuts, *marks.verticals(axis.cuts, 0.0, 1.0))
        self._drop_brush()
        self._follow(None)

    def _show_legend(self, series: Series, failures: list[str]) -> None:
        n = series.curve.sizes["interval"]
        self.title.value = html.heading("Light curve", f"{n} interval{'s' if n != 1 else ''}")
        items = [
            html.legend_item("point", theme.POINTS, "flux, shape of all runs"),
            html.legend_item("dashed", theme.BACKGROUND, "constant"),
        ]
        if self.rows.limits.visible:
            sigma = float(series.curve.attrs.get("ul_sigma", 2.0))
            items.append(html.legend_item("limit", theme.LIMITS, f"{sigma:g} σ limit"))
        if series.kept:
            names = ", ".join(name.rstrip("_") for name in series.kept)
            items.append(html.legend_item("", "", f"{names} as in all runs"))
        if failures:
            text = f"{len(failures)} without a spectrum: {failures[0]}"
            items.append(html.legend_item("cross", theme.BACKGROUND, text))
        sentences = [variability_in_words(series.variability, name) for name in ("flux", series.slope)]
        self.legend.value = html.legend(items) + html.words(" ".join(sentences).strip())

    # -- the span -----------------------------------------------------------------------------

    def _brush(self, change: object) -> None:
        if self._time_axis is None:
            return
        selected = self.brush.selected
        if selected is None or len(selected) != 2:
            if not self.brush.brushing and self._brushed is not None:  # a click beside the brush drops it
                self._brushed = None
                self._state.span = None  # type: ignore[assignment]
            return
        start, stop = np.sort(self._time_axis.time(np.asarray(selected, dtype=float)))
        if stop - start >= _SHORTEST:
            self._brushed = _iso(start), _iso(stop)
            self._state.span = self._brushed

    def _follow(self, change: object) -> None:
        """Shade a span that was not brushed; a brush that shows another one goes."""
        span, axis = self._state.span, self._time_axis
        if span != self._brushed:
            self._drop_brush()
        if axis is None or span is None or self._brushed is not None:
            marks.put(self.shade, [], [])
            return
        ends = np.clip(axis.place(np.array(span, dtype="datetime64[ms]").astype(float) / 1e3), *axis.ends)
        marks.put(self.shade, ends, np.array([[0.0, 0.0], [1.0, 1.0]]))

    def _drop_brush(self) -> None:
        if self._brushed is not None:
            self._brushed = None
            self.brush.selected = None


def _seconds(times: xr.DataArray) -> np.ndarray:
    out: np.ndarray = times.to_numpy().astype("datetime64[ms]").astype(float) / 1e3
    return out


def _iso(seconds: float) -> str:
    return str(np.datetime64(round(seconds), "s"))


def _clock(seconds: float) -> str:
    return _iso(seconds)[5:16].replace("T", " ")
