"""The staged analysis: settings in, results out."""

from lightpool.analysis.from_config import from_config
from lightpool.analysis.outcome import Outcome
from lightpool.analysis.settings import AnalysisSettings
from lightpool.analysis.stages import Analysis

__all__ = ["Analysis", "AnalysisSettings", "Outcome", "from_config"]
