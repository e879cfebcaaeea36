"""What a configuration of a spectrum asks of the page: the inverse of `carry.config.page_config`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lightpool.analysis import AnalysisSettings, Plan
from lightpool.analysis.selection import observing_time
from lightpool.axes import energy_edges
from lightpool.errors import SettingsError
from lightpool.radius_scan import RADII
from lightpool.reflected import ReflectedRegions
from lightpool.spectra import MODELS, SpectralModel
from lightpool.time_binning import TimeBinning
from lightpool.wobble import WobbleRegions
from lightpool_dashboard.inputs import LIMITS, MODEL_LABELS, TIME_BIN_LABELS, ParameterChoice
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.opening.differences import data_inputs, differences, excluded_circles
from lightpool_dashboard.settings import N_TOYS, analysis_settings, compared_models, time_binning
from lightpool_dashboard.state import State

#: What a page made from a file may do otherwise: names of settings, in words.
_WORDS = {
    "obs_ids": "the choice of runs",
    "on_region": "the ON region",
    "energy": "the energy axis",
    "energy_true": "the true-energy axis",
    "exclusion": "the exclusion",
    "background": "options of the background",
    "safe_mask": "the safe mask",
    "containment_correction": "the exposure without containment",
    "time_range": "the range of observing time (it is brushed)",
    "model": "the model",
    "flux_points": "the flux-point edges",
    "skip_damaged": "leaving damaged runs out",
    "contours": "the contours",
    "required": "the required pieces of a run",
}
#: Named by the page itself, or compared on their own.
_APART = ("source", "time_resolved", "light_curve", "minos", "compare", "radii")


def spectrum_inputs(plan: Plan, store: OpenStore, path: Path) -> dict[str, Any]:
    """Return the inputs that a configuration sets.

    Raises
    ------
    SettingsError
        For a model that the page does not offer.
    """
    settings = plan.settings
    s = settings.reduction
    data = data_inputs(settings.obs_ids, store)
    target = data["target"]
    place = (s.on_region.lon, s.on_region.lat)
    low, high = settings.fit_range or (None, None)
    inputs: dict[str, Any] = {
        **data,
        "position": None if place == store.positions[target] else place,
        "exclusion": excluded_circles(s.exclusion),
        "energy_min": s.energy[0],
        "energy_max": s.energy[-1],
        "bins_per_decade": _bins_per_decade(s.energy, plan.config.datasets.geom.axes.energy.nbins_per_decade),
        "safe_mask": s.safe_mask,
        "aeff_percent": s.aeff_percent,
        "bias_percent": s.bias_percent,
        "offset_max": s.offset_max,
        "threshold": s.threshold,
        "fit_min": low or 0.0,
        "fit_max": high or 0.0,
        "stacked": settings.stacked,
        "alpha_systematic": settings.alpha_systematic * 100,
        "span": observing_time(plan.config),
        "minos": settings.minos,
        "compare": settings.compare is not None,
        "scan": bool(settings.radii),
        "ul_sigma": settings.ul_sigma,
        "ul_method": settings.ul_method,
    }
    if s.on_region.radius:
        inputs["radius"] = s.on_region.radius
    if isinstance(s.background, WobbleRegions):
        n_off = s.background.n_off_regions
        inputs |= {"background": "wobble", "n_off": 0 if n_off == WobbleRegions().n_off_regions else n_off}
    elif isinstance(s.background, ReflectedRegions):
        n_off = s.background.max_region_number
        plain = ReflectedRegions().max_region_number
        inputs |= {"background": "reflected", "n_off": 0 if n_off == plain else n_off}
    if settings.model is not None:
        name = _offered_model(type(settings.model), path)
        inputs |= {"model": name, "parameters": _all_choices(settings)}
    if (points := settings.flux_points) is not None:
        inputs |= {"points_min": points[0], "points_max": points[-1], "points_n": len(points) - 1}
    in_time = settings.time_resolved or settings.light_curve
    return inputs | ({} if in_time is None else _time_inputs(in_time.binning))


def _time_inputs(binning: TimeBinning) -> dict[str, Any]:
    if binning.method not in TIME_BIN_LABELS:
        return {}  # said by `_what_differs`
    given = {
        "time_minutes": None if binning.duration is None else binning.duration / 60,
        "time_sigma": binning.sigma,
        "time_counts": binning.counts,
    }
    return {"time_bin": binning.method} | {name: value for name, value in given.items() if value is not None}


def _bins_per_decade(edges: tuple[float, ...], said: float | None) -> int:
    """Return the number that gives the same edges, else the nearest."""
    limits, n = LIMITS["bins_per_decade"], len(edges) - 1
    if said is not None and said == int(said):
        return int(said)
    mean = n / math.log10(edges[-1] / edges[0])
    for number in sorted(range(int(limits.low), int(limits.high) + 1), key=lambda k: abs(k - mean)):
        if len(energy_edges(edges[0], edges[-1], per_decade=number)) - 1 == n:
            return number
    return round(mean)


def _all_choices(settings: AnalysisSettings) -> tuple[ParameterChoice, ...]:
    """Return what was chosen for the model, and for parameters that only models compared with it have."""
    assert settings.model is not None
    found = {choice.name: choice for choice in _choices(settings.model, type(settings.model)())}
    offered = [MODELS[name] for name in MODEL_LABELS]
    others = () if settings.compare is None else settings.compare.models
    for other in (model for _, model in others if type(model) in offered):
        for choice in _choices(other, type(other)()):
            if choice.name not in settings.model.names:
                found.setdefault(choice.name, choice)
    return tuple(found.values())


def _choices(model: SpectralModel, plain: SpectralModel) -> tuple[ParameterChoice, ...]:
    """Return what differs from the defaults of a model, parameter by parameter."""
    found = []
    for p, d in zip(model.parameters, plain.parameters, strict=True):
        value = None if p.value == d.value else p.value
        frozen = None if p.frozen == d.frozen else p.frozen
        low = p.min if math.isfinite(p.min) else None
        high = p.max if math.isfinite(p.max) else None
        choice = ParameterChoice(p.name, value, frozen, low, high)
        if choice != ParameterChoice(p.name):
            found.append(choice)
    return tuple(found)


def spectrum_differs(wanted: AnalysisSettings, state: State, store: OpenStore) -> Iterator[str]:
    """Yield in words what the page has otherwise than a file."""
    inputs = state.inputs()
    got = analysis_settings(inputs, store)
    yield from differences(wanted, got, _WORDS, apart=_APART)
    yield from _names_in_time(wanted, time_binning(inputs))
    if wanted.compare is not None:
        others = tuple(compared_models(inputs).items())
        if {*wanted.compare.models} != {*others}:
            yield "the models to compare"
        if (wanted.compare.n_toys, wanted.compare.seed) != (N_TOYS, 0):
            yield "the simulated data sets"
    if wanted.radii not in ((), RADII):
        yield "the radii of the scan"


def _names_in_time(wanted: AnalysisSettings, binning: TimeBinning) -> Iterator[str]:
    """Return what of the series the page has otherwise; the energies of its flux follow from the data."""
    series, curve = wanted.time_resolved, wanted.light_curve
    if any(part is not None and part.binning != binning for part in (series, curve)):
        yield "the time intervals"
    if curve is not None and (len(curve.edges) > 2 or curve.refit):
        yield "options of the light curve"
    if series is not None and (series.shared or not series.free):
        yield "the free parameters of the time-resolved spectra"


def _offered_model(kind: type, path: Path) -> str:
    for name in MODEL_LABELS:
        if MODELS[name] is kind:
            return name
    raise SettingsError(
        f"the page has no {kind.__name__}", where=str(path), expected=", ".join(MODEL_LABELS.values())
    )
