"""The spectral energy distribution: points, limits and curves in one unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.points import ERG_PER_TEV, FluxPoints
from lightpool.spectra import SpectralModel

#: What the columns are in, and what turns TeV cm-2 s-1 into it.
UNIT = "1e-12 erg cm-2 s-1"
_SCALE = ERG_PER_TEV * 1e12


@dataclass(frozen=True, eq=False)
class SedPoints:
    """E² dN/dE of the bands that have a value, shape (points,), in `UNIT`.

    Parameters
    ----------
    energy, e_min, e_max : ndarray, TeV
    value, low, high : ndarray
        Best fit and the ends of its asymmetric error.
    limit : ndarray
    is_limit : ndarray, bool
        Whether the band is to be drawn as an upper limit.
    sqrt_ts : ndarray
    ul_sigma : float
    """

    energy: np.ndarray
    e_min: np.ndarray
    e_max: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    limit: np.ndarray
    is_limit: np.ndarray
    sqrt_ts: np.ndarray
    ul_sigma: float


@dataclass(frozen=True, eq=False)
class SedCurve:
    """E² dN/dE of a model along energy, shape (n,), in `UNIT`.

    Parameters
    ----------
    energy : ndarray, TeV
    value : ndarray
    low, high : ndarray
        One standard deviation, propagated in log flux so that it stays positive; equal to
        `value` where the model has no errors.
    """

    energy: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def sed_points(points: FluxPoints) -> SedPoints:
    """Return the bands of flux points that can be drawn: those with a limit or a measured value."""
    value, errn, errp, limit = (points[f"e2dnde{s}"] * _SCALE for s in ("", "_errn", "_errp", "_ul"))
    is_limit = points["is_ul"] | ~(value > 0)
    drawn = points["success"] & np.where(is_limit, np.isfinite(limit) & (limit > 0), np.isfinite(value))
    # A missing error is no error of zero: it leaves the point without a bar.
    low, high = value - np.nan_to_num(errn), value + np.nan_to_num(errp)
    return SedPoints(
        energy=points["e_ref"][drawn],
        e_min=points["e_min"][drawn],
        e_max=points["e_max"][drawn],
        value=value[drawn],
        low=low[drawn],
        high=high[drawn],
        limit=limit[drawn],
        is_limit=is_limit[drawn],
        sqrt_ts=points["sqrt_ts"][drawn],
        ul_sigma=points.ul_sigma,
    )


def sed_curve(model: SpectralModel, e_min: float, e_max: float, *, n: int = 80) -> SedCurve:
    """Return a model between two energies (TeV) on `n` logarithmic steps; only where it is positive."""
    energy = np.geomspace(e_min, e_max, n)
    dnde = model(energy)
    drawn = (dnde > 0) & np.isfinite(dnde)
    energy, dnde = energy[drawn], dnde[drawn]
    value = dnde * energy**2 * _SCALE
    relative = np.nan_to_num(model.dnde_error(energy) / dnde) if energy.size else energy
    # Beyond a factor 1000 the model says nothing; the cap keeps the drawing finite.
    factor = np.exp(np.minimum(relative, np.log(1e3)))
    return SedCurve(energy, value, value / factor, value * factor)


def sed_residuals(points: SedPoints, model: SpectralModel) -> np.ndarray:
    """Return (data - model) / error of the points, NaN for limits and without an error, shape (points,).

    The error is the one on the side of the model: the upper one where the model lies above.
    """
    expected = model(points.energy) * points.energy**2 * _SCALE
    error = np.where(expected > points.value, points.high - points.value, points.value - points.low)
    known = ~points.is_limit & (error > 0)
    return np.where(known, (points.value - expected) / np.where(error > 0, error, 1.0), np.nan)
