"""Flux points as tables after the GADF SED format: FITS with profiles, and ECSV."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from lightpool.export.gti import good_times, gti_hdu
from lightpool.export.provenance import CREATOR
from lightpool.points import FluxPoints, ul_confidence

# Norms relative to a reference say everything; dN/dE is written out beside them for plain readers.
_COLUMNS = (
    "e_ref", "e_min", "e_max", "ref_dnde", "ref_flux", "ref_eflux", "ref_e2dnde",
    "norm", "norm_err", "norm_errn", "norm_errp", "norm_ul", "norm_sensitivity", "ts", "sqrt_ts",
    "npred", "npred_excess", "stat", "stat_null", "is_ul", "counts", "success", "reason",
    "dnde", "dnde_err", "dnde_errn", "dnde_errp", "dnde_ul", "dnde_sensitivity",
)  # fmt: skip
_ECSV_TYPES = {"f": "float64", "b": "bool", "U": "string"}


def write_flux_points(points: FluxPoints, path: Path, *, observations: Iterable[Any]) -> None:
    """Write a FITS file: FLUXPOINTS of type likelihood with norm_scan and stat_scan, and GTI.

    Parameters
    ----------
    observations : iterable of Observation
        For their good time intervals.
    """
    values = _values(points)
    if "stat_scan" in points:
        values["stat_scan"] = points["stat_scan"]
        values["norm_scan"] = np.broadcast_to(points.data["norm_scan"].to_numpy(), values["stat_scan"].shape)
    columns = []
    for name, column in values.items():
        unit = points.unit(name) or None
        columns.append(fits.Column(name, _format(column), unit, array=column, dim=_dim(column)))
    header = fits.Header({**_meta(points), "CREATOR": CREATOR})
    table = fits.BinTableHDU.from_columns(columns, header, name="FLUXPOINTS")
    fits.HDUList([fits.PrimaryHDU(), table, gti_hdu(good_times(observations))]).writeto(path)


def write_flux_points_ecsv(points: FluxPoints, path: Path) -> None:
    """Write the same table, without the profiles, as text that astropy reads (ECSV 1.0)."""
    values = _values(points)
    lines = ["%ECSV 1.0", "---", "datatype:"]
    for name, column in values.items():
        unit = points.unit(name)
        entry = f"name: {name}, " + (f"unit: {unit}, " if unit else "")
        if column.ndim > 1:
            entry += f"datatype: string, subtype: 'float64[{column.shape[1]}]'"
        else:
            entry += f"datatype: {_ECSV_TYPES[column.dtype.kind]}"
        lines.append(f"- {{{entry}}}")
    lines.append("meta: !!omap")
    lines += [f"- {{{key}: {value}}}" for key, value in {**_meta(points), "CREATOR": CREATOR}.items()]
    lines.append("schema: astropy-2.0")
    text = [f"# {line}" for line in lines]
    text.append(" ".join(values))
    text += [" ".join(_cell(column[i]) for column in values.values()) for i in range(len(points))]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def _values(points: FluxPoints) -> dict[str, np.ndarray]:
    return {name: points[name] for name in _COLUMNS if name in points}


def _meta(points: FluxPoints) -> dict[str, Any]:
    return {
        "SED_TYPE": "likelihood",
        "UL_CONF": round(ul_confidence(points.ul_sigma), 7),
        "UL_METH": points.ul_method,
    }


def _format(column: np.ndarray) -> str:
    if column.dtype.kind == "U":
        return f"{max(column.dtype.itemsize // 4, 1)}A"
    letter = "L" if column.dtype.kind == "b" else "D"
    return letter if column.ndim == 1 else f"{column.shape[1]}{letter}"


def _dim(column: np.ndarray) -> str | None:
    """Return TDIM of a column of vectors: it keeps a vector of one a vector."""
    return f"({column.shape[1]})" if column.ndim > 1 else None


def _cell(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return json.dumps(value.tolist(), separators=(",", ":"))
    if isinstance(value, np.str_):
        return '"' + str(value).replace('"', '""') + '"'
    return str(bool(value)) if isinstance(value, np.bool_) else repr(float(value))
