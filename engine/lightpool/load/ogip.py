"""OGIP spectra read into a cube: one set of files a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import DataError, SettingsError
from lightpool.load.ogip_set import OgipSet, read_ogip_set
from lightpool.schema import make_cube
from lightpool.times import to_utc

_RUN = re.compile(r"(\d{1,18})(_\d+)?$")
_NOT_A_SPECTRUM = re.compile(r"(^(arf|rmf|bkg)_|_(arf|rmf|bkg)\.)", re.IGNORECASE)


def read_ogip(paths: str | Path | Iterable[str | Path]) -> xr.Dataset:
    """Return the cube of OGIP spectra.

    Parameters
    ----------
    paths : path or list of paths
        PHA files, or one directory with PHA files in it. ANCRFILE, RESPFILE and BACKFILE are
        looked up beside each; energies and areas may be in any unit (keV and cm2 where the file
        gives none).

    Returns
    -------
    Dataset
        With one region and one row a file; channels of a QUALITY other than 0 are not safe, alpha is
        the ratio of BACKSCAL. The files hold no exposure of the dispersion's own: that of the
        effective area, which may include the containment of the region, takes its place when
        the rows are stacked.

    Raises
    ------
    DataError
        If a file is missing, damaged, or lacks something.
    SettingsError
        If the files have different energy axes.
    """
    sets = [read_ogip_set(path) for path in _pha_files(paths)]
    first = sets[0]
    for other in sets[1:]:
        _check_axes(first, other)

    def stacked(name: str) -> np.ndarray:
        return np.stack([getattr(s, name) for s in sets])[None]

    names = (
        "counts", "counts_off", "acceptance", "acceptance_off", "mask_safe", "exposure", "edisp",
    )  # fmt: skip
    values = {name: stacked(name) for name in names}
    values["edisp_exposure"] = values["exposure"].copy()
    values["livetime"] = np.array([s.livetime for s in sets])
    return make_cube(
        values,
        _region(first) | _rows(sets),
        energy_edges=first.energy_edges,
        energy_true_edges=first.energy_true_edges,
        warnings=tuple(note for s in sets for note in s.notes) + _other_regions(sets),
    )


def _pha_files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    if isinstance(paths, (str, Path)):
        folder = Path(paths)
        if not folder.is_dir():
            return [folder]
        found = (p for p in sorted(folder.glob("*.fits*")) if not _NOT_A_SPECTRUM.search(p.name))
        chosen = [path for path in found if path.name.lower().startswith("pha")]
        if not chosen:
            raise DataError(
                "there is no spectrum in this directory", where=str(folder), expected="pha*.fits files"
            )
        return chosen
    chosen = [Path(path) for path in paths]
    if not chosen:
        raise SettingsError("no OGIP file is given", found="an empty list")
    return chosen


def _check_axes(first: OgipSet, other: OgipSet) -> None:
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
            f"OGIP files of one cube must have the same {axis} axis",
            where=str(other.path),
            found=found,
            expected=f"{expected}, as in {first.path}",
            remedy="Read files with different axes one by one",
        )


def _region(one: OgipSet) -> dict[str, Any]:
    circle = one.on[0] if one.on else None
    lon, lat, radius = (circle.lon, circle.lat, circle.radius) if circle else (np.nan,) * 3
    return {"region": ["on"], "region_lon": [lon], "region_lat": [lat], "region_radius": [radius]}


def _rows(sets: list[OgipSet]) -> dict[str, Any]:
    """Return labels of the time axis: run numbers where every name is one, else the names."""
    runs = [_RUN.match(s.name) for s in sets]
    if not all(runs):
        coords: dict[str, Any] = {"time": np.array([s.name for s in sets])}
    else:
        ids = [int(run[1]) for run in runs if run]
        coords = {"time": np.arange(len(sets)), "obs_id": np.array(ids), "interval": _intervals(ids)}
        coords |= _off_regions(sets, ids)
    if any(s.gti is not None for s in sets):
        ends = [
            np.full(2, np.datetime64("NaT", "ns"))
            if s.gti is None
            else to_utc([s.gti.start.min(), s.gti.stop.max()])
            for s in sets
        ]
        coords["time_start"], coords["time_stop"] = np.array(ends).T
    return coords


def _intervals(ids: list[int]) -> np.ndarray:
    """Return 0, 1, 2, ... along the pieces of each run."""
    return np.array([ids[:i].count(obs_id) for i, obs_id in enumerate(ids)])


def _off_regions(sets: list[OgipSet], ids: list[int]) -> dict[str, Any]:
    found = [(obs_id, circle) for obs_id, s in zip(ids, sets, strict=True) for circle in s.off]
    if not found:
        return {}
    columns: dict[str, Any] = {
        f"off_{key}": np.array([getattr(circle, key) for _, circle in found])
        for key in ("lon", "lat", "radius")
    }
    columns["off_obs_id"] = np.array([obs_id for obs_id, _ in found])
    return columns | {"off_reason": np.full(len(found), "", dtype="U80")}


def _other_regions(sets: list[OgipSet]) -> tuple[str, ...]:
    """Return a sentence for each file whose ON region is not that of the first."""
    notes = []
    for s in sets[1:]:
        if s.on and sets[0].on and not np.allclose(_place(s), _place(sets[0]), atol=1e-5):
            notes.append(f"{s.path} has another ON region than {sets[0].path}")
    return tuple(notes)


def _place(one: OgipSet) -> tuple[float, float, float]:
    return one.on[0].lon, one.on[0].lat, one.on[0].radius
