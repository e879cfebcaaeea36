"""The pixel grid about a run's pointing on which its OFF regions are laid out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from lightpool.dl3 import Observation
from lightpool.exclusion import Exclusion, excludes
from lightpool.memo import per_run
from lightpool.sky import Circle, TangentPlane, offset_by, separation, unit_vectors

#: Radii are rounded up to this (deg) when excluded pixels are looked for.
_REACH_STEP = 0.25


class PixelCircle(NamedTuple):
    """A circle on the grid, pixels from the pointing; a point has radius 0."""

    x: float
    y: float
    radius: float

    def rotated(self, angle: float) -> PixelCircle:
        """Return the circle turned about the pointing by `angle` (rad), from x toward y."""
        cos, sin = math.cos(angle), math.sin(angle)
        return PixelCircle(self.x * cos - self.y * sin, self.x * sin + self.y * cos, self.radius)

    @property
    def ring(self) -> float:
        """Distance of the centre from the pointing."""
        return math.hypot(self.x, self.y)


def tangent_plane(run: Observation, binsize: float) -> TangentPlane:
    """Return the grid's projection; `binsize` is a pixel's side in deg."""
    return TangentPlane(run.lon, run.lat, binsize)


@per_run(maxsize=2)
def event_positions(run: Observation, binsize: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where the events lie on the grid: x and y, pixels from the pointing."""
    return tangent_plane(run, binsize).project(run.events.xyz)


def pixel_circle(run: Observation, region: Circle, binsize: float) -> PixelCircle:
    """Return a region on the grid, round there; its radius follows the scale at its centre."""
    plane = tangent_plane(run, binsize)
    x, y = plane.project(unit_vectors(region.lon, region.lat))
    radius = region.radius * _pixels_per_degree(plane, region) if region.radius else 0.0
    return PixelCircle(float(x), float(y), radius)


def pixels_inside(run: Observation, region: Circle, at: PixelCircle, binsize: float) -> np.ndarray:
    """Return the pixel centres inside a circle, shape (n, 2), pixels from the pointing.

    Parameters
    ----------
    region : Circle
        The ON region, which decides the size of the grid and so where its pixel centres lie.
    at : PixelCircle
    """
    # An even number of pixels has the pointing at a corner, an odd one at a centre.
    parity = 0.5 if _side(run, region.lon, region.lat, binsize) % 2 == 0 else 0.0
    first = np.arange(math.floor(at.x - at.radius) - 1, math.ceil(at.x + at.radius) + 2) + parity
    second = np.arange(math.floor(at.y - at.radius) - 1, math.ceil(at.y + at.radius) + 2) + parity
    x, y = np.meshgrid(first, second)
    inside = (x - at.x) ** 2 + (y - at.y) ** 2 < at.radius**2
    return np.stack([x[inside], y[inside]], axis=1)


def excluded_pixels(
    run: Observation, region: Circle, reach: float, exclusion: Exclusion, binsize: float
) -> np.ndarray:
    """Return the excluded pixel centres that a region may meet on its way about the pointing.

    Parameters
    ----------
    region : Circle
    reach : float, deg
        How far from its centre.

    Returns
    -------
    ndarray, shape (n, 2), pixels from the pointing
        All within a ring that is wide enough for the reach, and for somewhat larger ones, so
        that a radius being dragged finds them at hand.
    """
    steps = _REACH_STEP * math.ceil(reach / _REACH_STEP)
    return _excluded_pixels(run, region.lon, region.lat, steps, exclusion, binsize)


@per_run(maxsize=4)
def _excluded_pixels(
    run: Observation, lon: float, lat: float, reach: float, exclusion: Exclusion, binsize: float
) -> np.ndarray:
    if not exclusion:
        return np.empty((0, 2))
    side = _side(run, lon, lat, binsize)
    grid = np.arange(side) - (side - 1) / 2
    x, y = (v.ravel() for v in np.meshgrid(grid, grid))
    ring = math.hypot(*tangent_plane(run, binsize).project(unit_vectors(lon, lat)))
    stretch = 1 + math.radians(ring * binsize) ** 2  # of the projection, away from the pointing
    near = np.abs(np.hypot(x, y) - ring) < stretch * reach / binsize + 2
    x, y = x[near], y[near]
    out = excludes(exclusion, tangent_plane(run, binsize).directions(x, y))
    return np.stack([x[out], y[out]], axis=1)


def _side(run: Observation, lon: float, lat: float, binsize: float) -> int:
    """Return the number of pixels along a side: four times the region's offset, and 0.3 deg."""
    offset = float(separation(run.lon, run.lat, lon, lat))
    return round((4 * offset + 0.3) / binsize)


def _pixels_per_degree(plane: TangentPlane, region: Circle) -> float:
    """Return the local scale of the grid at the region, measured northward over an arcsecond."""
    step = 1 / 3600
    lon, lat = offset_by(region.lon, region.lat, 0.0, step)
    x, y = plane.project(unit_vectors(np.array([region.lon, float(lon)]), np.array([region.lat, float(lat)])))
    return float(math.hypot(x[1] - x[0], y[1] - y[0]) / step)
