"""Predicted counts: a spectrum folded through exposure and energy dispersion, bin by bin."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import xarray as xr

from lightpool.alpha_systematic import statistic
from lightpool.axes import whole_bins_inside
from lightpool.errors import AnalysisError, SettingsError
from lightpool.onoff import acceptance_ratio
from lightpool.spectra import SpectralModel
from lightpool.statistics import WStat, profiled_background
from lightpool.units import to_float

FitRange = tuple[float, float] | None


def as_fit_range(given: Any) -> FitRange:
    """Return ``(low, high)`` in TeV, or None; an open side is None in the pair, or infinity above.

    Raises
    ------
    SettingsError
        If the range is empty.
    """
    if given is None:
        return None
    try:
        first, last = given
    except (TypeError, ValueError):
        raise SettingsError(
            "the fit range is no pair", found=repr(given), expected="(minimum, maximum)"
        ) from None
    low = 0.0 if first is None else to_float(first, "TeV", name="fit range minimum")
    # An open range that this function returned may be given again.
    open_above = last is None or (isinstance(last, float) and last == np.inf)
    high = np.inf if open_above else to_float(last, "TeV", name="fit range maximum")
    if not low < high:
        raise SettingsError(
            "the fit range is empty", found=f"{low:g} TeV to {high:g} TeV", expected="minimum < maximum"
        )
    return low, high


class Folded:
    """A cube laid out for prediction: one row for each region and time, one matrix for all of them.

    Parameters
    ----------
    cube : Dataset
    fit_range : (float, float), TeV, optional
        Only bins that lie inside as a whole take part.
    alpha_systematic : float
        Relative standard deviation of alpha, independent in each bin.

    Attributes
    ----------
    shape : (regions, times, energies)
    counts, counts_off, alpha : ndarray, shape (rows, energy)
    mask : ndarray, shape (rows, energy), bool
        Safe, inside the fit range and with an OFF measurement.
    """

    def __init__(self, cube: xr.Dataset, fit_range: FitRange = None, alpha_systematic: float = 0.0) -> None:
        self._alpha_systematic = alpha_systematic
        cube = cube.transpose("region", "time", "energy_true", "energy", ...)
        self.shape = cube["counts"].shape
        rows, n_energy = self.shape[0] * self.shape[1], self.shape[2]
        self.energy_edges = cube["energy_edges"].to_numpy()
        self.energy_true_edges = cube["energy_true_edges"].to_numpy()
        self.counts = cube["counts"].to_numpy().reshape(rows, n_energy).astype(float)
        self.counts_off = cube["counts_off"].to_numpy().reshape(rows, n_energy).astype(float)
        self.alpha = acceptance_ratio(
            cube["acceptance"].to_numpy().astype(float), cube["acceptance_off"].to_numpy().astype(float)
        ).reshape(rows, n_energy)
        self.safe = cube["mask_safe"].to_numpy().reshape(rows, n_energy)
        self.mask = self.safe & (self.alpha > 0)
        if fit_range is not None:
            self.mask &= whole_bins_inside(self.energy_edges, *fit_range)
        self._exposure = cube["exposure"].to_numpy().reshape(rows, -1)
        self._template = cube["counts"]
        self._edisp = cube["edisp"].to_numpy().reshape(rows, -1, n_energy)

    def part(self, times: np.ndarray) -> Folded:
        """Return the same for some positions on the time axis, without labels."""
        n_regions, n_times, n_energy = self.shape
        rows = (np.arange(n_regions)[:, None] * n_times + times).ravel()
        part = copy.copy(self)
        part.shape = (n_regions, len(times), n_energy)
        for name in ("counts", "counts_off", "alpha", "safe", "mask", "_exposure", "_edisp"):
            setattr(part, name, getattr(self, name)[rows])
        return part

    def require_bins(self, fit_range: FitRange) -> None:
        """Check that there is something to fit.

        Raises
        ------
        AnalysisError
            Saying whether the safe mask, the fit range or the missing OFF regions left nothing.
        """
        if self.mask.any():
            return
        low, high = self.energy_edges[0], self.energy_edges[-1]
        if not (self.alpha > 0).any():
            why, remedy = (
                "no run has an OFF region",
                "Make the ON region smaller, move it off the pointing, or shrink the exclusion",
            )
        elif not self.safe.any():
            why, remedy = (
                f"the safe mask leaves no bin between {low:g} and {high:g} TeV",
                "Widen the energy range or relax the safe mask",
            )
        else:
            fit = "" if fit_range is None else f" {fit_range[0]:g} to {fit_range[1]:g} TeV"
            why, remedy = f"no safe bin lies in the fit range{fit}", "Widen the fit range"
        raise AnalysisError("there is no energy bin to fit", found=why, remedy=remedy)

    def statistic(self, cells: Any) -> WStat:
        """Return the statistic of some bins: a mask or a pair of index arrays over (rows, energy)."""
        return statistic(
            self.counts[cells], self.counts_off[cells], self.alpha[cells], self._alpha_systematic
        )

    def matrix(self) -> np.ndarray:
        """Return the response of the bins in `mask`, shape (bins, energy_true), cm2 s."""
        response = self._edisp * self._exposure[:, :, None]  # (rows, energy_true, energy)
        return np.swapaxes(response, 1, 2)[self.mask]

    def npred(self, model: SpectralModel) -> np.ndarray:
        """Return the predicted signal of every bin, masked or not, shape (rows, energy)."""
        grid = model.integrator(self.energy_true_edges)
        # A spectrum that the data did not hold back may be absurd far from them: infinite, never NaN.
        with np.errstate(over="ignore", invalid="ignore"):
            flux = np.nan_to_num(grid.integrate(model.evaluate(grid.nodes, *model.values)))
        return np.einsum("ij,ijk->ik", self._exposure * flux, self._edisp)

    def background(self, npred: np.ndarray) -> np.ndarray:
        """Return the most likely background in the ON region beside a predicted signal, (rows, energy)."""
        has_off = self.alpha > 0
        alpha = np.where(has_off, self.alpha, 1.0)
        off = profiled_background(self.counts, self.counts_off, alpha, npred)
        return np.where(has_off, alpha * off, 0.0)

    def labelled(self, values: np.ndarray, name: str, long_name: str) -> xr.DataArray:
        """Return an array of shape (rows, energy) with the labels of its cube."""
        template = self._template
        attrs = {"units": "1", "long_name": long_name}
        return xr.DataArray(values.reshape(self.shape), template.coords, template.dims, name, attrs)
