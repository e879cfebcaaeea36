"""Time-resolved spectra and light curves as tables: one row an interval, those without a result too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lightpool.export.columns import Columns, as_text, fits_table, write_ecsv
from lightpool.export.gti import good_times, gti_table
from lightpool.fits_table import write_fits
from lightpool.sed import ul_confidence
from lightpool.times import from_utc, to_mjd

#: After the parameters.
_RESOLVED = (
    "flux", "flux_err", "stat", "dof", "ts", "counts", "counts_off", "alpha", "background", "excess",
    "sqrt_ts", "livetime", "n_rows", "covariance", "reason",
)  # fmt: skip
_CURVE = (
    "ref_dnde", "ref_flux", "ref_eflux", "ref_e2dnde", "norm", "norm_err", "norm_errn", "norm_errp",
    "norm_ul", "ts", "sqrt_ts", "stat", "stat_null", "is_ul", "counts", "counts_off", "background",
    "excess", "success", "flux", "flux_err", "flux_errn", "flux_errp", "flux_ul",
)  # fmt: skip


def write_time_resolved(series: xr.Dataset, path: Path) -> None:
    """Write time-resolved spectra as ECSV: times, each parameter with its error, flux, counts, reasons."""
    values = {name: series[name].to_numpy() for name in ("time_start", "time_stop", "success")}
    units: dict[str, str] = {}
    for name, unit in zip(series["parameter"].values, series["unit"].values, strict=True):
        row = series.sel(parameter=name)
        values |= {str(name): row["value"].to_numpy(), f"{name}_err": row["error"].to_numpy()}
        units |= {str(name): str(unit), f"{name}_err": str(unit)}
    for name in _RESOLVED:
        values[name] = series[name].to_numpy()
        unit = series[name].attrs.get("units", "")
        units[name] = "" if unit == "1" else unit
    meta = {
        "MODEL": series.attrs["model"],
        "SHARED": series.attrs["shared"],
        "E_MIN": series.attrs["e_min"],
        "E_MAX": series.attrs["e_max"],
        "TIMESYS": "utc",
    }
    write_ecsv(Columns(values, units, meta), path)


def write_light_curve(curve: xr.Dataset, path: Path, *, observations: Iterable[Any]) -> None:
    """Write a light curve as FITS after the GADF: FLUXPOINTS with times in MJD (TT) and UTC, and GTI.

    Parameters
    ----------
    observations : iterable of Observation
        For their good time intervals.
    """
    table = fits_table(_light_curve(curve), "FLUXPOINTS")
    write_fits(path, [table, gti_table(good_times(observations))])


def write_light_curve_ecsv(curve: xr.Dataset, path: Path) -> None:
    """Write the same table as ECSV."""
    write_ecsv(_light_curve(curve), path)


def _light_curve(curve: xr.Dataset) -> Columns:
    """Return a row for each interval; what depends on the energy band is a vector."""
    shape = curve.sizes["interval"], curve.sizes["band"]
    values, units = {}, {"time_min": "d", "time_max": "d"}
    for end, name in (("min", "start"), ("max", "stop")):
        times = curve[f"time_{name}"].to_numpy()
        # MJD in TT: days of UTC are not all of one length, and readers add them as if they were.
        values[f"time_{end}"] = to_mjd([from_utc(time) for time in times])
        values[f"time_{name}"] = as_text(times)
    for name in ("e_ref", "e_min", "e_max"):
        values[name], units[name] = np.broadcast_to(curve[name].to_numpy(), shape), "TeV"
    for name in _CURVE:
        values[name] = curve[name].transpose("interval", "band").to_numpy()
        if name == "counts":  # other readers expect an axis over data sets; here they are one
            values[name] = values[name][:, :, None]
        units[name] = curve[name].attrs.get("units", "")
    values["livetime"], units["livetime"] = curve["livetime"].to_numpy(), "s"
    reasons = [
        "; ".join(dict.fromkeys(reason for reason in row if reason)) for row in curve["reason"].to_numpy()
    ]
    values["reason"] = np.array(reasons, dtype=str)
    meta = {
        "SED_TYPE": "likelihood",
        "UL_CONF": round(ul_confidence(curve.attrs["ul_sigma"]), 7),
        "UL_METH": curve.attrs["ul_method"],
        "MJDREFI": 0,
        "MJDREFF": 0.0,
        "TIMEUNIT": "d",
        "TIMESYS": "tt",
    }
    return Columns(values, units, meta)
