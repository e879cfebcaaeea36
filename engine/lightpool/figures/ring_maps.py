"""Sky maps side by side, with coordinate grid, circles and contours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from lightpool.errors import SettingsError
from lightpool.exclusion import as_exclusion
from lightpool.figures import palette
from lightpool.figures.canvas import LABEL_SIZE, TICK_SIZE, dress, empty_figure
from lightpool.maps.dataset import geometry_of
from lightpool.maps.geometry import MapGeometry
from lightpool.plot_data import MapImage, circles_on_map, contour_lines, map_grid, map_image
from lightpool.sky import Circle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def map_figure(
    maps: xr.Dataset,
    excess: xr.Dataset,
    quantities: Sequence[str] = ("sqrt_ts", "excess"),
    *,
    band: int = 0,
    circles: Any = (),
    contours: Iterable[float] = (),
    column: str = "double",
) -> Figure:
    """Return a figure of maps in one energy band; north is up and longitude grows to the left.

    Parameters
    ----------
    maps, excess : Dataset
        See `sky_maps` and `excess_map`.
    quantities : sequence of str
        Names of `plot_data.QUANTITIES`, one panel each.
    band : int
    circles : Circle, circle of the `regions` package, or several
        Drawn on every panel; what is excluded is drawn without being given.
    contours : iterable of float
        Levels of significance, drawn on every panel.
    column : str
        ``single`` (3.5 in, one below the other) or ``double`` (7 in, side by side).

    Returns
    -------
    Figure
        One that pyplot does not know; ``figure.savefig("name.pdf")`` writes it.

    Raises
    ------
    SettingsError
        For unknown quantities or another column, or without matplotlib.

    Examples
    --------
    >>> maps = lp.sky_maps(
    ...     runs, geometry=lp.MapGeometry(83.633, 22.014, width=2), energy=lp.energy_edges(0.6, 20, n=5)
    ... )
    >>> figure = lp.figures.map_figure(maps, lp.excess_map(maps, 0.1), contours=[5, 10])
    >>> figure.savefig("maps.pdf")
    """
    names = (quantities,) if isinstance(quantities, str) else tuple(quantities)
    if not names:
        raise SettingsError("no map is asked for", expected="at least one quantity")
    geometry = geometry_of(maps)
    panels = [map_image(maps, excess, name, band=band) for name in names]
    drawn = [item for item in as_exclusion(circles) if isinstance(item, Circle)]
    lines = contour_lines(map_image(maps, excess, "sqrt_ts", band=band).values, contours)
    excluded = map_image(maps, excess, "exclusion", band=band).values
    ny, nx = geometry.shape
    side_by_side = column == "double" and len(names) > 1
    n_columns = len(names) if side_by_side else 1
    figure = empty_figure(column, 1.0)
    side = figure.get_figwidth() / n_columns
    figure.set_figheight((side * min(ny / nx, 2.0) * 0.72 + 0.4) * (1 if side_by_side else len(names)))
    axes = figure.subplots(1 if side_by_side else len(names), n_columns, squeeze=False)
    for panel, image in zip(axes.ravel(), panels, strict=True):
        _draw(figure, panel, image, geometry)
        for x, y in lines.values():
            panel.plot(x, y, color=palette.GREEN, linewidth=0.8, gid="contours")
        if excluded.any():
            outline = contour_lines(excluded, [0.5])[0.5]
            panel.plot(*outline, color=palette.GREY, linewidth=0.8, linestyle=(0, (4, 2)), gid="excluded")
        if drawn:
            panel.plot(*circles_on_map(geometry, drawn), color="black", linewidth=1.0, gid="circles")
    return figure


def _draw(figure: Figure, axes: Axes, image: MapImage, geometry: MapGeometry) -> None:
    grid = map_grid(geometry)
    shown = axes.imshow(
        np.ma.masked_invalid(image.values),
        origin="lower",
        extent=(*image.x_range, *image.y_range),
        interpolation="nearest",
        cmap="RdBu_r" if image.is_signed else "viridis",
        vmin=image.low,
        vmax=image.high,
    )
    axes.set_facecolor(palette.UNKNOWN)
    axes.plot(grid.x, grid.y, color="black", linewidth=0.3, alpha=0.5, gid="grid")
    dress(axes, x=grid.lon_name, y=grid.lat_name)
    axes.set_xticks([label.x for label in grid.lon_labels], [label.text for label in grid.lon_labels])
    axes.set_yticks([label.y for label in grid.lat_labels], [label.text for label in grid.lat_labels])
    axes.set_xlim(image.x_range)
    axes.set_ylim(image.y_range)
    bar = figure.colorbar(shown, ax=axes, shrink=0.85, pad=0.02)
    bar.ax.tick_params(labelsize=TICK_SIZE, length=2)
    bar.set_label(f"{image.title} [{image.unit}]" if image.unit else image.title, fontsize=LABEL_SIZE)
