"""Flux points as tables after the GADF SED format: FITS with profiles, and ECSV."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.export.columns import Columns, fits_table, write_ecsv
from lightpool.export.gti import good_times, gti_table
from lightpool.fits_table import write_fits
from lightpool.points import FluxPoints, ul_confidence

# Norms relative to a reference say everything; dN/dE is written out beside them for plain readers.
_COLUMNS = (
    "e_ref", "e_min", "e_max", "ref_dnde", "ref_flux", "ref_eflux", "ref_e2dnde",
    "norm", "norm_err", "norm_errn", "norm_errp", "norm_ul", "norm_sensitivity", "ts", "sqrt_ts",
    "npred", "npred_excess", "stat", "stat_null", "is_ul", "counts", "success", "reason",
    "dnde", "dnde_err", "dnde_errn", "dnde_errp", "dnde_ul", "dnde_sensitivity",
)  # fmt: skip


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
    table = fits_table(_columns(points, values), "FLUXPOINTS")
    write_fits(path, [table, gti_table(good_times(observations))])


def write_flux_points_ecsv(points: FluxPoints, path: Path) -> None:
    """Write the same table, without the profiles, as text that astropy reads (ECSV 1.0)."""
    write_ecsv(_columns(points, _values(points)), path)


def _columns(points: FluxPoints, values: dict[str, np.ndarray]) -> Columns:
    meta = {
        "SED_TYPE": "likelihood",
        "UL_CONF": round(ul_confidence(points.ul_sigma), 7),
        "UL_METH": points.ul_method,
    }
    return Columns(values, {name: points.unit(name) for name in values}, meta)


def _values(points: FluxPoints) -> dict[str, np.ndarray]:
    return {name: points[name] for name in _COLUMNS if name in points}
