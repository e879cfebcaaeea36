"""Makes widgets that share what can be shared: a page of many models is slow to open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State


class Maker:
    """A maker of widgets that share one layout, and one style a kind.

    With a layout and a style of its own, each of them would be three models that the browser builds.

    Parameters
    ----------
    state : State
        Where errors of callbacks are said.

    Attributes
    ----------
    layout : Layout
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.layout = w.Layout()
        self._styles: dict[type[w.DOMWidget], w.Widget] = {}

    def make(self, kind: type[w.DOMWidget], classes: str = "", **traits: Any) -> Any:
        """Return a widget with the shared layout and style; `classes` are parted by blanks."""
        if kind in self._styles:
            traits["style"] = self._styles[kind]
        widget = kind(layout=self.layout, _dom_classes=tuple(classes.split()), **traits)
        if isinstance(getattr(widget, "style", None), w.Widget):
            self._styles[kind] = widget.style
        return widget

    def check(self, label: str, classes: str = "", **traits: Any) -> Any:
        """Return a check box tied to nothing yet."""
        return self.make(w.Checkbox, classes, description=label, indent=False, **traits)

    def button(self, label: str, press: Callable[[], None], *, hook: str = "", tooltip: str = "") -> Any:
        """Return a button that calls `press`."""
        widget = self.make(w.Button, hooks(hook), description=label, tooltip=tooltip or label)
        widget.on_click(guarded(self.state)(lambda _: press()))
        return widget

    def text(self, label: str, *, hook: str = "", tooltip: str = "", classes: str = "") -> Any:
        """Return a field for text that reports when it is left or Enter is pressed."""
        return self.make(
            w.Text,
            f"{hooks(hook)} {classes}",
            description=label,
            tooltip=tooltip or label,
            continuous_update=False,
        )

    def note(self, classes: str = "lp-hint") -> Any:
        """Return a place for a sentence; it takes no room while there is none."""
        return self.make(w.HTML, classes)

    def row(self, *children: w.Widget, classes: str = "lp-row") -> Any:
        """Return controls side by side."""
        return self.make(w.HBox, classes, children=children)

    def column(self, *children: w.Widget, classes: str = "") -> Any:
        """Return controls one below the other."""
        return self.make(w.VBox, classes, children=children)


def hooks(name: str) -> str:
    """Return the classes of a control by which the page is driven."""
    return f"lp-control lp-control-{name.replace('_', '-')}" if name else "lp-control"
