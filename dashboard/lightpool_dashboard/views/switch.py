"""A check box in a view that asks for its result."""

from __future__ import annotations

import ipywidgets as w
import traitlets as tl

from lightpool_dashboard.state import State


class Switch(w.Checkbox):
    """A check box tied to a yes or no of the state.

    Parameters
    ----------
    state : State
    name : str
        The trait.
    description : str
        What is asked for.
    """

    def __init__(self, state: State, name: str, description: str) -> None:
        super().__init__(value=getattr(state, name), description=description, indent=False)
        self.add_class("lp-switch").add_class(f"lp-switch-{name.replace('_', '-')}")
        tl.link((state, name), (self, "value"))


def head(title: w.HTML, switch: w.DOMWidget) -> w.HBox:
    """Return a heading with a switch at its right end."""
    row = w.HBox([title, switch])
    row.add_class("lp-view-head")
    return row
