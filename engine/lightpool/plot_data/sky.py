"""The sky as it is drawn: a counts image, and the circles on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from lightpool.dl3 import Observation
from lightpool.sky import Circle

#: A point has no size; it is drawn as a circle of this radius, deg.
POINT_RADIUS = 0.06
#: Points on an outline; the closing point and a NaN that parts it from the next one come on top.
N_OUTLINE = 48


@dataclass(frozen=True, eq=False)
class CountsImage:
    """Counts on a grid of right ascension and declination.

    Parameters
    ----------
    counts : ndarray, shape (lat, lon)
        Rows run north, columns toward growing lon.
    lon_edges, lat_edges : ndarray, deg
        `lon_edges` do not wrap: they may leave 0 to 360.
    n_events : int
        Events in the energy range, inside the image or not.
    """

    counts: np.ndarray
    lon_edges: np.ndarray
    lat_edges: np.ndarray
    n_events: int


@dataclass(frozen=True, eq=False)
class RunRegions:
    """The OFF candidates of one run.

    Parameters
    ----------
    obs_id : int
    pointing : (float, float), deg
    used, rejected : tuple of Circle
        The name of a rejected circle is the reason.
    """

    obs_id: int
    pointing: tuple[float, float]
    used: tuple[Circle, ...]
    rejected: tuple[Circle, ...]


def unwrap(lon: np.ndarray, lon_centre: float) -> np.ndarray:
    """Return longitudes (deg) within 180 deg of a centre, so that a field across 0 h stays in one piece.

    Examples
    --------
    >>> unwrap(np.array([359.0, 1.0]), 0.5).tolist()
    [-1.0, 1.0]
    """
    return lon_centre + (np.asarray(lon, dtype=float) - lon_centre + 180) % 360 - 180


def counts_image(
    observations: Iterable[Observation],
    centre: tuple[float, float],
    *,
    width: float = 5.0,
    height: float = 5.0,
    n: int = 100,
    energy: tuple[float, float] = (0.0, np.inf),
) -> CountsImage:
    """Return the counts of some runs on `n` x `n` pixels around a centre.

    Parameters
    ----------
    observations : iterable of Observation
    centre : (lon, lat), deg
    width, height : float, deg
        On the sky: columns are wider in lon by 1 / cos(lat), so that circles look round.
    n : int
    energy : (low, high), TeV
        ``low <= energy < high``.
    """
    lon0, lat0 = centre
    half_lon = width / 2 / max(np.cos(np.radians(lat0)), 0.05)
    lon_edges = np.linspace(lon0 - half_lon, lon0 + half_lon, n + 1)
    lat_edges = np.linspace(lat0 - height / 2, lat0 + height / 2, n + 1)
    counts = np.zeros((n, n))
    total = 0
    for run in observations:
        events = run.events
        chosen = (events.energy >= energy[0]) & (events.energy < energy[1])
        total += int(chosen.sum())
        column = (unwrap(events.lon[chosen], lon0) - lon_edges[0]) / (lon_edges[1] - lon_edges[0])
        row = (events.lat[chosen] - lat_edges[0]) / (lat_edges[1] - lat_edges[0])
        inside = (column >= 0) & (column < n) & (row >= 0) & (row < n)
        pixel = row[inside].astype(int) * n + column[inside].astype(int)
        counts += np.bincount(pixel, minlength=n * n).reshape(n, n)
    return CountsImage(counts, lon_edges, lat_edges, total)


def run_regions(cube: xr.Dataset) -> tuple[RunRegions, ...]:
    """Return the OFF candidates of each run of a cube that keeps them, in the order of its rows."""
    obs_ids = cube["obs_id"].to_numpy()
    pointings = zip(cube["pointing_lon"].to_numpy(), cube["pointing_lat"].to_numpy(), strict=True)
    used: dict[int, list[Circle]] = {int(obs_id): [] for obs_id in obs_ids}
    rejected: dict[int, list[Circle]] = {int(obs_id): [] for obs_id in obs_ids}
    columns = (cube[f"off_{name}"].to_numpy() for name in ("obs_id", "lon", "lat", "radius", "reason"))
    for obs_id, lon, lat, radius, reason in zip(*columns, strict=True):
        circle = Circle(float(lon), float(lat), float(radius), str(reason))
        (rejected if circle.name else used)[int(obs_id)].append(circle)
    return tuple(
        RunRegions(int(k), (float(lon), float(lat)), tuple(used[int(k)]), tuple(rejected[int(k)]))
        for k, (lon, lat) in zip(obs_ids, pointings, strict=True)
    )


def outlines(circles: Iterable[Circle], lon_centre: float) -> tuple[np.ndarray, np.ndarray]:
    """Return all outlines as one curve, parted by a NaN in lat.

    Returns
    -------
    lon, lat : ndarray, shape (circles * (N_OUTLINE + 2),), deg
        Lon as of `unwrap`; empty arrays when there is no circle.
    """
    circles = tuple(circles)
    if not circles:
        return np.array([]), np.array([])
    centre = np.array([[c.lon, c.lat, c.radius or POINT_RADIUS] for c in circles])
    lon0, lat0, radius = np.radians(centre.T)[:, :, None]
    angle = np.linspace(0, 2 * np.pi, N_OUTLINE + 1)
    sin_lat = np.sin(lat0) * np.cos(radius) + np.cos(lat0) * np.sin(radius) * np.cos(angle)
    d_lon = np.arctan2(np.sin(angle) * np.sin(radius) * np.cos(lat0), np.cos(radius) - np.sin(lat0) * sin_lat)
    lon = unwrap(np.degrees(lon0 + d_lon), lon_centre)
    lat = np.degrees(np.arcsin(np.clip(sin_lat, -1, 1)))
    gap = np.full((len(circles), 1), np.nan)
    # The gap keeps its lon: only a non-finite ordinate breaks a path in the browser.
    return np.hstack([lon, lon[:, -1:]]).ravel(), np.hstack([lat, gap]).ravel()
