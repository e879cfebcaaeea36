"""Compared models as a table: one row a model, those that could not be fitted too."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.comparison import Comparison, ModelScore
from lightpool.export.columns import Columns, write_ecsv


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write a comparison as ECSV, the verdict in its keywords; what was not computed is NaN, or -1."""
    rows = [_row(score) for score in comparison.scores]
    values = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    write_ecsv(Columns(values, {}, {"VERDICT": comparison.verdict, "N_TOYS": comparison.n_toys}), path)


def comparison_summary(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values."""
    return {
        "verdict": comparison.verdict,
        "n_toys": comparison.n_toys,
        "models": [_row(score) for score in comparison.scores],
    }


def _row(score: ModelScore) -> dict[str, Any]:
    result = score.result
    return {
        "model": score.name,
        "type": "" if result is None else result.model.type_name,
        "n_free": -1 if result is None else int(result.n_free),
        "stat": math.nan if result is None else float(result.stat),
        "dof": -1 if result is None else int(result.dof),
        "aic": float(score.aic),
        "bic": float(score.bic),
        "delta_ts": float(score.delta_ts),
        "p_nested": float(score.p_nested),
        "nested_in": score.nested_in,
        "p_value": float(score.p_value),
        "reason": score.reason,
    }
