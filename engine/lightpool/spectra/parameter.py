"""One parameter of a model: a value with its unit, error, limits and whether it is free."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from lightpool.errors import SettingsError
from lightpool.spectra.prior import Prior

#: The unit of a differential photon flux.
DNDE = "TeV-1 s-1 cm-2"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number that a fit may change.

    Parameters
    ----------
    name : str
    value : float, in `unit`
    unit : str
        A FITS unit string; empty for a pure number.
    frozen : bool
    min, max : float, in `unit`
        Limits; infinite where there is none.
    error : float, in `unit`
        One standard deviation; NaN before a fit, 0 for a frozen parameter after it.
    prior : GaussianPrior, UniformPrior or LogUniformPrior, optional
    link : str
        A label: parameters of a compound that carry the same one share their value.

    Examples
    --------
    >>> result.model["index"]  # doctest: +ELLIPSIS
    Parameter(name='index', value=2.65..., unit='', frozen=False, ...)
    """

    name: str
    value: float
    unit: str = ""
    frozen: bool = False
    min: float = -math.inf
    max: float = math.inf
    error: float = math.nan
    prior: Prior | None = None
    link: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise SettingsError(f"parameter {self.name} must be finite", found=str(self.value))
        if not self.min <= self.max:
            raise SettingsError(
                f"limits of parameter {self.name} are in the wrong order",
                found=f"{self.min:g} to {self.max:g}",
            )
        low, high = self.bounds
        if not low <= high:
            raise SettingsError(
                f"the uniform prior of parameter {self.name} lies outside its limits",
                found=f"{low:g} > {high:g}",
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """The range that limits and prior together leave."""
        if self.prior is None:
            return self.min, self.max
        low, high = self.prior.bounds
        return max(self.min, low), min(self.max, high)

    @property
    def at_limit(self) -> bool:
        """Whether the value rests on one of its limits."""
        width = 1e-6 * max(abs(self.value), 1e-300)
        low, high = self.bounds
        return self.value - low <= width or high - self.value <= width

    def to(self, value: Any) -> Parameter:
        """Return a copy with another value; its error is dropped.

        Parameters
        ----------
        value : float or quantity
            A number is in `unit`.
        """
        return replace(self, value=in_unit(value, self.unit, self.name), error=math.nan)


def in_unit(value: Any, unit: str, name: str) -> float:
    """Return a number in `unit`; plain numbers are taken to be in it already.

    Raises
    ------
    SettingsError
        If it is no number or has a unit of another kind.
    """
    if hasattr(value, "to_value"):
        from astropy import units as u

        try:
            return float(value.to_value(unit or u.dimensionless_unscaled))
        except (u.UnitConversionError, TypeError):
            raise SettingsError(
                f"parameter {name} has a wrong unit",
                found=str(value),
                expected=f"a quantity in {unit or 'no unit'}",
            ) from None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise SettingsError(f"parameter {name} is not a number", found=repr(value)) from None
