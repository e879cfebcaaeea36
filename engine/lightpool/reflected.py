"""OFF regions by reflection: the ON circle rotated about the pointing, Berge et al. (2007), A&A 466, 1219."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lightpool.aperture import Aperture, CutAperture
from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.exclusion import Exclusion
from lightpool.off_regions import CONTAINS_POINTING, OVERLAPS_EXCLUSION, OffRegions, checked_binsize
from lightpool.raster import PixelCircle, excluded_pixels, pixel_circle, pixels_inside, tangent_plane
from lightpool.sky import Circle, separation


@dataclass(frozen=True)
class ReflectedRegions:
    """As many OFF regions as fit on the circle about the pointing, side by side.

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

    Examples
    --------
    >>> cube = lp.reduce(
    ...     runs,
    ...     on_region=lp.circle("83.633 deg", "22.014 deg", "0.11 deg"),
    ...     energy=lp.energy_edges("0.5 TeV", "40 TeV", per_decade=5),
    ...     energy_true=lp.energy_edges("0.1 TeV", "100 TeV", per_decade=10),
    ...     background=lp.ReflectedRegions(max_region_number=4),
    ... )
    >>> cube.onoff.n_off_regions.values
    array([4, 4, 4, 4])
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
        checked_binsize(self.binsize)

    def find(
        self, run: Observation, aperture: Aperture, exclusion: Exclusion, energy: tuple[float, ...]
    ) -> OffRegions:
        """Return the reflected OFF regions of a run.

        The circle is carried as a pixel circle on a tangent-plane raster about the pointing; a
        candidate that covers the centre of an excluded raster pixel is rejected.

        Parameters
        ----------
        aperture : Aperture
        exclusion : tuple of Circle or ExclusionMask
        energy : tuple of float, TeV
            Not used: a circle is the same at every energy.

        Raises
        ------
        SettingsError
            If the ON region is a point, which has no size to set the regions apart by.
        """
        if isinstance(aperture, CutAperture):
            raise SettingsError(
                "reflected regions need an ON region with a size",
                where=f"run {run.obs_id}",
                found="a point",
                expected="background='wobble', or a circle where RAD_MAX is one value",
            )
        region = aperture.region
        plane = tangent_plane(run, self.binsize)
        on = pixel_circle(run, region, self.binsize)
        if on.ring <= on.radius:
            return OffRegions(plane, problem=CONTAINS_POINTING)
        excluded = excluded_pixels(run, region, region.radius, exclusion, self.binsize)
        ex, ey = excluded[np.abs(np.hypot(*excluded.T) - on.ring) < on.radius].T

        step = _angular_size(run, region, on, self.binsize) + self.min_distance
        angle, limit = step + self.min_distance_input, 2 * math.pi - step - self.min_distance_input
        candidates: list[PixelCircle] = []
        reasons: list[str] = []
        accepted = 0
        while angle < limit and accepted < self.max_region_number:
            at = on.rotated(angle)
            rejected = bool(np.any((ex - at.x) ** 2 + (ey - at.y) ** 2 < on.radius**2))
            candidates.append(at)
            reasons.append(OVERLAPS_EXCLUSION if rejected else "")
            angle += self.angle_increment if rejected else step
            accepted += not rejected
        problem = ""
        if not accepted and candidates:
            problem = f"all {len(candidates)} candidate positions overlap an excluded region"
        elif not accepted:
            offset = float(separation(run.lon, run.lat, region.lon, region.lat))
            problem = (
                f"at {offset:.2f} deg from the pointing a circle of {region.radius:g} deg leaves no room"
            )
        return OffRegions(plane, candidates, tuple(reasons), problem)


def _angular_size(run: Observation, region: Circle, on: PixelCircle, binsize: float) -> float:
    """Return the spread in polar angle of the raster pixel centres inside the circle, rad."""
    inside = pixels_inside(run, region, on, binsize)
    if not len(inside):
        return 2 * math.asin(min(on.radius / on.ring, 1.0))
    angle = np.arctan2(inside[:, 1], inside[:, 0])
    spread = float(angle.max() - angle.min())
    if spread > math.pi:
        angle = np.where(angle > 0, angle, angle + 2 * math.pi)
        spread = float(angle.max() - angle.min())
    return spread
