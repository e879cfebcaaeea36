"""The summary of an analysis: one JSON file that programs and people can read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lightpool.comparison import Comparison
from lightpool.export.comparison_file import comparison_summary
from lightpool.export.series_summary import curve_summary, resolved_summary
from lightpool.fitting import FitResult
from lightpool.sky import separation


def summary(
    *,
    cube: xr.Dataset,
    observations: Iterable[Any],
    fit: FitResult | None,
    errors: Mapping[str, tuple[float, float]] | None = None,
    contours: Iterable[Mapping[str, Any]] = (),
    time_resolved: xr.Dataset | None = None,
    light_curve: xr.Dataset | None = None,
    comparison: Comparison | None = None,
    warnings: Iterable[str],
    timing_s: Mapping[str, float],
) -> dict[str, Any]:
    """Return the summary as plain values.

    Parameters
    ----------
    cube : Dataset
        One row of the time axis for each run.
    errors : mapping of parameter to (down, up), optional
        That follow the statistic.
    contours : iterable of mapping
        Plain values, one mapping for each line.
    """
    return {
        "observations": _observations(cube, observations),
        "info_table": cube.onoff.cumulative(),
        "fit": None if fit is None else _fit(fit, errors or {}, list(contours)),
        **({} if time_resolved is None else {"time_resolved": resolved_summary(time_resolved)}),
        **({} if light_curve is None else {"light_curve": curve_summary(light_curve)}),
        **({} if comparison is None else {"comparison": comparison_summary(comparison)}),
        "warnings": list(warnings),
        "timing_s": {stage: float(seconds) for stage, seconds in timing_s.items()},
    }


def write_summary(values: Mapping[str, Any], path: Path) -> None:
    """Write plain values as strict JSON: what is not finite becomes null."""
    path.write_text(
        json.dumps(_strict(values), indent=2, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _observations(cube: xr.Dataset, observations: Iterable[Any]) -> list[dict[str, Any]]:
    """Return an entry for each row; spectra that came as files do not say everything."""
    runs = {int(run.obs_id): run for run in observations}
    known = {name for name in ("obs_id", "off_obs_id", "pointing_lon", "time_start") if name in cube.coords}
    out: list[dict[str, Any]] = []
    for i, row in enumerate(cube.onoff.table()):
        obs_id = int(cube["obs_id"][i]) if "obs_id" in known else None
        run = runs.get(obs_id) if obs_id is not None else None
        out.append(
            {
                "obs_id": row["name"] if obs_id is None else obs_id,
                "target": None if run is None else run.target,
                "livetime_s": row["livetime_s"],
                "time_start": None,
                "time_stop": None,
                "zenith_deg": None if run is None else float(run.zenith),
                "offset_deg": None,
                "n_off_regions": None,
                **{
                    key: row[key]
                    for key in ("counts", "counts_off", "alpha", "background", "excess", "sqrt_ts")
                },
            }
        )
    columns: dict[str, Iterable[Any]] = {}
    if "time_start" in known:
        for name in ("time_start", "time_stop"):
            columns[name] = map(str, np.datetime_as_string(cube[name].to_numpy(), unit="ms"))
    if "pointing_lon" in known:
        pointing = (cube[f"pointing_{key}"].to_numpy() for key in ("lon", "lat"))
        lon, lat = float(cube["region_lon"][0]), float(cube["region_lat"][0])
        columns["offset_deg"] = map(float, separation(lon, lat, *pointing))
    if {"obs_id", "off_obs_id"} <= known:
        columns["n_off_regions"] = map(int, cube.onoff.n_off_regions.to_numpy())
    for name, values in columns.items():
        for entry, value in zip(out, values, strict=True):
            entry[name] = value
    return out


def _fit(
    result: FitResult, errors: Mapping[str, tuple[float, float]], contours: list[Mapping[str, Any]]
) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": p.name, "value": p.value, "error": p.error, "unit": p.unit, "frozen": p.frozen}
        for p in result.model.parameters
    ]
    for entry in parameters:
        if entry["name"] in errors:
            entry["errn"], entry["errp"] = errors[entry["name"]]
    return {
        "success": bool(result.success),
        "message": " ".join((result.message, *result.health)),
        "stat": float(result.stat),
        "nfev": int(result.nfev),
        "n_bins": int(result.n_bins),
        "dof": int(result.dof),
        "alpha_systematic": float(result.alpha_systematic),
        "model": result.model.type_name,
        "parameters": parameters,
        "covariance": result.covariance.tolist(),
        **({"contours": contours} if contours else {}),
    }


def _strict(value: Any) -> Any:
    """Return plain values in which numbers that are not finite are None."""
    if isinstance(value, Mapping):
        return {str(key): _strict(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
