"""The sentence in a view that says why its result could not be had."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State


class Problem(w.HTML):
    """What stands in `State.problems` about one result; takes no room while there is nothing.

    Put it under the heading of the view that shows the result.

    Parameters
    ----------
    state : State
    result : str
        The trait of the state that holds the result.
    """

    def __init__(self, state: State, result: str) -> None:
        super().__init__()
        self.add_class("lp-problem")
        self._result = result
        state.observe(guarded(state)(self._show), names="problems")

    def _show(self, change: Any) -> None:
        sentence = change.new.get(self._result, "")
        # The role makes a screen reader say it.
        self.value = f'<span role="alert">{escape(sentence)}</span>' if sentence else ""
