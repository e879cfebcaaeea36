"""The state of one dashboard: every input, clamped, and every result, wrapped."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import traitlets as tl

from lightpool.analysis import Outcome
from lightpool_dashboard.inputs import CHOICES, INPUT_NAMES, LIMITS, SAFE_MASK_LABELS, Inputs, ParameterChoice

#: Inputs that mean something for one target only; another target starts without them.
OF_THE_TARGET = {"position": None, "left_out": (), "exclusion": None, "span": None, "trial": ()}


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
    position = tl.Tuple(tl.CFloat(), tl.CFloat(), default_value=None, allow_none=True)
    left_out = tl.Tuple()
    radius = tl.CFloat(0.11)
    exclusion = tl.Tuple(default_value=None, allow_none=True)
    background = tl.Unicode("reflected")
    n_off = tl.CInt(0)
    safe_mask = tl.Tuple(default_value=("aeff-max",))
    aeff_percent = tl.CFloat(10.0)
    bias_percent = tl.CFloat(10.0)
    offset_max = tl.CFloat(3.0)
    threshold = tl.CFloat(0.0)
    energy_min = tl.CFloat(0.1)
    energy_max = tl.CFloat(40.0)
    bins_per_decade = tl.CInt(10)
    fit_min = tl.CFloat(0.0)
    fit_max = tl.CFloat(0.0)
    model = tl.Unicode("exp-cutoff-power-law")
    parameters = tl.Tuple()
    trial = tl.Tuple()
    stacked = tl.Bool(False)
    alpha_systematic = tl.CFloat(0.0)
    points_min = tl.CFloat(0.7)
    points_max = tl.CFloat(30.0)
    points_n = tl.CInt(10)
    ul_method = tl.Unicode("profile")
    ul_sigma = tl.CFloat(2.0)
    time_bin = tl.Unicode("run")
    time_minutes = tl.CFloat(15.0)
    time_sigma = tl.CFloat(5.0)
    time_counts = tl.CInt(50)
    span = tl.Tuple(tl.Unicode(), tl.Unicode(), default_value=None, allow_none=True)
    ring_inner = tl.CFloat(0.5)
    ring_width = tl.CFloat(0.3)
    correlation_radius = tl.CFloat(0.1)
    map_width = tl.CFloat(3.0)
    map_energy_min = tl.CFloat(0.0)
    map_energy_max = tl.CFloat(0.0)
    map_search = tl.Bool(True)
    minos = tl.Bool(False)
    compare = tl.Bool(False)
    scan = tl.Bool(False)

    live = tl.Bool(True)
    fit_requests = tl.Int(0)
    cancel_requests = tl.Int(0)
    download_requests = tl.Int(0)

    #: Energies (TeV) of the flux point under the mouse; no input of the analysis.
    pointed = tl.Tuple(tl.CFloat(), tl.CFloat(), default_value=None, allow_none=True)

    #: What the page's address says after the question mark: percent-encoded, and anybody may have written it.
    query = tl.Unicode("")

    entry = tl.Any()
    outcome = tl.Instance(Outcome, allow_none=True)
    preview = tl.Any()
    asymmetric = tl.Any()
    span_outcome = tl.Instance(Outcome, allow_none=True)
    series = tl.Any()
    sky_map = tl.Any()
    comparison = tl.Any()
    goodness = tl.Any()
    radius_scan = tl.Any()
    bundle = tl.Any()

    pending = tl.Bool(False)
    status = tl.Enum(("ready", "working", "error"), default_value="working")
    error = tl.Unicode("")
    #: Why a result other than the spectrum could not be had, by the name of its trait.
    problems = tl.Dict()
    #: What runs for longer than a moment: label, how much of it is done, how much there is; or empty.
    progress = tl.Tuple()
    notices = tl.Dict()

    def inputs(self) -> Inputs:
        """Return a snapshot of the inputs."""
        return Inputs(**{name: getattr(self, name) for name in INPUT_NAMES})

    def restore(self, inputs: dict[str, Any]) -> None:
        """Set inputs by name, `in_order`."""
        for name, value in self.in_order(inputs):
            setattr(self, name, value)

    @staticmethod
    def in_order(inputs: dict[str, Any]) -> list[tuple[str, Any]]:
        """Return inputs with the data first, for other data forget what belongs to a target."""
        first = [name for name in ("store", "targets", "target") if name in inputs]
        return [(name, inputs[name]) for name in (*first, *(name for name in inputs if name not in first))]

    def request_fit(self) -> None:
        """Ask for a fit from the values that the sliders show, even where `live` is off."""
        if self.trial:
            for name, value in self.trial:
                self.choose(name, value=value)
            self.trial = ()
        self.fit_requests += 1

    def choose(self, name: str, **what: Any) -> None:
        """Choose something for a parameter of the model: fields of `ParameterChoice`."""
        chosen = {choice.name: choice for choice in self.parameters}
        chosen[name] = replace(chosen.get(name, ParameterChoice(name)), **what)
        self.parameters = tuple(chosen.values())

    def request_cancel(self) -> None:
        """Ask what runs now to stop."""
        self.cancel_requests += 1

    def request_download(self) -> None:
        """Ask for the results as files."""
        self.download_requests += 1

    @property
    def band(self) -> tuple[float, float] | None:
        """Energies of the light curve, TeV; None while there is none."""
        return None if self.series is None else self.series.band

    def notice(self, name: str, sentence: str) -> None:
        """Put a sentence about an input on `notices`; an empty one takes it away."""
        if sentence != self.notices.get(name, ""):
            others = {key: text for key, text in self.notices.items() if key != name}
            self.notices = {**others, name: sentence} if sentence else others

    @tl.validate(*LIMITS)
    def _clamp(self, proposal: Any) -> float:
        name, value = proposal.trait.name, proposal.value
        limits = LIMITS[name]
        unit = f" {limits.unit}" if limits.unit else ""
        if not math.isfinite(value):
            kept = getattr(self, name)
            self.notice(name, f"{limits.label} must be a number; {kept:g}{unit} is kept")
            return kept
        inside = value if limits.off and value == 0 else min(max(value, limits.low), limits.high)
        if inside != value:
            allowed = f"{limits.low:g} to {limits.high:g}{unit}"
            self.notice(name, f"{limits.label} {value:g}{unit} is outside {allowed}; {inside:g} is taken")
        elif inside != getattr(self, name):  # not so when the clamped value comes back from its control
            self.notice(name, "")
        # A slider sends 0.12000000000000001: six digits keep scripts and titles readable.
        return type(value)(float(f"{inside:.6g}"))

    @tl.validate(*CHOICES)
    def _one_of_the_words(self, proposal: Any) -> str:
        name, words = proposal.trait.name, CHOICES[proposal.trait.name]
        if proposal.value not in words:
            raise tl.TraitError(f"{name} {proposal.value!r} is not known; expected one of {', '.join(words)}")
        return proposal.value

    @tl.validate("safe_mask")
    def _known_methods(self, proposal: Any) -> tuple[str, ...]:
        for method in proposal.value:
            if method not in SAFE_MASK_LABELS:
                known = ", ".join(SAFE_MASK_LABELS)
                raise tl.TraitError(f"safe mask {method!r} is not known; expected some of {known}")
        return proposal.value

    @tl.validate("position")
    def _on_the_sky(self, proposal: Any) -> tuple[float, float] | None:
        if proposal.value is None:
            return None
        lon, lat = proposal.value
        if not (math.isfinite(lon) and -90 <= lat <= 90):
            raise tl.TraitError(
                f"position {lon:g}, {lat:g} is not on the sky; expected a latitude of -90 to 90"
            )
        return round(lon % 360, 6), round(lat, 6)

    @tl.validate("trial")
    def _finite(self, proposal: Any) -> tuple[tuple[str, float], ...]:
        for name, value in proposal.value:
            _number(name, value)
        return proposal.value

    @tl.validate("parameters")
    def _sensible(self, proposal: Any) -> tuple[ParameterChoice, ...]:
        choices = []
        for choice in proposal.value:
            numbers = {
                key: _number(choice.name, number)
                for key in ("value", "low", "high")
                if (number := getattr(choice, key)) is not None
            }
            choice = replace(choice, **numbers)
            if choice.low is not None and choice.high is not None and not choice.low < choice.high:
                raise tl.TraitError(
                    f"limits of {choice.name} must increase; got {choice.low:g} to {choice.high:g}"
                )
            choices.append(choice)
        return tuple(choices)

    @tl.validate("exclusion")
    def _circles(self, proposal: Any) -> tuple[Any, ...] | None:
        if proposal.value is None:
            return None
        if len(proposal.value) > 50:
            raise tl.TraitError(f"{len(proposal.value)} excluded circles are too many; expected at most 50")
        circles = []
        for lon, lat, radius, name in proposal.value:
            lon, lat, radius = float(lon), float(lat), float(radius)
            if not (math.isfinite(lon) and -90 <= lat <= 90 and 0 < radius <= 10):
                raise tl.TraitError(
                    f"excluded circle {lon:g}, {lat:g}, {radius:g} deg: expected a latitude of -90 to 90 "
                    "and a radius above 0, at most 10 deg"
                )
            circles.append((round(lon % 360, 6), round(lat, 6), round(radius, 6), str(name)[:60]))
        return tuple(circles)

    @tl.validate("store", "target")
    def _one_of_the_offered(self, proposal: Any) -> str:
        offered = getattr(self, proposal.trait.name + "s")
        if proposal.value and proposal.value not in offered:
            raise tl.TraitError(f"{proposal.trait.name} {proposal.value!r} is not among those offered")
        return proposal.value


def _number(name: str, value: float) -> float:
    """Return a value of a parameter with six digits: a slider sends 0.12000000000000001."""
    if not math.isfinite(value):
        raise tl.TraitError(f"{name} must be a number; got {value:g}")
    return float(f"{value:.6g}")
