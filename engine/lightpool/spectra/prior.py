"""What is known of a parameter before the fit: a term added to the statistic, or a range."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lightpool.errors import SettingsError


@dataclass(frozen=True, slots=True)
class GaussianPrior:
    """A measurement of the parameter from elsewhere, with its error.

    Parameters
    ----------
    mu, sigma : float, in the unit of the parameter
    weight : float
        Multiplies the term.

    Examples
    --------
    >>> model = lp.PowerLaw().with_prior("index", GaussianPrior(mu=2.4, sigma=0.1))
    >>> round(lp.fit(cube, model).model["index"].value, 2)  # drawn from 2.65 towards the prior
    2.6
    """

    mu: float = 0.0
    sigma: float = 1.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mu) and 0 < self.sigma < math.inf and 0 <= self.weight < math.inf):
            raise SettingsError(
                "a Gaussian prior needs a finite mu, a positive sigma and no negative weight",
                found=f"mu={self.mu:g}, sigma={self.sigma:g}, weight={self.weight:g}",
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """The range outside which the parameter is excluded: none."""
        return -math.inf, math.inf

    def stat(self, value: float) -> float:
        """Return -2 ln of the prior, without the constant that no fit depends on: 0 at `mu`.

        Parameters
        ----------
        value : float, in the unit of the parameter

        Examples
        --------
        >>> GaussianPrior(mu=2.0, sigma=0.5).stat(3.0)
        4.0
        """
        return self.weight * ((value - self.mu) / self.sigma) ** 2

    def slope(self, value: float) -> float:
        """Return the slope of `stat`.

        Parameters
        ----------
        value : float, in the unit of the parameter
        """
        return 2 * self.weight * (value - self.mu) / self.sigma**2


@dataclass(frozen=True, slots=True)
class UniformPrior:
    """The parameter lies between two values, all of them alike; the same as limits in a fit.

    Parameters
    ----------
    min, max : float, in the unit of the parameter
    weight : float
        Kept for files; a uniform prior has nothing to weigh.

    Examples
    --------
    >>> UniformPrior(min=1, max=3).stat(2.0), UniformPrior(min=1, max=3).stat(4.0)
    (0.0, inf)
    """

    min: float = 0.0
    max: float = 1.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not -math.inf < self.min < self.max < math.inf:
            raise SettingsError(
                "a uniform prior needs two finite values that increase",
                found=f"{self.min:g} to {self.max:g}",
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """The range outside which the parameter is excluded."""
        return self.min, self.max

    def stat(self, value: float) -> float:
        """Return -2 ln of the prior without its constant: 0 inside, infinite outside.

        Parameters
        ----------
        value : float, in the unit of the parameter
        """
        # A minimiser that stops at an end may overstep it by rounding.
        slack = 1e-9 * (self.max - self.min)
        return 0.0 if self.min - slack <= value <= self.max + slack else math.inf

    def slope(self, value: float) -> float:
        """Return the slope of `stat`: 0.

        Parameters
        ----------
        value : float, in the unit of the parameter
        """
        return 0.0


@dataclass(frozen=True, slots=True)
class LogUniformPrior:
    """The parameter lies between two positive values, its logarithm anywhere alike.

    Parameters
    ----------
    min, max : float, in the unit of the parameter
    weight : float
        Multiplies the term.

    Examples
    --------
    >>> round(LogUniformPrior(min=1e-13, max=1e-10).stat(1e-12), 3)  # 2 ln (1e-12 / 1e-13)
    4.605
    """

    min: float = 1e-14
    max: float = 1e-10
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not (0 < self.min < self.max < math.inf and 0 <= self.weight < math.inf):
            raise SettingsError(
                "a log-uniform prior needs two positive values that increase and no negative weight",
                found=f"{self.min:g} to {self.max:g}, weight={self.weight:g}",
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """The range outside which the parameter is excluded."""
        return self.min, self.max

    def stat(self, value: float) -> float:
        """Return -2 ln of the prior without its constant: 0 at `min`, infinite outside.

        Parameters
        ----------
        value : float, in the unit of the parameter
        """
        slack = 1e-9  # a minimiser that stops at an end may overstep it by rounding
        if not self.min * (1 - slack) <= value <= self.max * (1 + slack):
            return math.inf
        return 2 * self.weight * math.log(value / self.min)

    def slope(self, value: float) -> float:
        """Return the slope of `stat`.

        Parameters
        ----------
        value : float, in the unit of the parameter
        """
        return 2 * self.weight / max(value, self.min * 0.5)


Prior = GaussianPrior | UniformPrior | LogUniformPrior
_TYPES: dict[str, tuple[Callable[..., Prior], tuple[str, str]]] = {
    "GaussianPrior": (GaussianPrior, ("mu", "sigma")),
    "UniformPrior": (UniformPrior, ("min", "max")),
    "LogUniformPrior": (LogUniformPrior, ("min", "max")),
}


def prior_to_dict(prior: Prior) -> dict[str, Any]:
    """Return a prior as model files hold it."""
    kind = type(prior).__name__
    entries = [{"name": name, "value": getattr(prior, name), "unit": ""} for name in _TYPES[kind][1]]
    return {"type": kind, "parameters": entries, "weight": prior.weight}


def prior_from_dict(section: Any, *, name: str, factor: float = 1.0) -> Prior:
    """Return the prior that a model file gives for parameter `name`.

    Parameters
    ----------
    section : mapping
        ``{type, parameters: [{name, value}], weight}``.
    factor : float
        From the unit of the file to that of the parameter: priors have the parameter's unit.

    Raises
    ------
    SettingsError
        Naming what is unknown or no number.
    """
    kind = section.get("type") if isinstance(section, Mapping) else None
    if kind not in _TYPES:
        raise SettingsError(
            f"the prior of parameter {name} is of an unknown type",
            found=repr(kind if isinstance(section, Mapping) else section),
            expected=" or ".join(_TYPES),
        )
    cls, names = _TYPES[kind]
    given: dict[str, float] = {}
    for entry in section.get("parameters") or ():
        key = entry.get("name") if isinstance(entry, Mapping) else None
        if key not in names:
            raise SettingsError(
                f"the {kind} of parameter {name} has no parameter {key!r}", expected=" and ".join(names)
            )
        given[key] = _number(entry.get("value"), name) * factor
    weight = section.get("weight")
    return cls(**given, weight=1.0 if weight is None else _number(weight, name))


def _number(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise SettingsError(
            f"the prior of parameter {name} holds something that is no number", found=repr(value)
        ) from None
