"""What the page has to say: the status line, and the warnings of an analysis."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from lightpool.analysis import Outcome
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State


class StatusView:
    """``ready``, ``working`` or the error, in words and with a symbol.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.box = w.HTML()
        self.box.add_class("lp-status")
        self._show(None)
        state.observe(guarded(state)(self._show), names=["status", "error"])

    def _show(self, change: object) -> None:
        state = self._state
        text = state.error or state.status
        kind = "error" if state.error else state.status
        self.box.value = f'<span class="lp-{kind}" role="status">{escape(text)}</span>'


class MessagesView:
    """What a careful reader should know about the last outcome; hidden while there is nothing."""

    def __init__(self) -> None:
        self.box = w.HTML(layout=w.Layout(display="none"))
        self.box.add_class("lp-messages")

    def update(self, outcome: Outcome) -> None:
        """Show the warnings of an outcome but for those that stand beside the fit already."""
        told = (outcome.fit.message, *outcome.fit.health) if outcome.fit is not None else ()
        items = "".join(f"<li>{escape(text)}</li>" for text in outcome.warnings if text not in told)
        self.box.value = f"<h2>Notes</h2><ul>{items}</ul>" if items else ""
        self.box.layout.display = "" if items else "none"
