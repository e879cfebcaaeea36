"""The switch between the light and the dark page."""

from __future__ import annotations

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.link import labelled, panel
from lightpool_dashboard.state import State

THEMES = ("system", "light", "dark")


class ThemeSwitch:
    """Sets a class on the root of the page; the style sheet does the rest.

    ``system`` sets none: then the style sheet follows what the browser prefers.

    Parameters
    ----------
    state : State
        For errors only: the look is no input of the analysis.
    root : DOMWidget
        What gets the class.
    """

    def __init__(self, state: State, root: w.DOMWidget) -> None:
        self._root = root
        options = [(name.capitalize(), name) for name in THEMES]
        self.choice = labelled(w.Dropdown(options=options, description="Theme"), "theme")
        self.box = panel("Page", [self.choice])
        self.choice.observe(guarded(state)(self._apply), names="value")

    def _apply(self, change: object) -> None:
        for name in THEMES[1:]:
            if name == self.choice.value:
                self._root.add_class(f"lp-{name}")
            else:
                self._root.remove_class(f"lp-{name}")
