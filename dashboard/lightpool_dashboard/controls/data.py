"""The panel that chooses the data: which store, which target, where the ON region lies."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from lightpool.errors import SettingsError
from lightpool.sky import separation
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import Link, panel, put, say
from lightpool_dashboard.direction import EXAMPLES, direction_text, parse_direction


class DataPanel:
    """Store, target, and the ON position in words.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self._state = state = kit.state
        hooks = "lp-control lp-control-"
        self.store = kit.make(
            w.Dropdown, hooks + "store", options=state.stores, description="Store", tooltip="Data store"
        )
        self.target = kit.make(
            w.Dropdown,
            hooks + "target",
            options=state.targets,
            description="Target",
            tooltip="Objects in the store",
            value=None,
        )
        Link(state, "store", self.store)
        self._target_link = Link(state, "target", self.target, blank=True)
        self.position = kit.text("ON at", hook="position", tooltip=f"Centre of the ON region: {EXAMPLES}")
        self.reset = kit.button(
            "Reset", self._reset, hook="position-reset", tooltip="Put the ON region at the catalogue position"
        )
        self.hint = kit.note()
        self.position.observe(guarded(state)(self._typed), names="value")
        state.observe(guarded(state)(self._offer), names="targets")
        state.observe(guarded(state)(self._show_position), names=["position", "entry"])
        self.box = panel(
            "Data",
            [
                self.store,
                self.target,
                kit.notice("store", "target"),
                kit.row(self.position, self.reset),
                self.hint,
                kit.notice("position"),
            ],
        )

    def _offer(self, change: object) -> None:
        state = self._state
        with self._target_link.deaf():
            self.target.options = state.targets
            self.target.value = state.target if state.target in state.targets else None

    def _typed(self, change: Any) -> None:
        if change.new == self._position_text():
            return
        try:
            position = parse_direction(change.new)
        except SettingsError as exc:  # what was typed stays, to be mended
            say(self._state, "position", str(exc))
            return
        if put(self._state, "position", position):
            self._show_position()

    def _reset(self) -> None:
        put(self._state, "position", None)
        self._show_position()

    def _position_text(self) -> str:
        state = self._state
        position = state.position or (state.entry.position if state.entry else None)
        return direction_text(*position) if position else ""

    def _show_position(self, change: object = None) -> None:
        state = self._state
        self.position.value = self._position_text()
        say(state, "position", "")
        entry = state.entry
        if state.position is None or entry is None:
            self.hint.value = ""
        else:
            distance = float(separation(*state.position, *entry.position))
            self.hint.value = f"<span>{distance:.2f}° from the catalogue position</span>"
