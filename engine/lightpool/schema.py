"""The cube: which variables it holds, on which dimensions, in which units."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

import lightpool.onoff  # noqa: F401  # every cube has its accessor
from lightpool.axes import log_centres
from lightpool.errors import DataError


class Variable(NamedTuple):
    """Dimensions, unit and meaning of one variable."""

    dims: tuple[str, ...]
    units: str
    long_name: str


_CELL = ("region", "time", "energy")
_CELL_TRUE = ("region", "time", "energy_true")

VARIABLES: dict[str, Variable] = {
    "counts": Variable(_CELL, "1", "Counts in the ON region"),
    "counts_off": Variable(_CELL, "1", "Counts in the OFF regions"),
    "acceptance": Variable(_CELL, "1", "Relative background acceptance, ON"),
    "acceptance_off": Variable(_CELL, "1", "Relative background acceptance, OFF"),
    "exposure": Variable(_CELL_TRUE, "cm2 s", "Effective area x livetime x containment"),
    "edisp": Variable((*_CELL_TRUE, "energy"), "1", "Energy dispersion"),
    "edisp_exposure": Variable(_CELL_TRUE, "cm2 s", "Weight of the energy dispersion when stacked"),
    "mask_safe": Variable(_CELL, "", "Safe energy range"),
    "livetime": Variable(("time",), "s", "Livetime"),
}
COORDINATES: dict[str, Variable] = {
    "energy_edges": Variable(("energy_edge",), "TeV", "Edges of reconstructed energy"),
    "energy_true_edges": Variable(("energy_true_edge",), "TeV", "Edges of true energy"),
    "obs_id": Variable(("time",), "", "Observation"),
    "time_start": Variable(("time",), "", "Start, UTC"),
    "time_stop": Variable(("time",), "", "Stop, UTC"),
    "interval": Variable(("time",), "", "Time interval"),
    "interval_start": Variable(("asked",), "", "Start of each interval that was asked for, UTC"),
    "interval_stop": Variable(("asked",), "", "Stop of each interval that was asked for, UTC"),
    "interval_reason": Variable(("asked",), "", "Why an interval has no row; empty if it has one"),
    "pointing_lon": Variable(("time",), "deg", "Right ascension of the pointing"),
    "pointing_lat": Variable(("time",), "deg", "Declination of the pointing"),
    "region_lon": Variable(("region",), "deg", "Right ascension of the region"),
    "region_lat": Variable(("region",), "deg", "Declination of the region"),
    "region_radius": Variable(("region",), "deg", "Radius of the region; 0 for a point"),
    "off_obs_id": Variable(("off_region",), "", "Observation of an OFF candidate"),
    "off_lon": Variable(("off_region",), "deg", "Right ascension of an OFF candidate"),
    "off_lat": Variable(("off_region",), "deg", "Declination of an OFF candidate"),
    "off_radius": Variable(("off_region",), "deg", "Radius of an OFF candidate; 0 for a point"),
    "off_reason": Variable(("off_region",), "", "Why an OFF candidate is not used; empty if it is"),
}


def make_cube(
    values: Mapping[str, np.ndarray],
    coords: Mapping[str, Any],
    *,
    energy_edges: np.ndarray,
    energy_true_edges: np.ndarray,
    warnings: tuple[str, ...] = (),
) -> xr.Dataset:
    """Return a cube from plain arrays.

    Parameters
    ----------
    values : mapping
        Every name of `VARIABLES`, in the shapes given there.
    coords : mapping
        ``region`` and ``time`` labels and any of `COORDINATES`.
    energy_edges, energy_true_edges : ndarray, TeV
    warnings : tuple of str
        Sentences that go with the cube.
    """
    variables = {name: xr.Variable(v.dims, values[name], _attrs(v)) for name, v in VARIABLES.items()}
    given = {"energy_edges": energy_edges, "energy_true_edges": energy_true_edges, **coords}
    labels: dict[str, Any] = {
        "region": xr.Variable(("region",), given.pop("region")),
        "time": xr.Variable(("time",), given.pop("time")),
        "energy": xr.Variable(
            ("energy",), log_centres(energy_edges), {"units": "TeV", "long_name": "Energy"}
        ),
        "energy_true": xr.Variable(
            ("energy_true",), log_centres(energy_true_edges), {"units": "TeV", "long_name": "True energy"}
        ),
    }
    labels |= {
        name: xr.Variable(COORDINATES[name].dims, v, _attrs(COORDINATES[name])) for name, v in given.items()
    }
    return xr.Dataset(variables, labels, {"warnings": json.dumps(list(warnings))})


def check_cube(cube: xr.Dataset) -> None:
    """Check that a dataset is a cube.

    Raises
    ------
    DataError
        Naming the variable that is missing, has other dimensions or another unit.
    """
    for name, variable in VARIABLES.items():
        if name not in cube:
            raise DataError(
                "this is not a cube", where=f"variable {name}", found="nothing", expected=str(variable.dims)
            )
        if set(cube[name].dims) != set(variable.dims):
            raise DataError(
                "this is not a cube",
                where=f"variable {name}",
                found=f"dims {cube[name].dims}",
                expected=f"dims {variable.dims}",
            )
        units = cube[name].attrs.get("units", variable.units)
        if units != variable.units:
            raise DataError(
                "wrong unit in the cube", where=f"variable {name}", found=units, expected=variable.units
            )
    for name in ("energy_edges", "energy_true_edges"):
        if name not in cube.coords:
            raise DataError(
                "this is not a cube", where=f"coordinate {name}", found="nothing", expected="edges in TeV"
            )


def cube_warnings(cube: xr.Dataset) -> tuple[str, ...]:
    """Return the sentences that a cube carries."""
    return tuple(json.loads(cube.attrs.get("warnings", "[]")))


def _attrs(variable: Variable) -> dict[str, str]:
    attrs = {"long_name": variable.long_name}
    if variable.units:
        attrs["units"] = variable.units
    return attrs
