"""The same model fitted to each run alone, to set beside the joint fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import AnalysisError
from lightpool.fitting import fit
from lightpool.spectra import SpectralModel


def fit_runs(
    cube: xr.Dataset, model: SpectralModel, *, fit_range: Any = None, alpha_systematic: float = 0.0
) -> xr.Dataset:
    """Return the best fit of `model` to each row of the cube's time axis on its own.

    Parameters
    ----------
    cube, model, fit_range, alpha_systematic
        As for `fit`.

    Returns
    -------
    Dataset, dims (time, parameter)
        ``value`` and ``error`` of every parameter; ``covariance`` (time, parameter, parameter_2);
        ``stat``, ``dof``, ``success``; ``reason`` says why a row could not be fitted. Such rows are
        kept, with NaN.
    """
    names = list(model.names)
    n_rows, n_parameters = cube.sizes["time"], len(names)
    value = np.full((n_rows, n_parameters), np.nan)
    error, covariance = value.copy(), np.full((n_rows, n_parameters, n_parameters), np.nan)
    stat, dof = np.full(n_rows, np.nan), np.zeros(n_rows, dtype=int)
    success, reasons = np.zeros(n_rows, dtype=bool), []
    for row in range(n_rows):
        try:
            result = fit(cube.isel(time=[row]), model, fit_range=fit_range, alpha_systematic=alpha_systematic)
        except AnalysisError as problem:
            reasons.append(str(problem))
            continue
        value[row] = result.model.values
        error[row] = [p.error for p in result.model.parameters]
        covariance[row] = result.covariance
        stat[row], dof[row], success[row] = result.stat, result.dof, result.success
        reasons.append("" if result.success else " ".join((result.message, *result.health)))
    units = [p.unit for p in model.parameters]
    coords: dict[str, Any] = {"parameter": names, "parameter_2": names, "unit": ("parameter", units)}
    coords |= {name: cube[name] for name in ("obs_id", "time_start", "time_stop") if name in cube.coords}
    return xr.Dataset(
        {
            "value": (("time", "parameter"), value),
            "error": (("time", "parameter"), error),
            "covariance": (("time", "parameter", "parameter_2"), covariance),
            "stat": ("time", stat),
            "dof": ("time", dof),
            "success": ("time", success),
            "reason": ("time", np.array(reasons, dtype=str)),
        },
        coords | {"time": cube["time"].to_numpy()},
    )
