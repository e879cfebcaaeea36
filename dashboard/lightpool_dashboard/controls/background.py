"""The panel of the background."""

from __future__ import annotations

from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel


class BackgroundPanel:
    """Where the OFF regions lie, and how many there are.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self.method = kit.choice("background", "Method", tooltip="Where the background is measured")
        self.n_off = kit.number("n_off", "OFF regions, 0: default")
        self.n_off.tooltip += " (reflected: at most so many; wobble: exactly so many)"
        self.n_off.add_class("lp-wide")
        self.box = panel("Background", [self.method, self.n_off, kit.notice("background", "n_off")])
