"""The panel of the time intervals."""

from __future__ import annotations

from typing import Any

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel, unfold


class TimePanel:
    """How the observing time is cut, and the number that goes with the method.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self._state = kit.state
        self.method = kit.choice("time_bin", "Bins", tooltip="How the observing time is cut into intervals")
        self.numbers: dict[str, Any] = {
            "duration": kit.number("time_minutes", "Length [min]", step=5),
            "significance": kit.number("time_sigma", "At least [σ]", step=1),
            "counts": kit.number("time_counts", "At least [counts]", step=10),
        }
        for field in self.numbers.values():
            field.add_class("lp-wide")
        self.notice = kit.notice("time_bin", "time_minutes", "time_sigma", "time_counts")
        self._state.observe(guarded(self._state)(self._show), names="time_bin")
        self._show()
        self.box = panel("Time", [self.method, *self.numbers.values(), self.notice])

    def _show(self, change: object = None) -> None:
        for method, field in self.numbers.items():
            unfold(field, method == self._state.time_bin)
