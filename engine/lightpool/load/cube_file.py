"""The cube from a netCDF file or a Zarr store."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from lightpool.errors import DataError
from lightpool.schema import check_cube

# What h5py, h5netcdf and zarr raise for files that are damaged or are something else.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError)


def open_cube(path: str | Path) -> xr.Dataset:
    """Return a cube from a netCDF file, or from a Zarr store where zarr is installed.

    Parameters
    ----------
    path : path
        A directory is taken for a Zarr store.

    Returns
    -------
    Dataset
        A netCDF file is read whole and closed; a Zarr store is opened, its values come when
        they are asked for (in dask arrays where dask is installed).

    Raises
    ------
    DataError
        If it is missing, damaged, or holds no cube.

    Examples
    --------
    >>> cube.to_netcdf("cube.nc", engine="h5netcdf")
    >>> dict(lp.open_cube("cube.nc").counts.sizes)
    {'region': 1, 'time': 4, 'energy': 10}
    """
    if not Path(path).exists():
        raise DataError("no such cube file", where=str(path))
    cube = _open_zarr(path) if Path(path).is_dir() else _open_netcdf(path)
    try:
        check_cube(cube)
    except DataError as error:
        raise DataError(
            error.what, where=f"{path}: {error.where}", found=error.found, expected=error.expected
        ) from None
    return cube


def _open_netcdf(path: str | Path) -> xr.Dataset:
    try:
        with xr.open_dataset(path, engine="h5netcdf") as file:
            return file.load()
    except _UNREADABLE as error:
        raise _unreadable(path, error) from None


def _open_zarr(path: str | Path) -> xr.Dataset:
    try:
        import zarr  # noqa: F401  # said by name here, not as an unknown engine
    except ImportError:
        raise DataError(
            "reading a Zarr store needs the zarr package",
            where=str(path),
            remedy="pip install 'lightpool[distributed]'",
        ) from None
    try:
        return xr.open_zarr(path)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from None


def _unreadable(path: str | Path, error: Exception) -> DataError:
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return DataError("this cube file cannot be read", where=str(path), found=first)
