"""Which parts of a page there are to carry on, beside its spectrum: what somebody asked for."""

from __future__ import annotations

from lightpool.analysis import AnalysisSettings
from lightpool_dashboard.carry.permalink import defaults
from lightpool_dashboard.inputs import MAP_CHOICES, Inputs

#: Lowest and highest energy (TeV) of the light curve, None where it is not known.
Band = tuple[float, float] | None


def uses_time(inputs: Inputs) -> bool:
    """Whether somebody chose how time is cut."""
    return inputs.time_bin != defaults().time_bin


def uses_map(inputs: Inputs) -> bool:
    """Whether somebody chose how the sky map is made."""
    return any(getattr(inputs, name) != getattr(defaults(), name) for name in MAP_CHOICES)


def uses_scan(inputs: Inputs, settings: AnalysisSettings) -> bool:
    """Whether other radii are tried; a point has none."""
    return inputs.scan and settings.reduction.on_region.radius > 0
