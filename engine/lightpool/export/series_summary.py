"""Time-resolved spectra and light curves as plain values, interval by interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.export.columns import as_text

_RESOLVED = ("stat", "dof", "ts", "flux", "flux_err", "counts", "counts_off", "excess", "sqrt_ts", "livetime")
_CURVE = ("flux", "flux_err", "flux_errp", "flux_errn", "flux_ul", "ts", "sqrt_ts", "counts", "excess")


def resolved_summary(series: xr.Dataset) -> dict[str, Any]:
    """Return flux range, shared parameters and an entry for each interval of time-resolved spectra."""
    names = [str(name) for name in series["parameter"].values]
    value, error = series["value"].to_numpy(), series["error"].to_numpy()
    entries = _intervals(series)
    for k, entry in enumerate(entries):
        entry |= {
            "success": bool(series["success"].values[k]),
            "reason": str(series["reason"].values[k]),
            "parameters": {
                name: {"value": float(value[k, j]), "error": float(error[k, j])}
                for j, name in enumerate(names)
            },
        }
        entry |= {name: series[name].values[k].item() for name in _RESOLVED}
    return {
        "model": series.attrs["model"],
        "shared": series.attrs["shared"].split(),
        "flux_range_tev": [series.attrs["e_min"], series.attrs["e_max"]],
        "intervals": entries,
    }


def curve_summary(curve: xr.Dataset) -> dict[str, Any]:
    """Return bands, limits and an entry for each interval of a light curve, values by band."""
    entries = _intervals(curve)
    for k, entry in enumerate(entries):
        entry |= {"livetime": float(curve["livetime"].values[k])}
        for name in ("success", "is_ul", "reason"):
            entry[name] = curve[name].values[k].tolist()
        entry |= {name: np.asarray(curve[name].values[k], dtype=float).tolist() for name in _CURVE}
    bands = np.stack([curve["e_min"].values, curve["e_max"].values], axis=1)
    return {
        "bands_tev": bands.tolist(),
        "ul_sigma": curve.attrs["ul_sigma"],
        "ul_method": curve.attrs["ul_method"],
        "refit": bool(curve.attrs["refit"]),
        "intervals": entries,
    }


def _intervals(series: xr.Dataset) -> list[dict[str, Any]]:
    starts, stops = (as_text(series[f"time_{end}"].to_numpy()) for end in ("start", "stop"))
    return [
        {"time_start": str(start), "time_stop": str(stop)} for start, stop in zip(starts, stops, strict=True)
    ]
