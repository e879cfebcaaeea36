"""Which events belong to a region: those inside a circle, or within a point-like response's angular cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.dl3 import Observation
from lightpool.dl3.rad_max import RadMax
from lightpool.errors import DataError, SettingsError
from lightpool.raster import PixelCircle, event_positions
from lightpool.sky import Circle, TangentPlane, lonlat, separation, unit_vectors

#: How far the radius of a circle may lie from the cut that the response was made with.
_SAME_RADIUS = 1e-3


@dataclass(frozen=True)
class CircleAperture:
    """Events inside circles of one radius.

    Parameters
    ----------
    region : Circle
    """

    region: Circle

    def reach(self, energy: tuple[float, ...]) -> float:
        """Return the largest distance from the centre of an event within the energy edges, deg."""
        return self.region.radius

    def on_events(self, run: Observation) -> np.ndarray:
        """Return the indices of the events in the ON region, tested in a tangent plane about its centre."""
        region, vectors = self.region, run.events.xyz
        centre = unit_vectors(region.lon, region.lat)
        near = np.flatnonzero(vectors @ centre > np.cos(np.radians(min(1.1 * region.radius, 80.0))))
        x, y = TangentPlane(region.lon, region.lat, 0.1).project(vectors[near])
        return near[x * x + y * y < (region.radius / 0.1) ** 2]

    def off_events(self, run: Observation, plane: TangentPlane, regions: Sequence[PixelCircle]) -> np.ndarray:
        """Return the indices of the events in any of the OFF regions, tested on their grid; each counts once.

        Parameters
        ----------
        plane : TangentPlane
            The grid about the pointing.
        regions : sequence of PixelCircle
            All at the same distance from the pointing.
        """
        if not regions:
            return np.empty(0, dtype=int)
        x, y = event_positions(run, plane.pixel)
        cx, cy = np.array([at[:2] for at in regions]).T
        radius = regions[0].radius
        near = np.flatnonzero(np.abs(np.hypot(x, y) - regions[0].ring) < radius + 1e-6)
        dx, dy = x[near, None] - cx, y[near, None] - cy
        return near[np.any(dx * dx + dy * dy < radius**2, axis=1)]


@dataclass(frozen=True, eq=False)
class CutAperture:
    """Events within the angular cut that a point-like response was made with.

    Parameters
    ----------
    region : Circle
        A point: radius 0.
    rad_max : RadMax or float, deg
        The cut against energy and offset, or one for all.
    offset : float, deg
        Of the point from the pointing; every OFF region has the same.
    """

    region: Circle
    rad_max: RadMax | float
    offset: float

    def reach(self, energy: tuple[float, ...]) -> float:
        """Return the largest distance from the centre of an event within the energy edges, deg."""
        if not isinstance(self.rad_max, RadMax):
            return self.rad_max
        low, high = energy[0], energy[-1]
        edges = self.rad_max.energy.edges
        touching = (edges[1:] >= low) & (edges[:-1] <= high)
        # The cut changes half way between nodes: besides the bins in the range, those of its ends may serve.
        at = np.concatenate([self.rad_max.energy.nodes[touching], [low, high]])
        return float(self.rad_max.nearest(at, self.offset).max())

    def on_events(self, run: Observation) -> np.ndarray:
        """Return the indices of the events at most their cut away from the point."""
        return self._within(run, np.array([self.region.lon]), np.array([self.region.lat]))

    def off_events(self, run: Observation, plane: TangentPlane, regions: Sequence[PixelCircle]) -> np.ndarray:
        """Return the indices of the events at most their cut away from any OFF point; each counts once."""
        x, y = np.array([at[:2] for at in regions]).reshape(-1, 2).T
        return self._within(run, *lonlat(plane.directions(x, y)))

    def _within(self, run: Observation, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        largest = self.rad_max.values.max() if isinstance(self.rad_max, RadMax) else self.rad_max
        closest = (run.events.xyz @ unit_vectors(lon, lat).T).max(axis=1, initial=-1.0)
        near = np.flatnonzero(closest > np.cos(np.radians(min(1.1 * largest, 80.0))))
        cut: Any = self.rad_max
        if isinstance(cut, RadMax):
            cut = cut.nearest(run.events.energy[near], self.offset)[:, None]
        distance = separation(run.events.lon[near, None], run.events.lat[near, None], lon, lat)
        return near[np.any(distance <= cut, axis=1)]


Aperture = CircleAperture | CutAperture


def aperture_of(run: Observation, region: Circle) -> Aperture:
    """Return how events are assigned to an ON region and its OFF regions, as the run's responses need it.

    Full-enclosure responses go with a circle. Point-like ones with an energy-dependent cut
    (RAD_MAX_2D) need a point; with one cut for all energies, a point or a circle of that radius.

    Parameters
    ----------
    region : Circle
        Radius 0 is a point.

    Raises
    ------
    SettingsError
        If the region does not go with the responses.
    DataError
        If point-like responses do not say their cut, or not at the region's offset.
    """
    where = f"run {run.obs_id}"
    if not run.is_point_like:
        if not region.radius > 0:
            raise SettingsError(
                "the ON region has no size",
                where=where,
                found="radius 0 deg and full-enclosure responses",
                expected="a radius such as 0.11 deg",
            )
        return CircleAperture(region)
    cut = run.rad_max
    if cut is None:
        raise DataError(
            "the responses are point-like and do not say their angular cut",
            where=where,
            found="no RAD_MAX",
            expected="a RAD_MAX_2D table, or keyword RAD_MAX of AEFF or EDISP",
        )
    offset = float(separation(run.lon, run.lat, region.lon, region.lat))
    if isinstance(cut, RadMax) and not cut.offset.locate(offset).inside:
        low, high = cut.offset.edges[[0, -1]]
        raise DataError(
            "the ON region lies outside the RAD_MAX table",
            where=where,
            found=f"offset {offset:.3f} deg",
            expected=f"{low:g} to {high:g} deg from the pointing",
            remedy="Leave the run out or choose a position inside",
        )
    if not region.radius > 0:
        return CutAperture(region, cut, offset)
    if isinstance(cut, RadMax):
        raise SettingsError(
            "the angular cut of the responses depends on energy, which a circle cannot follow",
            where=where,
            found=f"an ON region of {region.radius:g} deg",
            expected="a point: lightpool.point(lon, lat), or radius 0",
        )
    if abs(region.radius - cut) > _SAME_RADIUS * cut:
        raise SettingsError(
            "the ON region does not have the size that the point-like responses were made for",
            where=where,
            found=f"radius {region.radius:g} deg",
            expected=f"a point, or radius {cut:g} deg (RAD_MAX)",
        )
    return CircleAperture(region)
