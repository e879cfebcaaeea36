"""The distribution of a map's significances: what chance alone does, and what it does not."""

from __future__ import annotations

from html import escape

import ipywidgets as w
import numpy as np

from lightpool.analysis import MapOutcome
from lightpool.plot_data import distribution_columns
from lightpool_dashboard import marks, theme
from lightpool_dashboard.ticks import linear_ticks
from lightpool_dashboard.views import html

#: Densities below this are not drawn.
FLOOR = 1e-4


class DistributionView:
    """Histograms of the pixels outside the exclusion and of all, with the standard normal and the fit."""

    def __init__(self) -> None:
        self._sigma, self._density = marks.linear_scale(-5, 5), marks.log_scale(FLOOR, 1)
        scales = {"x": self._sigma, "y": self._density}
        self.all = marks.lines(scales, theme.BACKGROUND, stroke_width=1.2)
        self.outside = marks.lines(scales, theme.COUNTS, stroke_width=1.8)
        self.normal = marks.lines(scales, theme.REFERENCE, line_style="dashed", stroke_width=1.6)
        self.fit = marks.lines(scales, theme.MODEL, stroke_width=1.8)
        self._sigma_axis = marks.axis(self._sigma, "Significance [σ]")
        self._density_axis = marks.axis(self._density, "Share of pixels per σ", side="left")
        self.figure = marks.figure(
            [self.all, self.outside, self.normal, self.fit],
            [self._sigma_axis, self._density_axis],
            margin={"top": 8, "bottom": 44, "left": 64, "right": 14},
        )
        self.title = w.HTML(html.heading("Distribution of the map"))
        self.legend = w.HTML()
        self.box = w.VBox([self.title, self.figure, self.legend])
        self.box.add_class("lp-view").add_class("lp-view-distribution")

    def update(self, outcome: MapOutcome | None) -> None:
        """Draw the distribution of a map; None leaves the last one."""
        if outcome is None:
            return
        found = outcome.distributions[0]
        if found is None:
            for mark in (self.all, self.outside, self.normal, self.fit):
                marks.put(mark, [], [])
            self.legend.value = html.words("No pixel outside the exclusion has a significance.")
            return
        columns = distribution_columns(found)
        reach = max(5.0, float(np.abs(columns.edges_all).max()))
        low = -min(reach, 6.0)
        marks.set_range(self._sigma_axis, low, reach, linear_ticks(low, reach, 6))
        marks.set_log_range(self._density_axis, FLOOR, 1.0)
        marks.put(self.all, *marks.steps(columns.edges_all, columns.density_all, floor=FLOOR))
        marks.put(self.outside, *marks.steps(columns.edges, columns.density, floor=FLOOR))
        for mark, values in ((self.normal, columns.normal), (self.fit, columns.fit)):
            shown = (columns.x >= low) & (values > FLOOR)
            marks.put(mark, columns.x[shown], values[shown])
        items = [
            html.legend_item("line", theme.COUNTS, "outside the exclusion"),
            html.legend_item("thin", theme.BACKGROUND, "all pixels"),
            html.legend_item("dashed", theme.REFERENCE, "chance alone: mean 0, width 1"),
            html.legend_item("line", theme.MODEL, "normal fit"),
        ]
        warning = f'<p class="lp-words lp-unwell">{escape(columns.warning)}</p>' if columns.warning else ""
        self.legend.value = html.legend(items) + html.words(columns.text.capitalize() + ".") + warning
