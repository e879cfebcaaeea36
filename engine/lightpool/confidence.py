"""Where the statistic rises about a best fit: asymmetric errors, profiles and contours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import AnalysisError, SettingsError
from lightpool.fitting import FitResult
from lightpool.folded_statistic import FoldedStatistic
from lightpool.forward import Folded
from lightpool.objective import Objective, at_minimum
from lightpool.spectra import SpectralModel

__all__ = ["AsymmetricErrors", "asymmetric_errors", "contour", "minos_errors", "stat_profile"]


def minos_errors(
    cube: xr.Dataset, result: FitResult, name: str, *, sigma: float = 1.0
) -> tuple[float, float]:
    """Return how far a parameter may go down and up until the statistic has risen by ``sigma**2``.

    The other parameters are fitted again on the way (MINOS: James & Roos 1975, Comput. Phys.
    Commun. 10, 343).

    Parameters
    ----------
    cube : Dataset
        What was fitted.
    result : FitResult
    name : str
        A free parameter.
    sigma : float

    Returns
    -------
    (float, float), in the parameter's unit
        Both positive.

    Raises
    ------
    SettingsError
        For a parameter that is unknown or frozen.
    AnalysisError
        If the statistic does not rise far enough, as at a limit.

    Examples
    --------
    >>> down, up = lp.confidence.minos_errors(cube, result, "index")
    >>> round(down, 3), round(up, 3)
    (0.051, 0.052)
    """
    _check_free(result, name)
    _check_sigma(sigma)
    objective, minuit = _at_minimum(cube, result)
    try:
        minuit.minos(name, cl=math.erf(sigma / math.sqrt(2)))
    except RuntimeError as error:
        raise AnalysisError(f"MINOS cannot start for {name}", found=str(error)) from error
    errors, scale = minuit.merrors[name], _scale(objective, result, name)
    short = {
        "below": not errors.lower_valid or errors.at_lower_limit,
        "above": not errors.upper_valid or errors.at_upper_limit,
    }
    if any(short.values()):
        side = next(side for side, failed in short.items() if failed)
        raise AnalysisError(
            f"the statistic does not rise by {sigma**2:g} {side} the best fit of {name}",
            remedy="Widen its limits, or quote a limit instead of an error",
        )
    return -errors.lower * scale, errors.upper * scale


@dataclass(frozen=True, eq=False)
class AsymmetricErrors:
    """How far each free parameter may go, one standard deviation, the others following.

    Parameters
    ----------
    model : str
        Type of the model that was fitted.
    errors : dict of str to (float, float)
        Down and up, both positive, in the parameter's unit.
    failures : dict of str to str
        Why a parameter has none.

    Examples
    --------
    >>> found = lp.confidence.asymmetric_errors(cube, result)
    >>> sorted(found.errors), found.failures
    (['amplitude', 'index'], {})
    """

    model: str
    errors: dict[str, tuple[float, float]]
    failures: dict[str, str]


def asymmetric_errors(
    cube: xr.Dataset, result: FitResult, *, progress: Callable[[str, int, int], None] | None = None
) -> AsymmetricErrors:
    """Return the MINOS errors of all free parameters; one without them says why and leaves the others theirs.

    Parameters
    ----------
    cube : Dataset
        What was fitted.
    result : FitResult
    progress : callable, optional
        Called with the parameter, how many are done and how many there are; may raise to stop.

    Returns
    -------
    AsymmetricErrors

    Examples
    --------
    >>> lp.confidence.asymmetric_errors(cube, result).model
    'PowerLawSpectralModel'
    """
    errors, failures = {}, {}
    free = [result.model.names[i] for i in result.model.free_indices]
    for done, name in enumerate(free):
        if progress is not None:
            progress(name, done, len(free))
        try:
            errors[name] = minos_errors(cube, result, name)
        except AnalysisError as error:
            failures[name] = str(error)
    return AsymmetricErrors(result.model.type_name, errors, failures)


def stat_profile(
    cube: xr.Dataset, result: FitResult, name: str, values: Iterable[Any] | None = None
) -> xr.DataArray:
    """Return the statistic along one parameter, the others fitted again at each value.

    Parameters
    ----------
    cube : Dataset
        What was fitted.
    result : FitResult
    name : str
        A free parameter.
    values : iterable of float or quantity, optional
        By default 11 values over the best fit and two errors on either side.

    Returns
    -------
    DataArray, dim named as the parameter
        NaN where the others could not be fitted.

    Examples
    --------
    >>> profile = lp.confidence.stat_profile(cube, result, "index", [2.5, 2.65, 2.8])
    >>> [round(float(v - result.stat), 1) for v in profile]
    [9.4, 0.0, 7.8]
    """
    _check_free(result, name)
    p = result.model[name]
    at = (
        np.linspace(p.value - 2 * p.error, p.value + 2 * p.error, 11)
        if values is None
        else np.array([p.to(v).value for v in values])
    )
    stats = np.array([_fixed(cube, result, {name: value}) for value in at])
    return xr.DataArray(stats, {name: at}, (name,), "stat", {"parameter_unit": p.unit})


def contour(
    cube: xr.Dataset, result: FitResult, x: str, y: str, *, sigma: float = 1.0, n: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    """Return the closed line on which the statistic of two parameters stands for `sigma` in two dimensions.

    Parameters
    ----------
    cube : Dataset
        What was fitted.
    result : FitResult
    x, y : str
        Free parameters.
    sigma : float
        The rise is the quantile of chi² with two degrees of freedom at the level of ``sigma**2``
        with one: 2.30 for 1, 6.18 for 2.
    n : int
        Points on the line.

    Returns
    -------
    (ndarray, ndarray), shape (n + 1,) each, in the parameters' units

    Raises
    ------
    SettingsError, AnalysisError
        As `minos_errors`.

    Examples
    --------
    >>> index, amplitude = lp.confidence.contour(cube, result, "index", "amplitude", n=12)
    >>> len(index), bool(index.min() < result.model["index"].value < index.max())
    (13, True)
    """
    for name in (x, y):
        _check_free(result, name)
    _check_sigma(sigma)
    if x == y:
        raise SettingsError("a contour needs two different parameters", found=f"{x} twice")
    if not 4 <= n <= 1000:
        raise SettingsError("number of contour points is out of range", found=str(n), expected="4 to 1000")
    objective, minuit = _at_minimum(cube, result)
    try:
        line = np.array(minuit.mncontour(x, y, cl=math.erf(sigma / math.sqrt(2)), size=n))
    except RuntimeError as error:
        raise AnalysisError(f"there is no contour of {x} and {y}", found=str(error)) from error
    if len(line) < 4:
        raise AnalysisError(
            f"the contour of {x} and {y} does not close", remedy="Widen their limits, or lower sigma"
        )
    closed = line if np.array_equal(line[0], line[-1]) else np.vstack([line, line[:1]])
    return closed[:, 0] * _scale(objective, result, x), closed[:, 1] * _scale(objective, result, y)


def _at_minimum(cube: xr.Dataset, result: FitResult) -> tuple[Objective, Any]:
    objective = _objective(cube, result, result.model)
    return objective, at_minimum(objective)


def _objective(cube: xr.Dataset, result: FitResult, model: SpectralModel) -> Objective:
    folded = Folded(cube, result.fit_range, result.alpha_systematic)
    return Objective(FoldedStatistic(folded, model), model)


def _fixed(cube: xr.Dataset, result: FitResult, values: dict[str, float]) -> float:
    """Return the lowest statistic, priors included, with some parameters held."""
    model = result.model.with_values(**values).freeze(*values)
    objective = _objective(cube, result, model)
    if not model.free_indices:
        return objective.value(objective.start)
    minuit = at_minimum(objective)
    return float(minuit.fval) if minuit.valid else math.nan


def _scale(objective: Objective, result: FitResult, name: str) -> float:
    return float(objective.scale[result.model.free_indices.index(result.model.names.index(name))])


def _check_free(result: FitResult, name: str) -> None:
    if result.model[name].frozen:
        raise SettingsError(f"parameter {name} is frozen", remedy="Free it and fit again")


def _check_sigma(sigma: float) -> None:
    if not 0 < sigma <= 5:
        raise SettingsError("sigma is out of range", found=f"{sigma:g}", expected="0 to 5")
