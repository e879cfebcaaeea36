"""The page as a configuration: the YAML file with which ``lightpool run`` finds the same numbers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from lightpool.analysis import AnalysisSettings
from lightpool.config import AnalysisConfig
from lightpool.config.model_file import Source, models_to
from lightpool.errors import SettingsError
from lightpool.radius_scan import RADII
from lightpool.reflected import ReflectedRegions
from lightpool.wobble import WobbleRegions
from lightpool_dashboard.carry.map_config import map_config
from lightpool_dashboard.carry.parts import Band, uses_map, uses_scan, uses_time
from lightpool_dashboard.carry.yaml_values import axis_of, circle_of, circles_of, with_unit
from lightpool_dashboard.inputs import MODEL_LABELS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import (
    ENERGY_TRUE_AXIS,
    N_TOYS,
    analysis_settings,
    compared_models,
    slope_and_amplitude,
    time_binning,
)


def page_config(inputs: Inputs, store: OpenStore, band: Band = None) -> AnalysisConfig:
    """Return the configuration that finds the numbers of the page: counts, fit and flux points.

    Asymmetric errors, other models and other radii are in it where they are on the page, light curve
    and spectra of its intervals where another time binning than one a run was chosen. The brushed
    span and the sky map are analyses of their own: see `span_config` and `map_config`.

    Parameters
    ----------
    inputs : Inputs
    store : OpenStore
    band : (float, float), TeV, optional
        Energies of the light curve, known once there is one; without them it is left out.

    Raises
    ------
    SettingsError
        For inputs that no analysis can be made of.
    """
    settings = analysis_settings(inputs, store)
    assert settings.model is not None
    assert settings.flux_points is not None
    low, high = settings.fit_range or (None, None)
    points = settings.flux_points
    return AnalysisConfig.from_dict(
        {
            "observations": {"datastore": store.place, "obs_ids": list(settings.obs_ids)},
            "datasets": _datasets(inputs, settings),
            "fit": {
                "fit_range": {"min": with_unit(low, "TeV"), "max": with_unit(high, "TeV")},
                "alpha_systematic": settings.alpha_systematic,
                "minos": inputs.minos,
            },
            "flux_points": {
                "energy": axis_of(points[0], points[-1]) | {"nbins": len(points) - 1},
                "source": settings.source,
                "parameters": {"n_sigma_ul": settings.ul_sigma, "ul_method": settings.ul_method},
            },
            "models": models_to((Source(settings.source, settings.model),)),
            **({} if band is None or not uses_time(inputs) else _series(inputs, settings, band)),
            "compare": _compared(inputs) if inputs.compare else None,
            "radius_scan": _scanned() if uses_scan(inputs, settings) else None,
        }
    )


def span_config(inputs: Inputs, store: OpenStore) -> AnalysisConfig:
    """Return the configuration that finds the numbers of the brushed time span.

    Raises
    ------
    SettingsError
        For inputs that no analysis can be made of, or without a span.
    """
    if inputs.span is None:
        raise SettingsError("no time span is brushed")
    start, stop = inputs.span
    plain = replace(inputs, minos=False, compare=False, scan=False)
    return page_config(plain, store).updated({"observations.obs_time": {"start": start, "stop": stop}})


def configs(inputs: Inputs, store: OpenStore, band: Band = None) -> dict[str, AnalysisConfig]:
    """Return every configuration that the page needs, ``page`` first: also ``span`` and ``map``, if chosen.

    Raises
    ------
    SettingsError
        As `page_config`.
    """
    found = {"page": page_config(inputs, store, band)}
    if inputs.span is not None:
        found["span"] = span_config(inputs, store)
    if uses_map(inputs):
        with suppress(SettingsError):  # the page says why there is no map; the spectrum does without
            found["map"] = map_config(inputs, store)
    return found


def _compared(inputs: Inputs) -> dict[str, Any]:
    listed = []
    for name, model in compared_models(inputs).items():
        (component,) = models_to((Source(name, model),))
        if model == type(model)():
            component["spectral"] = {"type": model.type_name}  # its defaults are known
        listed.append(component)
    return {"models": listed, "n_toys": N_TOYS, "toys_for": [MODEL_LABELS[inputs.model]]}


def _scanned() -> dict[str, Any]:
    return {"radii": [with_unit(radius, "deg") for radius in RADII]}


def _series(inputs: Inputs, settings: AnalysisSettings, band: tuple[float, float]) -> dict[str, Any]:
    assert settings.model is not None
    binning = time_binning(inputs)
    given = {key: getattr(binning, key) for key in ("sigma", "counts", "p0") if getattr(binning, key)}
    cut = {"method": binning.method, "duration": with_unit(binning.duration, "s"), **given}
    model, _, _ = slope_and_amplitude(settings.model)
    limits = {"n_sigma_ul": settings.ul_sigma, "ul_method": settings.ul_method}
    return {
        "light_curve": {
            **cut,
            "energy_edges": axis_of(*band) | {"nbins": 1},
            "source": settings.source,
            "parameters": limits,
        },
        "time_resolved": {
            **cut,
            "free": [model.names[i] for i in model.free_indices],
            "flux_range": axis_of(*band),
        },
    }


def _datasets(inputs: Inputs, settings: AnalysisSettings) -> dict[str, Any]:
    s = settings.reduction
    true_low, true_high, per_decade = ENERGY_TRUE_AXIS
    return {
        "type": "1d",
        "stack": settings.stacked,
        "geom": {
            "axes": {
                "energy": axis_of(s.energy[0], s.energy[-1]) | {"nbins_per_decade": inputs.bins_per_decade},
                "energy_true": axis_of(true_low, true_high) | {"nbins_per_decade": per_decade},
            }
        },
        "on_region": circle_of(s.on_region),
        "background": {
            "method": "wobble" if isinstance(s.background, WobbleRegions) else "reflected",
            "exclusion": circles_of(s.exclusion),
            "parameters": _number_of_regions(s.background),
        },
        "safe_mask": {
            "methods": list(s.safe_mask),
            "parameters": {
                "aeff_percent": s.aeff_percent,
                "bias_percent": s.bias_percent,
                "offset_max": with_unit(s.offset_max, "deg"),
                "threshold": with_unit(s.threshold or None, "TeV"),
            },
        },
    }


def _number_of_regions(finder: Any) -> dict[str, int]:
    """Return how many OFF regions there are, where that is not the method's own choice."""
    if finder == type(finder)():
        return {}
    if isinstance(finder, ReflectedRegions):
        return {"max_region_number": finder.max_region_number}
    return {"n_off_regions": finder.n_off_regions}
