"""The panel of the energy axis."""

from __future__ import annotations

import ipywidgets as w

from lightpool_dashboard.controls.link import Link, Notice, labelled, panel
from lightpool_dashboard.inputs import LIMITS
from lightpool_dashboard.state import State


class EnergyPanel:
    """Range and binning of the reconstructed energy.

    The range is typed, not slid, and not bounded in the browser: there a bound would change a
    number without a word, while the state says what it made of it.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self.minimum = labelled(w.FloatText(step=0.1, description="Min [TeV]"), "energy-min")
        self.maximum = labelled(w.FloatText(step=10, description="Max [TeV]"), "energy-max")
        limits = LIMITS["bins_per_decade"]
        self.bins = labelled(
            w.IntSlider(
                min=int(limits.low),
                max=int(limits.high),
                description="Bins per decade",
                continuous_update=True,
            ),
            "bins-per-decade",
        )
        children: list[w.Widget] = []
        for name, widget in (
            ("energy_min", self.minimum),
            ("energy_max", self.maximum),
            ("bins_per_decade", self.bins),
        ):
            Link(state, name, widget)
            children += [widget, Notice(state, name)]
        self.box = panel("Energy", children)
