"""The prediction of the model as its sliders stand, before any fit."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from lightpool.forward import Folded, as_fit_range
from lightpool.spectra import SpectralModel
from lightpool_dashboard.inputs import FIT_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.tasks.task import Task, Tell


@dataclass(frozen=True, eq=False)
class Prediction:
    """A model folded through the responses, not fitted.

    Parameters
    ----------
    model : SpectralModel
    cube : Dataset
        What it is compared with: stacked where a fit would stack.
    npred, mu_bkg : DataArray, dims (region, time, energy), counts
        Predicted signal, and background in the ON region profiled with it.
    stat : float
        WStat summed over the bins that a fit would use; a fit makes it as small as it can be.
    n_bins : int
    """

    model: SpectralModel
    cube: xr.Dataset
    npred: xr.DataArray
    mu_bkg: xr.DataArray
    stat: float
    n_bins: int


def preview(inputs: Inputs, store: OpenStore, tell: Tell) -> Prediction:
    """Return the prediction for the values on the sliders."""
    settings = analysis_settings(inputs, store)
    outcome = store.analysis.run(settings.updated(model=None), progress=tell)
    assert settings.model is not None
    model = settings.model.with_values(**{n: v for n, v in inputs.trial if n in settings.model.names})
    folded = Folded(outcome.fitted, as_fit_range(settings.fit_range), settings.alpha_systematic)
    npred = folded.npred(model)
    cells = folded.mask
    stat = float(folded.statistic(cells).terms(npred[cells]).stat.sum()) if cells.any() else 0.0
    return Prediction(
        model,
        outcome.fitted,
        folded.labelled(npred, "npred", "Predicted signal counts"),
        folded.labelled(folded.background(npred), "mu_bkg", "Profiled background counts"),
        stat,
        int(cells.sum()),
    )


PREVIEW = Task(
    "preview",
    "Prediction",
    0,
    (*FIT_INPUTS, "trial"),
    preview,
    wanted=lambda inputs: bool(inputs.trial),
    waits_for_fit=False,
)
