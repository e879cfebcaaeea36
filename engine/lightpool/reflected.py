"""OFF regions by reflection: the ON circle rotated about the pointing, Berge et al. (2007), A&A 466, 1219."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.exclusion import Exclusion, excludes
from lightpool.memo import per_run
from lightpool.sky import Circle, TangentPlane, lonlat, offset_by, separation, unit_vectors

OVERLAPS_EXCLUSION = "overlaps an excluded region"
CONTAINS_POINTING = "the ON region contains the pointing position"


@dataclass(frozen=True)
class ReflectedRegions:
    """How reflected regions are searched.

    Parameters
    ----------
    angle_increment : float, rad
        Step after a rejected candidate.
    min_distance : float, rad
        Gap between OFF regions.
    min_distance_input : float, rad
        Gap to the ON region.
    max_region_number : int
    binsize : float, deg
        Pixel of the raster on which the region's angular size and the exclusion are sampled; the
        number of regions depends on it.
    """

    angle_increment: float = 0.1
    min_distance: float = 0.0
    min_distance_input: float = 0.1
    max_region_number: int = 10000
    binsize: float = 0.01

    def __post_init__(self) -> None:
        if not self.angle_increment > 0:
            raise SettingsError("angle_increment must be positive", found=f"{self.angle_increment:g} rad")
        if not (self.min_distance >= 0 and self.min_distance_input >= 0):
            raise SettingsError("distances between regions cannot be negative")
        if not self.max_region_number >= 1:
            raise SettingsError("max_region_number must be at least 1", found=str(self.max_region_number))
        if not 1e-3 <= self.binsize <= 1:
            raise SettingsError(
                "binsize is out of range", found=f"{self.binsize:g} deg", expected="0.001 to 1 deg"
            )


@dataclass(frozen=True, eq=False)
class OffRegions:
    """The OFF circles of one run, the candidates that were rejected, and why.

    Parameters
    ----------
    x, y : ndarray, shape (candidates,), pixels from the pointing in `plane`
    reasons : tuple of str
        Empty for a region in use.
    radius : float, pixels
    plane : TangentPlane
    problem : str
        Why there is none at all; empty otherwise.
    """

    x: np.ndarray
    y: np.ndarray
    reasons: tuple[str, ...]
    radius: float
    plane: TangentPlane
    problem: str = ""

    @property
    def used(self) -> np.ndarray:
        """Which candidates are in use, bool."""
        return np.array([not reason for reason in self.reasons], dtype=bool)

    @property
    def n(self) -> int:
        """The number of OFF regions."""
        return int(self.used.sum())

    def lonlat(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the centres of all candidates, deg."""
        if not len(self.x):
            return np.empty(0), np.empty(0)
        return lonlat(self.plane.directions(self.x, self.y))

    def contains(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return which positions (pixels from the pointing) lie in any OFF region; each counts once."""
        used = self.used
        inside = np.zeros(len(x), dtype=bool)
        if not used.any():
            return inside
        ring = np.hypot(self.x[0], self.y[0])
        near = np.flatnonzero(np.abs(np.hypot(x, y) - ring) < self.radius + 1e-6)
        dx, dy = x[near, None] - self.x[used], y[near, None] - self.y[used]
        inside[near] = np.any(dx * dx + dy * dy < self.radius**2, axis=1)
        return inside


def find_reflected(
    run: Observation, on_region: Circle, exclusion: Exclusion, settings: ReflectedRegions
) -> OffRegions:
    """Return the reflected OFF regions of a run.

    The circle is carried as a pixel circle on a tangent-plane raster about the pointing; a
    candidate that covers the centre of an excluded raster pixel is rejected.

    Parameters
    ----------
    on_region : Circle
    exclusion : tuple of Circle or ExclusionMask
    settings : ReflectedRegions
    """
    plane = raster(run, settings.binsize)
    offset = float(separation(run.lon, run.lat, on_region.lon, on_region.lat))
    cx, cy = (float(v) for v in plane.project(unit_vectors(on_region.lon, on_region.lat)))
    radius = on_region.radius * _pixels_per_degree(plane, on_region)
    none = np.empty(0)
    if math.hypot(cx, cy) <= radius:
        return OffRegions(none, none, (), radius, plane, CONTAINS_POINTING)
    size = _angular_size(cx, cy, radius, parity=_half_pixel(offset, settings.binsize))
    ring = math.hypot(cx, cy)
    ex, ey = _excluded_pixels(run, on_region.lon, on_region.lat, exclusion, settings.binsize)
    near = np.abs(np.hypot(ex, ey) - ring) < radius
    ex, ey = ex[near], ey[near]

    step = size + settings.min_distance
    angle, limit = step + settings.min_distance_input, 2 * math.pi - step - settings.min_distance_input
    xs, ys, reasons, accepted = [], [], [], 0
    while angle < limit and accepted < settings.max_region_number:
        x = cx * math.cos(angle) - cy * math.sin(angle)
        y = cx * math.sin(angle) + cy * math.cos(angle)
        rejected = bool(np.any((ex - x) ** 2 + (ey - y) ** 2 < radius**2))
        xs.append(x)
        ys.append(y)
        reasons.append(OVERLAPS_EXCLUSION if rejected else "")
        angle += settings.angle_increment if rejected else step
        accepted += not rejected
    problem = ""
    if not accepted:
        problem = (
            f"all {len(xs)} candidate positions overlap an excluded region"
            if xs
            else f"at {offset:.2f} deg from the pointing a circle of {on_region.radius:g} deg leaves no room"
        )
    return OffRegions(np.array(xs), np.array(ys), tuple(reasons), radius, plane, problem)


def raster(run: Observation, binsize: float) -> TangentPlane:
    """Return the tangent plane about a run's pointing on which its OFF regions are laid out."""
    return TangentPlane(run.lon, run.lat, binsize)


def _half_pixel(offset: float, binsize: float) -> float:
    """Return how far pixel centres lie from the pointing: half a pixel if the raster has an even side."""
    return 0.5 if _raster_side(offset, binsize) % 2 == 0 else 0.0


def _raster_side(offset: float, binsize: float) -> int:
    return round((4 * offset + 0.3) / binsize)


def _pixels_per_degree(plane: TangentPlane, region: Circle) -> float:
    """Return the local scale of the raster at the region, measured northward over an arcsecond."""
    step = 1 / 3600
    lon, lat = offset_by(region.lon, region.lat, 0.0, step)
    x, y = plane.project(unit_vectors(np.array([region.lon, float(lon)]), np.array([region.lat, float(lat)])))
    return float(math.hypot(x[1] - x[0], y[1] - y[0]) / step)


def _angular_size(cx: float, cy: float, radius: float, *, parity: float) -> float:
    """Return the spread in polar angle of the raster pixel centres inside the circle, rad."""
    first = np.arange(math.floor(cx - radius) - 1, math.ceil(cx + radius) + 2) + parity
    second = np.arange(math.floor(cy - radius) - 1, math.ceil(cy + radius) + 2) + parity
    x, y = np.meshgrid(first, second)
    inside = (x - cx) ** 2 + (y - cy) ** 2 < radius**2
    if not inside.any():
        return 2 * math.asin(min(radius / math.hypot(cx, cy), 1.0))
    angle = np.arctan2(y[inside], x[inside])
    spread = float(angle.max() - angle.min())
    if spread > math.pi:
        angle = np.where(angle > 0, angle, angle + 2 * math.pi)
        spread = float(angle.max() - angle.min())
    return spread


@per_run(maxsize=4)
def _excluded_pixels(
    run: Observation, lon: float, lat: float, exclusion: Exclusion, binsize: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the excluded pixel centres of the raster, pixels from the pointing."""
    if not exclusion:
        return np.empty(0), np.empty(0)
    side = _raster_side(float(separation(run.lon, run.lat, lon, lat)), binsize)
    grid = np.arange(side) - (side - 1) / 2
    x, y = (v.ravel() for v in np.meshgrid(grid, grid))
    out = excludes(exclusion, raster(run, binsize).directions(x, y))
    return x[out], y[out]
