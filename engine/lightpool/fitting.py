"""Fits of a spectral model to a cube, jointly over its rows, with WStat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from lightpool.alpha_systematic import as_systematic
from lightpool.errors import SettingsError
from lightpool.folded_statistic import FoldedStatistic
from lightpool.forward import FitRange, Folded, as_fit_range
from lightpool.html import parameter_table
from lightpool.objective import Minimum, Objective, minimise
from lightpool.spectra import SpectralModel

NO_COUNTS = "There is nothing to fit: not one ON count."


@dataclass(frozen=True, eq=False)
class FitResult:
    """The outcome of a fit.

    Parameters
    ----------
    model : SpectralModel
        Best fit, with errors and covariance.
    stat : float
        WStat summed over the bins in the fit.
    n_bins, n_free : int
    success : bool
        Converged to a minimum with a usable covariance.
    message : str
    health : tuple of str
        What a careful reader should know; empty when there is nothing to add.
    nfev : int
        Calls of the statistic.
    npred, mu_bkg : DataArray, dims (region, time, energy), counts
        Predicted signal, and background in the ON region profiled with it.
    fit_range : (float, float) or None, TeV
    prior_stat : float
        What the priors of the free parameters add: the fit minimises ``stat + prior_stat``.
    alpha_systematic : float
        What the fit was told of alpha's uncertainty.
    """

    model: SpectralModel
    stat: float
    n_bins: int
    n_free: int
    success: bool
    message: str
    health: tuple[str, ...]
    nfev: int
    npred: xr.DataArray
    mu_bkg: xr.DataArray
    fit_range: FitRange
    prior_stat: float = 0.0
    alpha_systematic: float = 0.0

    @property
    def dof(self) -> int:
        """Degrees of freedom: bins in the fit less free parameters."""
        return self.n_bins - self.n_free

    @property
    def covariance(self) -> np.ndarray:
        """Covariance over all parameters, in their order; zero rows for frozen ones."""
        assert self.model.covariance is not None
        return self.model.covariance

    @cached_property
    def correlation(self) -> np.ndarray:
        """Correlation over the free parameters, shape (n_free, n_free)."""
        free = self.model.free_indices
        block = self.covariance[np.ix_(free, free)]
        sigma = np.sqrt(np.diag(block))
        with np.errstate(divide="ignore", invalid="ignore"):
            return block / np.outer(sigma, sigma)

    def __repr__(self) -> str:
        lines = [f"FitResult: {self.message}", f"  stat / dof: {self.stat:.2f} / {self.dof}"]
        if self.prior_stat:
            lines.append(f"  priors: {self.prior_stat:.2f}")
        for p in self.model.parameters:
            error = "frozen" if p.frozen else f"± {p.error:.3g}"
            lines.append(f"  {p.name:<10} {p.value:.5g} {error} {p.unit}".rstrip())
        return "\n".join(lines + [f"  note: {sentence}" for sentence in self.health])

    def _repr_html_(self) -> str:
        facts = f"stat / dof = {self.stat:.2f} / {self.dof}"
        if self.prior_stat:
            facts += f", priors {self.prior_stat:.2f}"
        caption = f"{type(self.model).__name__}: {self.message}"
        return parameter_table(self.model.parameters, caption=caption, facts=facts, notes=self.health)


def fit(
    cube: xr.Dataset, model: SpectralModel, *, fit_range: Any = None, alpha_systematic: float = 0.0
) -> FitResult:
    """Return the best fit of `model` to all rows of `cube` together.

    MIGRAD minimises WStat with its exact gradient; errors come from the numerical Hessian at
    the minimum (James & Roos 1975, Comput. Phys. Commun. 10, 343).

    Parameters
    ----------
    cube : Dataset
        See `schema.VARIABLES`; stacked or not.
    model : SpectralModel
        Start values, limits and what is frozen.
    fit_range : (low, high), TeV or quantities, optional
        Whole bins inside take part.
    alpha_systematic : float
        Relative uncertainty of alpha, profiled out in every bin; 0.01 is 1 %. See `SystematicWStat`.

    Returns
    -------
    FitResult
        The best fit, its errors and covariance, the statistic, and `health`: what is wrong with it, in
        words.

    Raises
    ------
    AnalysisError
        If no bin is left to fit.
    SettingsError
        If a start value lies outside its limits or its uniform prior.

    Examples
    --------
    >>> result = lp.fit(cube, lp.PowerLaw())
    >>> result.success, result.health
    (True, ())
    >>> round(result.model["index"].value, 2), round(result.model["index"].error, 2)
    (2.65, 0.05)
    >>> round(result.stat, 1), result.dof
    (45.0, 36)
    """
    fit_range = as_fit_range(fit_range)
    require_start(model)
    folded = Folded(cube, fit_range, as_systematic(alpha_systematic))
    folded.require_bins(fit_range)
    solution = solve(folded, model)

    best = solution.model
    npred = folded.npred(best)
    return FitResult(
        model=best,
        stat=solution.stat,
        n_bins=solution.n_bins,
        n_free=len(model.free_indices),
        success=solution.success,
        message=solution.message,
        health=solution.health,
        nfev=solution.nfev,
        npred=folded.labelled(npred, "npred", "Predicted signal counts"),
        mu_bkg=folded.labelled(folded.background(npred), "mu_bkg", "Profiled background counts"),
        fit_range=fit_range,
        alpha_systematic=float(alpha_systematic),
        prior_stat=sum(p.prior.stat(p.value) for p in best.parameters if p.prior and not p.frozen),
    )


def require_start(model: SpectralModel) -> None:
    """Check that a fit may start where the model is.

    Raises
    ------
    SettingsError
        If a start value lies outside its limits or its uniform prior.
    """
    for p in model.parameters:
        low, high = p.bounds
        if not low <= p.value <= high:
            raise SettingsError(
                f"start value of {p.name} lies outside its limits",
                found=f"{p.value:g}",
                expected=f"{low:g} to {high:g}",
            )


@dataclass(frozen=True, eq=False)
class Solution:
    """What the minimiser found for one set of bins; see `FitResult`."""

    model: SpectralModel
    stat: float
    n_bins: int
    success: bool
    message: str
    health: tuple[str, ...]
    nfev: int


def solve(folded: Folded, model: SpectralModel) -> Solution:
    """Return the best fit of `model` to the bins in the mask of `folded`, of which there must be one."""
    objective = Objective(FoldedStatistic(folded, model), model)
    minimum = minimise(objective)
    if not minimum.success and objective.has_run_away(minimum.values):
        minimum = _with_the_shape_of_the_start(folded, model, minimum)
    best = model.fitted(minimum.values, minimum.covariance)
    mask = folded.mask
    has_counts = bool(folded.counts[mask].any())
    return Solution(
        model=best,
        stat=float(folded.statistic(mask).terms(folded.npred(best)[mask]).stat.sum()),
        n_bins=int(mask.sum()),
        success=minimum.success and has_counts,
        message=minimum.message if has_counts else NO_COUNTS,
        health=minimum.health + health_of(best),
        nfev=objective.calls,
    )


def _with_the_shape_of_the_start(folded: Folded, model: SpectralModel, lost: Minimum) -> Minimum:
    """Return the best norm for the shape that a fit started from, which did not lead to a minimum.

    Data without an excess leave the shape undecided: its parameters then run to where no number means
    anything, and neither a curve nor a flux point can be drawn with them.
    """
    shape = [p.name for p in model.parameters if not p.frozen and p.name != model.norm]
    if not model.norm or model[model.norm].frozen or not shape:
        return lost
    frozen = model.freeze(*shape)
    found = minimise(Objective(FoldedStatistic(folded, frozen), frozen))
    stay = "stays" if len(shape) == 1 else "stay"
    note = (
        f"The data do not decide the shape: {', '.join(shape)} {stay} at the start, "
        f"{model.norm} alone was fitted."
    )
    return replace(found, success=False, message=lost.message, health=(note,))


def health_of(model: SpectralModel) -> tuple[str, ...]:
    """Return what a careful reader of best-fit values should know, in sentences."""
    notes = []
    for p in model.parameters:
        if not p.frozen and p.at_limit:
            notes.append(f"{p.name} rests on its limit; its error means little.")
    if not model.norm:
        return tuple(notes)
    norm = model[model.norm]
    if not norm.frozen and norm.value <= 0:
        notes.append("The best-fit amplitude is not positive: there is no excess for this spectral shape.")
    elif not norm.frozen and norm.error > norm.value and not _is_measured(model):
        notes.append("The amplitude is less than one standard deviation from zero; quote an upper limit.")
    return tuple(notes)


def _is_measured(model: SpectralModel) -> bool:
    """Return whether dN/dE is known to better than itself anywhere, however its amplitude is defined."""
    energy = np.geomspace(0.01, 100, 81)
    with np.errstate(all="ignore"):
        relative = model.dnde_error(energy) / model(energy)
    return bool(np.any(np.abs(relative) < 1))
