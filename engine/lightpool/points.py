"""The norm of a spectrum in energy bands, fitted with errors, limits and profiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.alpha_systematic import as_systematic, statistic
from lightpool.axes import checked_edges, nearest_edges
from lightpool.errors import SettingsError
from lightpool.forward import Folded, as_fit_range
from lightpool.limits import check_method, norm_limits
from lightpool.profile import NormProfiles
from lightpool.sed import ERG_PER_TEV, NORMS, UNITS, FluxPoints, ul_confidence
from lightpool.sensitivity import norm_sensitivity
from lightpool.spectra import SpectralModel
from lightpool.statistics import WStat, profiled_background
from lightpool.units import to_float

__all__ = ["ERG_PER_TEV", "FluxPoints", "flux_points", "ul_confidence"]

#: The norms at which the statistic is tabulated.
NORM_SCAN = np.geomspace(0.2, 5, 11)
#: Below this significance a point is shown as a limit.
UL_THRESHOLD = 2.0


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
    requested = checked_edges(edges, name="flux-point edges")
    ul_sigma = to_float(ul_sigma, "", name="ul_sigma")
    if not 0 < ul_sigma <= 10:
        raise SettingsError("ul_sigma is out of range", found=f"{ul_sigma:g}", expected="0 to 10")
    check_method(ul_method)
    systematic = as_systematic(alpha_systematic)
    folded = Folded(cube, fit_range, systematic)
    axis = folded.energy_edges
    if requested[-1] <= axis[0] or requested[0] >= axis[-1]:
        raise SettingsError(
            "flux-point edges lie outside the data",
            found=f"{requested[0]:g} to {requested[-1]:g} TeV",
            expected=f"a range within {axis[0]:g} to {axis[-1]:g} TeV",
        )
    folded.require_bins(fit_range)
    snapped = nearest_edges(axis, requested)
    bands = _Bands(folded, model, snapped)
    columns = bands.solve(ul_sigma, ul_method, systematic)
    return FluxPoints(_dataset(columns, bands, model, requested, cube), model, ul_sigma, ul_method)


class _Bands:
    """The bins of each band, sorted by band, and what is measured in them."""

    def __init__(self, folded: Folded, model: SpectralModel, snapped: np.ndarray) -> None:
        self.snapped, self.folded = snapped, folded
        self.n = len(snapped) - 1
        self.signal = folded.npred(model)
        band_of_bin = np.searchsorted(snapped, np.arange(self.signal.shape[1]), side="right") - 1
        inside = (band_of_bin >= 0) & (band_of_bin < self.n)
        rows, bins = np.nonzero(folded.mask & inside)
        order = np.argsort(band_of_bin[bins], kind="stable")
        self.rows, self.bins = rows[order], bins[order]
        self.band = band_of_bin[self.bins]
        with_signal = np.bincount(self.band, self.signal[self.rows, self.bins], self.n) > 0
        self.filled = np.flatnonzero(with_signal)
        keep = with_signal[self.band]
        self.rows, self.bins, self.band = self.rows[keep], self.bins[keep], self.band[keep]
        self.reasons = np.array([self._reason(k) for k in range(self.n)], dtype="U80")

    def _reason(self, k: int) -> str:
        if k in self.filled:
            return ""
        first, last = self.snapped[k], self.snapped[k + 1]
        if first == last:
            return "the band is narrower than an energy bin"
        if not self.folded.mask[:, first:last].any():
            return "no safe energy bin in the band"
        return "no exposure in the band"

    def solve(self, ul_sigma: float, ul_method: str, systematic: float) -> dict[str, np.ndarray]:
        """Return every column that comes from the profiles, NaN where a band has no bins."""
        names = (*NORMS, "ts", "sqrt_ts", "stat", "stat_null")
        out = {name: np.full(self.n, np.nan) for name in names}
        out["stat_scan"] = np.full((self.n, len(NORM_SCAN)), np.nan)
        if not len(self.filled):
            return out
        cells = (self.rows, self.bins)
        folded = self.folded
        observed, signal = folded.statistic(cells), self.signal[cells]
        starts = np.searchsorted(self.band, self.filled)
        profiles = NormProfiles(observed, signal, starts)
        norm = profiles.minimum()
        upper, lower, limit = profiles.crossings(norm, np.array([1.0, -1.0, ul_sigma**2]))
        if ul_method == "bounded":
            limit = profiles.crossings(np.maximum(norm, 0.0), np.array([ul_sigma**2]))[0]
        elif ul_method != "profile":
            limit = norm_limits(
                observed, signal, starts, method=ul_method, confidence=ul_confidence(ul_sigma)
            )
        stat, _, curvature = profiles.terms(norm)
        null = profiles.stat(np.zeros_like(norm))
        ts = np.maximum(null - stat, 0.0)
        with np.errstate(divide="ignore"):
            error = np.where(curvature > 0, np.sqrt(2 / curvature), upper - norm)
        # Where a kink or a straight stretch takes the place of a parabola, its curvature says nothing.
        error = np.where(error > 10 * (upper - norm), upper - norm, error)

        def with_counts(n_on: np.ndarray) -> WStat:
            return statistic(n_on, observed.n_off, observed.alpha, systematic)

        scan = profiles.stat(np.broadcast_to(NORM_SCAN[:, None], (len(NORM_SCAN), len(norm))))
        solved = {
            "norm": norm,
            "norm_err": error,
            "norm_errp": upper - norm,
            "norm_errn": norm - lower,
            "norm_ul": limit,
            "norm_sensitivity": norm_sensitivity(observed, with_counts, signal, starts),
            "ts": ts,
            "sqrt_ts": np.sign(norm) * np.sqrt(ts),
            "stat": stat,
            "stat_null": null,
            "stat_scan": scan.T,
        }
        for name, values in solved.items():
            out[name][self.filled] = values
        return out

    def per_row(self, values: np.ndarray) -> np.ndarray:
        """Return sums over the bins in the fit, shape (bands, rows), of an array (rows, energy)."""
        out = np.zeros((self.n, len(values)))
        np.add.at(out, (self.band, self.rows), values[self.rows, self.bins])
        return out


def _dataset(
    columns: dict[str, np.ndarray],
    bands: _Bands,
    model: SpectralModel,
    requested: np.ndarray,
    cube: xr.Dataset,
) -> xr.Dataset:
    axis, folded = bands.folded.energy_edges, bands.folded
    collapsed = np.diff(bands.snapped) == 0
    e_min = np.where(collapsed, requested[:-1], axis[bands.snapped[:-1]])
    e_max = np.where(collapsed, requested[1:], axis[bands.snapped[1:]])
    e_ref = np.sqrt(e_min * e_max)
    ref_dnde = model(e_ref)
    flux = [model.integral(low, high) for low, high in zip(e_min, e_max, strict=True)]
    energy_flux = [model.energy_flux(low, high) for low, high in zip(e_min, e_max, strict=True)]

    norm = np.zeros(bands.n)
    norm[bands.filled] = columns["norm"][bands.filled]
    fitted = np.zeros_like(bands.signal)
    fitted[bands.rows, bands.bins] = norm[bands.band] * bands.signal[bands.rows, bands.bins]
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
