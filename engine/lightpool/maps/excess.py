"""Excess and significance about each pixel, on plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.maps.convolution import Kernel, summed
from lightpool.onoff import acceptance_ratio
from lightpool.profile import NormProfiles
from lightpool.statistics import WStat, li_ma_significance


@dataclass(frozen=True, eq=False)
class OnOffImages:
    """Counts and acceptance of a map, shape (band, lat, lon) each; `mask` says which pixels count."""

    counts: np.ndarray
    counts_off: np.ndarray
    acceptance: np.ndarray
    acceptance_off: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class Correlated:
    """ON and OFF about each pixel, shape (band, lat, lon); NaN outside the mask.

    Parameters
    ----------
    counts : ndarray
        Summed over the disc.
    counts_off, alpha : ndarray
        OFF counts, and what they are multiplied with to be the background.
    """

    counts: np.ndarray
    counts_off: np.ndarray
    alpha: np.ndarray

    @property
    def background(self) -> np.ndarray:
        """Expected background counts in the disc."""
        return self.alpha * self.counts_off

    @property
    def excess(self) -> np.ndarray:
        """Counts over the background."""
        return self.counts - self.background

    @property
    def error(self) -> np.ndarray:
        """Standard deviation of the excess, by propagation."""
        return np.sqrt(self.counts + self.alpha**2 * self.counts_off)

    @property
    def sqrt_ts(self) -> np.ndarray:
        """Significance, Li & Ma (1983), eq. 17, with the sign of the excess."""
        return li_ma_significance(self.counts, self.counts_off, self.alpha)

    def upper_limit(self, sigma: float) -> np.ndarray:
        """Return the excess at which WStat has risen by sigma squared above its minimum.

        The minimum may lie below zero, and so may the limit: ``profile`` of `lightpool.limits`.
        """
        usable = np.isfinite(self.counts) & (self.alpha > 0)
        observed = WStat(self.counts[usable], self.counts_off[usable], self.alpha[usable])
        n = len(observed.n_on)
        out = np.full(self.counts.shape, np.nan)
        if n:
            profiles = NormProfiles(observed, np.ones(n), np.arange(n))
            out[usable] = profiles.crossings(profiles.minimum(), np.array([sigma**2]))[0]
        return out


def correlated(images: OnOffImages, radius: float, *, correlate_off: bool) -> Correlated:
    """Return ON and OFF about each pixel.

    Parameters
    ----------
    radius : float, pixels
        Of the disc over which counts are summed; below a pixel it is that pixel alone.
    correlate_off : bool
        Whether the OFF counts are summed over the disc too. Those of a ring are correlated
        already: there the disc's acceptance is compared with the ring's OFF acceptance instead.
    """
    kernel, mask = Kernel(0.0, radius), images.mask
    if correlate_off:
        off = np.where(mask, images.counts_off, 0.0)
        ratio = acceptance_ratio(images.acceptance, images.acceptance_off)
        counts, background = summed(np.where(mask, images.counts, 0.0), ratio * off, kernel)
        counts_off = np.rint(summed(off, off, kernel)[0])
        alpha = np.divide(background, counts_off, out=np.full(mask.shape, np.nan), where=counts_off > 0)
    else:
        counts, acceptance = summed(
            np.where(mask, images.counts, 0.0), np.where(mask, images.acceptance, 0.0), kernel
        )
        counts_off = images.counts_off
        alpha = acceptance_ratio(acceptance, images.acceptance_off)
    return Correlated(*(np.where(mask, v, np.nan) for v in (np.rint(counts), counts_off, alpha)))


def mean_over_disc(values: np.ndarray, mask: np.ndarray, radius: float) -> np.ndarray:
    """Return the mean of values over the disc's pixels that the mask has, shape (band, lat, lon)."""
    total, number = summed(np.where(mask, values, 0.0), mask.astype(float), Kernel(0.0, radius))
    return np.divide(total, number, out=np.full(mask.shape, np.nan), where=mask)
