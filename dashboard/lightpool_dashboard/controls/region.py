"""The panel of the ON region and of what is excluded around it."""

from __future__ import annotations

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.exclusion import ExclusionList
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel


class RegionPanel:
    """The radius of the ON region, and the excluded circles.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self._state = kit.state
        self.radius = kit.slider("radius", "ON radius [deg]", step=0.01)
        self.hint = kit.note()
        self.exclusion = ExclusionList(kit)
        self._state.observe(guarded(self._state)(self._show_hint), names="outcome")
        self.box = panel("Region", [self.radius, kit.notice("radius"), self.hint, self.exclusion.box])

    def _show_hint(self, change: object) -> None:
        outcome = self._state.outcome
        is_point = outcome is not None and not outcome.settings.reduction.on_region.radius
        self.hint.value = (
            "<span>Point-like responses: the angular cut is theirs, the radius has no effect.</span>"
            if is_point
            else ""
        )
