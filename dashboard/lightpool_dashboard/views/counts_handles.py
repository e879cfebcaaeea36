"""What is dragged and brushed on the counts: the energy threshold and the fit range."""

from __future__ import annotations

from typing import Any

import bqplot as bq
import numpy as np

from lightpool.analysis import Outcome
from lightpool_dashboard import marks, theme
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State
from lightpool_dashboard.views import html
from lightpool_dashboard.views.counts import FLOOR, CountsView
from lightpool_dashboard.views.problem import Problem


class CountsHandles:
    """A brush on the counts that chooses the fit range, and a tab above them that sets a threshold.

    Parameters
    ----------
    state : State
    counts : CountsView
        What they are put on.
    """

    def __init__(self, state: State, counts: CountsView) -> None:
        self._state, self._counts = state, counts
        self._edges, self._top = np.array([0.1, 40.0]), 100.0
        above = {"x": counts.energy, "y": counts.counts.scales["y"]}
        self.threshold = marks.lines(above, theme.THRESHOLD, stroke_width=2)
        # Above the frame, where the brush does not reach: inside, it would take the mouse from the tab.
        margin = {"x": counts.energy, "y": marks.linear_scale(0, 1)}
        self.tab = marks.handle(
            margin, theme.THRESHOLD, "triangle-down", restrict_x=True, apply_clip=False, default_size=90
        )
        self.brush = bq.interacts.BrushIntervalSelector(scale=counts.energy, color=theme.FIT_RANGE)
        counts.figure.marks = [*counts.figure.marks, self.threshold, self.tab]
        counts.figure.interaction = self.brush
        counts.add_to_legend(
            html.legend_item("tab", theme.THRESHOLD, "drag: threshold"),
            html.legend_item("shade", theme.FIT_RANGE, "brush: fit range; click: all"),
        )
        self.problem = Problem(state, "preview")
        title, *others = counts.box.children
        counts.box.children = [title, self.problem, *others]
        guard = guarded(state)
        self.tab.on_drag(guard(self._drag_threshold))
        self.tab.on_drag_end(guard(self._drop_threshold))
        self.brush.observe(guard(self._brushed), names=["brushing", "selected"])
        state.observe(guard(self._show_threshold), names="threshold")
        state.observe(guard(self._show_range), names=["fit_min", "fit_max"])

    def update(self, outcome: Outcome) -> None:
        """Take the place that the axes of an outcome leave."""
        self._edges = outcome.fitted["energy_edges"].to_numpy()
        self._top = self._counts.top
        self._show_threshold()
        self._show_range()

    # -- threshold ----------------------------------------------------------------------------

    def _show_threshold(self, change: object = None) -> None:
        """Draw the threshold and its tab; without one the tab waits at the left end."""
        low, high = self._edges[0], self._edges[-1]
        at = min(max(self._state.threshold, low), high)
        marks.put(self.tab, [at], [1.04])
        self._draw_threshold(at if self._state.threshold else 0.0)

    def _draw_threshold(self, at: float) -> None:
        marks.put(self.threshold, *(marks.verticals([at], FLOOR, self._top) if at else ([], [])))

    def _drag_threshold(self, mark: object, content: dict[str, Any]) -> None:
        self._draw_threshold(self._dragged(content))

    def _drop_threshold(self, mark: object, content: dict[str, Any]) -> None:
        self._state.threshold = self._dragged(content)
        self._show_threshold()

    def _dragged(self, content: dict[str, Any]) -> float:
        """Return the energy (TeV) that a message says the tab was dragged to; 0 at the left end."""
        try:
            at = float(content["point"]["x"])
        except (KeyError, TypeError, ValueError):
            return self._state.threshold
        if not at > self._edges[0] * 1.02:
            return 0.0
        return float(f"{min(at, self._edges[-1]):.3g}")

    # -- fit range ----------------------------------------------------------------------------

    def _selection(self) -> np.ndarray | None:
        """Return what the brush shows of the fit range: an open end is the end of the axis."""
        low, high = self._state.fit_min, self._state.fit_max
        return np.array([low or self._edges[0], high or self._edges[-1]]) if low or high else None

    def _show_range(self, change: object = None) -> None:
        selection = self._selection()
        if not _alike(self.brush.selected, selection):
            self.brush.selected = selection

    def _brushed(self, change: object) -> None:
        """Take the brushed range when the mouse is let go; a click without a drag opens the range."""
        selected = self.brush.selected
        if self.brush.brushing or _alike(selected, self._selection()):
            return
        low = high = 0.0
        if _is_pair(selected):
            low, high = (float(f"{end:.4g}") for end in sorted(selected))
            if not self._holds_a_bin(low, high):
                self._show_range()
                return
            low, high = (low if low > self._edges[0] else 0.0), (high if high < self._edges[-1] else 0.0)
        self._state.fit_min, self._state.fit_max = low, high

    def _holds_a_bin(self, low: float, high: float) -> bool:
        return bool(((self._edges[:-1] >= low) & (self._edges[1:] <= high)).any())


def _is_pair(selected: Any) -> bool:
    return selected is not None and np.shape(selected) == (2,) and bool(np.isfinite(selected).all())


def _alike(selected: Any, other: Any) -> bool:
    """Whether two selections are the same range, or both are none."""
    if not (_is_pair(selected) and _is_pair(other)):
        return _is_pair(selected) == _is_pair(other)
    return bool(np.allclose(selected, other, rtol=1e-4, atol=0))
