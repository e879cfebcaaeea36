"""The panel that chooses the data: which store, which target."""

from __future__ import annotations

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.link import Link, Notice, labelled, panel
from lightpool_dashboard.state import State


class DataPanel:
    """Store and target.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.store = labelled(w.Dropdown(options=state.stores, description="Store"), "store")
        self.target = labelled(w.Dropdown(options=state.targets, description="Target", value=None), "target")
        Link(state, "store", self.store)
        self._target_link = Link(state, "target", self.target, blank=True)
        state.observe(guarded(state)(self._offer), names="targets")
        self.box = panel("Data", [self.store, Notice(state, "store"), self.target, Notice(state, "target")])

    def _offer(self, change: object) -> None:
        state = self._state
        with self._target_link.deaf():
            self.target.options = state.targets
            self.target.value = state.target if state.target in state.targets else None
