"""Sky maps as FITS images and netCDF files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lightpool.export.provenance import CREATOR, as_attrs
from lightpool.maps.dataset import geometry_of, images
from lightpool.onoff import acceptance_ratio


def write_maps(maps: xr.Dataset, path: Path, *, origin: dict[str, Any] | None = None) -> None:
    """Write labelled maps to a netCDF-4 file.

    Parameters
    ----------
    origin : dict, optional
        See `provenance`; kept in the attributes as JSON text.
    """
    labelled = maps if origin is None else maps.assign_attrs(as_attrs(origin))
    labelled.to_netcdf(path, engine="h5netcdf")


def write_map_images(maps: xr.Dataset, excess: xr.Dataset, directory: Path) -> None:
    """Write one FITS image a quantity into a new directory; of several energy bands one HDU each.

    ``counts``, ``background`` and ``acceptance`` are of single pixels; ``excess``, ``sqrt_ts``,
    ``flux`` and, where they were asked for, ``flux_ul`` of the disc about each (keyword CORRRAD).
    ``exclusion`` is 0 where no background was taken: a mask for another analysis.

    Parameters
    ----------
    maps, excess : Dataset
        See `sky_maps` and `excess_map`.
    """
    directory.mkdir()
    acceptance, counts_off = images(maps, "acceptance"), images(maps, "counts_off")
    ratio = acceptance_ratio(acceptance, images(maps, "acceptance_off"))
    edges = maps["energy_edges"].to_numpy()
    pixel = {
        "counts": (images(maps, "counts").astype(np.int32), ""),
        "background": (ratio * counts_off, ""),
        "acceptance": (acceptance, ""),
        "exclusion": ((~images(maps, "excluded")).astype(np.int16), ""),
    }
    for name, (values, unit) in pixel.items():
        bands = edges if len(values) == len(edges) - 1 else edges[[0, -1]]
        _write(directory / f"{name}.fits", name, values, maps, bands, {"BUNIT": unit} if unit else {})
    disc = {"CORRRAD": (float(excess.attrs["correlation_radius"]), "correlation radius, deg")}
    for name in ("excess", "sqrt_ts", "flux", "flux_ul"):
        if name in excess:
            unit = excess[name].attrs["units"]
            cards: dict[str, Any] = {**disc, **({} if unit == "1" else {"BUNIT": unit})}
            _write(directory / f"{name}.fits", name, images(excess, name), maps, edges, cards)


def _write(
    path: Path,
    name: str,
    values: np.ndarray,
    maps: xr.Dataset,
    edges: np.ndarray,
    cards: dict[str, Any],
) -> None:
    from astropy.io import fits

    projection = geometry_of(maps).header
    hdus: list[Any] = []
    for image, low, high in zip(values, edges[:-1], edges[1:], strict=True):
        hdu = fits.ImageHDU(image) if hdus else fits.PrimaryHDU(image)
        hdu.header.update(projection)
        hdu.header["E_MIN"] = (float(low), "TeV")
        hdu.header["E_MAX"] = (float(high), "TeV")
        for key, value in cards.items():
            hdu.header[key] = value
        hdu.header["CREATOR"] = CREATOR
        if len(values) > 1:
            hdu.name = f"{name}_{len(hdus)}"
        hdus.append(hdu)
    fits.HDUList(hdus).writeto(path)
