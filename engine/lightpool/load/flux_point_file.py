"""Flux points from FITS and ECSV tables after the GADF SED format, read leniently."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import DataError
from lightpool.load.sed_columns import SedColumns, read_columns
from lightpool.sed import NORMS, REFERENCES, UNITS, FluxPoints
from lightpool.spectra import PowerLaw, SpectralModel

#: Below this significance a point is a limit, where the file does not say.
_UL_THRESHOLD = 2.0
_NO_VALUE = "no value in the file"


def read_flux_points(path: str | Path, *, model: SpectralModel | None = None) -> FluxPoints:
    """Return the flux points of a file.

    Points may share an energy, lack errors or limits, and be in any unit that converts. A
    missing symmetric error is the mean of the asymmetric ones, and they are the symmetric one
    where they are missing. Profiles are kept if all points have them at the same norms.

    Parameters
    ----------
    path : path
        SED_TYPE dnde, flux, eflux, e2dnde or likelihood; guessed from the columns where it is missing.
    model : SpectralModel, optional
        The reference that turns one quantity into another. A table of type likelihood has its
        own values of it, which stand; for others it is a power law of index 2 if not given.

    Returns
    -------
    FluxPoints

    Raises
    ------
    DataError
        If the file is missing or damaged, or lacks a column that nothing can stand in for, or
        has one in a wrong unit.

    Examples
    --------
    >>> points.to_table("dnde").write("points.ecsv", overwrite=True)
    >>> again = lp.load.read_flux_points("points.ecsv")
    >>> bool(abs(again["dnde"] / points["dnde"] - 1).max() < 1e-6)
    True
    """
    columns = read_columns(Path(path))
    sed_type = _sed_type(columns)
    if sed_type != "likelihood" and model is None:
        model = PowerLaw(index=2)
    bands = _energies(columns, sed_type)
    references = _references(columns, bands, model)
    known = np.isfinite(references["ref_dnde" if sed_type == "likelihood" else REFERENCES[sed_type]])
    if not known.any():
        raise DataError("no point has an energy", where=columns.where, found=f"{len(known)} points")

    norms = _norms(columns, sed_type, references)
    results = {name: _optional(columns, name, len(known)) for name in ("ts", "sqrt_ts", "stat", "stat_null")}
    if "sqrt_ts" not in columns:
        results["sqrt_ts"] = np.sign(norms["norm"]) * np.sqrt(np.maximum(results["ts"], 0.0))
    measured = np.isfinite(norms["norm"])
    success = measured | np.isfinite(norms["norm_ul"])
    if "success" in columns:
        success &= columns.values["success"].astype(bool)
    is_ul = ~measured | (results["sqrt_ts"] < _UL_THRESHOLD)
    if "is_ul" in columns:
        is_ul = columns.values["is_ul"].astype(bool)
    variables: dict[str, Any] = {
        name: ("point", values) for name, values in (bands | references | norms | results).items()
    }
    for name in variables:
        unit = FluxPoints.unit(name)
        if unit:
            variables[name] = (*variables[name], {"units": unit})
    variables |= {"is_ul": ("point", is_ul), "success": ("point", success)}
    variables["reason"] = ("point", _reasons(columns, success))
    data = xr.Dataset(variables | _per_row(columns))
    method = str(columns.meta.get("UL_METH") or "profile")
    return FluxPoints(_with_profiles(data, columns), model, _ul_sigma(columns), method)


def _sed_type(columns: SedColumns) -> str:
    given = str(columns.meta.get("SED_TYPE") or "").strip().lower()
    if given in REFERENCES or given == "likelihood":
        return given
    guesses = {"norm": "likelihood"} | {name: name for name in ("dnde", "e2dnde", "flux", "eflux")}
    found = next((sed_type for name, sed_type in guesses.items() if name in columns), None)
    if found is None:
        raise DataError(
            "this table holds no flux points",
            where=columns.where,
            found=f"columns {', '.join(columns.values)}",
            expected=f"one of {', '.join(guesses)}",
        )
    return found


def _energies(columns: SedColumns, sed_type: str) -> dict[str, np.ndarray]:
    """Return e_ref, e_min and e_max, TeV; NaN for a band that is not given and not needed."""
    n = len(next(iter(columns.values.values())))
    if sed_type in ("flux", "eflux") or "e_ref" not in columns:
        for name in ("e_min", "e_max"):
            if name not in columns:
                need = "e_ref" if sed_type not in ("flux", "eflux") else name
                raise DataError(
                    f"column {need} is missing", where=columns.where, found=", ".join(columns.values)
                )
    low, high = (
        columns.number(name, "TeV") if name in columns else np.full(n, np.nan) for name in ("e_min", "e_max")
    )
    e_ref = columns.number("e_ref", "TeV") if "e_ref" in columns else np.sqrt(low * high)
    for values, name in ((e_ref, "e_ref"), (low, "e_min")):
        if np.any(values <= 0):
            raise DataError(
                f"column {name} must be positive", where=columns.where, found=f"{np.nanmin(values):g} TeV"
            )
    return {"e_ref": e_ref, "e_min": low, "e_max": high}


def _references(
    columns: SedColumns, bands: dict[str, np.ndarray], model: SpectralModel | None
) -> dict[str, np.ndarray]:
    """Return the reference in each quantity: the file's own, else the model's, else NaN."""
    e_ref, low, high = bands.values()
    if model is None or "ref_dnde" in columns:
        dnde = columns.number("ref_dnde", UNITS["dnde"])
        flux, eflux = (
            columns.number(f"ref_{name}", UNITS[name])
            if f"ref_{name}" in columns
            else np.full(len(dnde), np.nan)
            for name in ("flux", "eflux")
        )
    else:
        dnde, flux, eflux = (np.full(len(e_ref), np.nan) for _ in range(3))
        at = np.isfinite(e_ref)
        dnde[at] = model(e_ref[at])
        for i in np.flatnonzero(np.isfinite(low) & (high > low)):
            flux[i], eflux[i] = model.integral(low[i], high[i]), model.energy_flux(low[i], high[i])
    return {"ref_dnde": dnde, "ref_e2dnde": dnde * e_ref**2, "ref_flux": flux, "ref_eflux": eflux}


def _norms(columns: SedColumns, sed_type: str, references: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    n = len(references["ref_dnde"])
    out = {}
    for norm in NORMS:
        if sed_type == "likelihood":
            out[norm] = columns.number(norm) if norm == "norm" else _optional(columns, norm, n)
            continue
        name = norm.replace("norm", sed_type)
        if name in columns or name == sed_type:
            with np.errstate(divide="ignore", invalid="ignore"):
                out[norm] = columns.number(name, UNITS[sed_type]) / references[REFERENCES[sed_type]]
        else:
            out[norm] = np.full(n, np.nan)
    error, high, low = (np.abs(out[f"norm_{name}"]) for name in ("err", "errp", "errn"))  # some are signed
    out["norm_err"] = np.where(np.isfinite(error), error, 0.5 * (high + low))
    out["norm_errp"] = np.where(np.isfinite(high), high, error)
    out["norm_errn"] = np.where(np.isfinite(low), low, error)
    return out


def _optional(columns: SedColumns, name: str, n: int) -> np.ndarray:
    return columns.number(name) if name in columns else np.full(n, np.nan)


def _reasons(columns: SedColumns, success: np.ndarray) -> np.ndarray:
    given = columns.values["reason"].astype(str) if "reason" in columns else np.full(len(success), "")
    given = np.where(given == "N/A", "", given)  # how an empty text comes out of a masked column
    return np.where(success | (given != ""), given, _NO_VALUE)


def _per_row(columns: SedColumns) -> dict[str, Any]:
    """Return counts and predictions for each row of the cube that they came from."""
    out: dict[str, Any] = {}
    for name in ("counts", "npred", "npred_excess"):
        if name in columns:
            values = columns.number(name)
            out[name] = (("point", "row"), values.reshape(len(values), -1))
    if len({values.shape for _, values in out.values()}) > 1:
        return {}
    return out


def _with_profiles(data: xr.Dataset, columns: SedColumns) -> xr.Dataset:
    if "norm_scan" not in columns or "stat_scan" not in columns:
        return data
    norms, stat = columns.number("norm_scan"), columns.number("stat_scan")
    if stat.ndim != 2 or norms.shape != stat.shape or not np.allclose(norms, norms[0], equal_nan=True):
        return data
    data = data.assign_coords(norm_scan=norms[0])
    return data.assign(stat_scan=(("point", "norm_scan"), stat))


def _ul_sigma(columns: SedColumns) -> float:
    """Return the standard deviations of UL_CONF, a two-sided confidence level; 2 where it is missing."""
    try:
        level = float(columns.meta.get("UL_CONF") or math.nan)
    except (TypeError, ValueError):
        level = math.nan
    return round(NormalDist().inv_cdf(0.5 * (1 + level)), 4) if 0 < level < 1 else 2.0
