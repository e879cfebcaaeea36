"""One figure with panels on a common horizontal axis, so that a brush spans them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bqplot as bq
import numpy as np

from lightpool_dashboard import marks, theme
from lightpool_dashboard.ticks import linear_ticks

#: What a panel keeps free for its title, and between its data and the next panel, as shares of the figure.
_TITLE, _FOOT = 0.085, 0.015


class Panel:
    """A strip of the figure with an axis of its own.

    Its scale goes over the whole figure, with the range of the data in the strip.

    Parameters
    ----------
    bottom, top : float
        Of the strip, as shares of the figure's height.
    n_ticks : int
        About how many ticks there are.
    """

    def __init__(self, bottom: float, top: float, *, n_ticks: int) -> None:
        self.bottom, self.top, self.n_ticks = bottom, top, n_ticks
        self.scale = marks.linear_scale(0, 1)
        self.axis = marks.axis(self.scale, "", side="left")

    def set_range(self, low: float, high: float) -> None:
        """Show values from `low` to `high`."""
        unit = (high - low) / (self.top - self.bottom - _TITLE - _FOOT)
        start = low - unit * (self.bottom + _FOOT)
        ticks = linear_ticks(low, high, self.n_ticks)
        labels = {f"{tick:.10g}": f"{tick:.10g}".replace("-", "−") for tick in ticks}
        marks.set_range(self.axis, start, start + unit, ticks, labels)

    def show(self, *values: Any, at_least: float = 0.0, zero: bool = False) -> None:
        """Show all values that are finite, with a little room.

        Parameters
        ----------
        at_least : float
            The shortest range.
        zero : bool
            Whether 0 is always shown.
        """
        known = np.concatenate([np.asarray(v, dtype=float).ravel() for v in values] + [np.empty(0)])
        known = known[np.isfinite(known)]
        if zero or not known.size:
            known = np.append(known, 0.0)
        low, high = float(known.min()), float(known.max())
        room = max(0.04 * (high - low), (at_least - (high - low)) / 2, 1e-9 * max(abs(high), 1.0))
        low, high = (low if zero and low == 0 else low - room), high + room
        self.set_range(low, high)


class Panels:
    """The figure: panels from top to bottom, their titles inside, lines between them.

    Parameters
    ----------
    x : scale
        The common horizontal scale.
    x_axis : bqplot.Axis
    shares : sequence of float
        Heights of the panels, from the top; they add up to 1.
    ticks : sequence of int
        About how many ticks each panel has.
    margin : dict
        Of the figure, in pixels.
    """

    def __init__(
        self,
        x: Any,
        x_axis: bq.Axis,
        shares: Sequence[float],
        ticks: Sequence[int],
        *,
        margin: dict[str, int] | None = None,
    ) -> None:
        self.x_axis = x_axis
        tops = 1 - np.concatenate([[0.0], np.cumsum(shares)])
        self.panels = [
            Panel(float(bottom), float(top), n_ticks=n)
            for top, bottom, n in zip(tops[:-1], tops[1:], ticks, strict=True)
        ]
        whole = {"x": marks.linear_scale(0, 1), "y": marks.linear_scale(0, 1)}
        self.titles = bq.Label(
            x=np.zeros(len(shares)),
            y=tops[:-1],
            text=[""] * len(shares),
            scales=whole,
            x_offset=7,
            y_offset=12,
            default_size=11,
            font_weight="normal",
            colors=[theme.GREY],
        )
        self.rules = marks.lines(whole, theme.GREY, stroke_width=1, opacities=[0.5])
        marks.put(self.rules, *marks.spans(np.zeros(len(tops) - 2), np.ones(len(tops) - 2), tops[1:-1]))
        self.margin = margin or {"top": 6, "bottom": 42, "left": 56, "right": 12}
        self._x = x
        self.figure: bq.Figure | None = None

    def scales(self, k: int) -> dict[str, Any]:
        """Return the scales of marks in panel `k`, counted from the top."""
        return {"x": self._x, "y": self.panels[k].scale}

    def draw(self, drawn: list[Any]) -> bq.Figure:
        """Return the figure with the marks of all panels."""
        axes = [self.x_axis, *(panel.axis for panel in self.panels)]
        self.figure = marks.figure([self.rules, *drawn, self.titles], axes, margin=self.margin)
        self.figure.add_class("lp-panels")
        return self.figure

    def name(self, titles: Sequence[str]) -> None:
        """Write the titles of the panels; nothing is sent where nothing changed."""
        if list(self.titles.text) != list(titles):
            self.titles.text = np.array(titles)
