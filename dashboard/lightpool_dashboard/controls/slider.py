"""A number that is typed or slid."""

from __future__ import annotations

from typing import Any

import ipywidgets as w


class Slider(w.VBox):
    """A field and the slider below it, tied to the same input.

    The read-out that a slider brings along puts a typed number on the nearest step; the field takes it as
    it is.

    Parameters
    ----------
    number : FloatText or IntText
        It has the label of both.
    slider : FloatSlider or IntSlider
    """

    def __init__(self, *, number: Any, slider: Any, **traits: Any) -> None:
        super().__init__([number, slider], **traits)
        self.number, self.slider = number, slider

    @property
    def description(self) -> str:
        """The label."""
        return str(self.number.description)

    @property
    def value(self) -> Any:
        """The number; setting it is typing it."""
        return self.number.value

    @value.setter
    def value(self, value: Any) -> None:
        self.number.value = value
