"""How the store on the page wants to be acknowledged: its terms ask for that wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State


class CreditView:
    """A line at the foot of the dashboard.

    The page that our own server frames has such a line for every store below the dashboard, at once
    and without a kernel; its style sheet hides this one.

    Parameters
    ----------
    state : State
    credits : mapping of str to str
        A sentence for each store, or none.
    """

    def __init__(self, state: State, credits: Mapping[str, str]) -> None:
        self._state, self._credits = state, credits
        self.box = w.HTML()
        self.box.add_class("lp-credit")
        state.observe(guarded(state)(self._show), names="store")
        self._show()

    def _show(self, change: object = None) -> None:
        name = self._state.store
        credit = self._credits.get(name, "")
        self.box.value = f"<b>{escape(name)}</b> {escape(credit)}" if credit else ""
