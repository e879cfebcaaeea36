"""What is drawn on a map, in its pixels: the coordinate grid, circles, contours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from lightpool.maps.geometry import MapGeometry
from lightpool.plot_data.sky import outlines, unwrap
from lightpool.sky import Circle, from_galactic, lonlat, to_galactic, unit_vectors

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 45.0, 90.0)
#: Lines over the width of a map, about.
_LINES = 5
_POINTS = 120
_AXES = {"icrs": ("Right ascension", "Declination"), "galactic": ("Galactic longitude", "Galactic latitude")}


class Label(NamedTuple):
    """A coordinate where its line meets the lower or the left edge of the map, pixels."""

    x: float
    y: float
    text: str


class MapGrid(NamedTuple):
    """The coordinate grid of a map.

    Parameters
    ----------
    x, y : ndarray, pixels
        All lines as one curve, parted by NaN.
    lon_labels, lat_labels : tuple of Label
        Along the lower and the left edge.
    lon_name, lat_name : str
    """

    x: np.ndarray
    y: np.ndarray
    lon_labels: tuple[Label, ...]
    lat_labels: tuple[Label, ...]
    lon_name: str
    lat_name: str


def map_grid(geometry: MapGeometry) -> MapGrid:
    """Return lines of constant longitude and latitude, in the map's own frame, at round values."""
    lon, lat = _own_coordinates(geometry, geometry.directions)
    lon = unwrap(lon, geometry.lon)
    south, north = float(np.nanmin(lat)), float(np.nanmax(lat))
    step_lat = _round_step((north - south) / _LINES)
    west, east, step_lon = _lon_range(geometry, lon, lat)
    parallels = _multiples(south, north, step_lat)
    meridians = _multiples(west, east, step_lon)
    along_lon, along_lat = np.linspace(west, east, _POINTS), np.linspace(south, north, _POINTS)
    curves = [_curve(geometry, along_lon, np.full(_POINTS, value)) for value in parallels]
    curves += [_curve(geometry, np.full(_POINTS, value), along_lat) for value in meridians]
    x, y = (np.concatenate([curve[k] for curve in curves]) if curves else np.array([]) for k in (0, 1))
    ny, nx = geometry.shape
    lower = np.linspace(-0.5, nx - 0.5, 4 * nx), np.full(4 * nx, -0.5)
    left = np.full(4 * ny, -0.5), np.linspace(-0.5, ny - 0.5, 4 * ny)
    names = _AXES[geometry.frame]
    return MapGrid(
        x,
        y,
        _labels(geometry, lower, meridians, 0, step_lon),
        _labels(geometry, left, parallels, 1, step_lat),
        *names,
    )


def on_map(geometry: MapGeometry, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y in pixels of directions (deg, ICRS); NaN stays NaN."""
    known = np.isfinite(lon) & np.isfinite(lat)
    x, y = np.full(lon.shape, np.nan), np.full(lat.shape, np.nan)
    x[known], y[known] = geometry.pixels(unit_vectors(lon[known], lat[known]))
    return x, y


def circles_on_map(geometry: MapGeometry, circles: Iterable[Circle]) -> tuple[np.ndarray, np.ndarray]:
    """Return the outlines of circles in pixels as one curve, parted by NaN."""
    return on_map(geometry, *outlines(circles, geometry.lon))


def contour_lines(values: np.ndarray, levels: Iterable[float]) -> dict[float, tuple[np.ndarray, np.ndarray]]:
    """Return lines of equal value of an image, for each level one curve in pixels, parted by NaN.

    Pixels that are NaN are left out; a level that no line has gets empty arrays.
    """
    from contourpy import contour_generator

    generator = contour_generator(z=np.ma.masked_invalid(values))
    found = {}
    for level in levels:
        lines = generator.lines(float(level))
        gap = np.full((1, 2), np.nan)
        parts = [part for line in lines for part in (np.asarray(line), gap)]
        curve = np.concatenate(parts) if parts else np.empty((0, 2))
        found[float(level)] = (curve[:, 0], curve[:, 1])
    return found


def _own_coordinates(geometry: MapGeometry, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return lonlat(to_galactic(vectors) if geometry.frame == "galactic" else vectors)


def _lon_range(geometry: MapGeometry, lon: np.ndarray, lat: np.ndarray) -> tuple[float, float, float]:
    """Return the ends of the longitudes (deg) and the step between lines; all of them if a pole is inside."""
    pole = np.array([0.0, 0.0, math.copysign(1.0, geometry.lat)])
    x, y = geometry.pixels(from_galactic(pole) if geometry.frame == "galactic" else pole)
    ny, nx = geometry.shape
    if -0.5 <= x <= nx - 0.5 and -0.5 <= y <= ny - 0.5:
        return geometry.lon - 180, geometry.lon + 180, 45.0
    west, east = float(np.nanmin(lon)), float(np.nanmax(lon))
    return west, east, _round_step((east - west) / _LINES)


def _round_step(rough: float) -> float:
    return min(_STEPS, key=lambda step: abs(math.log(step / max(rough, 1e-6))))


def _multiples(low: float, high: float, step: float) -> np.ndarray:
    return np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step


def _curve(geometry: MapGeometry, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a line in pixels, NaN outside the map and at its end."""
    vectors = unit_vectors(lon, lat)
    x, y = geometry.pixels(from_galactic(vectors) if geometry.frame == "galactic" else vectors)
    ny, nx = geometry.shape
    with np.errstate(invalid="ignore"):
        inside = (np.abs(x - (nx - 1) / 2) <= nx / 2) & (np.abs(y - (ny - 1) / 2) <= ny / 2)
    x, y = np.where(inside, x, np.nan), np.where(inside, y, np.nan)
    return np.append(x, np.nan), np.append(y, np.nan)


def _labels(
    geometry: MapGeometry,
    edge: tuple[np.ndarray, np.ndarray],
    values: np.ndarray,
    axis: int,
    step: float,
) -> tuple[Label, ...]:
    """Return where an edge of the map crosses the values of a coordinate (0 longitude, 1 latitude)."""
    along = _own_coordinates(geometry, geometry.vectors(*edge))[axis]
    if axis == 0:
        along = unwrap(along, geometry.lon)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    labels = []
    for value in values:
        with np.errstate(invalid="ignore"):
            change = (along[:-1] - value) * (along[1:] - value) <= 0
        for k in np.flatnonzero(change)[:1]:
            rise = along[k + 1] - along[k]
            share = (value - along[k]) / rise if rise else 0.0
            x, y = (float(e[k] + share * (e[k + 1] - e[k])) for e in edge)
            shown = value % 360 if axis == 0 else value
            labels.append(Label(x, y, f"{shown:.{digits}f}°".replace("-", "−")))
    return tuple(labels)
