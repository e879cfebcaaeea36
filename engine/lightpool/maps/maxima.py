"""Where the significance of a map has its maxima."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.maps.convolution import Kernel
from lightpool.maps.geometry import MapGeometry


@dataclass(frozen=True, slots=True)
class Peak:
    """A local maximum.

    Parameters
    ----------
    lon, lat : float, deg, ICRS
        Centre of its pixel.
    sqrt_ts, excess : float
    x, y : int
        Column and row of its pixel, from 0.
    band : int

    Examples
    --------
    >>> excess = lp.excess_map(maps, "0.15 deg")
    >>> isinstance(lp.maps.peaks(excess)[0], Peak)
    True
    """

    lon: float
    lat: float
    sqrt_ts: float
    excess: float
    x: int
    y: int
    band: int = 0


def find_peaks(
    sqrt_ts: np.ndarray,
    excess: np.ndarray,
    geometry: MapGeometry,
    *,
    threshold: float = 5.0,
    distance: float = 0.2,
    most: int = 50,
) -> tuple[Peak, ...]:
    """Return the pixels that nothing within a distance exceeds, the highest first.

    Parameters
    ----------
    sqrt_ts, excess : ndarray, shape (band, lat, lon)
    threshold : float
        Lower maxima are left out.
    distance : float, deg
    most : int
        At most so many in each band.
    """
    from scipy.ndimage import maximum_filter

    footprint = Kernel(0.0, max(distance / geometry.binsize, 1.0)).pixels()
    peaks = []
    for band, (values, counts) in enumerate(zip(sqrt_ts, excess, strict=True)):
        known = np.where(np.isfinite(values), values, -np.inf)
        is_top = (known >= threshold) & (known == maximum_filter(known, footprint=footprint, mode="nearest"))
        rows, columns = np.nonzero(is_top)
        order = np.argsort(-known[rows, columns], kind="stable")[:most]
        lon, lat = geometry.lonlat(columns[order], rows[order])
        for k, i in enumerate(order):
            y, x = int(rows[i]), int(columns[i])
            peaks.append(
                Peak(float(lon[k]), float(lat[k]), float(values[y, x]), float(counts[y, x]), x, y, band)
            )
    return tuple(peaks)
