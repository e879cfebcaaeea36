"""The staged analysis: settings in, results out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lightpool.analysis.outcome import Outcome
from lightpool.analysis.settings import AnalysisSettings
from lightpool.analysis.stages import Analysis

if TYPE_CHECKING:
    from lightpool.analysis.plan import Plan as Plan
    from lightpool.analysis.plan import from_config as from_config

__all__ = ["Analysis", "AnalysisSettings", "Outcome", "Plan", "from_config"]


def __getattr__(name: str) -> Any:
    # The configuration's schema takes a moment to build, and who sets values by hand needs none.
    if name not in ("Plan", "from_config"):
        raise AttributeError(f"module 'lightpool.analysis' has no attribute {name!r}")
    from lightpool.analysis import plan

    return getattr(plan, name)
