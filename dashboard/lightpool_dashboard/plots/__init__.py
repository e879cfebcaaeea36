"""Figures for notebook cells: the marks and the style of the dashboard, drawn from the engine's results.

``from lightpool_dashboard import plots``, then ``plots.plot_counts(cube, result)`` as a cell's last line.
"""

from lightpool_dashboard.plots.card import Plot
from lightpool_dashboard.plots.confidence import plot_contour, plot_stat_profile
from lightpool_dashboard.plots.counts import plot_counts, plot_excess
from lightpool_dashboard.plots.masks import plot_masks
from lightpool_dashboard.plots.responses import plot_edisp, plot_exposure
from lightpool_dashboard.plots.sed import plot_profiles, plot_sed
from lightpool_dashboard.plots.sky import plot_sky

__all__ = [
    "Plot",
    "plot_contour",
    "plot_counts",
    "plot_edisp",
    "plot_excess",
    "plot_exposure",
    "plot_masks",
    "plot_profiles",
    "plot_sed",
    "plot_sky",
    "plot_stat_profile",
]
