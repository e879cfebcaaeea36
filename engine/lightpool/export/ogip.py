"""OGIP spectra: PHA, background, ARF and RMF files for each row of a cube.

After OGIP memos 92-007 and 92-002 (spectra, responses), with energies in TeV and areas in m2.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import DataError
from lightpool.export.gti import good_times, gti_table
from lightpool.export.ogip_region import region_table
from lightpool.export.provenance import CREATOR
from lightpool.export.rmf import rmf_table
from lightpool.fits_table import Column, table_bytes, write_fits
from lightpool.sky import Circle
from lightpool.times import from_utc
from lightpool.yaml_text import dump

_CM2_PER_M2 = 1e4
_HEADER = {
    "TELESCOP": "unknown",
    "INSTRUME": "unknown",
    "FILTER": "None",
    "CREATOR": CREATOR,
    "HDUCLASS": "OGIP",
}


@dataclass(frozen=True, eq=False)
class _Spectrum:
    """One row of a cube as plain arrays over energy or true energy."""

    name: str
    counts: np.ndarray
    counts_off: np.ndarray
    acceptance: np.ndarray
    acceptance_off: np.ndarray
    mask_safe: np.ndarray
    exposure: np.ndarray
    edisp: np.ndarray
    livetime: float
    energy_edges: np.ndarray
    energy_true_edges: np.ndarray
    on: Circle | None
    off: tuple[Circle, ...]
    good: np.ndarray


def write_ogip(cube: xr.Dataset, directory: Path, *, observations: Iterable[Any]) -> list[Path]:
    """Write one set of files for each row of the time axis: ``pha_obs<ID>.fits`` or ``pha_stacked.fits``.

    Beside each PHA file lie ``_bkg``, ``_arf`` and ``_rmf``, which its header names, and beside
    all of them ``datasets.yaml``, a list that gammapy and `load.read_datasets` read.

    Parameters
    ----------
    cube : Dataset
        With one region.
    observations : iterable of Observation
        For their good time intervals.

    Returns
    -------
    list of Path
        The PHA files.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths, listed = [], []
    for spectrum in _spectra(cube, tuple(observations)):
        stem = f"pha_{spectrum.name}" if spectrum.name == "stacked" else f"pha_obs{spectrum.name}"
        _write_set(spectrum, directory, stem)
        paths.append(directory / f"{stem}.fits")
        listed.append({"name": spectrum.name, "type": "SpectrumDatasetOnOff", "filename": paths[-1].name})
    (directory / "datasets.yaml").write_text(dump({"datasets": listed}), encoding="utf-8")
    return paths


def _write_set(s: _Spectrum, directory: Path, stem: str) -> None:
    names = {kind: f"{stem}_{kind}.fits" for kind in ("bkg", "arf", "rmf")}
    links = {"ANCRFILE": names["arf"], "RESPFILE": names["rmf"], "BACKFILE": names["bkg"]}
    pha = [
        _spectrum_table(s, s.counts, s.acceptance, links | {"HDUCLAS2": "TOTAL"}),
        _ebounds(s.energy_edges),
    ]
    bkg = [
        _spectrum_table(s, s.counts_off, s.acceptance_off, {"HDUCLAS2": "BKG"} | links),
        _ebounds(s.energy_edges),
    ]
    if s.on is not None:  # spectra of other tools may not say where they were taken
        pha.append(region_table((s.on,), centre=s.on))
        bkg += [region_table(s.off, centre=s.on)] if s.off else []
    pha.append(gti_table(s.good))
    write_fits(directory / f"{stem}.fits", pha)
    write_fits(directory / names["bkg"], bkg)
    write_fits(directory / names["arf"], [_arf_table(s)])
    rmf = [rmf_table(s.edisp, s.energy_true_edges), _ebounds(s.energy_edges)]
    write_fits(directory / names["rmf"], rmf)


def _spectra(cube: xr.Dataset, observations: tuple[Any, ...]) -> Iterator[_Spectrum]:
    if cube.sizes["region"] != 1:
        raise DataError(
            "OGIP files hold one region", found=f"{cube.sizes['region']} regions", expected="select one"
        )
    row_of = cube.isel(region=0).transpose("time", "energy_true", "energy", ...)
    v = {name: row_of[name].to_numpy() for name in row_of.data_vars}
    lon, lat, radius = (float(row_of[f"region_{key}"]) for key in ("lon", "lat", "radius"))
    known = np.isfinite([lon, lat, radius]).all()
    on = Circle(lon, lat, radius, str(row_of["region"].to_numpy())) if known else None
    runs = {int(run.obs_id): run for run in observations}
    spans = _spans(cube)
    for i, (obs_id, name) in enumerate(_labels(cube)):
        yield _Spectrum(
            name=name,
            **{
                key: v[key][i]
                for key in (
                    "counts",
                    "counts_off",
                    "acceptance",
                    "acceptance_off",
                    "mask_safe",
                    "exposure",
                    "edisp",
                )
            },
            livetime=float(v["livetime"][i]),
            energy_edges=cube["energy_edges"].to_numpy(),
            energy_true_edges=cube["energy_true_edges"].to_numpy(),
            on=on,
            off=() if obs_id is None else _off_circles(cube, obs_id),
            good=good_times(
                observations if obs_id is None else [runs[k] for k in (obs_id,) if k in runs], spans[i]
            ),
        )


def _labels(cube: xr.Dataset) -> list[tuple[int | None, str]]:
    """Return run number and name of each row; rows that would share a name get a number as well."""
    by_run = "obs_id" in cube.coords
    values = cube["obs_id" if by_run else "time"].to_numpy()
    names = [re.sub(r"[^\w.+-]", "_", str(value)) for value in values]
    rows, seen = Counter(names), Counter[str]()
    labels: list[tuple[int | None, str]] = []
    for value, name in zip(values, names, strict=True):
        labels.append((int(value) if by_run else None, f"{name}_{seen[name]}" if rows[name] > 1 else name))
        seen[name] += 1
    return labels


def _spans(cube: xr.Dataset) -> list[tuple[float, float] | None]:
    """Return begin and end of each row in TT seconds, None where the cube does not say."""
    if "time_start" not in cube.coords:
        return [None] * cube.sizes["time"]
    ends = np.stack([cube[name].to_numpy() for name in ("time_start", "time_stop")], axis=1)
    return [None if np.isnat(pair).any() else (from_utc(pair[0]), from_utc(pair[1])) for pair in ends]


def _off_circles(cube: xr.Dataset, obs_id: int) -> tuple[Circle, ...]:
    if "off_obs_id" not in cube.coords:
        return ()
    used = (cube["off_obs_id"].to_numpy() == obs_id) & (cube["off_reason"].to_numpy() == "")
    columns = (cube[f"off_{key}"].to_numpy()[used] for key in ("lon", "lat", "radius"))
    return tuple(
        Circle(float(lon), float(lat), float(radius)) for lon, lat, radius in zip(*columns, strict=True)
    )


def _spectrum_table(s: _Spectrum, counts: np.ndarray, acceptance: np.ndarray, keys: dict[str, str]) -> bytes:
    n = len(counts)
    columns = [
        Column("CHANNEL", np.arange(n, dtype="i2")),
        Column("COUNTS", np.rint(counts).astype("i4")),
        # OGIP 92-007 wants a number, 1 for bad; the programs of the field read it and a logical column alike.
        Column("QUALITY", (~s.mask_safe).astype("i2")),
        Column("BACKSCAL", acceptance.astype("f4")),
    ]
    header = {
        **_HEADER, "HDUCLAS1": "SPECTRUM", "HDUCLAS2": keys["HDUCLAS2"], "HDUCLAS3": "COUNT",
        "HDUCLAS4": "TYPE:1", "HDUVERS": "1.2.1", "EXPOSURE": s.livetime, "OBS_ID": s.name, "AREASCAL": 1,
        "POISSERR": True, "CHANTYPE": "PHA", "DETCHANS": n, "GROUPING": 0, "CORRFILE": "none",
        "CORRSCAL": 1.0, **{key: value for key, value in keys.items() if key.endswith("FILE")},
    }  # fmt: skip
    return table_bytes("SPECTRUM", columns, header)


def _ebounds(edges: np.ndarray) -> bytes:
    columns = [
        Column("CHANNEL", np.arange(len(edges) - 1, dtype="i2")),
        Column("E_MIN", edges[:-1], "TeV"),
        Column("E_MAX", edges[1:], "TeV"),
    ]
    header = {
        **_HEADER, "CHANTYPE": "PHA", "DETCHANS": len(edges) - 1,
        "HDUCLAS1": "RESPONSE", "HDUCLAS2": "EBOUNDS", "HDUVERS": "1.2.0",
    }  # fmt: skip
    return table_bytes("EBOUNDS", columns, header)


def _arf_table(s: _Spectrum) -> bytes:
    """Return the effective area, containment included: exposure / livetime, m2."""
    livetime = s.livetime if s.livetime > 0 else np.inf
    columns = [
        Column("ENERG_LO", s.energy_true_edges[:-1], "TeV"),
        Column("ENERG_HI", s.energy_true_edges[1:], "TeV"),
        Column("SPECRESP", s.exposure / livetime / _CM2_PER_M2, "m2"),
    ]
    header = {**_HEADER, "HDUCLAS1": "RESPONSE", "HDUCLAS2": "SPECRESP", "HDUVERS": "1.1.0"}
    return table_bytes("SPECRESP", columns, header)
