"""The panel of the model and the fit."""

from __future__ import annotations

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.link import Link, Notice, labelled, panel
from lightpool_dashboard.inputs import MODEL_LABELS
from lightpool_dashboard.state import State


class ModelPanel:
    """Which model, joint or stacked, and whether the fit follows every change.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state
        models = [(label, name) for name, label in MODEL_LABELS.items()]
        self.model = labelled(w.Dropdown(options=models, description="Model"), "model")
        self.stack = labelled(
            w.RadioButtons(options=[("Joint", False), ("Stacked", True)], description="Runs"), "stack"
        )
        self.live = w.Checkbox(description="Follow every change", indent=False)
        self.live.add_class("lp-control-live")
        self.fit = labelled(w.Button(description="Fit"), "fit")
        self.hint = w.HTML()
        self.hint.add_class("lp-hint")
        for name, widget in (("model", self.model), ("stacked", self.stack), ("live", self.live)):
            Link(state, name, widget)
        self.fit.on_click(guarded(state)(lambda _: state.request_fit()))
        state.observe(guarded(state)(self._show_hint), names=["pending", "live"])
        row = w.HBox([self.fit, self.live])
        row.add_class("lp-row")
        self.box = panel("Fit", [self.model, Notice(state, "model"), self.stack, row, self.hint])

    def _show_hint(self, change: object) -> None:
        self.hint.value = "Inputs have changed: press Fit." if self._state.pending else ""
