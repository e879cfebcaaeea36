"""Errors and contours that follow the statistic, for those parameters of a fit that have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from lightpool.confidence import asymmetric_errors, contour
from lightpool.errors import AnalysisError
from lightpool.fitting import FitResult

#: Each pair of parameters gets a line for each of these, in standard deviations.
CONTOUR_SIGMA = (1.0, 2.0)


@dataclass(frozen=True, eq=False)
class Contour:
    """A closed line around the best fit of two parameters.

    Parameters
    ----------
    x, y : str
        The parameters.
    sigma : float
        See `confidence.contour`.
    x_values, y_values : ndarray, shape (n + 1,), in the parameters' units
    """

    x: str
    y: str
    sigma: float
    x_values: np.ndarray
    y_values: np.ndarray

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        values = {"x_values": self.x_values.tolist(), "y_values": self.y_values.tolist()}
        return {"x": self.x, "y": self.y, "sigma": self.sigma, **values}


@dataclass(frozen=True, eq=False)
class Intervals:
    """What the statistic says of the parameters beyond their symmetric errors.

    Parameters
    ----------
    errors : mapping of str to (float, float)
        How far each free parameter may go down and up; one without such errors is left out.
    contours : tuple of Contour
    warnings : tuple of str
        Which could not be had, and why.
    """

    errors: dict[str, tuple[float, float]]
    contours: tuple[Contour, ...] = ()
    warnings: tuple[str, ...] = ()


def intervals_of(
    cube: xr.Dataset, fit: FitResult, *, minos: bool, contours: tuple[tuple[str, str], ...]
) -> Intervals:
    """Return MINOS errors of every free parameter, if wanted, and contours of pairs of them.

    Raises
    ------
    SettingsError
        For a contour of a parameter that is unknown or frozen.
    """
    lines, warnings = [], []
    errors: dict[str, tuple[float, float]] = {}
    if minos:
        found = asymmetric_errors(cube, fit)
        errors = found.errors
        warnings += [f"no asymmetric errors of {name}: {why}" for name, why in found.failures.items()]
    for x, y in contours:
        for sigma in CONTOUR_SIGMA:
            try:
                lines.append(Contour(x, y, sigma, *contour(cube, fit, x, y, sigma=sigma)))
            except AnalysisError as error:
                warnings.append(f"no contour of {x} and {y} at {sigma:g} sigma: {error}")
    return Intervals(errors, tuple(lines), tuple(warnings))
