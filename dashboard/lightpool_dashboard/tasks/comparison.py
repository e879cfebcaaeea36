"""The models of the page, all fitted to the same bins."""

from __future__ import annotations

from lightpool.comparison import Comparison, compare
from lightpool_dashboard.inputs import FIT_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings, compared_models
from lightpool_dashboard.tasks.task import Task, Tell

#: What the results of this depend on: every model starts from its own defaults, except the chosen one.
COMPARISON_INPUTS = (*FIT_INPUTS, "compare")


def comparison(inputs: Inputs, store: OpenStore, tell: Tell) -> Comparison:
    """Return the comparison without toys, which take longer and come after."""
    settings = analysis_settings(inputs, store)
    outcome = store.analysis.run(settings.updated(model=None), progress=tell)
    return compare(
        outcome.fitted,
        compared_models(inputs),
        fit_range=settings.fit_range,
        alpha_systematic=settings.alpha_systematic,
        n_toys=0,
    )


COMPARISON = Task(
    "comparison",
    "Comparison of models",
    5,
    COMPARISON_INPUTS,
    comparison,
    wanted=lambda inputs: inputs.compare,
)
