"""What stands in the page's address after the question mark, on its way to the state."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.link import Notice
from lightpool_dashboard.state import State

#: Characters that are read; a longer text is no link that the page has made.
MAX_LENGTH = 4096

#: Stands in the field once the state has its text, so that the page knows that it was heard.
TAKEN = "taken"


class QueryField:
    """A field that nobody sees: the script of our page writes ``location.search`` into it.

    A warm kernel has drawn its page before a visitor exists, so the query string cannot reach it in
    its environment; through a widget it reaches warm and cold kernels alike, under any prefix. Where no
    such page is, as in JupyterLab, it stays empty.

    Parameters
    ----------
    state : State
        Its `query` becomes the text, as the visitor wrote it: percent-encoded and not to be trusted.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.field = w.Text(layout=w.Layout(display="none"))
        self.field.add_class("lp-query")
        self.field.observe(guarded(state)(self._hand_over), names="value")
        self.notice = Notice(state, "query")

    def _hand_over(self, change: Any) -> None:
        state, text = self._state, change.new.removeprefix("?")
        if len(text) > MAX_LENGTH:
            sentence = f"the link is longer than {MAX_LENGTH} characters, so nothing of it was taken"
            state.notices = {**state.notices, "query": sentence}
        else:
            state.query = text
        self.field.placeholder = TAKEN
