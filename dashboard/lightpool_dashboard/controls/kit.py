"""Controls of the state's inputs: each with its label, its tooltip, its hook and its tie to the state."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import traitlets as tl

from lightpool_dashboard.controls.link import Link, Notice, SliderLink
from lightpool_dashboard.controls.slider import Slider
from lightpool_dashboard.inputs import CHOICES, LIMITS
from lightpool_dashboard.maker import Maker, hooks


class Kit(Maker):
    """A maker of controls that are tied to the state.

    Parameters
    ----------
    state : State
    """

    def number(self, name: str, label: str, *, hook: str = "", step: float | None = None) -> Any:
        """Return a field for a number of the state.

        It has no bounds in the browser, which would change a number without a word, while the state
        says what it made of it.
        """
        whole = isinstance(self.state.traits()[name], tl.CInt)
        steps = {} if step is None else {"step": step}
        widget = self.make(
            w.IntText if whole else w.FloatText,
            hooks(hook or name),
            description=label,
            tooltip=_limits_in_words(name),
            **steps,
        )
        Link(self.state, name, widget)
        return widget

    def slider(self, name: str, label: str, *, step: float, hook: str = "") -> Slider:
        """Return a number with a slider over all that the state allows; it reports while it moves."""
        limits, whole = LIMITS[name], isinstance(self.state.traits()[name], tl.CInt)
        low, high = (0 if limits.off else limits.low), limits.high
        kind = int if whole else float
        tooltip = _limits_in_words(name)
        number = self.make(
            w.IntText if whole else w.FloatText,
            "lp-slider-value",
            description=label,
            tooltip=tooltip,
            step=kind(step),
        )
        slider = self.make(
            w.IntSlider if whole else w.FloatSlider,
            "lp-bare",
            description=f"{label} slider",
            tooltip=tooltip,
            min=kind(low),
            max=kind(high),
            step=kind(step),
            readout=False,
            continuous_update=True,
        )
        Link(self.state, name, number)
        SliderLink(self.state, name, slider)
        classes = f"{hooks(hook or name)} lp-slider"
        return self.make(Slider, classes, number=number, slider=slider)

    def choice(self, name: str, label: str, *, tooltip: str = "") -> Any:
        """Return a list to choose a word of the state from."""
        options = [(text, word) for word, text in CHOICES[name].items()]
        widget = self.make(
            w.Dropdown, hooks(name), description=label, tooltip=tooltip or label, options=options
        )
        Link(self.state, name, widget)
        return widget

    def flag(self, name: str, label: str, *, hook: str = "", tooltip: str = "") -> Any:
        """Return a check box for a switch of the state."""
        widget = self.check(label, hooks(hook or name), tooltip=tooltip or label)
        Link(self.state, name, widget)
        return widget

    def notice(self, *names: str) -> Notice:
        """Return the place for the state's sentences about some inputs."""
        return Notice(self.state, *names, layout=self.layout)


def _limits_in_words(name: str) -> str:
    limits = LIMITS[name]
    unit = f" {limits.unit}" if limits.unit else ""
    text = f"{limits.label[0].upper()}{limits.label[1:]}: {limits.low:g} to {limits.high:g}{unit}"
    return f"{text}; 0 for none" if limits.off else text
