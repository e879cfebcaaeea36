"""What runs for longer than a moment, how far it is, and a button that stops it."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State


class ProgressView:
    """A line of text, a bar and a button; their room is kept while nothing runs, so that nothing jumps.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.text = w.HTML()
        self.bar = w.FloatProgress(min=0, max=1, bar_style="info")
        self.cancel = w.Button(description="Cancel", tooltip="Stop what is running; the last results stay")
        self.cancel.add_class("lp-control-cancel")
        self.cancel.on_click(guarded(state)(lambda _: state.request_cancel()))
        self.box = w.HBox([w.VBox([self.text, self.bar]), self.cancel])
        self.box.add_class("lp-progress").add_class("lp-idle")
        state.observe(guarded(state)(self._show), names="progress")

    def _show(self, change: object) -> None:
        progress = self._state.progress
        if not progress:
            self.box.add_class("lp-idle")
            return
        label, done, total = progress
        share = done / total if total else 0.0
        count = f", {done} of {total}" if total > 1 else ""
        self.text.value = f'<span role="status">{escape(label)}{count}</span>'
        self.bar.value = share
        self.box.remove_class("lp-idle")
