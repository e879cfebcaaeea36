"""The same model fitted to parts of a cube on their own: run by run, or interval by interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import AnalysisError, SettingsError
from lightpool.fitting import fit
from lightpool.spectra import SpectralModel


def fit_each(
    cube: xr.Dataset,
    model: SpectralModel,
    *,
    over: str = "time",
    fit_range: Any = None,
    alpha_systematic: float = 0.0,
) -> xr.Dataset:
    """Return the best fit of `model` to each part of a cube on its own.

    Parameters
    ----------
    cube, model, fit_range, alpha_systematic
        As for `fit`. Every part starts from `model`.
    over : str
        A coordinate on the time axis: ``time`` for every row, ``obs_id`` for every run,
        ``interval`` for every time interval. Rows that share a value are fitted jointly.

    Returns
    -------
    Dataset, dims (`over`, parameter)
        ``value`` and ``error`` of every parameter; ``covariance`` (`over`, parameter, parameter_2);
        ``stat``, ``dof``, ``success``, ``n_rows``; ``time_start`` and ``time_stop`` of what was
        fitted; ``reason`` says why a part could not be fitted. Such parts are kept, with NaN.

    Raises
    ------
    SettingsError
        If `over` is no coordinate of the time axis.
    """
    if over not in cube.coords or cube[over].dims != ("time",):
        known = [str(name) for name in cube.coords if cube[name].dims == ("time",)]
        raise SettingsError(f"the cube has no {over!r} on its time axis", expected=", ".join(known))
    labels = cube[over].to_numpy()
    parts = list(dict.fromkeys(labels.tolist()))
    names = list(model.names)
    n, n_parameters = len(parts), len(names)
    value = np.full((n, n_parameters), np.nan)
    error, covariance = value.copy(), np.full((n, n_parameters, n_parameters), np.nan)
    stat, dof, success = np.full(n, np.nan), np.zeros(n, dtype=int), np.zeros(n, dtype=bool)
    rows = [np.flatnonzero(labels == part) for part in parts]
    reasons = [""] * n
    for k in range(n):
        try:
            result = fit(
                cube.isel(time=rows[k]), model, fit_range=fit_range, alpha_systematic=alpha_systematic
            )
        except AnalysisError as problem:
            reasons[k] = str(problem)
            continue
        value[k] = result.model.values
        error[k] = [p.error for p in result.model.parameters]
        covariance[k] = result.covariance
        stat[k], dof[k], success[k] = result.stat, result.dof, result.success
        if not result.success:
            reasons[k] = " ".join((result.message, *result.health))
    times = {
        name: (over, np.array([pick(cube[name].to_numpy()[r]) for r in rows]))
        for name, pick in (("time_start", np.min), ("time_stop", np.max))
        if name in cube.coords
    }
    units = [p.unit for p in model.parameters]
    return xr.Dataset(
        {
            "value": ((over, "parameter"), value),
            "error": ((over, "parameter"), error),
            "covariance": ((over, "parameter", "parameter_2"), covariance),
            "stat": (over, stat),
            "dof": (over, dof),
            "success": (over, success),
            "reason": (over, np.array(reasons, dtype=str)),
            "n_rows": (over, np.array([len(r) for r in rows])),
        },
        {over: parts, "parameter": names, "parameter_2": names, "unit": ("parameter", units), **times},
    )
