"""Labelled maps of excess, significance and flux, from labelled maps of counts and background."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import SettingsError
from lightpool.maps.convolution import Kernel
from lightpool.maps.dataset import EXCESS_MAPS, geometry_of, images, make_maps
from lightpool.maps.excess import OnOffImages, correlated, mean_over_disc
from lightpool.maps.maxima import Peak, find_peaks
from lightpool.maps.significance import SignificanceDistribution, distribution
from lightpool.units import to_float


def excess_map(
    maps: xr.Dataset,
    radius: Any = 0.1,
    *,
    correlate_off: bool = False,
    outside: bool = False,
    ul_sigma: float | None = None,
) -> xr.Dataset:
    """Return excess, significance and flux about each pixel of ring-background maps.

    Parameters
    ----------
    maps : Dataset
        See `sky_maps`.
    radius : str, float (deg) or quantity
        Correlation radius: counts are summed over a disc.
    correlate_off : bool
        Whether the OFF counts are summed over the disc too. Those of a ring are correlated already,
        so that this counts them twice.
    outside : bool
        Leave out what is excluded: counts there do not take part, and these pixels are NaN.
    ul_sigma : float, optional
        Upper limits too, where the statistic has risen by its square above its minimum, which may lie
        below zero, and the limit with it.

    Returns
    -------
    Dataset
        See `dataset.EXCESS_MAPS`; NaN outside the mask. Fluxes are over the energy band, for the
        power law of `sky_maps`, from the disc.

    Raises
    ------
    SettingsError
        For a radius that reaches into the ring, or values out of range.
    DataError
        If these are no maps.

    Examples
    --------
    >>> excess = lp.excess_map(maps, "0.15 deg")
    >>> excess.sqrt_ts.dims
    ('lat', 'lon')
    >>> bool(excess.sqrt_ts.max() > 5)
    True
    """
    geometry = geometry_of(maps)
    size = checked_radius(to_float(radius, "deg", name="correlation radius"), maps.attrs.get("ring_r_in"))
    if ul_sigma is not None and not 0 < ul_sigma <= 10:
        raise SettingsError("ul_sigma is out of range", found=f"{ul_sigma:g}", expected="above 0, to 10")
    pixels = size / geometry.binsize
    mask = images(maps, "mask_safe")
    if outside:
        mask = mask & ~images(maps, "excluded")
    on_off = OnOffImages(
        counts=images(maps, "counts"),
        counts_off=images(maps, "counts_off"),
        acceptance=images(maps, "acceptance"),
        acceptance_off=images(maps, "acceptance_off"),
        mask=mask,
    )
    found = correlated(on_off, pixels, correlate_off=correlate_off)
    exposure = mean_over_disc(images(maps, "exposure_band"), mask, pixels)
    values = {
        "counts": found.counts,
        "counts_off": found.counts_off,
        "alpha": found.alpha,
        "background": found.background,
        "excess": found.excess,
        "excess_err": found.error,
        "sqrt_ts": found.sqrt_ts,
    }
    if ul_sigma is not None:
        values["excess_ul"] = found.upper_limit(ul_sigma)
    for flux, counts in (("flux", "excess"), ("flux_err", "excess_err"), ("flux_ul", "excess_ul")):
        if counts in values:
            values[flux] = np.divide(
                values[counts], exposure, out=np.full(mask.shape, np.nan), where=exposure > 0
            )
    attrs = {
        "correlation_radius": size,
        "correlate_off": int(correlate_off),
        "pixels_in_disc": Kernel(0.0, pixels).n_pixels,
        **({} if ul_sigma is None else {"ul_sigma": float(ul_sigma)}),
    }
    return make_maps(
        EXCESS_MAPS,
        values,
        geometry,
        bands=tuple(maps["energy_edges"].to_numpy().tolist()),
        one_band="energy" not in maps["counts"].dims,
        attrs=attrs,
    )


def significance_distribution(
    maps: xr.Dataset, excess: xr.Dataset, *, band: int = 0
) -> SignificanceDistribution:
    """Return how the significances are distributed in all, and outside the exclusion.

    Parameters
    ----------
    maps : Dataset
        See `sky_maps`.
    excess : Dataset
        Their `excess_map`; outside the exclusion it is made again, so that nothing excluded takes part.
    band : int

    Returns
    -------
    SignificanceDistribution

    Examples
    --------
    >>> found = lp.maps.significance_distribution(maps, lp.excess_map(maps, "0.15 deg"))
    >>> found.n_pixels < found.n_pixels_all  # the source is excluded
    True
    """
    again = excess_map(
        maps,
        excess.attrs["correlation_radius"],
        correlate_off=bool(excess.attrs["correlate_off"]),
        outside=True,
    )
    return distribution(
        images(excess, "sqrt_ts")[band],
        images(again, "sqrt_ts")[band],
        pixels_in_disc=int(excess.attrs["pixels_in_disc"]),
    )


def peaks(excess: xr.Dataset, *, threshold: float = 5.0, distance: Any = None) -> tuple[Peak, ...]:
    """Return the local maxima of a significance map, the highest first.

    Parameters
    ----------
    excess : Dataset
        See `excess_map`.
    threshold : float
        Lower maxima are left out.
    distance : str, float (deg) or quantity, optional
        Nothing nearer exceeds a maximum; by default twice the correlation radius, 0.2 deg at least.

    Returns
    -------
    tuple of Peak

    Examples
    --------
    >>> first = lp.maps.peaks(lp.excess_map(maps, "0.15 deg"))[0]
    >>> abs(first.lon - 228.53) < 0.2, abs(first.lat + 59.16) < 0.2
    (True, True)
    """
    near = max(2 * excess.attrs["correlation_radius"], 0.2)
    return find_peaks(
        images(excess, "sqrt_ts"),
        images(excess, "excess"),
        geometry_of(excess),
        threshold=threshold,
        distance=near if distance is None else to_float(distance, "deg", name="distance"),
    )


def checked_radius(radius: float, r_in: float | None) -> float:
    """Return a correlation radius after checking that it does not reach into the ring.

    Parameters
    ----------
    radius, r_in : float, deg

    Raises
    ------
    SettingsError
        Naming both.
    """
    if not 0 < radius <= 10:
        raise SettingsError(
            "the correlation radius is out of range", found=f"{radius:g} deg", expected="above 0, to 10 deg"
        )
    if r_in is not None and radius > r_in:
        raise SettingsError(
            "the ring lies inside the correlation radius: its OFF counts would be ON counts too",
            found=f"inner radius {r_in:g} deg, correlation radius {radius:g} deg",
            expected="an inner radius that is larger",
        )
    return radius
