"""Excess and significance against livetime: what a steady source does, and whether this one does it."""

from __future__ import annotations

import ipywidgets as w
import numpy as np
import xarray as xr

from lightpool.analysis import Outcome
from lightpool.plot_data import Growth, growth
from lightpool_dashboard import marks, theme
from lightpool_dashboard.panels import Panels
from lightpool_dashboard.ticks import linear_ticks
from lightpool_dashboard.views import html


class GrowthView:
    """Two panels over livetime, run added to run; dashed is a steady source."""

    def __init__(self) -> None:
        self._hours = marks.linear_scale(0, 1)
        self._axis = marks.axis(self._hours, "Livetime [h]")
        self.panels = Panels(self._hours, self._axis, (0.5, 0.5), (4, 4))
        upper, lower = self.panels.scales(0), self.panels.scales(1)
        self.steady_excess = marks.lines(upper, theme.BACKGROUND, line_style="dashed")
        self.errors = marks.lines(upper, theme.COUNTS, stroke_width=1.2)
        self.excess = marks.points(upper, theme.COUNTS, "circle", default_size=24)
        self.steady_sqrt_ts = marks.lines(lower, theme.BACKGROUND, line_style="dashed")
        self.sqrt_ts = marks.points(lower, theme.MODEL, "square", default_size=24)
        self.figure = self.panels.draw(
            [self.steady_excess, self.errors, self.excess, self.steady_sqrt_ts, self.sqrt_ts]
        )
        self.panels.name(["Excess counts", "Significance [σ]"])
        self.title = w.HTML(html.heading("Growth with livetime"))
        self.legend = w.HTML(
            html.legend(
                [
                    html.legend_item("point", theme.COUNTS, "excess, runs added up"),
                    html.legend_item("square", theme.MODEL, "significance"),
                    html.legend_item("dashed", theme.BACKGROUND, "steady source: ∝ t and ∝ √t"),
                ]
            )
        )
        self.box = w.VBox([self.title, self.figure, self.legend])
        self.box.add_class("lp-view").add_class("lp-view-growth")

    def update(self, outcome: Outcome) -> None:
        """Draw an outcome."""
        self.draw(outcome.cube)

    def draw(self, cube: xr.Dataset) -> None:
        """Draw the rows of a cube that is not stacked."""
        grown = growth(cube)
        hours, seen = grown.livetime / 3600, np.isfinite(grown.sqrt_ts)
        x, excess, error = hours[seen], grown.excess[seen], grown.excess_error[seen]
        end = 1.05 * max(float(hours[-1]), 1e-3)
        marks.set_range(self._axis, 0.0, end, linear_ticks(0, end, 6))
        curve = np.linspace(0, float(hours[-1]), 60)
        share = curve / max(float(hours[-1]), 1e-9)
        last = (float(grown.excess[-1]), float(grown.sqrt_ts[-1])) if seen[-1:].all() else (0.0, 0.0)
        above, below = self.panels.panels
        above.show(excess - error, excess + error, at_least=1, zero=True)
        below.show(grown.sqrt_ts[seen], at_least=1, zero=True)
        marks.put(self.steady_excess, curve, last[0] * share)
        marks.put(self.errors, *marks.error_bars(x, excess - error, excess + error))
        marks.put(self.excess, x, excess)
        marks.put(self.steady_sqrt_ts, curve, last[1] * np.sqrt(share))
        marks.put(self.sqrt_ts, x, grown.sqrt_ts[seen])
        self.title.value = html.heading("Growth with livetime", _words(grown))


def _words(grown: Growth) -> str:
    hours = float(grown.livetime[-1]) / 3600
    rate = float(grown.sqrt_ts[-1]) / np.sqrt(hours) if hours > 0 else np.nan
    return f"{rate:.1f} σ per √h" if np.isfinite(rate) else ""
