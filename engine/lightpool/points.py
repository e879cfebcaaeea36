"""The norm of a spectrum in energy bands, fitted with errors, limits and profiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.alpha_systematic import as_systematic
from lightpool.band_norms import NORM_SCAN, UL_THRESHOLD, BandNorms, band_edges, snapped_edges
from lightpool.forward import Folded, as_fit_range
from lightpool.sed import ERG_PER_TEV, UNITS, FluxPoints, ul_confidence
from lightpool.spectra import SpectralModel
from lightpool.statistics import profiled_background
from lightpool.units import to_float

__all__ = ["ERG_PER_TEV", "FluxPoints", "flux_points", "ul_confidence"]


def flux_points(
    cube: xr.Dataset,
    model: SpectralModel,
    edges: Any,
    *,
    fit_range: Any = None,
    ul_sigma: float = 2.0,
    ul_method: str = "profile",
    alpha_systematic: float = 0.0,
) -> FluxPoints:
    """Return flux points: in each band the norm of `model` that fits best, its shape held fixed.

    Bands are snapped to the nearest edges of the cube in log energy. All norms, errors and
    limits are found together; see `profile`.

    Parameters
    ----------
    cube : Dataset
        Stacked or not; rows are fitted jointly.
    model : SpectralModel
        The reference, usually ``fit(...).model``.
    edges : array-like, TeV, or quantity
        Edges of the bands.
    fit_range : (low, high), optional
        As for `fit`.
    ul_sigma : float
        Confidence of the limits, in two-sided standard deviations.
    ul_method : str
        ``profile`` takes the upper crossing of ``stat_min + ul_sigma**2``, from the best fit even
        where that is negative; ``bounded`` starts from norms that are not negative; ``rolke`` and
        ``feldman-cousins`` use the summed counts of the band. See `limits.upper_limit`.
    alpha_systematic : float
        As for `fit`.

    Returns
    -------
    FluxPoints
        A band without a bin to fit is kept, with NaN, ``success`` False and a reason. The
        symmetric error is that of the curvature; where a profile has none (no counts at all) it is
        the upper error.

    Raises
    ------
    SettingsError
        If no band overlaps the cube, or the edges do not increase.
    AnalysisError
        If no bin is left to fit at all.

    Examples
    --------
    >>> points = lp.flux_points(cube, result.model, lp.energy_edges("1 TeV", "30 TeV", n=4))
    >>> [round(float(v), 1) for v in points["sqrt_ts"]]
    [30.6, 14.2, 14.5, 3.7]
    >>> [round(float(v), 1) for v in points["e2dnde"] * 1e12]  # TeV cm-2 s-1
    [27.6, 19.2, 13.8, 2.6]
    """
    fit_range = as_fit_range(fit_range)
    folded = Folded(cube, fit_range, as_systematic(alpha_systematic))
    requested, snapped = snapped_edges(folded.energy_edges, edges, name="flux-point edges")
    folded.require_bins(fit_range)
    model = _positive(model)
    bands = BandNorms(folded, folded.npred(model), snapped)
    columns = bands.solve(ul_sigma=ul_sigma, ul_method=ul_method, alpha_systematic=alpha_systematic)
    ul_sigma = to_float(ul_sigma, "", name="ul_sigma")
    return FluxPoints(_dataset(columns, bands, model, requested, cube), model, ul_sigma, ul_method)


def _positive(model: SpectralModel) -> SpectralModel:
    """Return a model of the same shape with a positive norm: a fit without an excess has none.

    Flux points have a norm of their own, so that of their reference does not change them.
    """
    if not model.norm or not model[model.norm].value < 0:
        return model
    return model.with_values(**{model.norm: -model[model.norm].value})


def _dataset(
    columns: dict[str, np.ndarray],
    bands: BandNorms,
    model: SpectralModel,
    requested: np.ndarray,
    cube: xr.Dataset,
) -> xr.Dataset:
    axis, folded = bands.folded.energy_edges, bands.folded
    e_min, e_max = band_edges(axis, requested, bands.snapped)
    e_ref = np.sqrt(e_min * e_max)
    ref_dnde = model(e_ref)
    flux = [model.integral(low, high) for low, high in zip(e_min, e_max, strict=True)]
    energy_flux = [model.energy_flux(low, high) for low, high in zip(e_min, e_max, strict=True)]

    norm = np.zeros(bands.n)
    norm[bands.filled] = columns["norm"][bands.filled]
    fitted = np.zeros_like(bands.signal)
    fitted[bands.rows, bands.bins] = norm[bands.cell] * bands.signal[bands.rows, bands.bins]
    safe_alpha = np.where(folded.alpha > 0, folded.alpha, 1.0)
    mu_bkg = folded.alpha * profiled_background(folded.counts, folded.counts_off, safe_alpha, fitted)

    point, per_row = ("point",), ("point", "row")
    variables: dict[str, Any] = {
        "e_ref": (point, e_ref, {"units": "TeV"}),
        "e_min": (point, e_min, {"units": "TeV"}),
        "e_max": (point, e_max, {"units": "TeV"}),
        "ref_dnde": (point, ref_dnde, {"units": UNITS["dnde"]}),
        "ref_e2dnde": (point, ref_dnde * e_ref**2, {"units": UNITS["e2dnde"]}),
        "ref_flux": (point, flux, {"units": UNITS["flux"]}),
        "ref_eflux": (point, energy_flux, {"units": UNITS["eflux"]}),
        "is_ul": (point, ~(columns["sqrt_ts"] >= UL_THRESHOLD)),
        "success": (point, bands.reasons == ""),
        "reason": (point, bands.reasons),
        "counts": (per_row, bands.per_row(folded.counts)),
        "npred": (per_row, bands.per_row(fitted + mu_bkg)),
        "npred_excess": (per_row, bands.per_row(fitted)),
        "stat_scan": (("point", "norm_scan"), columns.pop("stat_scan")),
    }
    variables |= {name: (point, values) for name, values in columns.items()}
    rows = np.tile(_row_labels(cube), cube.sizes["region"])
    return xr.Dataset(variables, {"norm_scan": NORM_SCAN, "row": ("row", rows)})


def _row_labels(cube: xr.Dataset) -> np.ndarray:
    name = "obs_id" if "obs_id" in cube.coords else "time"
    return cube[name].to_numpy().astype(str)
