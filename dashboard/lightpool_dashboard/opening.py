"""What a configuration file asks of the page's first picture: the inverse of `carry.config`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from lightpool.analysis import AnalysisSettings, Plan, from_config
from lightpool.axes import energy_edges
from lightpool.errors import SettingsError
from lightpool.reflected import ReflectedRegions
from lightpool.sky import Circle
from lightpool.spectra import MODELS, SpectralModel
from lightpool.time_binning import TimeBinning
from lightpool.wobble import WobbleRegions
from lightpool_dashboard.inputs import LIMITS, MODEL_LABELS, TIME_BIN_LABELS, ParameterChoice
from lightpool_dashboard.library import Library, OpenStore
from lightpool_dashboard.settings import analysis_settings, time_binning
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
    "intervals": "the range of observing time",
    "model": "the model",
    "flux_points": "the flux-point edges",
    "skip_damaged": "leaving damaged runs out",
    "contours": "the contours",
    "required": "the required pieces of a run",
}


def inputs_from_config(path: Path, stores: Mapping[str, Path]) -> dict[str, Any]:
    """Return the inputs of the page that a configuration sets, by their names in `State`.

    What the page cannot do as the file wants it is said in a sentence: ``notices``, under ``config``.

    Parameters
    ----------
    path : Path
    stores : mapping of name to path
        What the page offers.

    Raises
    ------
    SettingsError, DataError, AnalysisError
        As `from_config`; and for a store or a model that the page does not offer.
    """
    plan = from_config(path)
    if not isinstance(plan, Plan):
        raise SettingsError(
            "the page opens with a spectrum, and this file asks for maps",
            where=f"{path}: datasets.type",
            found="3d",
            expected="1d",
            remedy="`lightpool run` makes the maps",
        )
    place = plan.analysis.store.path.resolve()
    names = [name for name, path_of in stores.items() if Path(path_of).resolve() == place]
    if not names:
        raise SettingsError(
            "observations.datastore is not on the page", where=str(path), expected=", ".join(stores)
        )
    library = Library({names[0]: plan.analysis.store})
    store = library.open(names[0])
    inputs = {"store": names[0], **_inputs(plan, store, path)}
    otherwise = _what_differs(plan.settings, inputs, store)
    if otherwise:
        sentence = f"the page takes its own way where {path.name} sets {', '.join(otherwise)}"
        inputs["notices"] = {"config": sentence}
    return inputs


def _inputs(plan: Plan, store: OpenStore, path: Path) -> dict[str, Any]:
    settings = plan.settings
    s = settings.reduction
    target = next(name for name, ids in store.targets.items() if settings.obs_ids[0] in ids)
    place = (s.on_region.lon, s.on_region.lat)
    low, high = settings.fit_range or (None, None)
    inputs: dict[str, Any] = {
        "targets": tuple(store.targets),
        "target": target,
        "position": None if place == store.positions[target] else place,
        "left_out": tuple(run for run in store.targets[target] if run not in settings.obs_ids),
        "exclusion": tuple((c.lon, c.lat, c.radius, c.name) for c in s.exclusion if isinstance(c, Circle)),
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
        "minos": settings.minos,
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
        inputs |= {"model": name, "parameters": _choices(settings.model, MODELS[name]())}
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


def _what_differs(wanted: AnalysisSettings, inputs: dict[str, Any], store: OpenStore) -> list[str]:
    """Return in words which settings the page has otherwise than the file, its limits included."""
    state = State(stores=(inputs["store"],))
    state.restore(inputs)
    state.notices = {}
    got = analysis_settings(state.inputs(), store)
    return list(dict.fromkeys((*_names(wanted, got), *_names_in_time(wanted, time_binning(state.inputs())))))


def _names_in_time(wanted: AnalysisSettings, binning: TimeBinning) -> Iterator[str]:
    """Return what of the series the page has otherwise; the energies of its flux follow from the data."""
    series, curve = wanted.time_resolved, wanted.light_curve
    if any(part is not None and part.binning != binning for part in (series, curve)):
        yield "the time intervals"
    if curve is not None and (len(curve.edges) > 2 or curve.refit):
        yield "options of the light curve"
    if series is not None and (series.shared or not series.free):
        yield "the free parameters of the time-resolved spectra"


def _names(wanted: Any, got: Any) -> Iterator[str]:
    for field in fields(wanted):
        if field.name in ("time_resolved", "light_curve", "minos"):
            continue
        one, other = getattr(wanted, field.name), getattr(got, field.name)
        if field.name == "reduction":
            yield from _names(one, other)
        elif field.name != "source" and _unnamed(one) != _unnamed(other):
            yield _WORDS.get(field.name, field.name)


def _unnamed(value: Any) -> Any:
    """Return circles without their names, which decide nothing; anything else as it is."""
    if isinstance(value, Circle):
        return value.lon, value.lat, value.radius
    return tuple(map(_unnamed, value)) if isinstance(value, tuple) else value


def _offered_model(kind: type, path: Path) -> str:
    for name in MODEL_LABELS:
        if MODELS[name] is kind:
            return name
    raise SettingsError(
        f"the page has no {kind.__name__}", where=str(path), expected=", ".join(MODEL_LABELS.values())
    )
