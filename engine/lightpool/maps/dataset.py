"""Maps as labelled datasets: their variables, and the geometry that goes with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from lightpool.axes import log_centres
from lightpool.errors import DataError
from lightpool.maps.geometry import MapGeometry
from lightpool.sky import lonlat, to_galactic


class MapVariable(NamedTuple):
    """Dimensions, unit and meaning of a variable."""

    dims: tuple[str, ...]
    units: str
    long_name: str


_PIXELS = ("lat", "lon")
_BANDS = ("energy", *_PIXELS)

SKY_MAPS: dict[str, MapVariable] = {
    "counts": MapVariable(_BANDS, "1", "Counts"),
    "counts_off": MapVariable(_BANDS, "1", "Counts in the rings"),
    "acceptance": MapVariable(_BANDS, "1", "Background that the responses expect"),
    "acceptance_off": MapVariable(_BANDS, "1", "Background that the responses expect in the rings"),
    "mask_safe": MapVariable(_BANDS, "", "Pixels with ON and OFF inside the safe range"),
    "excluded": MapVariable(_PIXELS, "", "Pixels where no background is taken"),
    "exposure": MapVariable(("energy_true", *_PIXELS), "cm2 s", "Effective area x livetime"),
    "exposure_band": MapVariable(_BANDS, "cm2 s", "Counts per photon flux in the band"),
}
EXCESS_MAPS: dict[str, MapVariable] = {
    "counts": MapVariable(_BANDS, "1", "Counts in the disc"),
    "counts_off": MapVariable(_BANDS, "1", "OFF counts"),
    "alpha": MapVariable(_BANDS, "1", "Acceptance ratio ON / OFF"),
    "background": MapVariable(_BANDS, "1", "Background counts in the disc"),
    "excess": MapVariable(_BANDS, "1", "Excess counts in the disc"),
    "excess_err": MapVariable(_BANDS, "1", "Standard deviation of the excess"),
    "excess_ul": MapVariable(_BANDS, "1", "Upper limit on the excess"),
    "sqrt_ts": MapVariable(_BANDS, "1", "Significance"),
    "flux": MapVariable(_BANDS, "cm-2 s-1", "Photon flux from the disc"),
    "flux_err": MapVariable(_BANDS, "cm-2 s-1", "Standard deviation of the flux"),
    "flux_ul": MapVariable(_BANDS, "cm-2 s-1", "Upper limit on the flux"),
}


def make_maps(
    variables: Mapping[str, MapVariable],
    values: Mapping[str, np.ndarray],
    geometry: MapGeometry,
    *,
    bands: tuple[float, ...],
    one_band: bool,
    energy_true: tuple[float, ...] = (),
    attrs: Mapping[str, Any] | None = None,
    coords: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Return a labelled dataset of maps.

    Parameters
    ----------
    variables : mapping
        Which of the values to take, `SKY_MAPS` or `EXCESS_MAPS`; those without values are left out.
    values : mapping
        Arrays with leading dimension energy where the variable has it.
    bands : tuple of float, TeV
        Edges.
    one_band : bool
        Whether the dimension energy, of length 1, is dropped: nobody asked for bands.
    """
    lon, lat = _coordinates(geometry)
    data = {
        name: xr.Variable(v.dims, values[name], _attrs(v)) for name, v in variables.items() if name in values
    }
    axis = {"units": "TeV", "long_name": "Energy"}
    labels: dict[str, Any] = {
        "energy": xr.Variable(("energy",), log_centres(np.asarray(bands)), axis),
        "pixel_lon": xr.Variable(_PIXELS, lon, {"units": "deg", "long_name": f"Longitude, {geometry.frame}"}),
        "pixel_lat": xr.Variable(_PIXELS, lat, {"units": "deg", "long_name": f"Latitude, {geometry.frame}"}),
        "energy_edges": xr.Variable(("energy_edge",), np.asarray(bands), axis),
    }
    if energy_true:
        true = {"units": "TeV", "long_name": "True energy"}
        labels["energy_true"] = xr.Variable(("energy_true",), log_centres(np.asarray(energy_true)), true)
        labels["energy_true_edges"] = xr.Variable(("energy_true_edge",), np.asarray(energy_true), true)
    described = {"geometry": json.dumps(asdict(geometry)), "wcs": json.dumps(geometry.header)}
    out = xr.Dataset(data, {**labels, **(coords or {})}, {**described, **(attrs or {})})
    return out.isel(energy=0) if one_band else out


def geometry_of(maps: xr.Dataset) -> MapGeometry:
    """Return the pixels of a dataset of maps.

    Parameters
    ----------
    maps : Dataset
        See `sky_maps`.

    Returns
    -------
    MapGeometry

    Raises
    ------
    DataError
        If it holds no maps.

    Examples
    --------
    >>> geometry_of(maps).shape
    (30, 30)
    """
    if "geometry" not in maps.attrs or not set(_PIXELS) <= set(maps.dims):
        raise DataError(
            "these are no sky maps", found=f"dims {tuple(maps.dims)}", expected="what sky_maps returns"
        )
    return MapGeometry(**json.loads(maps.attrs["geometry"]))


def images(maps: xr.Dataset, name: str) -> np.ndarray:
    """Return a variable as an array, shape (band, lat, lon), also where there is one band only.

    Raises
    ------
    DataError
        If the dataset does not hold it.
    """
    if name not in maps:
        raise DataError("these maps lack a variable", where=name, found=", ".join(map(str, maps.data_vars)))
    values = maps[name]
    if "energy" in values.dims:
        return values.transpose(*_BANDS).to_numpy()
    return values.transpose(*_PIXELS).to_numpy()[None]


def map_warnings(maps: xr.Dataset) -> tuple[str, ...]:
    """Return the sentences that maps carry.

    Parameters
    ----------
    maps : Dataset
        See `sky_maps`.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> map_warnings(maps)
    ()
    """
    return tuple(json.loads(maps.attrs.get("warnings", "[]")))


def _coordinates(geometry: MapGeometry) -> tuple[np.ndarray, np.ndarray]:
    vectors = geometry.directions
    return lonlat(to_galactic(vectors) if geometry.frame == "galactic" else vectors)


def _attrs(variable: MapVariable) -> dict[str, str]:
    attrs = {"long_name": variable.long_name}
    if variable.units:
        attrs["units"] = variable.units
    return attrs
