"""The cube as a netCDF file or a Zarr store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr

from lightpool.export.provenance import as_attrs
from lightpool.schema import check_cube


def write_cube(cube: xr.Dataset, path: Path, *, origin: dict[str, Any] | None = None) -> None:
    """Write a cube to a netCDF-4 file, or to a Zarr store if `path` ends in ``.zarr``.

    Parameters
    ----------
    origin : dict, optional
        See `provenance`; kept in the attributes as JSON text.
    """
    check_cube(cube)
    labelled = cube if origin is None else cube.assign_attrs(as_attrs(origin))
    times = {"units": "seconds since 2000-01-01T00:00:00", "dtype": "float64"}
    encoding = {str(name): dict(times) for name, values in cube.coords.items() if values.dtype.kind == "M"}
    if path.suffix == ".zarr":
        labelled.to_zarr(path, mode="w-", encoding=encoding, zarr_format=2)  # 3 has no text yet
    else:
        labelled.to_netcdf(path, engine="h5netcdf", encoding=encoding)
