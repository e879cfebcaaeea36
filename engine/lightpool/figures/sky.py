"""The sky: a counts image with ON, OFF, rejected and excluded regions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.exclusion import ExclusionMask, as_exclusion
from lightpool.figures import palette
from lightpool.figures.canvas import LABEL_SIZE, LEGEND_SIZE, TICK_SIZE, dress, empty_figure
from lightpool.plot_data import FieldOfView, counts_image, field_of_view, outlines, run_regions, unwrap
from lightpool.sky import Circle, unit_vectors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Width of a pixel, deg.
PIXEL = 0.05
#: Points along each side at which an exclusion mask is looked up.
_MASK_GRID = 300


def sky_figure(
    observations: Iterable[Observation],
    cube: xr.Dataset,
    *,
    exclusion: Any = (),
    column: str = "single",
) -> Figure:
    """Return a figure of the counts in the energy range of a cube, and of its regions; east is left.

    Parameters
    ----------
    observations : Observations
        The runs of the cube.
    cube : Dataset
        Not stacked: its rows know their OFF regions and the rejected candidates.
    exclusion : Circle, ExclusionMask, circle of the `regions` package, or several
        What `reduce` was given.
    column : str
        ``single`` (3.5 in, legend below) or ``double`` (7 in, legend beside).

    Returns
    -------
    matplotlib Figure
        It belongs to no window; `savefig` writes it.

    Raises
    ------
    SettingsError
        If the cube keeps no OFF regions, for another column, or without matplotlib.

    Examples
    --------
    >>> figure = lp.figures.sky_figure(runs, cube)
    >>> figure.savefig("sky.pdf")
    """
    if "off_obs_id" not in cube.coords or "pointing_lon" not in cube.coords:
        raise SettingsError("this cube keeps no OFF regions", remedy="Give the cube from before stacking")
    excluded = as_exclusion(exclusion)
    view = field_of_view(cube)
    figure = empty_figure(column, 1.0)
    figure.set_layout_engine("none")  # engines misplace what hangs on axes of a fixed shape
    axes = figure.add_axes((0, 0, 1, 1))
    _draw_image(figure, axes, observations, cube, view)
    entries = [*_draw_regions(axes, cube, view), *_draw_excluded(axes, excluded, view)]
    _place(figure, axes, entries, beside=column == "double")
    return figure


def _place(figure: Figure, axes: Axes, entries: list[tuple[Any, str]], *, beside: bool) -> None:
    """Give the figure its height, in inches, and put the image and the legend in their places."""
    handles, labels = zip(*entries, strict=True)
    left, side = (0.55, 3.9) if beside else (0.48, 2.92)
    rows = 0.12 + 0.14 * len(labels)
    below = 0.42 if beside else 0.45 + rows
    width, height = figure.get_figwidth(), below + 1.055 * side + 0.38
    figure.set_size_inches(width, height)
    axes.set_position((left / width, below / height, side / width, side / height))
    corner = (left + side + 0.12, below + side) if beside else (width / 2, rows)
    legend = figure.legend(
        handles,
        labels,
        loc="upper left" if beside else "upper center",
        bbox_to_anchor=(corner[0] / width, corner[1] / height),
        borderaxespad=0.0,
        fontsize=LEGEND_SIZE,
        facecolor=palette.SKY_STOPS[0],
        edgecolor="none",
        labelcolor="white",
        framealpha=1.0,
    )
    legend.set_gid("legend")


def _draw_image(
    figure: Figure, axes: Axes, observations: Iterable[Observation], cube: xr.Dataset, view: FieldOfView
) -> None:
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    edges = cube["energy_edges"].to_numpy()
    picture = counts_image(
        observations,
        (view.lon, view.lat),
        width=view.width,
        height=view.width,
        n=max(round(view.width / PIXEL), 1),
        energy=(float(edges[0]), float(edges[-1])),
    )
    west, east = picture.lon_edges[[0, -1]]
    south, north = picture.lat_edges[[0, -1]]
    image = axes.imshow(
        picture.counts,
        extent=(west, east, south, north),
        origin="lower",
        interpolation="nearest",
        aspect=1 / max(float(np.cos(np.radians(view.lat))), 0.05),
        cmap=LinearSegmentedColormap.from_list("lightpool sky", palette.SKY_STOPS),
        norm=PowerNorm(0.5, vmin=0, vmax=max(float(picture.counts.max()), 1.0)),  # faint and bright at once
    )
    axes.set_xlim(east, west)
    axes.set_ylim(south, north)
    dress(axes, x="Right ascension [deg]", y="Declination [deg]")
    axes.tick_params(which="both", color=palette.REJECTED)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda lon, _: f"{round(lon % 360, 6):g}"))
    bar = figure.colorbar(image, cax=axes.inset_axes((0.0, 1.02, 1.0, 0.035)), orientation="horizontal")
    bar.ax.xaxis.set_ticks_position("top")
    bar.ax.xaxis.set_label_position("top")
    bar.ax.tick_params(labelsize=TICK_SIZE, length=2)
    bar.set_label(f"Counts per {PIXEL:g}° pixel, {edges[0]:.3g} – {edges[-1]:.3g} TeV", fontsize=LABEL_SIZE)
    bar.set_ticks(_root_ticks(float(picture.counts.max())))


def _root_ticks(most: float) -> list[float]:
    """Return counts to name on a scale of roots: none, and what is near a tenth, a third and all."""
    return [0.0, *dict.fromkeys(float(f"{most * part:.1g}") for part in (0.1, 0.4, 0.9) if most * part >= 1)]


def _draw_regions(axes: Axes, cube: xr.Dataset, view: FieldOfView) -> list[tuple[Any, str]]:
    runs = list({run.obs_id: run for run in run_regions(cube)}.values())  # a run may have many rows
    colours, markers = palette.RUNS, palette.RUN_MARKERS
    entries: list[tuple[Any, str]] = []
    for k, run in enumerate(runs):
        colour, marker = colours[k % len(colours)], markers[k % len(markers)]
        axes.plot(*outlines(run.used, view.lon), color=colour, linewidth=0.9, gid=f"off {run.obs_id}")
        (pointing,) = axes.plot(
            unwrap(np.array([run.pointing[0]]), view.lon),
            [run.pointing[1]],
            linestyle="none",
            color=colour,
            marker=marker,
            markersize=3.5,
            zorder=3,  # above the regions of other runs
            gid=f"pointing {run.obs_id}",
        )
        if len(runs) <= len(colours):
            entries.append(((_ring(colour), pointing), f"OFF and pointing, {run.obs_id}"))
    if len(runs) > len(colours):
        entries.append(((_ring(colour), pointing), f"OFF and pointing, {len(runs)} runs"))
    rejected = list(chain.from_iterable(run.rejected for run in runs))
    (dotted,) = axes.plot(
        *outlines(rejected, view.lon),
        color=palette.REJECTED,
        linestyle=(0, (1, 1.5)),
        linewidth=0.8,
        gid="rejected",
    )
    reasons = [circle.name for circle in rejected]
    for reason in dict.fromkeys(reasons):
        entries.append((dotted, f"{reasons.count(reason)} rejected: {reason}"))
    return [*_draw_on(axes, cube, view), *entries]


def _draw_on(axes: Axes, cube: xr.Dataset, view: FieldOfView) -> list[tuple[Any, str]]:
    columns = (cube[f"region_{name}"].to_numpy() for name in ("lon", "lat", "radius"))
    regions = [Circle(float(a), float(b), float(r)) for a, b, r in zip(*columns, strict=True)]
    lon, lat = outlines([circle for circle in regions if circle.radius > 0], view.lon)
    (line,) = axes.plot(lon, lat, color=palette.ON_CIRCLE, linewidth=1.6, gid="on")
    points = [circle for circle in regions if circle.radius == 0]  # of point-like responses
    (cross,) = axes.plot(
        unwrap(np.array([circle.lon for circle in points]), view.lon),
        [circle.lat for circle in points],
        color=palette.ON_CIRCLE,
        marker="+",
        markersize=7,
        linestyle="none",
        gid="on points",
    )
    return [(cross if points else _ring(line.get_color()), "ON")]


def _draw_excluded(axes: Axes, exclusion: Iterable[Any], view: FieldOfView) -> list[tuple[Any, str]]:
    items = list(exclusion)
    circles = [item for item in items if isinstance(item, Circle) and view.shows(item)]
    (line,) = axes.plot(
        *outlines(circles, view.lon),
        color=palette.EXCLUDED,
        linestyle=(0, (4, 2)),
        linewidth=1.1,
        gid="excluded",
    )
    seen = bool(circles)
    names = [circle.name for circle in circles if circle.name]
    lon, lat = (np.linspace(*ends, _MASK_GRID) for ends in (view.lon_range, view.lat_range))
    vectors = unit_vectors(*(grid.ravel() for grid in np.meshgrid(lon, lat)))
    for mask in (item for item in items if isinstance(item, ExclusionMask)):
        inside = mask.excludes(vectors).reshape(len(lat), len(lon)).astype(float)
        if inside.any():
            contour = axes.contour(lon, lat, inside, [0.5], colors=palette.EXCLUDED, linewidths=1.1)
            contour.set(linestyle=[(0, (4, 2))], gid=f"mask {mask.name}")
            seen = True
            names.append(mask.name)
    if not seen:
        return []
    return [(line, f"excluded: {', '.join(names)}" if 0 < len(names) <= 2 else "excluded")]


def _ring(colour: Any) -> Any:
    """Return what the legend shows for a circle."""
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="none", marker="o", markersize=8, markerfacecolor="none", color=colour)
