"""OFF regions of wobble observations: a fixed number at equal steps about the pointing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lightpool.aperture import Aperture
from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.exclusion import Exclusion
from lightpool.off_regions import CONTAINS_POINTING, OVERLAPS_EXCLUSION, OffRegions, checked_binsize
from lightpool.raster import PixelCircle, excluded_pixels, pixel_circle, pixels_inside, tangent_plane
from lightpool.sky import lonlat, separation

OVERLAPS_ANOTHER = "overlaps another region"
LIES_IN_EXCLUSION = "lies in an excluded region"
_MANY = 1000


@dataclass(frozen=True)
class WobbleRegions:
    """OFF regions at equal steps on the circle about the pointing that the ON region lies on.

    Parameters
    ----------
    n_off_regions : int
        How many; fewer are used where some overlap an excluded region, none where they overlap each other.
    binsize : float, deg
        Pixel of the raster on which the exclusion and overlaps are sampled.

    Examples
    --------
    >>> cube = lp.reduce(
    ...     runs,
    ...     on_region=lp.circle("83.633 deg", "22.014 deg", "0.11 deg"),
    ...     energy=lp.energy_edges("0.5 TeV", "40 TeV", per_decade=5),
    ...     energy_true=lp.energy_edges("0.1 TeV", "100 TeV", per_decade=10),
    ...     background=lp.WobbleRegions(n_off_regions=5),
    ... )
    >>> cube.onoff.n_off_regions.values
    array([5, 5, 5, 5])
    """

    n_off_regions: int = 3
    binsize: float = 0.01

    def __post_init__(self) -> None:
        if not (1 <= self.n_off_regions <= _MANY and self.n_off_regions == int(self.n_off_regions)):
            raise SettingsError(
                "n_off_regions is out of range",
                found=f"{self.n_off_regions:g}",
                expected=f"a whole number, 1 to {_MANY}",
            )
        checked_binsize(self.binsize)

    def find(
        self, run: Observation, aperture: Aperture, exclusion: Exclusion, energy: tuple[float, ...]
    ) -> OffRegions:
        """Return the OFF regions of a run.

        A circle is rejected if it covers the centre of an excluded raster pixel, a point if such a
        centre is less than a pixel away. Circles overlap if they cover the same pixel centre, points
        if two are less than twice the largest angular cut within the energy range apart; the ON
        region takes part in both.

        Parameters
        ----------
        aperture : Aperture
        exclusion : tuple of Circle or ExclusionMask
        energy : tuple of float, TeV
            Edges of reconstructed energy.
        """
        region, reach = aperture.region, aperture.reach(energy)
        plane = tangent_plane(run, self.binsize)
        on = pixel_circle(run, region, self.binsize)
        if on.ring <= on.radius:
            return OffRegions(plane, problem=CONTAINS_POINTING)
        steps = self.n_off_regions + 1
        candidates = [on.rotated(k * 2 * math.pi / steps) for k in range(1, steps)]
        excluded = excluded_pixels(run, region, reach, exclusion, self.binsize)
        reason = OVERLAPS_EXCLUSION if on.radius else LIES_IN_EXCLUSION
        reasons = [reason if _touches(at, excluded, on.radius or 1.0) else "" for at in candidates]
        if all(reasons):
            problem = f"each of the {len(candidates)} positions {reason}"
            return OffRegions(plane, candidates, tuple(reasons), problem)

        used = [at for at, rejected in zip(candidates, reasons, strict=True) if not rejected]
        if on.radius:
            overlap = any(
                math.dist(a[:2], b[:2]) < 2 * on.radius
                and _touches(b, pixels_inside(run, region, a, self.binsize), on.radius)
                for a, b in combinations((on, *used), 2)
            )
        else:
            x, y = np.array([at[:2] for at in (on, *used)]).T
            lon, lat = lonlat(plane.directions(x, y))
            i, j = np.triu_indices(len(lon), 1)
            overlap = bool(np.any(separation(lon[i], lat[i], lon[j], lat[j]) < 2 * reach))
        if overlap:
            reasons = [rejected or OVERLAPS_ANOTHER for rejected in reasons]
            offset = float(separation(run.lon, run.lat, region.lon, region.lat))
            problem = (
                f"at {offset:.2f} deg from the pointing an ON and {self.n_off_regions} OFF regions "
                f"of {reach:g} deg overlap, {_advice(reach, offset)}"
            )
            return OffRegions(plane, candidates, tuple(reasons), problem)
        return OffRegions(
            plane, candidates, tuple(reasons), warnings=_intrusions(used, excluded, reach, self.binsize)
        )


def _touches(at: PixelCircle, pixels: np.ndarray, distance: float) -> bool:
    """Return whether any of the pixel centres, shape (n, 2), is less than `distance` (pixels) away."""
    return bool(np.any((pixels[:, 0] - at.x) ** 2 + (pixels[:, 1] - at.y) ** 2 < distance**2))


def _advice(reach: float, offset: float) -> str:
    """Return how many regions there would be room for."""
    if reach > offset:
        return "there is no room for any"
    return f"there is room for {math.floor(math.pi / math.asin(reach / offset)) - 1} OFF"


def _intrusions(
    used: list[PixelCircle], excluded: np.ndarray, reach: float, binsize: float
) -> tuple[str, ...]:
    """Return a warning for points in use whose aperture, unlike themselves, reaches into the exclusion."""
    pixels = reach / binsize
    reaching = sum(_touches(at, excluded, pixels) for at in used if not at.radius)
    if not reaching:
        return ()
    return (f"{reaching} of {len(used)} OFF regions of {reach:g} deg reach into an excluded region",)
