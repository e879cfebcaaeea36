"""The switch between the light and the dark page."""

from __future__ import annotations

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel

THEMES = ("system", "light", "dark")


class ThemeSwitch:
    """Sets a class on the root of the page; the style sheet does the rest.

    ``system`` sets none: then the style sheet follows what the browser prefers.

    Parameters
    ----------
    kit : Kit
        The look is no input of the analysis: of its state only the place for errors is used.
    root : DOMWidget
        What gets the class.
    """

    def __init__(self, kit: Kit, root: w.DOMWidget) -> None:
        self._root = root
        self.choice = kit.make(
            w.Dropdown,
            "lp-control lp-control-theme",
            options=[(name.capitalize(), name) for name in THEMES],
            description="Theme",
            tooltip="Light or dark; by default as the browser prefers",
        )
        self.box = panel("Page", [self.choice])
        self.choice.observe(guarded(kit.state)(self._apply), names="value")

    def _apply(self, change: object) -> None:
        for name in THEMES[1:]:
            if name == self.choice.value:
                self._root.add_class(f"lp-{name}")
            else:
                self._root.remove_class(f"lp-{name}")
