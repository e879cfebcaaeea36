"""Ties between widgets and the state, in which the state has the last word."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import ipywidgets as w
import traitlets as tl

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State


class Link:
    """A widget's value tied to one trait of the state, both ways.

    What the state makes of a value (it clamps numbers) is written back to the widget. A value
    that the state refuses leaves both as they were.

    Parameters
    ----------
    state : State
    name : str
        The trait of the state.
    widget : Widget
    blank : bool
        Whether an empty text on the state is None on the widget, as for a choice not made yet.
    """

    def __init__(self, state: State, name: str, widget: w.Widget, *, blank: bool = False) -> None:
        self.state, self.name, self.widget, self.blank = state, name, widget, blank
        self._from_widget: Callable[..., None] = guarded(state)(self._widget_changed)
        self._show()
        widget.observe(self._from_widget, names="value")
        state.observe(guarded(state)(self._show), names=name)

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Do not listen to the widget for a while: for a change of its options, which resets its value."""
        self.widget.unobserve(self._from_widget, names="value")
        try:
            yield
        finally:
            self.widget.observe(self._from_widget, names="value")

    def _widget_changed(self, change: Any) -> None:
        value = "" if self.blank and change.new is None else change.new
        put(self.state, self.name, value)
        self._show()

    def _show(self, change: object = None) -> None:
        value = getattr(self.state, self.name)
        if not _same(self.widget.value, value):
            self.widget.value = None if self.blank and value == "" else value


class SliderLink(Link):
    """A slider tied to one number of the state.

    The browser puts a slider on its nearest step and sends that back as if somebody had moved it. So a
    value between two steps makes the steps finer first.

    Parameters
    ----------
    state, name, widget
        As of `Link`.
    """

    def __init__(self, state: State, name: str, widget: w.Widget) -> None:
        self._step = widget.step
        super().__init__(state, name, widget)

    def _show(self, change: object = None) -> None:
        if not isinstance(self.widget, w.FloatSlider):
            super()._show(change)
            return
        step = _step_onto(getattr(self.state, self.name) - self.widget.min, self._step)
        # In an order in which the browser never sees a value between two steps: it would move it.
        if step < self.widget.step:
            self.widget.step = step
        super()._show(change)
        self.widget.step = step


def _same(shown: Any, value: Any) -> bool:
    """Whether a widget shows a value; to the six digits of the state, which the browser may not hit."""
    if isinstance(shown, float) and isinstance(value, float):
        return math.isclose(shown, value, rel_tol=2e-7, abs_tol=1e-12)
    return bool(shown == value)


def _step_onto(distance: float, step: float) -> float:
    """Return a step, or its tenth or hundredth..., of which a whole number makes the distance."""
    for _ in range(4):
        if abs(distance / step - round(distance / step)) < 1e-4:
            break
        step = float(f"{step / 10:g}")
    return step


def put(state: State, name: str, value: Any) -> bool:
    """Set an input of the state; where it refuses, its sentence is a notice. Return whether it was taken."""
    try:
        setattr(state, name, value)
    except tl.TraitError as exc:
        say(state, name, str(exc))
        return False
    return True


def say(state: State, name: str, sentence: str) -> None:
    """Put a sentence about an input on the state; an empty one takes it away."""
    state.notice(name, sentence)


class Notice(w.HTML):
    """The sentences that the state has about some of its inputs, right under their controls.

    It takes no room while there is none.

    Parameters
    ----------
    state : State
    names : str
    """

    def __init__(self, state: State, *names: str, **traits: Any) -> None:
        super().__init__(**traits)
        self.add_class("lp-notice")
        self._state, self._names = state, names
        self._show()
        state.observe(guarded(state)(self._show), names="notices")

    def _show(self, change: object = None) -> None:
        notices = self._state.notices
        sentences = [notices[name] for name in self._names if notices.get(name)]
        # The role makes a screen reader say it.
        self.value = "".join(f'<span role="alert">{escape(sentence)}</span>' for sentence in sentences)


def unfold(widget: w.DOMWidget, shown: bool) -> None:
    """Show a widget, or let it take no room."""
    if shown:
        widget.remove_class("lp-gone")
    else:
        widget.add_class("lp-gone")


def labelled(widget: w.DOMWidget, hook: str) -> w.DOMWidget:
    """Return the widget with the class by which a page is driven, ``lp-control-<hook>``."""
    widget.add_class(f"lp-control-{hook}")
    widget.add_class("lp-control")
    return widget


def panel(title: str, children: list[w.Widget], *, opened: bool = True) -> w.VBox:
    """Return controls under a heading that folds them away and back: by click, Enter or the space bar.

    The style sheet does the folding, from the state of the heading alone; no message is waited for.
    """
    heading = w.ToggleButton(value=opened, description=title, tooltip=f"Show or hide: {title}")
    heading.add_class("lp-heading")
    box = w.VBox([heading, *children])
    box.add_class("lp-panel")
    return box
