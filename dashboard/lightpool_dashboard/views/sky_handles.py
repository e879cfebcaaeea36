"""What is dragged on the sky: the ON region and the excluded circles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bqplot as bq
import numpy as np

from lightpool.analysis import Outcome
from lightpool.plot_data import unwrap
from lightpool.sky import Circle, separation
from lightpool_dashboard import marks, theme
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State
from lightpool_dashboard.views import html
from lightpool_dashboard.views.sky import SkyView


class SkyHandles:
    """Crosses by which circles are moved: the circle follows at once, the analysis on the drop.

    Parameters
    ----------
    state : State
    sky : SkyView
        What they are put on.
    """

    def __init__(self, state: State, sky: SkyView) -> None:
        self._state, self._sky = state, sky
        self.on = marks.handle(sky.on.scales, theme.ON_CIRCLE)
        self.excluded = marks.handle(sky.on.scales, theme.EXCLUDED)
        sky.figure.marks = [*sky.figure.marks, self.excluded, self.on]
        sky.explained += (html.legend_item("plus", theme.ON_CIRCLE, "drag to move", night=True),)
        guard = guarded(state)
        self.on.on_drag(guard(self._drag_on))
        self.on.on_drag_end(guard(self._drop_on))
        self.excluded.on_drag(guard(self._drag_excluded))
        self.excluded.on_drag_end(guard(self._drop_excluded))
        self._on = Circle(0.0, 0.0, 0.0)
        #: Excluded circles, and which of them have a handle.
        self._circles: tuple[Circle, ...] = ()
        self._drawn: tuple[int, ...] = ()

    def update(self, outcome: Outcome) -> None:
        """Stand in the centres of an outcome's circles."""
        reduction = outcome.settings.reduction
        self._on = reduction.on_region
        self._circles = tuple(c for c in reduction.exclusion if isinstance(c, Circle))
        self._drawn = tuple(k for k, circle in enumerate(self._circles) if self._sky.shows(circle))
        self._put_centres(self.on, [self._on])
        self._put_centres(self.excluded, [self._circles[k] for k in self._drawn])

    def _put_centres(self, mark: bq.Scatter, circles: list[Circle]) -> None:
        lon = unwrap(np.array([circle.lon for circle in circles]), self._sky.centre)
        marks.put(mark, lon, [circle.lat for circle in circles])

    # -- what is dragged: the message is the browser's, so it may say anything ----------------------

    def _drag_on(self, mark: object, content: dict[str, Any]) -> None:
        place = _place(content)
        if place is not None:
            self._sky.put(self._sky.on, [replace(self._on, lon=place[0], lat=place[1])])

    def _drop_on(self, mark: object, content: dict[str, Any]) -> None:
        place = _place(content)
        if place is not None and _is_moved(self._on, place):
            self._state.position = place

    def _drag_excluded(self, mark: object, content: dict[str, Any]) -> None:
        circles = self._with_moved(content)
        if circles is not None:
            self._sky.put(self._sky.excluded, [circles[k] for k in self._drawn])

    def _drop_excluded(self, mark: object, content: dict[str, Any]) -> None:
        circles = self._with_moved(content)
        if circles is not None and circles != list(self._circles):
            self._state.exclusion = tuple((c.lon, c.lat, c.radius, c.name) for c in circles)

    def _with_moved(self, content: dict[str, Any]) -> list[Circle] | None:
        """Return the excluded circles with one of them at another place."""
        place, index = _place(content), content.get("index")
        if place is None or not isinstance(index, int) or not 0 <= index < len(self._drawn):
            return None
        circles, k = list(self._circles), self._drawn[index]
        if _is_moved(circles[k], place):
            circles[k] = replace(circles[k], lon=place[0], lat=place[1])
        return circles


def _place(content: dict[str, Any]) -> tuple[float, float] | None:
    """Return where on the sky (deg) a message says that something was dragged to; None for nonsense."""
    try:
        lon, lat = (float(content["point"][name]) for name in ("x", "y"))
    except (KeyError, TypeError, ValueError):
        return None
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return None
    return lon % 360, min(max(lat, -90.0), 90.0)


def _is_moved(circle: Circle, place: tuple[float, float]) -> bool:
    """Whether a drag was one: a mere click ends where it began."""
    return bool(separation(circle.lon, circle.lat, *place) > 1e-4)
