"""The panel of the safe mask: which energies of which runs can be trusted."""

from __future__ import annotations

from typing import Any

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import panel, put
from lightpool_dashboard.inputs import SAFE_MASK_LABELS

#: The number that belongs to a method, with its label.
_NUMBERS = {
    "aeff-max": ("aeff_percent", "at least [%]"),
    "edisp-bias": ("bias_percent", "at most [%]"),
    "offset-max": ("offset_max", "at most [deg]"),
}


class SafeMaskPanel:
    """A check box a method, its number below, and a threshold of one's own.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self._state = state = kit.state
        self.methods: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        children: list[Any] = []
        for method, label in SAFE_MASK_LABELS.items():
            self.methods[method] = check = kit.check(
                label, f"lp-control lp-control-safe-{method}", tooltip=f"Safe mask: {label}"
            )
            check.observe(guarded(state)(self._checked), names="value")
            children.append(check)
            if method in _NUMBERS:
                name, text = _NUMBERS[method]
                self.numbers[name] = field = kit.number(name, text)
                field.add_class("lp-wide").add_class("lp-inset")
                children.append(field)
        self.threshold = kit.number("threshold", "Threshold [TeV], 0: none", step=0.1)
        self.threshold.add_class("lp-wide")
        self.notice = kit.notice("safe_mask", *self.numbers, "threshold")
        self.box = panel("Safe energies", [*children, self.threshold, self.notice], opened=False)
        state.observe(guarded(state)(self._show), names="safe_mask")
        self._show()

    def _checked(self, change: Any) -> None:
        chosen = set(self._state.safe_mask)
        method = next(name for name, check in self.methods.items() if check is change.owner)
        if change.new == (method in chosen):
            return  # the state's own word
        chosen ^= {method}
        put(self._state, "safe_mask", tuple(name for name in SAFE_MASK_LABELS if name in chosen))

    def _show(self, change: object = None) -> None:
        for method, check in self.methods.items():
            check.value = method in self._state.safe_mask
