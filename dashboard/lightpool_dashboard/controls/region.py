"""The panel of the ON region."""

from __future__ import annotations

import ipywidgets as w

from lightpool_dashboard.controls.link import Link, Notice, labelled, panel
from lightpool_dashboard.inputs import LIMITS
from lightpool_dashboard.state import State


class RegionPanel:
    """The radius of the ON region.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        limits = LIMITS["radius"]
        self.radius = labelled(
            w.FloatSlider(
                min=limits.low,
                max=limits.high,
                step=0.01,
                readout_format=".3f",
                description="ON radius [deg]",
                continuous_update=True,
            ),
            "radius",
        )
        Link(state, "radius", self.radius)
        self.box = panel("ON region", [self.radius, Notice(state, "radius")])
