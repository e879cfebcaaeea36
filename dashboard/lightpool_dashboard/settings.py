"""From the inputs of the page to the settings of the analysis."""

from __future__ import annotations

import math
from dataclasses import replace

from lightpool.analysis import AnalysisSettings
from lightpool.axes import energy_edges
from lightpool.errors import SettingsError
from lightpool.off_regions import OffRegionFinder
from lightpool.reduction import ReductionSettings
from lightpool.reflected import ReflectedRegions
from lightpool.sky import Circle
from lightpool.spectra import MODELS, SpectralModel
from lightpool.time_binning import TimeBinning
from lightpool.wobble import WobbleRegions
from lightpool_dashboard.fields import field_at
from lightpool_dashboard.inputs import MODEL_LABELS, Inputs
from lightpool_dashboard.library import OpenStore

#: What a spectrum's slope is called, in the models of the page.
_SLOPES = ("index", "alpha", "index1")
#: Simulated data sets a model; a p-value under 1 % can just be told from one above.
N_TOYS = 100
#: True energies, TeV: wider than any range the page allows for data from this kind of telescope.
#: Lowest, highest, bins per decade.
ENERGY_TRUE_AXIS = (0.05, 100.0, 20)
ENERGY_TRUE = tuple(energy_edges(*ENERGY_TRUE_AXIS[:2], per_decade=ENERGY_TRUE_AXIS[2]).tolist())


def analysis_settings(inputs: Inputs, store: OpenStore) -> AnalysisSettings:
    """Return the settings that the inputs ask for.

    Raises
    ------
    SettingsError
        For an energy range that is empty, no run left, and other inputs that contradict each other.
    """
    return AnalysisSettings(
        obs_ids=chosen_runs(inputs, store),
        reduction=reduction_settings(inputs, store),
        model=chosen_model(inputs),
        source=inputs.target,
        stacked=inputs.stacked,
        fit_range=(inputs.fit_min or None, inputs.fit_max or None),
        flux_points=flux_point_edges(inputs),
        ul_sigma=inputs.ul_sigma,
        ul_method=inputs.ul_method,
        alpha_systematic=inputs.alpha_systematic / 100,
    )


def chosen_runs(inputs: Inputs, store: OpenStore) -> tuple[int, ...]:
    """Return the runs of the target without those left out.

    Raises
    ------
    SettingsError
        If none is left.
    """
    runs = tuple(run for run in store.targets[inputs.target] if run not in inputs.left_out)
    if not runs:
        raise SettingsError(
            f"all runs of {inputs.target} are left out", remedy="Choose at least one in the run table"
        )
    return runs


def reduction_settings(inputs: Inputs, store: OpenStore) -> ReductionSettings:
    """Return the settings of the reduction that the inputs ask for."""
    energy = energy_edges(inputs.energy_min, inputs.energy_max, per_decade=inputs.bins_per_decade)
    return ReductionSettings(
        on_region=on_region(inputs, store),
        background=_background(inputs, store),
        energy=tuple(energy.tolist()),
        energy_true=ENERGY_TRUE,
        exclusion=exclusion(inputs, store),
        safe_mask=inputs.safe_mask,
        aeff_percent=inputs.aeff_percent,
        bias_percent=inputs.bias_percent,
        offset_max=inputs.offset_max,
        threshold=inputs.threshold,
    )


def on_region(inputs: Inputs, store: OpenStore) -> Circle:
    """Return the ON region; a point for point-like responses, which have an angular cut of their own."""
    lon, lat = inputs.position or store.positions[inputs.target]
    return Circle(lon, lat, 0.0 if store.is_point_like(inputs.target) else inputs.radius, inputs.target)


def exclusion(inputs: Inputs, store: OpenStore) -> tuple[Circle, ...]:
    """Return the excluded circles: those chosen, else those known for the field of the target."""
    if inputs.exclusion is not None:
        return tuple(Circle(*circle) for circle in inputs.exclusion)
    field = field_at(*store.positions[inputs.target])
    return field.exclusion if field else ()


def chosen_model(inputs: Inputs) -> SpectralModel:
    """Return the model with what was chosen for its parameters.

    Raises
    ------
    SettingsError
        For limits that leave no room for the value.
    """
    model = MODELS[inputs.model]()
    for choice in inputs.parameters:
        if choice.name not in model.names:
            continue  # it was chosen for another model
        if choice.low is not None or choice.high is not None:
            low = -math.inf if choice.low is None else choice.low
            model = model.limit(choice.name, low, math.inf if choice.high is None else choice.high)
        if choice.value is not None:
            model = model.with_values(**{choice.name: choice.value})
        if choice.frozen is not None:
            model = (model.freeze if choice.frozen else model.free)(choice.name)
    return model


def compared_models(inputs: Inputs) -> dict[str, SpectralModel]:
    """Return the models of the page by their labels, each with what was chosen for its parameters."""
    return {label: chosen_model(replace(inputs, model=name)) for name, label in MODEL_LABELS.items()}


def flux_point_edges(inputs: Inputs) -> tuple[float, ...]:
    """Return the edges of the flux points, TeV: what of their own range lies in that of the counts.

    Where hardly anything does (less than a fifth of a decade), they take the whole range of the counts.
    """
    low, high = max(inputs.points_min, inputs.energy_min), min(inputs.points_max, inputs.energy_max)
    if not (low < high and math.log10(high / low) > 0.2):
        low, high = inputs.energy_min, inputs.energy_max
    return tuple(energy_edges(low, high, n=inputs.points_n).tolist())


def time_binning(inputs: Inputs) -> TimeBinning:
    """Return how the inputs cut the time."""
    return {
        "run": TimeBinning.per_run,
        "night": TimeBinning.per_night,
        "duration": lambda: TimeBinning.of_duration(60 * inputs.time_minutes),
        "significance": lambda: TimeBinning.min_significance(inputs.time_sigma),
        "counts": lambda: TimeBinning.min_counts(inputs.time_counts),
        "blocks": TimeBinning.bayesian_blocks,
    }[inputs.time_bin]()


def slope_and_amplitude(model: SpectralModel) -> tuple[SpectralModel, str, tuple[str, ...]]:
    """Return the model with its other parameters frozen: short intervals cannot tell a curvature."""
    free = [model.names[i] for i in model.free_indices]
    slope = next((name for name in _SLOPES if name in free), "")
    kept = tuple(name for name in free if name not in (slope, "amplitude")) if slope else ()
    for name in kept:
        model = model.freeze(name)
    return model, slope, kept


def _background(inputs: Inputs, store: OpenStore) -> OffRegionFinder:
    # A point has no size by which reflected regions could be set apart.
    if inputs.background == "wobble" or store.is_point_like(inputs.target):
        return WobbleRegions(n_off_regions=inputs.n_off) if inputs.n_off else WobbleRegions()
    return ReflectedRegions(max_region_number=inputs.n_off) if inputs.n_off else ReflectedRegions()
