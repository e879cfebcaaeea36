"""How the significances of a map are distributed, and what that says about its background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.errors import AnalysisError

N_BINS = 51
#: A background is called off when the width differs from 1 by more than this.
TOLERANCE = 0.1


@dataclass(frozen=True, eq=False)
class SignificanceDistribution:
    """Histograms of a map's significances, and the normal distribution that fits those of the background.

    Without sources and with the right background it is the standard normal distribution.

    Parameters
    ----------
    edges : ndarray, shape (bins + 1,)
        Of the histogram over the pixels outside the exclusion.
    density : ndarray, shape (bins,)
        Of the pixels outside the exclusion, of integral 1.
    edges_all, density_all : ndarray
        The same over all pixels.
    mean, std : float
        Moments of the pixels outside the exclusion.
    fit_mean, fit_width : float
        Of the normal density closest to the histogram (least squares); NaN if there is none.
    n_pixels, n_pixels_all : int
        Pixels with a significance, outside the exclusion and in all.
    n_independent : float
        About how many of those outside do not share counts.

    Examples
    --------
    >>> found = lp.maps.significance_distribution(maps, lp.excess_map(maps, "0.15 deg"))
    >>> bool(0.8 < found.std < 1.2)  # background fluctuates as it should
    True
    """

    edges: np.ndarray
    density: np.ndarray
    edges_all: np.ndarray
    density_all: np.ndarray
    mean: float
    std: float
    fit_mean: float
    fit_width: float
    n_pixels: int
    n_pixels_all: int
    n_independent: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence when the width says that the background is off, else nothing."""
        error = self.std / np.sqrt(2 * max(self.n_independent, 1))
        if not np.isfinite(self.std) or abs(self.std - 1) <= max(TOLERANCE, 3 * error):
            return ()
        cause = (
            "the background is off, or sources outside the exclusion add to it: exclude more, or change "
            "the ring"
            if self.std > 1
            else "pixels share counts, or their OFF counts are correlated twice"
        )
        return (
            f"significances outside the exclusion have a width of {self.std:.2f} instead of 1 "
            f"({self.n_pixels} pixels, mean {self.mean:+.2f}): {cause}",
        )

    def gaussian(self, x: np.ndarray) -> np.ndarray:
        """Return the fitted normal density.

        Parameters
        ----------
        x : ndarray
            Significances.
        """
        return _normal(x, self.fit_mean, self.fit_width)


def distribution(
    sqrt_ts: np.ndarray, sqrt_ts_outside: np.ndarray, *, pixels_in_disc: int = 1
) -> SignificanceDistribution:
    """Return the distribution of significances; values that are not finite do not count.

    Parameters
    ----------
    sqrt_ts : ndarray
        Of all pixels.
    sqrt_ts_outside : ndarray
        Of a map in which nothing excluded takes part.
    pixels_in_disc : int
        Over how many pixels the counts were summed.

    Raises
    ------
    AnalysisError
        If no pixel has a significance outside the exclusion.
    """
    inside, outside = (values[np.isfinite(values)] for values in (sqrt_ts, sqrt_ts_outside))
    if not outside.size:
        raise AnalysisError(
            "no pixel outside the exclusion has a significance", remedy="Exclude less, or map more of the sky"
        )
    density, edges = np.histogram(outside, bins=N_BINS, density=True)
    density_all, edges_all = np.histogram(inside, bins=N_BINS, density=True)
    mean, std = float(outside.mean()), float(outside.std())
    fit_mean, fit_width = _closest_normal((edges[:-1] + edges[1:]) / 2, density, mean, std)
    return SignificanceDistribution(
        edges=edges,
        density=density,
        edges_all=edges_all,
        density_all=density_all,
        mean=mean,
        std=std,
        fit_mean=fit_mean,
        fit_width=fit_width,
        n_pixels=len(outside),
        n_pixels_all=len(inside),
        n_independent=len(outside) / pixels_in_disc,
    )


def _closest_normal(x: np.ndarray, density: np.ndarray, mean: float, std: float) -> tuple[float, float]:
    """Return mean and width of the normal density with the least squared distance, by Gauss-Newton steps."""
    if not std > 0:
        return np.nan, np.nan
    for _ in range(100):
        z = (x - mean) / std
        model = _normal(x, mean, std)
        slopes = np.stack([model * z / std, model * (z**2 - 1) / std], axis=1)
        step, _, rank, _ = np.linalg.lstsq(slopes, density - model, rcond=None)
        if rank < 2:
            return np.nan, np.nan
        # A width may shrink or grow by half at a time: far from the answer full steps overshoot.
        step = step * min(1.0, 0.5 * std / max(float(np.abs(step).max()), 1e-300))
        mean, std = mean + float(step[0]), std + float(step[1])
        if np.abs(step).max() < 1e-10 * std:
            return mean, std
    return np.nan, np.nan


def _normal(x: np.ndarray, mean: float, width: float) -> np.ndarray:
    return np.exp(-0.5 * ((x - mean) / width) ** 2) / (width * np.sqrt(2 * np.pi))
