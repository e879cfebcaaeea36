"""The pixels of a sky map: projection, directions, solid angles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lightpool.errors import SettingsError
from lightpool.sky import from_galactic, lonlat, to_galactic, unit_vectors
from lightpool.units import to_float

#: Projections (FITS paper II) that a map may have.
PROJECTIONS = ("CAR", "TAN", "SIN", "ARC", "STG", "ZEA", "CEA", "MER", "SFL", "AIT")
FRAMES = {"icrs": ("RA---", "DEC--"), "galactic": ("GLON-", "GLAT-")}
#: A map and all that is worked out for it must fit into this, bytes.
MEMORY_LIMIT = 2_000_000_000
# Directions, solid angles, and the images of a result, bytes for each pixel.
_BYTES = 200


@dataclass(frozen=True)
class MapGeometry:
    """The pixels of a sky map, north up and longitude growing to the left.

    Parameters
    ----------
    lon, lat : str, float (deg) or quantity
        The centre of the map in `frame`; it is also the reference point of the projection, which
        is oblique for a centre off the equator.
    width : str, float (deg) or quantity, or a pair of these
        Along longitude and latitude, rounded to whole pixels.
    binsize : str, float (deg) or quantity
        Side of a pixel at the centre.
    projection : str
        One of `PROJECTIONS`.
    frame : str
        ``icrs`` or ``galactic``.

    Raises
    ------
    SettingsError
        For values that cannot be, or a map that would need more memory than `MEMORY_LIMIT`.

    Examples
    --------
    >>> MapGeometry("228.32 deg", "-59.08 deg", width="3 deg", binsize="0.02 deg").shape
    (150, 150)
    """

    lon: float
    lat: float
    width: tuple[float, float] = (5.0, 5.0)
    binsize: float = 0.02
    projection: str = "CAR"
    frame: str = "icrs"

    def __post_init__(self) -> None:
        sides: Any = self.width if isinstance(self.width, tuple | list) else (self.width, self.width)
        if len(sides) != 2:
            raise SettingsError("a map has two widths", found=repr(self.width), expected="one, or (lon, lat)")
        given = {
            "lon": to_float(self.lon, "deg", name="map longitude"),
            "lat": to_float(self.lat, "deg", name="map latitude"),
            "width": tuple(to_float(side, "deg", name="map width") for side in sides),
            "binsize": to_float(self.binsize, "deg", name="pixel size"),
            "projection": str(self.projection).strip().upper(),
            "frame": str(self.frame).strip().lower(),
        }
        for name, value in given.items():
            object.__setattr__(self, name, value)
        if not (-360 <= self.lon <= 360 and -90 <= self.lat <= 90):
            raise SettingsError(
                "the centre of the map is out of range",
                found=f"lon {self.lon:g} deg, lat {self.lat:g} deg",
                expected="lon -360 to 360 deg, lat -90 to 90 deg",
            )
        if self.projection not in PROJECTIONS:
            raise SettingsError(
                "the projection is not known", found=repr(self.projection), expected=", ".join(PROJECTIONS)
            )
        if self.frame not in FRAMES:
            raise SettingsError(
                "a map cannot have this frame", found=repr(self.frame), expected=", ".join(FRAMES)
            )
        if not 0 < self.binsize <= 10:
            raise SettingsError(
                "the pixel size is out of range", found=f"{self.binsize:g} deg", expected="above 0, to 10 deg"
            )
        longest = (360.0, 180.0) if self.projection != "TAN" else (160.0, 160.0)
        for side, most in zip(self.width, longest, strict=True):
            if not self.binsize <= side <= most:
                raise SettingsError(
                    "the width of the map is out of range",
                    found=f"{side:g} deg",
                    expected=f"a pixel ({self.binsize:g} deg) to {most:g} deg",
                )
        check_memory(self, self.shape[0] * self.shape[1] * _BYTES, "")

    @property
    def shape(self) -> tuple[int, int]:
        """Number of pixels along latitude and longitude."""
        nx, ny = (round(side / self.binsize) for side in self.width)
        return ny, nx

    @property
    def header(self) -> dict[str, Any]:
        """The FITS keywords of the projection."""
        ny, nx = self.shape
        x, y = FRAMES[self.frame]
        return {
            "CTYPE1": f"{x}{self.projection}",
            "CTYPE2": f"{y}{self.projection}",
            "CUNIT1": "deg",
            "CUNIT2": "deg",
            "CRPIX1": (nx + 1) / 2,
            "CRPIX2": (ny + 1) / 2,
            "CRVAL1": self.lon,
            "CRVAL2": self.lat,
            "CDELT1": -self.binsize,
            "CDELT2": self.binsize,
            **({"RADESYS": "ICRS"} if self.frame == "icrs" else {}),
        }

    @property
    def wcs(self) -> Any:
        """The projection as an astropy WCS."""
        return _wcs(self)

    @property
    def directions(self) -> np.ndarray:
        """Unit vectors (ICRS) of the pixel centres, shape (lat, lon, 3); NaN off the sky."""
        return _directions(self)

    @property
    def solid_angle(self) -> np.ndarray:
        """Solid angle of the pixels, shape (lat, lon), sr."""
        return _solid_angle(self)

    def pixels(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of ICRS unit vectors, shape (..., 3), in pixels from the centre of the first one.

        Directions that the projection cannot show are NaN.
        """
        shape = vectors.shape[:-1]
        world = lonlat(to_galactic(vectors) if self.frame == "galactic" else vectors)
        x, y = self.wcs.wcs_world2pix(*(np.atleast_1d(v).ravel() for v in world), 0)
        return x.reshape(shape), y.reshape(shape)

    def lonlat(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return ICRS longitude and latitude (deg) of places in pixels; see `pixels`.

        Parameters
        ----------
        x, y : array-like, pixels
        """
        return lonlat(self.vectors(x, y))

    def vectors(self, x: Any, y: Any) -> np.ndarray:
        """Return ICRS unit vectors, shape (..., 3), of places in pixels; NaN off the sky.

        Parameters
        ----------
        x, y : array-like, pixels
        """
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        lon, lat = self.wcs.wcs_pix2world(x.ravel(), y.ravel(), 0)
        v = unit_vectors(lon.reshape(x.shape), lat.reshape(x.shape))
        return from_galactic(v) if self.frame == "galactic" else v


def check_memory(geometry: MapGeometry, needed: float, of_what: str) -> None:
    """Check that a map's arrays fit into the memory that maps may take.

    Parameters
    ----------
    needed : float, bytes
        Taken to grow with the number of pixels.
    of_what : str
        What multiplies them, such as ``" x 10 energies x 20 runs"``.

    Raises
    ------
    SettingsError
        Naming the need, the limit and a pixel size that would do.
    """
    if needed <= MEMORY_LIMIT:
        return
    ny, nx = geometry.shape
    coarser = geometry.binsize * math.sqrt(needed / MEMORY_LIMIT)
    digits = 1 - math.floor(math.log10(coarser))
    enough = math.ceil(coarser * 10**digits) / 10**digits
    raise SettingsError(
        "a map with pixels of this size needs too much memory",
        found=f"{geometry.binsize:g} deg: {nx} x {ny} pixels{of_what}, {needed / 1e9:.3g} GB",
        expected=f"at most {MEMORY_LIMIT / 1e9:g} GB",
        remedy=f"Pixels of {enough:g} deg or a smaller map would do",
    )


@lru_cache(maxsize=8)
def _wcs(geometry: MapGeometry) -> Any:
    from astropy.wcs import WCS

    wcs = WCS(naxis=2)
    h = geometry.header
    wcs.wcs.ctype = h["CTYPE1"], h["CTYPE2"]
    wcs.wcs.cunit = "deg", "deg"
    wcs.wcs.crpix = h["CRPIX1"], h["CRPIX2"]
    wcs.wcs.crval = h["CRVAL1"], h["CRVAL2"]
    wcs.wcs.cdelt = h["CDELT1"], h["CDELT2"]
    wcs.wcs.radesys = h.get("RADESYS", "")
    wcs.array_shape = geometry.shape
    wcs.wcs.set()
    return wcs


@lru_cache(maxsize=4)
def _directions(geometry: MapGeometry) -> np.ndarray:
    ny, nx = geometry.shape
    vectors = geometry.vectors(*np.meshgrid(np.arange(nx), np.arange(ny)))
    vectors.flags.writeable = False
    return vectors


@lru_cache(maxsize=4)
def _solid_angle(geometry: MapGeometry) -> np.ndarray:
    ny, nx = geometry.shape
    at = geometry.vectors(*np.meshgrid(np.arange(nx + 1) - 0.5, np.arange(ny + 1) - 0.5))
    across = at[1:, 1:] - at[:-1, :-1]
    # Two plane triangles from the corners; the sphere bulges by a millionth of this at most.
    lower, upper = at[:-1, 1:] - at[:-1, :-1], at[1:, :-1] - at[:-1, :-1]
    area = sum(np.linalg.norm(np.cross(side, across), axis=-1) / 2 for side in (lower, upper))
    out = np.asarray(area)
    out.flags.writeable = False
    return out
