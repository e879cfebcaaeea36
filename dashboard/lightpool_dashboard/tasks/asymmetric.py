"""Asymmetric errors of the fitted parameters."""

from __future__ import annotations

from lightpool.confidence import AsymmetricErrors, asymmetric_errors
from lightpool_dashboard.inputs import FIT_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.tasks.task import Task, Tell


def asymmetric(inputs: Inputs, store: OpenStore, tell: Tell) -> AsymmetricErrors | None:
    """Return the MINOS errors of the fit that is on the page; None without a fit."""
    outcome = store.analysis.run(analysis_settings(inputs, store).updated(flux_points=None), progress=tell)
    return None if outcome.fit is None else asymmetric_errors(outcome.fitted, outcome.fit, progress=tell)


ASYMMETRIC = Task(
    "asymmetric",
    "Asymmetric errors",
    2,
    (*FIT_INPUTS, "minos"),
    asymmetric,
    wanted=lambda inputs: inputs.minos,
)
