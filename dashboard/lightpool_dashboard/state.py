"""The state of one dashboard: every input, clamped, and every result, wrapped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import traitlets as tl

from lightpool.analysis import Outcome


@dataclass(frozen=True)
class Limits:
    """What a number may be.

    Parameters
    ----------
    low, high : float
    unit : str
    label : str
        What the number is called in a sentence.
    """

    low: float
    high: float
    unit: str
    label: str


#: A visitor may send any number for any control, so these hold in Python and not only in the browser.
LIMITS = {
    "radius": Limits(0.02, 0.5, "deg", "ON radius"),
    "energy_min": Limits(0.01, 100.0, "TeV", "lowest energy"),
    "energy_max": Limits(0.05, 300.0, "TeV", "highest energy"),
    "bins_per_decade": Limits(2, 40, "", "bins per decade"),
    "points_min": Limits(0.01, 100.0, "TeV", "lowest flux-point energy"),
    "points_max": Limits(0.05, 300.0, "TeV", "highest flux-point energy"),
    "points_n": Limits(1, 40, "", "number of flux points"),
}

#: The models on offer: short name of the engine, name on the page.
MODEL_LABELS = {
    "power-law": "Power law",
    "exp-cutoff-power-law": "Exp. cutoff power law",
    "log-parabola": "Log parabola",
    "smooth-broken-power-law": "Smooth broken power law",
}


@dataclass(frozen=True)
class Inputs:
    """A snapshot of all inputs, as the worker sees them."""

    store: str
    target: str
    radius: float
    energy_min: float
    energy_max: float
    bins_per_decade: int
    points_min: float
    points_max: float
    points_n: int
    model: str
    stacked: bool


class State(tl.HasTraits):
    """Inputs and results; knows no widget.

    A number out of `LIMITS` is clamped and the sentence about it stands in `notices` under the
    name of the input. Results are frozen values compared by identity, so setting one always
    fires; a bare Dataset in a trait would stay silent.
    """

    stores = tl.Tuple()
    store = tl.Unicode("")
    targets = tl.Tuple()
    target = tl.Unicode("")
    radius = tl.CFloat(0.11)
    energy_min = tl.CFloat(0.1)
    energy_max = tl.CFloat(40.0)
    bins_per_decade = tl.CInt(10)
    points_min = tl.CFloat(0.7)
    points_max = tl.CFloat(30.0)
    points_n = tl.CInt(10)
    model = tl.Unicode("exp-cutoff-power-law")
    stacked = tl.Bool(False)
    live = tl.Bool(True)
    fit_requests = tl.Int(0)

    #: What the page's address says after the question mark: percent-encoded, and anybody may have written it.
    query = tl.Unicode("")

    outcome = tl.Instance(Outcome, allow_none=True)
    pending = tl.Bool(False)
    status = tl.Enum(("ready", "working", "error"), default_value="working")
    error = tl.Unicode("")
    notices = tl.Dict()

    def inputs(self) -> Inputs:
        """Return a snapshot of the inputs."""
        return Inputs(**{name: getattr(self, name) for name in INPUT_NAMES})

    def request_fit(self) -> None:
        """Ask for a run even where `live` is off or nothing changed."""
        self.fit_requests += 1

    @tl.validate(*LIMITS)
    def _clamp(self, proposal: Any) -> float:
        name, value = proposal.trait.name, proposal.value
        limits = LIMITS[name]
        unit = f" {limits.unit}" if limits.unit else ""
        if not math.isfinite(value):
            kept = getattr(self, name)
            self._notice(name, f"{limits.label} must be a number; {kept:g}{unit} is kept")
            return kept
        inside = min(max(value, limits.low), limits.high)
        if inside != value:
            allowed = f"{limits.low:g} to {limits.high:g}{unit}"
            self._notice(name, f"{limits.label} {value:g}{unit} is outside {allowed}; {inside:g} is taken")
        elif inside != getattr(self, name):  # not so when the clamped value comes back from its control
            self._notice(name, "")
        # A slider sends 0.12000000000000001: six digits keep scripts and titles readable.
        return type(value)(float(f"{inside:.6g}"))

    @tl.validate("model")
    def _known_model(self, proposal: Any) -> str:
        if proposal.value not in MODEL_LABELS:
            expected = ", ".join(MODEL_LABELS)
            raise tl.TraitError(f"model {proposal.value!r} is not known; expected one of {expected}")
        return proposal.value

    @tl.validate("store", "target")
    def _one_of_the_offered(self, proposal: Any) -> str:
        offered = getattr(self, proposal.trait.name + "s")
        if proposal.value and proposal.value not in offered:
            raise tl.TraitError(f"{proposal.trait.name} {proposal.value!r} is not among those offered")
        return proposal.value

    def _notice(self, name: str, sentence: str) -> None:
        others = {key: text for key, text in self.notices.items() if key != name}
        self.notices = {**others, name: sentence} if sentence else others


INPUT_NAMES = tuple(Inputs.__dataclass_fields__)
