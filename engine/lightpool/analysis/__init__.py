"""The staged analysis: settings in, results out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lightpool.analysis.outcome import Outcome
from lightpool.analysis.settings import AnalysisSettings
from lightpool.analysis.stages import Analysis

if TYPE_CHECKING:
    from lightpool.analysis.map_outcome import MapOutcome as MapOutcome
    from lightpool.analysis.map_plan import MapPlan as MapPlan
    from lightpool.analysis.map_settings import MapSettings as MapSettings
    from lightpool.analysis.map_stages import MapAnalysis as MapAnalysis
    from lightpool.analysis.plan import Plan as Plan
    from lightpool.analysis.plan import from_config as from_config

# The configuration's schema takes a moment to build, and who sets values by hand needs none;
# who makes spectra needs no maps.
_LATER = {
    "MapAnalysis": "map_stages",
    "MapOutcome": "map_outcome",
    "MapPlan": "map_plan",
    "MapSettings": "map_settings",
    "Plan": "plan",
    "from_config": "plan",
}

__all__ = [
    "Analysis",
    "AnalysisSettings",
    "MapAnalysis",
    "MapOutcome",
    "MapPlan",
    "MapSettings",
    "Outcome",
    "Plan",
    "from_config",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'lightpool.analysis' has no attribute {name!r}")
    return getattr(import_module(f"lightpool.analysis.{_LATER[name]}"), name)
