"""Regions to exclude, found in the map itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lightpool.errors import SettingsError
from lightpool.maps.convolution import Kernel
from lightpool.units import to_float


@dataclass(frozen=True)
class ExclusionSearch:
    """Exclude what stands out of the map, and make the map again, until nothing new stands out.

    Every pixel above `low` that hangs together with one above `high` is excluded, and a margin
    about it. A hysteresis threshold keeps the faint outskirts of a source and drops the noise.

    Parameters
    ----------
    high, low : float, standard deviations
    margin : str, float (deg) or quantity
    radius : str, float (deg) or quantity
        Correlation radius of the significances that are looked at.
    most : int
        At most so many rounds.

    Examples
    --------
    >>> import numpy as np
    >>> sqrt_ts = np.zeros((9, 9))
    >>> sqrt_ts[4, 4], sqrt_ts[4, 5], sqrt_ts[0, 0] = 6, 3, 3  # a source, its outskirts, a fluctuation
    >>> region = ExclusionSearch(margin=0).region(sqrt_ts, binsize=0.1)
    >>> [bool(region[pixel]) for pixel in ((4, 4), (4, 5), (0, 0))]
    [True, True, False]
    """

    high: float = 5.0
    low: float = 2.5
    margin: float = 0.1
    radius: float = 0.1
    most: int = 20

    def __post_init__(self) -> None:
        for name in ("margin", "radius"):
            object.__setattr__(self, name, to_float(getattr(self, name), "deg", name=name))
        if not 0 < self.low <= self.high:
            raise SettingsError(
                "the thresholds of the exclusion search are out of order",
                found=f"low {self.low:g}, high {self.high:g}",
                expected="0 < low <= high",
            )
        for name in ("margin", "radius"):
            if not 0 <= getattr(self, name) <= 10:
                raise SettingsError(
                    f"the {name} of the exclusion search is out of range",
                    found=f"{getattr(self, name):g} deg",
                    expected="0 to 10 deg",
                )
        if self.most < 1:
            raise SettingsError("the exclusion search needs a round", found=str(self.most))

    def found(
        self, significance: Callable[[np.ndarray], np.ndarray], given: np.ndarray, binsize: float
    ) -> tuple[np.ndarray, int, bool]:
        """Return what to exclude, after how many rounds, and whether the last found nothing new.

        Parameters
        ----------
        significance : callable
            From excluded pixels, shape (lat, lon), bool, to significances, shape (lat, lon).
        given : ndarray, shape (lat, lon), bool
            Excluded in any case.
        binsize : float, deg
        """
        excluded = given
        for n in range(1, self.most + 1):
            wider = excluded | self.region(significance(excluded), binsize)
            if np.array_equal(wider, excluded):
                return excluded, n, True
            excluded = wider
        return excluded, self.most, False

    def region(self, sqrt_ts: np.ndarray, binsize: float) -> np.ndarray:
        """Return the pixels that stand out of a map, shape (lat, lon), bool.

        Parameters
        ----------
        sqrt_ts : ndarray, shape (lat, lon)
        binsize : float, deg
            Side of a pixel.
        """
        from scipy.ndimage import binary_dilation, binary_propagation

        known = np.nan_to_num(sqrt_ts, nan=-np.inf)
        out = binary_propagation(known >= self.high, structure=np.ones((3, 3)), mask=known >= self.low)
        margin = Kernel(0.0, self.margin / binsize)
        return binary_dilation(out, structure=margin.pixels()) if margin.reach else out
