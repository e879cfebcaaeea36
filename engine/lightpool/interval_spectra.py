"""Time-resolved spectroscopy: the spectrum of every time interval, and its flux."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from lightpool.axes import checked_edges
from lightpool.fitting import Solution
from lightpool.interval_rows import counted, interval_rows
from lightpool.separate_fits import fit_columns, fit_dataset, fit_parts
from lightpool.spectra import SpectralModel

#: TeV; what the flux of an interval is integrated over unless one asks otherwise.
FLUX_RANGE = (1.0, 10.0)
FLUX_UNIT = "cm-2 s-1"


def time_resolved(
    cube: xr.Dataset,
    model: SpectralModel,
    *,
    shared: Iterable[str] = (),
    fit_range: Any = None,
    flux_range: Any = FLUX_RANGE,
    alpha_systematic: float = 0.0,
) -> xr.Dataset:
    """Return the best fit of `model` in every time interval of a cube, with flux and counts.

    The pieces of runs in an interval are fitted jointly. Every interval that was asked for has a
    row, also one that holds no data or whose fit failed; ``reason`` says why.

    Parameters
    ----------
    cube : Dataset
        Of ``reduce(..., intervals=...)``; without intervals each row of the time axis is one.
    model : SpectralModel
        Where every fit starts, and what is frozen.
    shared : iterable of str
        Free parameters with one value for all intervals, found together with the others.
    fit_range : (low, high), TeV or quantities, optional
    flux_range : (low, high), TeV or quantities
        For the integral flux; its error is propagated linearly.
    alpha_systematic : float
        As for `fit`.

    Returns
    -------
    Dataset, dims (interval, parameter)
        ``value``, ``error``; ``covariance`` (interval, parameter, parameter_2); ``stat``, ``ts``
        (the drop from no source), ``dof``, ``success``, ``reason``, ``n_rows``; ``flux``,
        ``flux_err`` (cm-2 s-1); ``counts``, ``counts_off``, ``alpha``, ``background``, ``excess``,
        ``sqrt_ts`` in safe bins, ``livetime`` (s); ``time_start``, ``time_stop`` (UTC) as asked for.

    Raises
    ------
    SettingsError, AnalysisError
        For settings that cannot be used, or a cube without times.

    Examples
    --------
    >>> spectra = lp.time_resolved(cube, lp.PowerLaw())  # here one interval for each run
    >>> [round(float(v), 1) for v in spectra.flux * 1e11]  # 1 to 10 TeV, cm-2 s-1
    [2.5, 2.4, 2.4, 2.6]
    """
    rows, shared = interval_rows(cube), tuple(shared)
    low, high = checked_edges(flux_range, name="flux range")[[0, -1]]
    parts = fit_parts(
        cube, model, over=rows.name, shared=shared, fit_range=fit_range, alpha_systematic=alpha_systematic
    )
    by_label = {int(part.times[0]): part for part in parts}
    found = [by_label[int(at[0])] if len(at) else None for at in rows.times]
    solutions = [None if part is None else part.solution for part in found]
    flux = np.array([_flux(solution, low, high) for solution in solutions])
    columns = fit_columns(solutions, model)
    columns |= {
        "ts": np.array([np.nan if part is None else part.ts for part in found]),
        "reason": np.array(
            [part.reason if part else why for part, why in zip(found, rows.reasons, strict=True)], dtype=str
        ),
        "n_rows": np.array([len(at) for at in rows.times]),
        "flux": flux[:, 0],
        "flux_err": flux[:, 1],
    }
    out = fit_dataset(columns, model, "interval", list(rows.labels), rows.coords)
    out = out.assign(counted(cube, rows))
    for name, what in (("flux", "Flux"), ("flux_err", "Error of the flux")):
        out[name].attrs = {"units": FLUX_UNIT, "long_name": f"{what}, {low:g} to {high:g} TeV"}
    return out.assign_attrs(
        model=type(model).__name__, shared=" ".join(shared), e_min=float(low), e_max=float(high)
    )


def _flux(solution: Solution | None, low: float, high: float) -> tuple[float, float]:
    """Return the integral flux and its error; NaN without a fit."""
    return (np.nan, np.nan) if solution is None else solution.model.integral_error(low, high)
