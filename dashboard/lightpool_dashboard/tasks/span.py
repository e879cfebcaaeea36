"""The spectrum of the time span that is brushed on the light curve."""

from __future__ import annotations

from lightpool.analysis import Outcome
from lightpool.pieces import as_intervals
from lightpool_dashboard.inputs import SPECTRUM_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.tasks.task import Task, Tell


def span(inputs: Inputs, store: OpenStore, tell: Tell) -> Outcome:
    """Return the outcome of the same analysis on the events inside the span."""
    settings = analysis_settings(inputs, store)
    return store.analysis.run(settings.updated(intervals=as_intervals([inputs.span])), progress=tell)


SPAN = Task(
    "span_outcome",
    "Spectrum of the time span",
    2,
    (*SPECTRUM_INPUTS, "span"),
    span,
    wanted=lambda inputs: inputs.span is not None,
)
