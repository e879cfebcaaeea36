"""Ties between widgets and the state, in which the state has the last word."""

from __future__ import annotations

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
        try:
            setattr(self.state, self.name, value)
        except tl.TraitError as exc:
            self.state.notices = {**self.state.notices, self.name: str(exc)}
        self._show()

    def _show(self, change: object = None) -> None:
        value = getattr(self.state, self.name)
        self.widget.value = None if self.blank and value == "" else value


class Notice(w.HTML):
    """The sentence that the state has about one of its inputs, right under the control.

    Parameters
    ----------
    state : State
    name : str
    """

    def __init__(self, state: State, name: str) -> None:
        super().__init__(layout=w.Layout(display="none"))
        self.add_class("lp-notice")
        self._name = name
        state.observe(guarded(state)(self._show), names="notices")

    def _show(self, change: Any) -> None:
        sentence = change.new.get(self._name, "")
        # The role makes a screen reader say it.
        self.value = f'<span role="alert">{escape(sentence)}</span>' if sentence else ""
        self.layout.display = "" if sentence else "none"


def labelled(widget: w.DOMWidget, hook: str) -> w.DOMWidget:
    """Return the widget with the class by which a page is driven, ``lp-control-<hook>``."""
    widget.add_class(f"lp-control-{hook}")
    widget.add_class("lp-control")
    return widget


def panel(title: str, children: list[w.Widget]) -> w.VBox:
    """Return controls under a heading."""
    heading = w.HTML(f"<h2>{escape(title)}</h2>")
    heading.add_class("lp-heading")
    box = w.VBox([heading, *children])
    box.add_class("lp-panel")
    return box
