"""The list of excluded circles: edited, added to, cut, or left to what is known of the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from lightpool.errors import SettingsError
from lightpool.sky import Circle
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import put, say
from lightpool_dashboard.direction import EXAMPLES, direction_text, parse_direction
from lightpool_dashboard.inputs import ExcludedCircle

#: A new circle stands this far north of the ON region, and is this large, deg.
NORTH, RADIUS = 0.5, 0.2


class CircleRow:
    """One circle: where, how large, and a button that takes it away.

    Parameters
    ----------
    kit : Kit
    changed : callable
        Is given the circle as the fields say.
    removed : callable
    """

    def __init__(
        self, kit: Kit, changed: Callable[[ExcludedCircle], None], removed: Callable[[], None]
    ) -> None:
        self._state, self._changed = kit.state, changed
        self._circle: ExcludedCircle = (0.0, 0.0, 0.0, "")
        self.position = kit.text("", tooltip=f"Centre of the excluded circle: {EXAMPLES}")
        self.radius = kit.make(
            w.FloatText,
            "lp-control",
            description="r [°]",
            tooltip="Radius of the excluded circle",
            step=0.05,
        )
        self.remove = kit.button("×", removed, tooltip="Take this circle away")
        self.position.observe(guarded(self._state)(self._typed), names="value")
        self.radius.observe(guarded(self._state)(self._resized), names="value")
        self.box = kit.row(self.position, self.radius, self.remove, classes="lp-row lp-circle")

    def show(self, circle: ExcludedCircle, number: int) -> None:
        """Show a circle."""
        self._circle = circle
        self.position.description = circle[3][:30] or f"Circle {number}"
        self.position.value = direction_text(*circle[:2])
        self.radius.value = circle[2]

    def close(self) -> None:
        """Let go of the widgets; layout and styles are shared and stay."""
        for widget in (*self.box.children, self.box):
            widget.close()

    def _typed(self, change: Any) -> None:
        lon, lat, radius, name = self._circle
        if change.new == direction_text(lon, lat):
            return
        try:
            lon, lat = parse_direction(change.new)
        except SettingsError as exc:
            say(self._state, "exclusion", str(exc))
            return
        self._changed((lon, lat, radius, name))

    def _resized(self, change: Any) -> None:
        lon, lat, radius, name = self._circle
        if change.new != radius:
            self._changed((lon, lat, change.new, name))
            self.radius.value = self._circle[2]


class ExclusionList:
    """A row for each excluded circle.

    While none was chosen it shows those known for the field of the target; touching one of them makes
    all of them chosen ones.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self._kit, self._state = kit, kit.state
        self.rows: list[CircleRow] = []
        self.add = kit.button(
            "Add circle", self._add, hook="exclusion-add", tooltip="Exclude a circle; drag it on the sky"
        )
        self.reset = kit.button(
            "Default", self._reset, hook="exclusion-reset", tooltip="Exclude what is known for this field"
        )
        self.heading = kit.note()
        self._list = kit.column(classes="lp-circles")
        self._state.observe(guarded(self._state)(self._show), names=["exclusion", "entry"])
        self.box = kit.column(
            self.heading, self._list, kit.notice("exclusion"), kit.row(self.add, self.reset)
        )
        self._show()

    def circles(self) -> tuple[ExcludedCircle, ...]:
        """Return the circles that hold now: those chosen, else those known for the field."""
        state = self._state
        if state.exclusion is not None:
            return state.exclusion
        return tuple(_plain(circle) for circle in state.entry.exclusion) if state.entry else ()

    def _show(self, change: object = None) -> None:
        circles, state = self.circles(), self._state
        if len(circles) != len(self.rows):
            for row in self.rows[len(circles) :]:
                row.close()
            del self.rows[len(circles) :]
            for k in range(len(self.rows), len(circles)):
                self.rows.append(CircleRow(self._kit, self._changer(k), self._remover(k)))
            self._list.children = [row.box for row in self.rows]
        for number, (row, circle) in enumerate(zip(self.rows, circles, strict=True), start=1):
            row.show(circle, number)
        say(state, "exclusion", "")
        known = "" if state.exclusion is not None else ", known for this field" if circles else ""
        count = "no circle" if not circles else "1 circle" if len(circles) == 1 else f"{len(circles)} circles"
        self.heading.value = f"<span>Excluded: {count}{known}</span>"

    def _changer(self, k: int) -> Callable[[ExcludedCircle], None]:
        def change(circle: ExcludedCircle) -> None:
            circles = list(self.circles())
            circles[k] = circle
            self._put(circles)

        return change

    def _remover(self, k: int) -> Callable[[], None]:
        def remove() -> None:
            circles = list(self.circles())
            del circles[k]
            self._put(circles)

        return remove

    def _add(self) -> None:
        state = self._state
        lon, lat = state.position or (state.entry.position if state.entry else (0.0, 0.0))
        self._put([*self.circles(), (lon, min(lat + NORTH, 90.0), RADIUS, "")])

    def _reset(self) -> None:
        put(self._state, "exclusion", None)

    def _put(self, circles: list[ExcludedCircle]) -> None:
        put(self._state, "exclusion", tuple(circles))


def _plain(circle: Circle) -> ExcludedCircle:
    return circle.lon, circle.lat, circle.radius, circle.name
