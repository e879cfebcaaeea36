"""The configuration file of an analysis."""

from lightpool.config.analysis_config import AnalysisConfig

__all__ = ["AnalysisConfig"]
