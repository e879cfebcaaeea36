"""Light curves: the flux of every time interval in energy bands, with errors and limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.alpha_systematic import as_systematic
from lightpool.band_norms import UL_THRESHOLD, BandNorms, band_edges, snapped_edges
from lightpool.forward import Folded, as_fit_range
from lightpool.interval_rows import IntervalRows, counted, interval_rows
from lightpool.sed import UNITS
from lightpool.separate_fits import fit_parts
from lightpool.spectra import SpectralModel

#: TeV; the one band of a light curve unless one asks otherwise.
ENERGY_EDGES = (1.0, 10.0)
_FLUXES = ("", "_err", "_errp", "_errn", "_ul")


def light_curve(
    cube: xr.Dataset,
    model: SpectralModel,
    energy_edges: Any = ENERGY_EDGES,
    *,
    refit: bool = False,
    fit_range: Any = None,
    ul_sigma: float = 2.0,
    ul_method: str = "profile",
    alpha_systematic: float = 0.0,
) -> xr.Dataset:
    """Return the flux of every time interval of a cube in energy bands.

    In each interval and band the norm of `model` is fitted to the pieces of runs together, the
    shape held fixed; all of them are found in one step, as flux points are. Bands are snapped to
    the nearest edges of the cube.

    Parameters
    ----------
    cube : Dataset
        Of ``reduce(..., intervals=...)``; without intervals each row of the time axis is one.
    model : SpectralModel
        The shape, usually ``fit(...).model`` of all data.
    energy_edges : array-like, TeV, or quantity
    refit : bool
        Whether each interval's shape is that of its own best fit (of what is free in `model`, to
        all its bins) instead.
    fit_range, ul_sigma, ul_method, alpha_systematic
        As for `flux_points`.

    Returns
    -------
    Dataset, dims (interval, band)
        ``flux`` with ``_err``, ``_errp``, ``_errn``, ``_ul`` (cm-2 s-1); ``norm`` with the same,
        relative to ``ref_dnde``, ``ref_flux``, ``ref_eflux``, ``ref_e2dnde``; ``ts``, ``sqrt_ts``,
        ``stat``, ``stat_null``; ``counts``, ``counts_off``, ``background``, ``excess`` in the bins
        of the band; ``is_ul``, ``success``, ``reason``; ``livetime`` (interval, s). Coordinates
        ``e_ref``, ``e_min``, ``e_max`` (TeV) and ``time_start``, ``time_stop`` (UTC). Every
        interval that was asked for has a row; ``reason`` says why one has no flux.

    Raises
    ------
    SettingsError, AnalysisError
        For settings that cannot be used, no bin to fit at all, or a cube without times.

    Examples
    --------
    >>> curve = lp.light_curve(cube, result.model, [1, 10])  # here a point for each run
    >>> [round(float(v), 1) for v in curve.flux.isel(band=0) * 1e11]  # cm-2 s-1
    [1.9, 1.8, 1.7, 2.0]
    """
    rows, fit_range = interval_rows(cube), as_fit_range(fit_range)
    folded = Folded(cube, fit_range, as_systematic(alpha_systematic))
    requested, snapped = snapped_edges(folded.energy_edges, energy_edges, name="light-curve edges")
    folded.require_bins(fit_range)
    models: list[SpectralModel | None] = [model] * len(rows.labels)
    refused = list(rows.reasons)
    if refit:
        models, refused = _refitted(cube, model, rows, fit_range, alpha_systematic)

    group, signal = np.full(len(folded.counts), -1), np.zeros(folded.counts.shape)
    together = None if refit else folded.npred(model)
    n_regions, n_times = folded.shape[:2]
    for k, (times, own) in enumerate(zip(rows.times, models, strict=True)):
        if own is None or not len(times):
            continue
        at = (np.arange(n_regions)[:, None] * n_times + times).ravel()
        group[at] = k
        signal[at] = folded.part(times).npred(own) if together is None else together[at]
    bands = BandNorms(folded, signal, snapped, group, len(rows.labels))
    columns = bands.solve(
        ul_sigma=ul_sigma, ul_method=ul_method, alpha_systematic=alpha_systematic, extras=False
    )
    for name, values in {
        "counts": folded.counts,
        "counts_off": folded.counts_off,
        "background": folded.alpha * folded.counts_off,
    }.items():
        columns[name] = bands.per_cell(values)
    columns["excess"] = columns["counts"] - columns["background"]
    columns["is_ul"] = ~(columns["sqrt_ts"] >= UL_THRESHOLD)
    columns["success"] = bands.reasons == ""
    shape = (len(rows.labels), len(snapped) - 1)
    grid = {name: values.reshape(shape) for name, values in columns.items()}
    reasons = bands.reasons.reshape(shape).astype(object)
    for k, reason in enumerate(refused):
        if reason:
            reasons[k] = reason
    grid["reason"] = reasons.astype(str)
    e_min, e_max = band_edges(folded.energy_edges, requested, snapped)
    grid |= _references(models, e_min, e_max)
    out = _dataset(grid, rows, e_min, e_max)
    return out.assign(livetime=counted(cube, rows)["livetime"]).assign_attrs(
        ul_sigma=float(ul_sigma), ul_method=ul_method, model=type(model).__name__, refit=int(refit)
    )


def _refitted(
    cube: xr.Dataset, model: SpectralModel, rows: IntervalRows, fit_range: Any, alpha_systematic: float
) -> tuple[list[SpectralModel | None], list[str]]:
    """Return the best fit of each interval, None with a reason where there is none."""
    parts = fit_parts(cube, model, over=rows.name, fit_range=fit_range, alpha_systematic=alpha_systematic)
    by_label = {int(part.times[0]): part for part in parts}
    models: list[SpectralModel | None] = []
    reasons = []
    for times, reason in zip(rows.times, rows.reasons, strict=True):
        part = by_label[int(times[0])] if len(times) else None
        if part is not None and part.solution is not None and part.solution.success:
            models.append(part.solution.model)
        else:
            models.append(None)
            if part is not None:
                reason = f"the spectrum of the interval could not be fitted: {part.reason}"
        reasons.append(reason)
    return models, reasons


def _references(
    models: list[SpectralModel | None], e_min: np.ndarray, e_max: np.ndarray
) -> dict[str, np.ndarray]:
    """Return dN/dE, photon and energy flux of the shapes, shape (intervals, bands); NaN without one."""
    e_ref = np.sqrt(e_min * e_max)
    known: dict[int, list[np.ndarray]] = {}
    nothing = [np.full(len(e_ref), np.nan)] * 3
    table = []
    for model in models:
        if model is None:
            table.append(nothing)
            continue
        if id(model) not in known:
            ends = list(zip(e_min, e_max, strict=True))
            known[id(model)] = [
                model(e_ref),
                np.array([model.integral(low, high) for low, high in ends]),
                np.array([model.energy_flux(low, high) for low, high in ends]),
            ]
        table.append(known[id(model)])
    dnde, flux, eflux = np.array(table).transpose(1, 0, 2)
    return {"ref_dnde": dnde, "ref_flux": flux, "ref_eflux": eflux, "ref_e2dnde": dnde * e_ref**2}


def _dataset(
    grid: dict[str, np.ndarray], rows: IntervalRows, e_min: np.ndarray, e_max: np.ndarray
) -> xr.Dataset:
    dims = ("interval", "band")
    variables: dict[str, Any] = {
        f"flux{suffix}": (dims, grid[f"norm{suffix}"] * grid["ref_flux"], {"units": UNITS["flux"]})
        for suffix in _FLUXES
    }
    units = {name: UNITS[name.removeprefix("ref_")] for name in grid if name.startswith("ref_")}
    for name, values in grid.items():
        variables[name] = (dims, values, {"units": units[name]} if name in units else {})
    energies = {
        name: ("band", values, {"units": "TeV"})
        for name, values in (("e_ref", np.sqrt(e_min * e_max)), ("e_min", e_min), ("e_max", e_max))
    }
    return xr.Dataset(variables, {"band": np.arange(len(e_min)), **energies, **rows.coords})
