"""Reduced data from whatever holds them: a cube, OGIP spectra, or a list of datasets in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from lightpool.dl3.files import FitsFile
from lightpool.errors import DataError
from lightpool.load.cube_file import open_cube
from lightpool.load.gadf_dataset import is_gadf_dataset, read_gadf_dataset
from lightpool.load.ogip import read_ogip
from lightpool.load.ogip_set import read_ogip_set
from lightpool.load.spectrum_row import SpectrumRow, cube_of
from lightpool.yaml_text import load

_KIND = "SpectrumDatasetOnOff"
_CUBES = (".nc", ".nc4", ".h5", ".zarr")
_LISTS = (".yaml", ".yml")


def read_datasets(path: str | Path) -> xr.Dataset:
    """Return the cube of reduced data.

    Parameters
    ----------
    path : path
        - a cube: netCDF file or Zarr store;
        - a list of datasets in YAML, entries with ``name``, ``type: SpectrumDatasetOnOff`` and
          ``filename``, relative to the list; each file an OGIP spectrum or the maps of one dataset;
        - one such file, or a directory of OGIP spectra.

    Returns
    -------
    Dataset
        See `schema.VARIABLES`: a row of the time axis for each file.

    Raises
    ------
    DataError, SettingsError
        If something is missing, damaged or of another kind.

    Examples
    --------
    >>> cube.to_netcdf("reduced.nc", engine="h5netcdf")
    >>> round(lp.fit(lp.load.read_datasets("reduced.nc"), lp.PowerLaw()).model["index"].value, 2)
    2.65
    """
    path = Path(path)
    if not path.exists():
        raise DataError("no such datasets file", where=str(path))
    kind = path.suffix.lower()
    if kind in _CUBES or (path.is_dir() and (path / ".zgroup").exists()):
        return open_cube(path)
    if kind in _LISTS:
        return cube_of([_row(path.parent / file, name) for name, file in _listed(path)])
    return read_ogip(path) if path.is_dir() else cube_of([_row(path)])


def _row(path: Path, name: str = "") -> SpectrumRow:
    file = FitsFile(path, str(path))
    return read_gadf_dataset(file, name) if is_gadf_dataset(file) else read_ogip_set(path)


def _listed(path: Path) -> list[tuple[str, str]]:
    """Return name and file of every dataset of a list."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("the datasets file cannot be read", where=str(path), found=str(error)) from None
    values = load(text, where=str(path))
    entries = values.get("datasets") if isinstance(values, Mapping) else None
    if not isinstance(entries, list) or not entries:
        raise DataError(
            "this file lists no datasets", where=str(path), expected="datasets: [{name, type, filename}]"
        )
    return [_entry(entry, f"{path}: datasets[{i}]") for i, entry in enumerate(entries)]


def _entry(entry: Any, where: str) -> tuple[str, str]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("filename"), str):
        raise DataError("a dataset names no file", where=where, expected="{name, type, filename}")
    if entry.get("type", _KIND) != _KIND:
        raise DataError(
            "a dataset of this type cannot be fitted here",
            where=f"{where}.type",
            found=repr(entry["type"]),
            expected=_KIND,
        )
    return str(entry.get("name") or ""), entry["filename"]
