"""The panel of the energy axis."""

from __future__ import annotations

from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel


class EnergyPanel:
    """Range and binning of the reconstructed energy.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self.minimum = kit.number("energy_min", "Min [TeV]", step=0.1)
        self.maximum = kit.number("energy_max", "Max [TeV]", step=10)
        self.bins = kit.slider("bins_per_decade", "Bins per decade", step=1)
        self.box = panel(
            "Energy",
            [
                kit.row(self.minimum, self.maximum, classes="lp-row lp-pair"),
                kit.notice("energy_min", "energy_max"),
                self.bins,
                kit.notice("bins_per_decade"),
            ],
        )
