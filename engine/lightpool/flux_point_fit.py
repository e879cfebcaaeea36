"""Fits of a spectral model to flux points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightpool.errors import AnalysisError, SettingsError
from lightpool.html import parameter_table
from lightpool.objective import Objective, minimise
from lightpool.spectra import SpectralModel

if TYPE_CHECKING:
    from lightpool.sed import FluxPoints

METHODS = ("chi2", "profile")


@dataclass(frozen=True, eq=False)
class FluxPointFit:
    """The outcome of a fit to flux points.

    Parameters
    ----------
    model : SpectralModel
        Best fit, with errors and covariance.
    stat : float
        Chi square, or twice the loss in ln(likelihood) against the best norm of every point.
    n_points, n_free : int
    method : str
    success : bool
    message : str
    used : ndarray, shape (points,), bool
        The points that took part.
    """

    model: SpectralModel
    stat: float
    n_points: int
    n_free: int
    method: str
    success: bool
    message: str
    used: np.ndarray

    @property
    def dof(self) -> int:
        """Degrees of freedom: points in the fit less free parameters."""
        return self.n_points - self.n_free

    def __repr__(self) -> str:
        lines = [f"FluxPointFit: {self.message}", f"  {self.method} / dof: {self.stat:.2f} / {self.dof}"]
        for p in self.model.parameters:
            error = "frozen" if p.frozen else f"± {p.error:.3g}"
            lines.append(f"  {p.name:<10} {p.value:.5g} {error} {p.unit}".rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        caption = f"{type(self.model).__name__} to flux points: {self.message}"
        facts = f"{self.method} / dof = {self.stat:.2f} / {self.dof}"
        return parameter_table(self.model.parameters, caption=caption, facts=facts)


def fit_flux_points(points: FluxPoints, model: SpectralModel, *, method: str = "chi2") -> FluxPointFit:
    """Return the best fit of `model` to flux points, compared at their reference energies.

    Parameters
    ----------
    points : FluxPoints
    model : SpectralModel
        Start values, limits, priors and what is frozen.
    method : str
        ``chi2``: symmetric errors, the mean of the asymmetric ones where a point has no other;
        points shown as limits do not take part. ``profile``: the tabulated statistic of every
        point, a quadratic spline along the norm, so that limits take part as well.

    Raises
    ------
    SettingsError
        For another method, or if the points hold no profiles.
    AnalysisError
        If there are fewer points than free parameters.
    """
    if method not in METHODS:
        raise SettingsError("fit method is not known", found=repr(method), expected=" or ".join(METHODS))
    statistic: _Statistic = _ChiSquare(points) if method == "chi2" else _Profiles(points)
    free = model.free_indices
    n_points = int(statistic.used.sum())
    if n_points < max(len(free), 1):
        raise AnalysisError(
            "there are too few flux points to fit",
            found=f"{n_points} with a value and an error"
            if method == "chi2"
            else f"{n_points} with a profile",
            expected=f"at least {max(len(free), 1)}, as many as free parameters",
        )
    energy = points["e_ref"][statistic.used]
    minimum = minimise(Objective(_OfParameters(statistic, energy, model), model))
    best = model.fitted(minimum.values, minimum.covariance)
    return FluxPointFit(
        model=best,
        stat=statistic.value_and_slope(best(energy))[0],
        n_points=n_points,
        n_free=len(free),
        method=method,
        success=minimum.success,
        message=" ".join((minimum.message, *minimum.health)),
        used=statistic.used,
    )


class _Statistic:
    """A sum over points of a function of dN/dE at each."""

    used: np.ndarray

    def value_and_slope(self, dnde: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the sum and its slope along each point's dN/dE, shape (used points,)."""
        raise NotImplementedError

    def start_norm(self, dnde: np.ndarray) -> float:
        """Return what `dnde` is multiplied by to resemble the points."""
        raise NotImplementedError


class _ChiSquare(_Statistic):
    def __init__(self, points: FluxPoints) -> None:
        error = np.where(
            np.isfinite(points["dnde_err"]),
            points["dnde_err"],
            0.5 * (points["dnde_errp"] + points["dnde_errn"]),
        )
        self.used = np.isfinite(points["dnde"]) & np.isfinite(error) & (error > 0) & ~points["is_ul"]
        self._dnde, self._error = points["dnde"][self.used], error[self.used]

    def value_and_slope(self, dnde: np.ndarray) -> tuple[float, np.ndarray]:
        pull = (dnde - self._dnde) / self._error
        return float(np.sum(pull**2)), 2 * pull / self._error

    def start_norm(self, dnde: np.ndarray) -> float:
        weight = dnde / self._error**2
        return float(np.sum(weight * self._dnde) / np.sum(weight * dnde))


class _Profiles(_Statistic):
    def __init__(self, points: FluxPoints) -> None:
        from scipy.interpolate import make_interp_spline

        if "stat_scan" not in points or points.data.sizes["norm_scan"] < 3:
            raise SettingsError(
                "these flux points hold no profiles of the statistic",
                expected="stat_scan at three norms or more",
                remedy="Use method='chi2'",
            )
        scan, stat = points["stat_scan"], points["stat"]
        self.used = np.isfinite(scan).all(axis=1)
        scan, stat = scan[self.used], stat[self.used]
        self._floor = np.where(np.isfinite(stat), stat, scan.min(axis=1))
        self._reference = points["ref_dnde"][self.used]
        self._norms = points.data["norm_scan"].to_numpy()
        spline = make_interp_spline(self._norms, scan.T, k=2)
        self._curves = [spline, spline.derivative(), spline.derivative(2)]
        self._best = self._norms[np.argmin(scan, axis=1)]

    def value_and_slope(self, dnde: np.ndarray) -> tuple[float, np.ndarray]:
        norm = dnde / self._reference
        inside = np.clip(norm, self._norms[0], self._norms[-1])
        each = np.arange(len(norm))
        value, slope, bend = (curve(inside)[each, each] for curve in self._curves)
        # Beyond the table its last parabola goes on, unless that would bend down.
        beyond, bend = norm - inside, np.maximum(bend, 0.0)
        value = value + slope * beyond + 0.5 * bend * beyond**2
        return float(np.sum(value - self._floor)), (slope + bend * beyond) / self._reference

    def start_norm(self, dnde: np.ndarray) -> float:
        return float(np.median(self._best * self._reference / dnde))


class _OfParameters:
    """A statistic of points as one of the parameters; see `objective.Statistic`."""

    def __init__(self, statistic: _Statistic, energy: np.ndarray, model: SpectralModel) -> None:
        self._statistic, self._energy, self._model = statistic, energy, model

    def value_and_gradient(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        value, along = self._statistic.value_and_slope(self._model.evaluate(self._energy, *values))
        return value, self._model.gradient(self._energy, *values)[self._model.free_indices] @ along

    def best_factor(self, values: np.ndarray) -> float:
        return self._statistic.start_norm(self._model.evaluate(self._energy, *values))
