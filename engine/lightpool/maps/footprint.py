"""The part of a map that a run is taken to cover, and where its events fall there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lightpool.dl3 import Observation
from lightpool.maps.geometry import MapGeometry
from lightpool.memo import per_run
from lightpool.sky import tangent_axes


@dataclass(frozen=True)
class Footprint:
    """A rectangle of pixels.

    Parameters
    ----------
    rows, columns : slice
        Along latitude and longitude; empty where the run does not touch the map.
    """

    rows: slice
    columns: slice

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    @property
    def is_empty(self) -> bool:
        """Whether the run does not touch the map."""
        return 0 in self.shape

    @property
    def part(self) -> tuple[slice, slice]:
        """The index of these pixels in an image of the map."""
        return self.rows, self.columns


@per_run(maxsize=4)
def footprint(run: Observation, geometry: MapGeometry, offset_max: float) -> Footprint:
    """Return the square of full width twice `offset_max` (deg) about the pointing, cut to the map."""
    centre = tangent_axes(run.lon, run.lat)[0]
    at = [float(v) for v in geometry.pixels(centre)]
    side = round(2 * offset_max / geometry.binsize)
    bounds = [_span(place, side, n) for place, n in zip(at[::-1], geometry.shape, strict=True)]
    if any(span.start == span.stop for span in bounds):
        return Footprint(slice(0, 0), slice(0, 0))
    return Footprint(*bounds)


def _span(centre: float, side: int, n: int) -> slice:
    if not math.isfinite(centre):
        return slice(0, 0)
    first = math.ceil(centre - side / 2)
    return slice(min(max(first, 0), n), min(max(first + side, 0), n))


@per_run(maxsize=4)
def event_pixels(run: Observation, geometry: MapGeometry, offset_max: float) -> np.ndarray:
    """Return each event's pixel in the run's footprint, counted row by row; -1 outside it."""
    place = footprint(run, geometry, offset_max)
    rows, columns = place.shape
    x, y = geometry.pixels(run.events.xyz)
    with np.errstate(invalid="ignore"):
        column, row = np.rint(x) - place.columns.start, np.rint(y) - place.rows.start
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    out = np.full(len(x), -1)
    out[inside] = row[inside].astype(int) * columns + column[inside].astype(int)
    return out


def offsets(run: Observation, geometry: MapGeometry, offset_max: float) -> np.ndarray:
    """Return the distance of the footprint's pixels from the pointing, shape (rows, columns), deg."""
    along, east, north = field_components(run, geometry, offset_max)
    return np.degrees(np.arctan2(np.hypot(east, north), along))


def field_components(
    run: Observation, geometry: MapGeometry, offset_max: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the footprint's directions along the pointing, east and north of it, shape (rows, columns)."""
    vectors = geometry.directions[footprint(run, geometry, offset_max).part]
    along, east, north = np.moveaxis(vectors @ tangent_axes(run.lon, run.lat).T, -1, 0)
    return along, east, north
