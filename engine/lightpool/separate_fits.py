"""One model fitted to parts of a cube: run by run, or interval by interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from lightpool.alpha_systematic import as_systematic
from lightpool.errors import AnalysisError, SettingsError
from lightpool.fitting import NO_COUNTS, Solution, health_of, require_start, solve
from lightpool.forward import FitRange, Folded, as_fit_range
from lightpool.joint_fits import shared_indices, solve_jointly
from lightpool.spectra import SpectralModel


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of a cube that are fitted together, and what came of it.

    Parameters
    ----------
    label : object
        Their value of the coordinate that tells parts apart.
    times : ndarray, int
        Their positions on the time axis.
    solution : Solution or None
        None where nothing could be fitted.
    stat_null : float
        The statistic without a source.
    reason : str
        Why there is no solution, or what is wrong with it; empty if nothing is.
    """

    label: Any
    times: np.ndarray
    solution: Solution | None
    stat_null: float
    reason: str

    @property
    def ts(self) -> float:
        """The drop of the statistic from no source to the solution; NaN without one."""
        return np.nan if self.solution is None else self.stat_null - self.solution.stat


def fit_each(
    cube: xr.Dataset,
    model: SpectralModel,
    *,
    over: str = "time",
    shared: Iterable[str] = (),
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
    shared : iterable of str
        Free parameters that have one value in all parts, found together with all others.

    Returns
    -------
    Dataset, dims (`over`, parameter)
        ``value`` and ``error`` of every parameter; ``covariance`` (`over`, parameter, parameter_2);
        ``stat``, ``ts`` (the drop from no source), ``dof`` (bins less free parameters, shared ones
        not counted), ``success``, ``n_rows``; ``time_start`` and ``time_stop`` of what was fitted;
        ``reason`` says why a part could not be fitted. Such parts are kept, with NaN.

    Raises
    ------
    SettingsError
        If `over` is no coordinate of the time axis, or a shared parameter is not free.

    Examples
    --------
    >>> runs_apart = lp.fit_each(cube, lp.PowerLaw(), over="obs_id")
    >>> [round(float(v), 1) for v in runs_apart.value.sel(parameter="index")]
    [2.6, 2.7, 2.7, 2.6]
    """
    parts = fit_parts(
        cube, model, over=over, shared=shared, fit_range=fit_range, alpha_systematic=alpha_systematic
    )
    times = {
        name: (over, np.array([pick(cube[name].to_numpy()[part.times]) for part in parts]))
        for name, pick in (("time_start", np.min), ("time_stop", np.max))
        if name in cube.coords
    }
    columns = fit_columns([part.solution for part in parts], model)
    columns |= {
        "ts": np.array([part.ts for part in parts]),
        "reason": np.array([part.reason for part in parts], dtype=str),
        "n_rows": np.array([len(part.times) for part in parts]),
    }
    return fit_dataset(columns, model, over, [part.label for part in parts], times)


def fit_parts(
    cube: xr.Dataset,
    model: SpectralModel,
    *,
    over: str,
    shared: Iterable[str] = (),
    fit_range: Any = None,
    alpha_systematic: float = 0.0,
) -> list[Part]:
    """Return the parts of a cube with their best fits; arguments and errors as `fit_each`."""
    if over not in cube.coords or cube[over].dims != ("time",):
        known = [str(name) for name in cube.coords if cube[name].dims == ("time",)]
        raise SettingsError(f"the cube has no {over!r} on its time axis", expected=", ".join(known))
    shared = tuple(shared)
    shared_indices(model, shared)
    require_start(model)
    fit_range = as_fit_range(fit_range)
    folded = Folded(cube, fit_range, as_systematic(alpha_systematic))
    labels = cube[over].to_numpy()
    times = [np.flatnonzero(labels == label) for label in dict.fromkeys(labels.tolist())]
    pieces = [folded.part(at) for at in times]
    reasons = [_obstacle(piece, fit_range) for piece in pieces]
    good = [k for k, reason in enumerate(reasons) if not reason]
    solutions: list[Solution | None] = [None] * len(pieces)
    if shared and good:
        found = _jointly([pieces[k] for k in good], model, shared)
    else:
        found = [solve(pieces[k], model) for k in good]
    for k, solution in zip(good, found, strict=True):
        solutions[k] = solution
        if not solution.success:
            reasons[k] = " ".join((solution.message, *solution.health))
    return [
        Part(labels[at[0]].item(), at, solution, _without_source(piece), reason)
        for at, piece, solution, reason in zip(times, pieces, solutions, reasons, strict=True)
    ]


def fit_columns(solutions: list[Solution | None], model: SpectralModel) -> dict[str, np.ndarray]:
    """Return value, error, covariance, stat, dof and success of fits as arrays; NaN where there is none."""
    n, n_parameters = len(solutions), len(model.names)
    value = np.full((n, n_parameters), np.nan)
    columns = {
        "value": value,
        "error": value.copy(),
        "covariance": np.full((n, n_parameters, n_parameters), np.nan),
        "stat": np.full(n, np.nan),
        "dof": np.zeros(n, dtype=int),
        "success": np.zeros(n, dtype=bool),
    }
    for k, solution in enumerate(solutions):
        if solution is None:
            continue
        best = solution.model
        columns["value"][k] = best.values
        columns["error"][k] = [p.error for p in best.parameters]
        columns["covariance"][k] = best.covariance
        columns["stat"][k], columns["success"][k] = solution.stat, solution.success
        columns["dof"][k] = solution.n_bins - len(best.free_indices)
    return columns


def fit_dataset(
    columns: dict[str, np.ndarray],
    model: SpectralModel,
    over: str,
    labels: list[Any],
    coords: dict[str, Any],
) -> xr.Dataset:
    """Return columns of fits with their labels."""
    dims: dict[str, tuple[str, ...]] = {"value": (over, "parameter"), "error": (over, "parameter")}
    dims["covariance"] = (over, "parameter", "parameter_2")
    names = list(model.names)
    units = [p.unit for p in model.parameters]
    return xr.Dataset(
        {name: (dims.get(name, over), column) for name, column in columns.items()},
        {over: labels, "parameter": names, "parameter_2": names, "unit": ("parameter", units), **coords},
    )


def _obstacle(piece: Folded, fit_range: FitRange) -> str:
    """Return why nothing can be fitted to some rows; empty if something can."""
    try:
        piece.require_bins(fit_range)
    except AnalysisError as problem:
        return str(problem)
    if piece.counts[piece.mask].any():
        return ""
    return NO_COUNTS if piece.counts_off[piece.mask].any() else "There is nothing to fit: not one event."


def _without_source(piece: Folded) -> float:
    return float(piece.statistic(piece.mask).terms(np.zeros(int(piece.mask.sum()))).stat.sum())


def _jointly(pieces: list[Folded], model: SpectralModel, shared: tuple[str, ...]) -> list[Solution]:
    minimum = solve_jointly(pieces, model, shared)
    solutions = []
    for piece, values, covariance in zip(pieces, minimum.values, minimum.covariance, strict=True):
        best, mask = model.fitted(values, covariance), piece.mask
        stat = float(piece.statistic(mask).terms(piece.npred(best)[mask]).stat.sum())
        solutions.append(
            Solution(
                best, stat, int(mask.sum()), minimum.success, minimum.message, health_of(best), minimum.nfev
            )
        )
    return solutions
