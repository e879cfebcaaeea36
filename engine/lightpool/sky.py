"""Directions on the sphere: unit vectors, offsets, circles and the gnomonic projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.errors import SettingsError
from lightpool.units import to_float

# Rows are the ICRS axes in galactic coordinates: J2000 galactic pole and centre taken through
# FK5 to ICRS as astropy does it (the test compares with astropy to a micro-arcsecond).
_ICRS_FROM_GALACTIC = np.array(
    [
        [-0.05487565771259218, 0.49410943719272665, -0.8676661375596585],
        [-0.8734370519556162, -0.4448297212232957, -0.19807633727300056],
        [-0.4838350736167156, 0.7469821839866677, 0.45598381368730206],
    ]
)


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the sky, ICRS.

    Parameters
    ----------
    lon, lat, radius : float, deg
    name : str
        Shown on plots; not part of the geometry.
    """

    lon: float
    lat: float
    radius: float
    name: str = ""

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -360 <= self.lon <= 360):
            raise SettingsError(
                "a direction is out of range",
                found=f"lon {self.lon:g} deg, lat {self.lat:g} deg",
                expected="lon -360 to 360 deg, lat -90 to 90 deg",
            )
        if not 0 <= self.radius <= 90:
            raise SettingsError(
                "a radius is out of range", found=f"{self.radius:g} deg", expected="0 to 90 deg"
            )

    def contains(self, lon: Any, lat: Any) -> np.ndarray:
        """Return which directions (deg) lie closer to the centre than the radius, bool."""
        return separation(self.lon, self.lat, lon, lat) < self.radius

    def outline(self, n: int = 64) -> tuple[np.ndarray, np.ndarray]:
        """Return a closed polygon around the circle: lon and lat in deg, shape (n + 1,) each."""
        return offset_by(self.lon, self.lat, np.linspace(0, 360, n + 1), self.radius)


def circle(lon: Any, lat: Any, radius: Any, *, frame: str = "icrs", name: str = "") -> Circle:
    """Return a circle from strings, numbers (deg) or quantities.

    Parameters
    ----------
    lon, lat : str, float (deg) or quantity
        Of the centre, in `frame`.
    radius : str, float (deg) or quantity
    frame : str
        ``icrs``, ``galactic`` or any frame astropy knows.
    name : str

    Returns
    -------
    Circle
        In ICRS, deg.

    Raises
    ------
    SettingsError
        For what is no angle, a latitude beyond a pole, a negative radius or an unknown frame.

    Examples
    --------
    >>> circle("83.63 deg", "22.01 deg", "6 arcmin").radius
    0.1
    """
    x, y = to_float(lon, "deg", name="longitude"), to_float(lat, "deg", name="latitude")
    x, y = to_icrs(x, y, frame)
    return Circle(x, y, to_float(radius, "deg", name="radius"), name)


def point(lon: Any, lat: Any, *, frame: str = "icrs", name: str = "") -> Circle:
    """Return a point, a circle of radius 0, from strings, numbers (deg) or quantities; see `circle`.

    Parameters
    ----------
    lon, lat : str, float (deg) or quantity
    frame, name : str
        As for `circle`.

    Returns
    -------
    Circle
        Of radius 0, in ICRS, deg.

    Examples
    --------
    >>> point("83.63 deg", 22.01)
    Circle(lon=83.63, lat=22.01, radius=0.0, name='')
    """
    return circle(lon, lat, 0.0, frame=frame, name=name)


def as_circle(region: Any) -> Circle:
    """Return a `Circle` from a `Circle` or a circle or point of the `regions` package (a point has radius 0).

    Raises
    ------
    SettingsError
        For any other shape.
    """
    if isinstance(region, Circle):
        return region
    centre = getattr(region, "center", None)
    kind = type(region).__name__
    if centre is None or not hasattr(centre, "icrs") or kind not in ("CircleSkyRegion", "PointSkyRegion"):
        raise SettingsError(
            "a region of this kind cannot be used here", found=kind, expected="a sky circle or a point"
        )
    radius = region.radius.to_value("deg") if kind == "CircleSkyRegion" else 0.0
    return Circle(float(centre.icrs.ra.deg), float(centre.icrs.dec.deg), float(radius))


def to_icrs(lon: float, lat: float, frame: str) -> tuple[float, float]:
    """Return ICRS lon and lat (deg) of a direction given in `frame`."""
    key = frame.strip().lower()
    if key == "icrs":
        return lon, lat
    if key == "galactic":
        ra, dec = lonlat(from_galactic(unit_vectors(lon, lat)))
        return float(ra), float(dec)
    from astropy.coordinates import SkyCoord

    try:
        position = SkyCoord(lon, lat, unit="deg", frame=key).icrs
    except ValueError:
        raise SettingsError(
            "sky frame is not known", found=repr(frame), expected="icrs, galactic, fk5, ..."
        ) from None
    return float(position.ra.deg), float(position.dec.deg)


def from_galactic(vectors: np.ndarray) -> np.ndarray:
    """Return ICRS vectors, shape (..., 3), of vectors along the galactic axes."""
    return vectors @ _ICRS_FROM_GALACTIC.T


def to_galactic(vectors: np.ndarray) -> np.ndarray:
    """Return vectors along the galactic axes, shape (..., 3), of ICRS vectors."""
    return vectors @ _ICRS_FROM_GALACTIC


def unit_vectors(lon: Any, lat: Any) -> np.ndarray:
    """Return unit vectors, shape (..., 3), of directions in deg."""
    lon, lat = np.radians(lon), np.radians(lat)
    cos_lat = np.cos(lat)
    return np.stack([cos_lat * np.cos(lon), cos_lat * np.sin(lon), np.sin(lat)], axis=-1)


def lonlat(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return lon (0 to 360) and lat in deg of vectors, shape (..., 3), of any length."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arctan2(z, np.hypot(x, y)))


def separation(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> np.ndarray:
    """Return the angular distance in deg (Vincenty's form: exact at 0 and 180 deg)."""
    lon1, lat1, lon2, lat2 = (np.radians(v) for v in (lon1, lat1, lon2, lat2))
    d_lon = lon2 - lon1
    sin1, cos1, sin2, cos2 = np.sin(lat1), np.cos(lat1), np.sin(lat2), np.cos(lat2)
    across = np.hypot(cos2 * np.sin(d_lon), cos1 * sin2 - sin1 * cos2 * np.cos(d_lon))
    return np.degrees(np.arctan2(across, sin1 * sin2 + cos1 * cos2 * np.cos(d_lon)))


def tangent_axes(lon: float, lat: float) -> np.ndarray:
    """Return unit vectors to a direction (deg), east of it and north of it: rows, shape (3, 3)."""
    lon, lat = np.radians(lon), np.radians(lat)
    sin_lon, cos_lon, sin_lat, cos_lat = np.sin(lon), np.cos(lon), np.sin(lat), np.cos(lat)
    return np.array(
        [
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
        ]
    )


def offset_by(lon: float, lat: float, position_angle: Any, distance: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the directions (deg) `distance` away under `position_angle` (deg, north through east)."""
    angle, dist = np.radians(position_angle), np.radians(distance)
    lat0 = np.radians(lat)
    sin_lat = np.sin(lat0) * np.cos(dist) + np.cos(lat0) * np.sin(dist) * np.cos(angle)
    d_lon = np.arctan2(np.sin(angle) * np.sin(dist) * np.cos(lat0), np.cos(dist) - np.sin(lat0) * sin_lat)
    return (lon + np.degrees(d_lon)) % 360, np.degrees(np.arcsin(np.clip(sin_lat, -1, 1)))


@dataclass(frozen=True, slots=True)
class TangentPlane:
    """The gnomonic (TAN) projection about a centre, FITS paper II section 5.1.3, x toward falling lon.

    Parameters
    ----------
    lon, lat : float, deg
        Centre, ICRS.
    pixel : float, deg
        Size of a pixel at the centre.
    """

    lon: float
    lat: float
    pixel: float

    def project(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y in pixels from the centre of unit vectors, shape (..., 3).

        Directions in the opposite hemisphere are NaN.
        """
        centre, east, north = tangent_axes(self.lon, self.lat)
        depth = vectors @ centre
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(depth > 0, np.degrees(1) / self.pixel / depth, np.nan)
            return -(vectors @ east) * scale, (vectors @ north) * scale

    def directions(self, x: Any, y: Any) -> np.ndarray:
        """Return unit vectors, shape (..., 3), of pixel offsets from the centre."""
        centre, east, north = tangent_axes(self.lon, self.lat)
        step = np.radians(self.pixel)
        x, y = np.asarray(x, dtype=float)[..., None] * step, np.asarray(y, dtype=float)[..., None] * step
        v = centre - x * east + y * north
        return v / np.linalg.norm(v, axis=-1, keepdims=True)
