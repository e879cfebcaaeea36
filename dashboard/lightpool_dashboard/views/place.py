"""The place of a view that is not drawn yet: it says what will be there."""

from __future__ import annotations

import ipywidgets as w

from lightpool_dashboard.views import html


class Place:
    """A card with a heading and a sentence.

    Parameters
    ----------
    title, sentence : str
    hook : str
        By this class a page finds it.
    """

    def __init__(self, title: str, sentence: str, hook: str) -> None:
        self.box = w.VBox([w.HTML(html.heading(title)), w.HTML(html.hint(sentence))])
        self.box.add_class("lp-view").add_class(hook)
