"""Whether a model describes the data at all: simulated data sets, fitted again."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.comparison import goodness_of_fit
from lightpool_dashboard.inputs import MODEL_LABELS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import N_TOYS, analysis_settings
from lightpool_dashboard.tasks.comparison import COMPARISON, COMPARISON_INPUTS
from lightpool_dashboard.tasks.task import Task, Tell


@dataclass(frozen=True, eq=False)
class Goodness:
    """Share of simulated data sets that each model describes worse than the real one, by its label."""

    p_value: dict[str, float]
    n_toys: int


def goodness(inputs: Inputs, store: OpenStore, tell: Tell) -> Goodness:
    """Return the p-values of the best and of the chosen model."""
    compared = COMPARISON.of(inputs, store, tell)
    outcome = store.analysis.run(analysis_settings(inputs, store).updated(model=None), progress=tell)
    # Toys take long: the model that is best and the one that was chosen are what one asks about.
    fitted = [score for score in compared.scores if score.result is not None]
    scores = [s for s in fitted if s is fitted[0] or s.name == MODEL_LABELS[inputs.model]]
    out = {}
    for k, score in enumerate(scores):
        assert score.result is not None

        def progress(done: int, total: int, k: int = k) -> None:
            tell("simulated data sets", k * total + done, len(scores) * total)

        out[score.name] = goodness_of_fit(outcome.fitted, score.result, n_toys=N_TOYS, progress=progress)
    return Goodness(out, N_TOYS)


GOODNESS = Task(
    "goodness",
    "Goodness of fit",
    9,
    COMPARISON_INPUTS,
    goodness,
    wanted=lambda inputs: inputs.compare,
)
