"""Several models in every time interval: which one each asks for, and where a fit did not converge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from lightpool.comparison import PREFERRED, by_name, p_of_drop, simpler_model
from lightpool.interval_rows import interval_rows
from lightpool.separate_fits import Part, fit_parts
from lightpool.spectra import SpectralModel


def compare_each(
    cube: xr.Dataset,
    models: Mapping[str, SpectralModel] | Iterable[SpectralModel],
    *,
    fit_range: Any = None,
    alpha_systematic: float = 0.0,
) -> xr.Dataset:
    """Return models fitted to the same bins in every time interval, with criteria and nested tests.

    Parameters
    ----------
    cube : Dataset
        Of ``reduce(..., intervals=...)``; without intervals each row of the time axis is one.
    models : mapping of name to model, or models
    fit_range, alpha_systematic
        As for `fit`.

    Returns
    -------
    Dataset, dims (interval, model)
        ``stat``, ``dof``, ``aic``, ``bic``; ``delta_ts``, the drop from the richest model among the
        others that this one contains, ``nested_in``, with its probability ``p_nested`` (Wilks 1938);
        ``success`` and ``reason``: a fit that did not converge has no other number, and the rest go
        on. ``preferred`` (interval) is the model of lowest AIC. ``delta_ts_sum`` and ``p_sum``
        (model) are of all intervals together in which both converged. ``attrs["verdict"]`` says
        in a sentence what the data ask for.

    Raises
    ------
    SettingsError
        Without models.

    Examples
    --------
    >>> table = lp.compare_each(cube, [lp.PowerLaw(), lp.ExpCutoffPowerLaw()])  # here for each run
    >>> [round(float(v), 2) for v in table.p_nested.sel(model="ExpCutoffPowerLaw")]
    [0.94, 0.1, 0.08, 0.04]
    """
    named, rows = by_name(models), interval_rows(cube)
    names, n = list(named), len(rows.labels)
    columns = {
        name: np.full((n, len(names)), np.nan) for name in ("stat", "aic", "bic", "delta_ts", "p_nested")
    }
    success, dof = np.zeros((n, len(names)), dtype=bool), np.zeros((n, len(names)), dtype=int)
    reasons = np.array([[reason] * len(names) for reason in rows.reasons], dtype=object)
    for j, model in enumerate(named.values()):
        parts = fit_parts(cube, model, over=rows.name, fit_range=fit_range, alpha_systematic=alpha_systematic)
        by_row = {int(part.times[0]): part for part in parts}
        for k, times in enumerate(rows.times):
            if not len(times):
                continue
            part = by_row[int(times[0])]
            reasons[k, j], success[k, j] = part.reason, _converged(part)
            if part.solution is not None and success[k, j]:
                n_free, n_bins = len(model.free_indices), part.solution.n_bins
                columns["stat"][k, j], dof[k, j] = part.solution.stat, n_bins - n_free
                columns["aic"][k, j] = part.solution.stat + 2 * n_free
                columns["bic"][k, j] = part.solution.stat + n_free * np.log(n_bins)

    nested_in = np.full((n, len(names)), "", dtype=object)
    free = {name: len(model.free_indices) for name, model in named.items()}
    extra_sum = np.zeros(len(names), dtype=int)
    for k in range(n):
        converged = {name: named[name] for j, name in enumerate(names) if success[k, j]}
        for j, name in enumerate(names):
            simpler = simpler_model(name, converged) if name in converged else ""
            if simpler:
                delta = columns["stat"][k, names.index(simpler)] - columns["stat"][k, j]
                extra = free[name] - free[simpler]
                nested_in[k, j], extra_sum[j] = simpler, extra_sum[j] + extra
                columns["delta_ts"][k, j], columns["p_nested"][k, j] = delta, p_of_drop(delta, extra)
    tested = extra_sum > 0
    delta_sum = np.where(tested, np.nansum(columns["delta_ts"], axis=0), np.nan)
    p_sum = [p_of_drop(d, int(e)) if e else np.nan for d, e in zip(delta_sum, extra_sum, strict=True)]
    dims = ("interval", "model")
    out = xr.Dataset(
        {
            **{name: (dims, values) for name, values in columns.items()},
            "dof": (dims, dof),
            "nested_in": (dims, nested_in.astype(str)),
            "success": (dims, success),
            "reason": (dims, reasons.astype(str)),
            "preferred": ("interval", _lowest(columns["aic"], names)),
            "delta_ts_sum": ("model", delta_sum),
            "p_sum": ("model", np.array(p_sum)),
        },
        {"model": names, **rows.coords},
    )
    return out.assign_attrs(verdict=_verdict(out))


def _converged(part: Part) -> bool:
    return part.solution is not None and part.solution.success


def _lowest(criterion: np.ndarray, names: list[str]) -> np.ndarray:
    """Return the name of the lowest entry of each row; empty where there is none."""
    known = np.isfinite(criterion).any(axis=1)
    best = np.argmin(np.where(np.isfinite(criterion), criterion, np.inf), axis=1)
    return np.where(known, np.array(names)[best], "")


def _verdict(table: xr.Dataset) -> str:
    """Return what the comparison says, in plain words."""
    n = int(table["success"].any("model").sum())
    if not n:
        return "No model could be fitted in any time interval."
    sentences = []
    for name in map(str, table["model"].values):
        row = table.sel(model=name)
        failed = table["interval"].values[~row["success"].values & table["success"].any("model").values]
        simpler = sorted(set(row["nested_in"].values.tolist()) - {""})
        if simpler:
            asked = table["interval"].values[row["p_nested"].values < PREFERRED]
            where = f" ({', '.join(map(str, asked))})" if len(asked) else ""
            sentences.append(
                f"{name} is preferred over {' or '.join(simpler)} (p < {PREFERRED:g}) in {len(asked)} of "
                f"{_intervals(int(np.isfinite(row['p_nested']).sum()))}{where}; over all of them together "
                f"delta TS is {float(row['delta_ts_sum']):.1f}, p = {float(row['p_sum']):.2g}."
            )
        if len(failed):
            sentences.append(
                f"{name} did not converge in {_intervals(len(failed))} ({', '.join(map(str, failed))})."
            )
    return " ".join(sentences) or f"{_intervals(n)} could be fitted; no model contains another."


def _intervals(n: int) -> str:
    return f"{n} interval{'' if n == 1 else 's'}"
