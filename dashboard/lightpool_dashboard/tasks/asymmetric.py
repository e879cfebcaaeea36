"""Asymmetric errors of the fitted parameters."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.confidence import minos_errors
from lightpool.errors import LightpoolError
from lightpool_dashboard.callbacks import sentence
from lightpool_dashboard.inputs import FIT_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.tasks.task import Task, Tell


@dataclass(frozen=True, eq=False)
class AsymmetricErrors:
    """How far each free parameter may go, one standard deviation, the others following.

    Parameters
    ----------
    model : str
        Type of the model that was fitted.
    errors : dict of str to (float, float)
        Down and up, both positive, in the parameter's unit.
    failures : dict of str to str
        Why a parameter has none.
    """

    model: str
    errors: dict[str, tuple[float, float]]
    failures: dict[str, str]


def asymmetric(inputs: Inputs, store: OpenStore, tell: Tell) -> AsymmetricErrors | None:
    """Return the MINOS errors of the fit that is on the page; None without a fit."""
    outcome = store.analysis.run(analysis_settings(inputs, store).updated(flux_points=None), progress=tell)
    fit = outcome.fit
    if fit is None:
        return None
    errors, failures = {}, {}
    free = [fit.model.names[i] for i in fit.model.free_indices]
    for done, name in enumerate(free):
        tell(name, done, len(free))
        try:
            errors[name] = minos_errors(outcome.fitted, fit, name)
        except LightpoolError as exc:  # one parameter without an error leaves the others theirs
            failures[name] = sentence(exc)
    return AsymmetricErrors(fit.model.type_name, errors, failures)


ASYMMETRIC = Task(
    "asymmetric",
    "Asymmetric errors",
    2,
    (*FIT_INPUTS, "minos"),
    asymmetric,
    wanted=lambda inputs: inputs.minos,
)
