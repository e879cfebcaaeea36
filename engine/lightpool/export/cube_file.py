"""The cube as a netCDF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr

from lightpool.errors import DataError
from lightpool.export.provenance import as_attrs
from lightpool.schema import check_cube


def write_cube(cube: xr.Dataset, path: Path, *, origin: dict[str, Any] | None = None) -> None:
    """Write a cube to a netCDF-4 file.

    Parameters
    ----------
    origin : dict, optional
        See `provenance`; kept in the attributes as JSON text.
    """
    check_cube(cube)
    labelled = cube if origin is None else cube.assign_attrs(as_attrs(origin))
    times = {"units": "seconds since 2000-01-01T00:00:00", "dtype": "float64"}
    encoding = {name: dict(times) for name in ("time_start", "time_stop") if name in cube.coords}
    labelled.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def read_cube(path: str | Path) -> xr.Dataset:
    """Return a cube from a netCDF file.

    Raises
    ------
    DataError
        If the file is missing, damaged, or holds no cube.
    """
    if not Path(path).is_file():
        raise DataError("no such cube file", where=str(path))
    try:
        with xr.open_dataset(path, engine="h5netcdf") as file:
            cube = file.load()
    except (OSError, ValueError, KeyError) as error:
        raise DataError("this cube file cannot be read", where=str(path), found=str(error)) from None
    try:
        check_cube(cube)
    except DataError as error:
        raise DataError(
            error.what, where=f"{path}: {error.where}", found=error.found, expected=error.expected
        ) from None
    return cube
