"""From the inputs of the page to the settings of the analysis."""

from __future__ import annotations

import math

from lightpool.analysis import AnalysisSettings
from lightpool.axes import energy_edges
from lightpool.reduction import ReductionSettings
from lightpool.reflected import ReflectedRegions
from lightpool.sky import Circle
from lightpool.spectra import MODELS
from lightpool.wobble import WobbleRegions
from lightpool_dashboard.fields import field_at
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.state import Inputs

#: True energies, TeV: wider than any range the page allows for data from this kind of telescope.
ENERGY_TRUE = tuple(energy_edges(0.05, 100.0, per_decade=20).tolist())


def analysis_settings(inputs: Inputs, store: OpenStore) -> AnalysisSettings:
    """Return the settings that the inputs ask for.

    Raises
    ------
    SettingsError
        For an energy range that is empty, and other inputs that contradict each other.
    """
    lon, lat = store.positions[inputs.target]
    field = field_at(lon, lat)
    # Point-like responses have a cut of their own: the ON region is a point, its background wobble points.
    point_like = store.is_point_like(inputs.target)
    energy = energy_edges(inputs.energy_min, inputs.energy_max, per_decade=inputs.bins_per_decade)
    return AnalysisSettings(
        obs_ids=store.targets[inputs.target],
        reduction=ReductionSettings(
            on_region=Circle(lon, lat, 0.0 if point_like else inputs.radius, inputs.target),
            background=WobbleRegions() if point_like else ReflectedRegions(),
            energy=tuple(energy.tolist()),
            energy_true=ENERGY_TRUE,
            exclusion=field.exclusion if field else (),
        ),
        model=MODELS[inputs.model](),
        source=inputs.target,
        stacked=inputs.stacked,
        flux_points=flux_point_edges(inputs),
    )


def flux_point_edges(inputs: Inputs) -> tuple[float, ...]:
    """Return the edges of the flux points, TeV: what of their own range lies in that of the counts.

    Where hardly anything does (less than a fifth of a decade), they take the whole range of the counts.
    """
    low, high = max(inputs.points_min, inputs.energy_min), min(inputs.points_max, inputs.energy_max)
    if not (low < high and math.log10(high / low) > 0.2):
        low, high = inputs.energy_min, inputs.energy_max
    return tuple(energy_edges(low, high, n=inputs.points_n).tolist())
