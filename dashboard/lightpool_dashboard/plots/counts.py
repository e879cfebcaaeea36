"""Counts against energy, and how the excess grows with livetime."""

from __future__ import annotations

import xarray as xr

from lightpool.fitting import FitResult
from lightpool_dashboard.plots.card import Plot
from lightpool_dashboard.views.counts import CountsView
from lightpool_dashboard.views.growth import GrowthView


def plot_counts(cube: xr.Dataset, fit: FitResult | None = None) -> Plot:
    """Return counts, background and safe range against energy, and the prediction of a fit with residuals.

    Parameters
    ----------
    cube : Dataset
        What was fitted: stacked where the fit was.
    fit : FitResult, optional
    """
    view = CountsView()
    view.draw(cube, fit)
    if fit is None:
        view.without_residuals()
    return Plot(view.box, view.figure)


def plot_excess(cube: xr.Dataset) -> Plot:
    """Return excess and significance against livetime, run added to run.

    Parameters
    ----------
    cube : Dataset
        Not stacked.
    """
    view = GrowthView()
    view.draw(cube)
    return Plot(view.box, view.figure)
