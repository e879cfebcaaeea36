"""Figures fit for a paper, drawn with matplotlib from the columns of `plot_data`.

Every function returns a figure that pyplot does not know; ``figure.savefig("name.pdf")`` writes it.
"""

from lightpool.figures.counts import counts_figure
from lightpool.figures.distribution import distribution_figure
from lightpool.figures.profiles import profile_figure
from lightpool.figures.ring_maps import map_figure
from lightpool.figures.sed import sed_figure
from lightpool.figures.series import hysteresis_figure, time_figure
from lightpool.figures.significance import significance_figure
from lightpool.figures.sky import sky_figure

__all__ = [
    "counts_figure",
    "distribution_figure",
    "hysteresis_figure",
    "map_figure",
    "profile_figure",
    "sed_figure",
    "significance_figure",
    "sky_figure",
    "time_figure",
]
