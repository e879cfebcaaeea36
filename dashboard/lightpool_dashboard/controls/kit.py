"""Makes the controls: each with its label, its tooltip, its hook and its tie to the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w
import traitlets as tl

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.link import Link, Notice, SliderLink
from lightpool_dashboard.inputs import CHOICES, LIMITS
from lightpool_dashboard.state import State


class Kit:
    """A maker of controls that share one layout, and one style a kind.

    With a layout and a style of its own, each control would be three models that the browser builds.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._layout = w.Layout()
        self._styles: dict[type[w.DOMWidget], w.Widget] = {}

    def make(self, kind: type[w.DOMWidget], classes: str = "", **traits: Any) -> Any:
        """Return a widget with the shared layout and style; `classes` are parted by blanks."""
        if kind in self._styles:
            traits["style"] = self._styles[kind]
        widget = kind(layout=self._layout, _dom_classes=tuple(classes.split()), **traits)
        if isinstance(getattr(widget, "style", None), w.Widget):
            self._styles[kind] = widget.style
        return widget

    def number(self, name: str, label: str, *, hook: str = "", step: float | None = None) -> Any:
        """Return a field for a number of the state.

        It has no bounds in the browser, which would change a number without a word, while the state
        says what it made of it.
        """
        whole = isinstance(self.state.traits()[name], tl.CInt)
        steps = {} if step is None else {"step": step}
        widget = self.make(
            w.IntText if whole else w.FloatText,
            _hooks(hook or name),
            description=label,
            tooltip=_limits_in_words(name),
            **steps,
        )
        Link(self.state, name, widget)
        return widget

    def slider(self, name: str, label: str, *, step: float, digits: int = 2, hook: str = "") -> Any:
        """Return a slider over all that the state allows; it reports while it moves."""
        limits, whole = LIMITS[name], isinstance(self.state.traits()[name], tl.CInt)
        low, high = (0 if limits.off else limits.low), limits.high
        widget = self.make(
            w.IntSlider if whole else w.FloatSlider,
            _hooks(hook or name),
            description=label,
            tooltip=_limits_in_words(name),
            min=int(low) if whole else low,
            max=int(high) if whole else high,
            step=int(step) if whole else step,
            readout_format="d" if whole else f".{digits}f",
            continuous_update=True,
        )
        SliderLink(self.state, name, widget)
        return widget

    def choice(self, name: str, label: str, *, tooltip: str = "") -> Any:
        """Return a list to choose a word of the state from."""
        options = [(text, word) for word, text in CHOICES[name].items()]
        widget = self.make(
            w.Dropdown, _hooks(name), description=label, tooltip=tooltip or label, options=options
        )
        Link(self.state, name, widget)
        return widget

    def flag(self, name: str, label: str, *, hook: str = "", tooltip: str = "") -> Any:
        """Return a check box for a switch of the state."""
        widget = self.check(label, _hooks(hook or name), tooltip=tooltip or label)
        Link(self.state, name, widget)
        return widget

    def check(self, label: str, classes: str = "", **traits: Any) -> Any:
        """Return a check box tied to nothing yet."""
        return self.make(w.Checkbox, classes, description=label, indent=False, **traits)

    def button(self, label: str, press: Callable[[], None], *, hook: str = "", tooltip: str = "") -> Any:
        """Return a button that calls `press`."""
        widget = self.make(w.Button, _hooks(hook), description=label, tooltip=tooltip or label)
        widget.on_click(guarded(self.state)(lambda _: press()))
        return widget

    def text(self, label: str, *, hook: str = "", tooltip: str = "", classes: str = "") -> Any:
        """Return a field for text that reports when it is left or Enter is pressed."""
        return self.make(
            w.Text,
            f"{_hooks(hook)} {classes}",
            description=label,
            tooltip=tooltip or label,
            continuous_update=False,
        )

    def note(self, classes: str = "lp-hint") -> Any:
        """Return a place for a sentence; it takes no room while there is none."""
        return self.make(w.HTML, classes)

    def notice(self, *names: str) -> Notice:
        """Return the place for the state's sentences about some inputs."""
        return Notice(self.state, *names, layout=self._layout)

    def row(self, *children: w.Widget, classes: str = "lp-row") -> Any:
        """Return controls side by side."""
        return self.make(w.HBox, classes, children=children)

    def column(self, *children: w.Widget, classes: str = "") -> Any:
        """Return controls one below the other."""
        return self.make(w.VBox, classes, children=children)


def _hooks(name: str) -> str:
    return f"lp-control lp-control-{name.replace('_', '-')}" if name else "lp-control"


def _limits_in_words(name: str) -> str:
    limits = LIMITS[name]
    unit = f" {limits.unit}" if limits.unit else ""
    text = f"{limits.label[0].upper()}{limits.label[1:]}: {limits.low:g} to {limits.high:g}{unit}"
    return f"{text}; 0 for none" if limits.off else text
