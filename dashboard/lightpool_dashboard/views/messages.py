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
    """The warnings of the last outcome, folded away while there are none."""

    def __init__(self) -> None:
        self.box = w.HTML(layout=w.Layout(display="none"))
        self.box.add_class("lp-messages")

    def update(self, outcome: Outcome) -> None:
        """Show the warnings of an outcome."""
        warnings = outcome.warnings
        many = f"{len(warnings)} notes on this analysis" if len(warnings) > 1 else "One note on this analysis"
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in warnings)
        self.box.value = f"<details><summary>{many}</summary><ul>{items}</ul></details>" if warnings else ""
        self.box.layout.display = "" if warnings else "none"
