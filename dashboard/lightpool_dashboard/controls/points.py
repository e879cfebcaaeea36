"""The panel of the flux points and their limits."""

from __future__ import annotations

from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel


class PointsPanel:
    """Range and number of the flux points; method and level of the upper limits.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self.minimum = kit.number("points_min", "Min [TeV]", step=0.1)
        self.maximum = kit.number("points_max", "Max [TeV]", step=10)
        self.number = kit.slider("points_n", "Number of points", step=1)
        self.method = kit.choice("ul_method", "Limits", tooltip="How upper limits are found")
        self.level = kit.number("ul_sigma", "Level [σ]", step=0.5)
        self.box = panel(
            "Flux points",
            [
                kit.row(self.minimum, self.maximum, classes="lp-row lp-pair"),
                self.number,
                kit.notice("points_min", "points_max", "points_n"),
                self.method,
                self.level,
                kit.notice("ul_method", "ul_sigma"),
            ],
            opened=False,
        )
