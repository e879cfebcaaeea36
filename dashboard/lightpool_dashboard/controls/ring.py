"""The panel of the map with a ring background."""

from __future__ import annotations

from lightpool_dashboard.carry.parts import uses_map
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel

_SLIDERS = (
    ("ring_inner", "Inner radius [deg]", 0.05),
    ("ring_width", "Ring width [deg]", 0.05),
    ("correlation_radius", "Correlation radius [deg]", 0.01),
)
_FIELDS = (
    ("map_width", "Map width [deg]", 0.5),
    ("map_energy_min", "Min energy [TeV], 0: all", 0.5),
    ("map_energy_max", "Max energy [TeV], 0: all", 5),
)


class RingPanel:
    """The ring, the circle that counts are summed in, and what of sky and energy is shown.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self.fields = {name: kit.slider(name, label, step=step) for name, label, step in _SLIDERS}
        for name, label, step in _FIELDS:
            self.fields[name] = kit.number(name, label, step=step)
            self.fields[name].add_class("lp-wide")
        self.search = kit.flag(
            "map_search",
            "Exclude what stands out",
            tooltip="Pixels above 2.5 σ that hang together with one above 5 σ count as no background",
        )
        self.box = panel(
            "Ring map",
            [*self.fields.values(), self.search, kit.notice(*self.fields)],
            opened=uses_map(kit.state.inputs()),
        )
