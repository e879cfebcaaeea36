"""How much of the sky to show, so that every OFF region fits and nothing jumps while the radius moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lightpool.plot_data.sky import unwrap
from lightpool.sky import Circle, separation


@dataclass(frozen=True)
class FieldOfView:
    """A square on the sky.

    Parameters
    ----------
    lon, lat : float, deg
        Centre.
    width : float, deg
        On the sky; in lon it is wider by 1 / cos(lat).
    """

    lon: float
    lat: float
    width: float

    @property
    def lon_range(self) -> tuple[float, float]:
        """The ends in lon, deg; they do not wrap."""
        half = self.width / 2 / max(np.cos(np.radians(self.lat)), 0.05)
        return float(self.lon - half), float(self.lon + half)

    @property
    def lat_range(self) -> tuple[float, float]:
        """The ends in lat, deg."""
        return self.lat - self.width / 2, self.lat + self.width / 2

    def shows(self, circle: Circle) -> bool:
        """Return whether some of a circle lies inside the largest disc in the square."""
        distance = separation(self.lon, self.lat, circle.lon, circle.lat)
        return bool(distance < self.width / 2 + circle.radius)


def field_of_view(cube: xr.Dataset, *, margin: float = 0.4, smallest: float = 2.0) -> FieldOfView:
    """Return a square around the ON region and the ring of possible OFF regions of each run of a cube.

    Parameters
    ----------
    margin : float, deg
        Room around the rings.
    smallest : float, deg
        Least width.
    """
    lon_on, lat_on = float(cube["region_lon"][0]), float(cube["region_lat"][0])
    lon, lat = unwrap(cube["pointing_lon"].to_numpy(), lon_on), cube["pointing_lat"].to_numpy()
    ring = separation(lon, lat, lon_on, lat_on)
    stretch = 1 / max(np.cos(np.radians(lat_on)), 0.05)
    west, east = float((lon - ring * stretch).min()), float((lon + ring * stretch).max())
    south, north = float((lat - ring).min()), float((lat + ring).max())
    width = max((east - west) / stretch, north - south, smallest - 2 * margin) + 2 * margin
    # On a grid of a quarter of a degree: the run list may change a little without a jump.
    return FieldOfView((east + west) / 2, (south + north) / 2, float(np.ceil(width * 4) / 4))
