"""The significances of a map: histograms, the fitted normal density, and that of an empty sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightpool.figures import palette
from lightpool.figures.canvas import dress, empty_figure, legend
from lightpool.maps.significance import SignificanceDistribution
from lightpool.plot_data import distribution_columns

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def distribution_figure(found: SignificanceDistribution, *, column: str = "single") -> Figure:
    """Return a figure of the significances of a map, outside the exclusion and of all pixels.

    Parameters
    ----------
    found : SignificanceDistribution
        See `maps.significance_distribution`.
    column : str
        ``single`` (3.5 in) or ``double`` (7 in).

    Returns
    -------
    Figure
        One that pyplot does not know; ``figure.savefig("name.pdf")`` writes it.

    Raises
    ------
    SettingsError
        For another column, or without matplotlib.

    Examples
    --------
    >>> maps = lp.sky_maps(
    ...     runs, geometry=lp.MapGeometry(83.633, 22.014, width=2), energy=lp.energy_edges(0.6, 20, n=5)
    ... )
    >>> found = lp.maps.significance_distribution(maps, lp.excess_map(maps, 0.1))
    >>> lp.figures.distribution_figure(found).savefig("distribution.pdf")
    """
    columns = distribution_columns(found)
    figure = empty_figure(column, 2.8)
    axes = figure.subplots()
    everything = axes.stairs(
        columns.density_all, columns.edges_all, fill=True, color=palette.VERMILION, alpha=0.45, gid="all"
    )
    outside = axes.stairs(
        columns.density, columns.edges, fill=True, color=palette.BLUE, alpha=0.6, gid="outside"
    )
    (fit,) = axes.plot(columns.x, columns.fit, color="black", linewidth=1.1, gid="fit")
    (normal,) = axes.plot(
        columns.x, columns.normal, color=palette.GREY, linewidth=0.9, dashes=(4, 2), gid="normal"
    )
    dress(axes, x="Significance [σ]", y="Density")
    axes.set_yscale("log")
    axes.set_ylim(1e-4, 1.5)
    axes.set_xlim(columns.x[0], max(float(columns.x[-1]), float(columns.edges_all[-1])))
    width = f"fit: mean {found.fit_mean:+.2f}, width {found.fit_width:.2f}"
    names = ["all pixels", "outside the exclusion", width, "empty sky"]
    legend(axes, [everything, outside, fit, normal], names, loc="upper right")
    return figure
