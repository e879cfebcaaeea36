"""Spectra as the rows of a cube, whatever kind of file they come from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lightpool.dl3.gti import Gti
from lightpool.errors import SettingsError
from lightpool.schema import VARIABLES, make_cube
from lightpool.sky import Circle
from lightpool.times import to_utc

_RUN = re.compile(r"(\d{1,18})(_\d+)?$")


@dataclass(frozen=True, eq=False)
class SpectrumRow:
    """What the files of one spectrum say, over energy (r) or true energy (t).

    Parameters
    ----------
    path : Path
        The file that names or holds everything.
    name : str
        A run number, if it can be read as one.
    energy_edges, energy_true_edges : ndarray, shape (r + 1,) and (t + 1,), TeV
    counts, counts_off, acceptance, acceptance_off : ndarray, shape (r,)
    mask_safe : ndarray, shape (r,), bool
    exposure, edisp_exposure : ndarray, shape (t,), cm2 s
        For the prediction, and as weight of the dispersion when rows are stacked.
    edisp : ndarray, shape (t, r)
    livetime : float, s
    on, off : tuple of Circle
        Empty where the files do not say.
    gti : Gti or None
    notes : tuple of str
        What was passed over.
    """

    path: Path
    name: str
    energy_edges: np.ndarray
    energy_true_edges: np.ndarray
    counts: np.ndarray
    counts_off: np.ndarray
    acceptance: np.ndarray
    acceptance_off: np.ndarray
    mask_safe: np.ndarray
    exposure: np.ndarray
    edisp_exposure: np.ndarray
    edisp: np.ndarray
    livetime: float
    on: tuple[Circle, ...]
    off: tuple[Circle, ...]
    gti: Gti | None
    notes: tuple[str, ...]


def cube_of(rows: list[SpectrumRow]) -> xr.Dataset:
    """Return the cube of some spectra, with one region and one row each.

    Raises
    ------
    SettingsError
        If they have different energy axes.
    """
    first = rows[0]
    for other in rows[1:]:
        _check_axes(first, other)
    values = {
        name: np.stack([getattr(row, name) for row in rows])[None] for name in VARIABLES if name != "livetime"
    }
    values["livetime"] = np.array([row.livetime for row in rows])
    return make_cube(
        values,
        _region(first) | _rows(rows),
        energy_edges=first.energy_edges,
        energy_true_edges=first.energy_true_edges,
        warnings=tuple(note for row in rows for note in row.notes) + _other_regions(rows),
    )


def _check_axes(first: SpectrumRow, other: SpectrumRow) -> None:
    for name, axis in (("energy_edges", "energy"), ("energy_true_edges", "true energy")):
        one, two = getattr(first, name), getattr(other, name)
        if len(one) != len(two):
            found, expected = f"{len(two) - 1} bins", f"{len(one) - 1} bins"
        elif not np.allclose(one, two, rtol=1e-5, atol=0):
            i = int(np.flatnonzero(~np.isclose(one, two, rtol=1e-5, atol=0))[0])
            found, expected = (f"{edges[i]:g} TeV (edge {i})" for edges in (two, one))
        else:
            continue
        raise SettingsError(
            f"spectra of one cube must have the same {axis} axis",
            where=str(other.path),
            found=found,
            expected=f"{expected}, as in {first.path}",
            remedy="Read spectra with different axes one by one",
        )


def _region(one: SpectrumRow) -> dict[str, Any]:
    circle = one.on[0] if one.on else None
    lon, lat, radius = (circle.lon, circle.lat, circle.radius) if circle else (np.nan,) * 3
    return {"region": ["on"], "region_lon": [lon], "region_lat": [lat], "region_radius": [radius]}


def _rows(rows: list[SpectrumRow]) -> dict[str, Any]:
    """Return labels of the time axis: run numbers where every name is one, else the names."""
    runs = [_RUN.match(s.name) for s in rows]
    if not all(runs):
        coords: dict[str, Any] = {"time": np.array([s.name for s in rows])}
    else:
        ids = [int(run[1]) for run in runs if run]
        coords = {"time": np.arange(len(rows)), "obs_id": np.array(ids), "interval": _intervals(ids)}
        coords |= _off_regions(rows, ids)
    if any(s.gti is not None for s in rows):
        ends = [
            np.full(2, np.datetime64("NaT", "ns"))
            if s.gti is None
            else to_utc([s.gti.start.min(), s.gti.stop.max()])
            for s in rows
        ]
        coords["time_start"], coords["time_stop"] = np.array(ends).T
    return coords


def _intervals(ids: list[int]) -> np.ndarray:
    """Return 0, 1, 2, ... along the pieces of each run."""
    return np.array([ids[:i].count(obs_id) for i, obs_id in enumerate(ids)])


def _off_regions(rows: list[SpectrumRow], ids: list[int]) -> dict[str, Any]:
    found = [(obs_id, circle) for obs_id, s in zip(ids, rows, strict=True) for circle in s.off]
    if not found:
        return {}
    columns: dict[str, Any] = {
        f"off_{key}": np.array([getattr(circle, key) for _, circle in found])
        for key in ("lon", "lat", "radius")
    }
    columns["off_obs_id"] = np.array([obs_id for obs_id, _ in found])
    return columns | {"off_reason": np.full(len(found), "", dtype="U80")}


def _other_regions(rows: list[SpectrumRow]) -> tuple[str, ...]:
    """Return a sentence for each file whose ON region is not that of the first."""
    notes = []
    for s in rows[1:]:
        if s.on and rows[0].on and not np.allclose(_place(s), _place(rows[0]), atol=1e-5):
            notes.append(f"{s.path} has another ON region than {rows[0].path}")
    return tuple(notes)


def _place(one: SpectrumRow) -> tuple[float, float, float]:
    return one.on[0].lon, one.on[0].lat, one.on[0].radius
