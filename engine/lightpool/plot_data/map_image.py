"""A sky map as an image: its values, its unit and the range of its colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lightpool.errors import SettingsError
from lightpool.maps.dataset import images
from lightpool.onoff import acceptance_ratio

#: What can be shown, with its title and unit.
QUANTITIES: dict[str, tuple[str, str]] = {
    "sqrt_ts": ("Significance", "σ"),
    "excess": ("Excess", "counts in the disc"),
    "flux": ("Flux", "cm⁻² s⁻¹ in the disc"),
    "flux_ul": ("Flux, upper limit", "cm⁻² s⁻¹ in the disc"),
    "counts": ("Counts", "counts per pixel"),
    "background": ("Ring background", "counts per pixel"),
    "acceptance": ("Acceptance", "expected counts per pixel"),
    "alpha": ("Acceptance ratio ON / OFF", ""),
    "exclusion": ("Excluded", ""),
}
_SIGNED = ("sqrt_ts", "excess", "flux")
#: Significances are shown up to this at least, so that noise looks like noise.
_SIGMAS = 5.0


@dataclass(frozen=True, eq=False)
class MapImage:
    """An image in pixels: x grows with the column, toward falling longitude, y with the row, toward north.

    Parameters
    ----------
    quantity : str
        A name of `QUANTITIES`.
    title, unit : str
    values : ndarray, shape (lat, lon)
        NaN where there is nothing to show.
    x_range, y_range : (float, float), pixels
        Outer edges, counted from the centre of the first pixel.
    low, high : float
        Where the colours end.
    is_signed : bool
        Whether zero is the middle of the colours.
    """

    quantity: str
    title: str
    unit: str
    values: np.ndarray
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    low: float
    high: float
    is_signed: bool


def map_image(maps: xr.Dataset, excess: xr.Dataset, quantity: str, *, band: int = 0) -> MapImage:
    """Return one quantity of a map as an image.

    Parameters
    ----------
    maps, excess : Dataset
        See `sky_maps` and `excess_map`.
    quantity : str
        ``sqrt_ts``, ``excess``, ``flux`` and ``flux_ul`` are of a disc about each pixel;
        ``counts``, ``background``, ``acceptance``, ``alpha`` of the pixel; ``exclusion`` is 1 where
        no background was taken.
    band : int
        Which energy band.

    Raises
    ------
    SettingsError
        For an unknown quantity, or limits that were not asked for.
    """
    if quantity not in QUANTITIES:
        raise SettingsError("there is no such map", found=repr(quantity), expected=", ".join(QUANTITIES))
    if quantity == "flux_ul" and quantity not in excess:
        raise SettingsError(
            "the map of upper limits was not made", remedy="Ask for it: excess_map(..., ul_sigma=2)"
        )
    values = _values(maps, excess, quantity, band)
    title, unit = QUANTITIES[quantity]
    known = values[np.isfinite(values)]
    least, most = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    is_signed = quantity in _SIGNED
    if is_signed:
        most = max(abs(least), abs(most), _SIGMAS if quantity == "sqrt_ts" else 0.0)
        least = -most
    else:
        least = min(least, 0.0)
    if not most > least:
        most = least + 1.0
    ny, nx = values.shape
    return MapImage(quantity, title, unit, values, (-0.5, nx - 0.5), (-0.5, ny - 0.5), least, most, is_signed)


def _values(maps: xr.Dataset, excess: xr.Dataset, quantity: str, band: int) -> np.ndarray:
    if quantity in ("sqrt_ts", "excess", "flux", "flux_ul"):
        return images(excess, quantity)[band]
    if quantity == "exclusion":
        return images(maps, "excluded")[0].astype(float)
    mask = images(maps, "mask_safe")[band]
    if quantity in ("counts", "acceptance"):
        return np.where(mask, images(maps, quantity)[band], np.nan)
    ratio = acceptance_ratio(images(maps, "acceptance")[band], images(maps, "acceptance_off")[band])
    values = ratio if quantity == "alpha" else ratio * images(maps, "counts_off")[band]
    return np.where(mask, values, np.nan)
