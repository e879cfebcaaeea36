"""Significance and excess against the radius of the ON region, so that the choice is seen."""

from __future__ import annotations

from html import escape

import ipywidgets as w
import numpy as np

from lightpool.radius_scan import RadiusScan
from lightpool_dashboard import marks, theme
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.panels import Panels
from lightpool_dashboard.state import State
from lightpool_dashboard.ticks import linear_ticks
from lightpool_dashboard.views import html
from lightpool_dashboard.views.problem import Problem
from lightpool_dashboard.views.switch import Switch, head

_ASK = "Tick the box: the ON region is tried with 25 radii from 0.02 to 0.5 deg, all else as it is."


class RadiusScanView:
    """Two panels over the radius; a dashed line stands at the chosen one.

    Parameters
    ----------
    state : State
        Its `scan` is what the switch sets; its `radius` is marked.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._radius = marks.linear_scale(0, 0.52)
        self._axis = marks.axis(self._radius, "ON radius [deg]")
        self.panels = Panels(self._radius, self._axis, (0.55, 0.45), (4, 4))
        upper, lower = self.panels.scales(0), self.panels.scales(1)
        whole = {"x": self._radius, "y": marks.linear_scale(0, 1)}
        self.chosen = marks.lines(whole, theme.THRESHOLD, line_style="dashed", stroke_width=1.5)
        self.line = marks.lines(upper, theme.MODEL, stroke_width=1.2)
        self.sqrt_ts = marks.points(upper, theme.MODEL, "square", default_size=22)
        self.best = marks.points(upper, theme.MODEL, "diamond", default_size=140, fill=False)
        self.errors = marks.lines(lower, theme.COUNTS, stroke_width=1.2)
        self.excess = marks.points(lower, theme.COUNTS, "circle", default_size=22)
        self.figure = self.panels.draw(
            [self.chosen, self.line, self.sqrt_ts, self.best, self.errors, self.excess]
        )
        self.panels.name(["Significance [σ]", "Excess counts"])
        self.title = w.HTML(html.heading("Choice of the ON radius"))
        self.switch = Switch(state, "scan", "Scan radii")
        self.hint, self.legend = w.HTML(html.hint(_ASK)), w.HTML()
        self.hint.add_class("lp-hint-line")
        self.box = w.VBox(
            [
                head(self.title, self.switch),
                Problem(state, "radius_scan"),
                self.hint,
                self.figure,
                self.legend,
            ]
        )
        self.box.add_class("lp-view").add_class("lp-view-scan").add_class("lp-empty")
        marks.set_range(self._axis, 0.0, 0.52, linear_ticks(0, 0.5, 5))
        self._mark(None)
        state.observe(guarded(state)(self._mark), names="radius")

    def update(self, scan: RadiusScan | None) -> None:
        """Draw a scan; None empties the view."""
        if scan is None:
            self.box.add_class("lp-empty")
            return
        self.box.remove_class("lp-empty")
        seen = np.isfinite(scan.sqrt_ts)
        x, excess, error = scan.radius[seen], scan.excess[seen], scan.excess_error[seen]
        above, below = self.panels.panels
        above.show(scan.sqrt_ts[seen], at_least=1, zero=True)
        below.show(excess - error, excess + error, at_least=1, zero=True)
        marks.put(self.line, x, scan.sqrt_ts[seen])
        marks.put(self.sqrt_ts, x, scan.sqrt_ts[seen])
        best = [] if scan.best is None else [scan.best]
        marks.put(self.best, scan.radius[best], scan.sqrt_ts[best])
        marks.put(self.errors, *marks.error_bars(x, excess - error, excess + error))
        marks.put(self.excess, x, excess)
        items = [
            html.legend_item("square", theme.MODEL, "significance"),
            html.legend_item("point", theme.COUNTS, "excess"),
            html.legend_item("dashed", theme.THRESHOLD, "chosen radius"),
        ]
        self.legend.value = html.legend(items) + f'<p class="lp-words">{escape(_verdict(scan))}</p>'

    def _mark(self, change: object) -> None:
        marks.put(self.chosen, [self._state.radius] * 2, [0.0, 1.0])


def _verdict(scan: RadiusScan) -> str:
    if scan.best is None:
        return "No radius leaves room for an OFF region."
    lost = scan.radius[scan.n_runs < scan.n_runs.max()]
    tail = f" From {lost[0]:g}° on, some runs have no room for OFF regions." if lost.size else ""
    return (
        f"Largest at {scan.radius[scan.best]:g}° (◇): {scan.sqrt_ts[scan.best]:.1f} σ. A radius chosen "
        f"because it gives the most overstates the significance.{tail}"
    )
