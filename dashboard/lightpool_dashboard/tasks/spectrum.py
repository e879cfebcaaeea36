"""The spectrum: cube, fit and flux points of the chosen runs."""

from __future__ import annotations

from lightpool.analysis import Outcome
from lightpool_dashboard.inputs import SPECTRUM_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.tasks.task import Task, Tell


def spectrum(inputs: Inputs, store: OpenStore, tell: Tell) -> Outcome:
    """Return the outcome of the analysis that the inputs ask for."""
    return store.analysis.run(analysis_settings(inputs, store), progress=tell)


SPECTRUM = Task("outcome", "Spectrum", 1, SPECTRUM_INPUTS, spectrum)
