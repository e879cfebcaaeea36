"""What all spectral models share: named parameters, evaluation, integrals and propagated errors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from lightpool.errors import SettingsError
from lightpool.spectra.integral import BinIntegrator
from lightpool.spectra.parameter import Parameter
from lightpool.units import to_array, to_float


class SpectralModel:
    """A differential photon spectrum dN/dE with named parameters; a value that never changes.

    Subclasses give `defaults`, `evaluate` and `gradient`. Energies are in TeV, dN/dE in
    cm-2 s-1 TeV-1.

    Parameters
    ----------
    **values : float or quantity
        Parameter values by name; others keep their default.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.
    """

    defaults: ClassVar[tuple[Parameter, ...]] = ()
    type_name: ClassVar[str] = ""
    tag: ClassVar[str] = ""
    #: A pure power law between any two energies: two nodes integrate it exactly.
    is_power_law: ClassVar[bool] = False
    #: The parameter that scales the whole spectrum.
    norm: ClassVar[str] = "amplitude"

    def __init__(self, **values: Any) -> None:
        self._check_names(values)
        self.parameters: tuple[Parameter, ...] = tuple(
            p.to(values[p.name]) if p.name in values else p for p in self.defaults
        )
        self.covariance: np.ndarray | None = None

    @staticmethod
    def evaluate(energy: np.ndarray, *values: float) -> np.ndarray:
        """Return dN/dE at `energy` (TeV), for parameter values in the order of `defaults`."""
        raise NotImplementedError

    @staticmethod
    def gradient(energy: np.ndarray, *values: float) -> np.ndarray:
        """Return the slope of dN/dE along each parameter, shape (parameters, energies)."""
        raise NotImplementedError

    # -- values -----------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """The parameter names, in order."""
        return tuple(p.name for p in self.parameters)

    @property
    def values(self) -> tuple[float, ...]:
        """The parameter values, in order."""
        return tuple(p.value for p in self.parameters)

    @property
    def free_indices(self) -> list[int]:
        """The positions of the parameters that a fit may change."""
        return [i for i, p in enumerate(self.parameters) if not p.frozen]

    def __getitem__(self, name: str) -> Parameter:
        self._check_names([name])
        return self.parameters[self.names.index(name)]

    def with_values(self, **values: Any) -> SpectralModel:
        """Return a copy with other parameter values (numbers or quantities); errors are dropped."""
        self._check_names(values)
        return self._copy(
            p.to(values[p.name]) if p.name in values else replace(p, error=math.nan) for p in self.parameters
        )

    def freeze(self, *names: str) -> SpectralModel:
        """Return a copy in which these parameters are frozen."""
        return self._with_frozen(names, True)

    def free(self, *names: str) -> SpectralModel:
        """Return a copy in which these parameters are free."""
        return self._with_frozen(names, False)

    def limit(self, name: str, low: Any = -math.inf, high: Any = math.inf) -> SpectralModel:
        """Return a copy in which parameter `name` is kept within ``[low, high]``."""
        low, high = (
            v if isinstance(v, float) and math.isinf(v) else self[name].to(v).value for v in (low, high)
        )
        return self._copy(replace(p, min=low, max=high) if p.name == name else p for p in self.parameters)

    def fitted(self, values: Iterable[float], covariance: np.ndarray) -> SpectralModel:
        """Return a copy that holds a fit's values and covariance, shape (parameters, parameters)."""
        errors = np.sqrt(np.maximum(np.diag(covariance), 0))
        copy = self._copy(
            replace(p, value=float(v), error=float(e))
            for p, v, e in zip(self.parameters, values, errors, strict=True)
        )
        copy.covariance = covariance
        return copy

    # -- spectrum ---------------------------------------------------------------------------

    def __call__(self, energy: Any) -> np.ndarray:
        """Return dN/dE in cm-2 s-1 TeV-1 at energies in TeV (or quantities), same shape."""
        shape = np.shape(energy)
        return self.evaluate(to_array(energy, "TeV", name="energy"), *self.values).reshape(shape)

    def dnde_error(self, energy: Any) -> np.ndarray:
        """Return the propagated error of dN/dE (first order, ``sqrt(g' C g)``); NaN before a fit."""
        e = to_array(energy, "TeV", name="energy")
        return self._propagate(self.gradient(e, *self.values))

    def integral(self, e_min: Any, e_max: Any) -> float:
        """Return the photon flux between two energies, cm-2 s-1."""
        return self._integrate(e_min, e_max, power=0)[0]

    def integral_error(self, e_min: Any, e_max: Any) -> tuple[float, float]:
        """Return the photon flux and its propagated error, cm-2 s-1."""
        return self._integrate(e_min, e_max, power=0)

    def energy_flux(self, e_min: Any, e_max: Any) -> float:
        """Return the energy flux between two energies, TeV cm-2 s-1."""
        return self._integrate(e_min, e_max, power=1)[0]

    def energy_flux_error(self, e_min: Any, e_max: Any) -> tuple[float, float]:
        """Return the energy flux and its propagated error, TeV cm-2 s-1."""
        return self._integrate(e_min, e_max, power=1)

    def integrator(self, edges: np.ndarray, *, power: int = 0) -> BinIntegrator:
        """Return what integrates this kind of spectrum over bins with `edges` (TeV)."""
        return BinIntegrator(edges, n=2 if self.is_power_law else None, power=power)

    # -- files ------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return ``{type, parameters}`` as the ``spectral`` section of a model file holds it."""
        return {"type": self.type_name, "parameters": [_parameter_to_dict(p) for p in self.parameters]}

    # -- inside -----------------------------------------------------------------------------

    def _integrate(self, e_min: Any, e_max: Any, *, power: int) -> tuple[float, float]:
        low, high = (
            to_float(e_min, "TeV", name="energy minimum"),
            to_float(e_max, "TeV", name="energy maximum"),
        )
        if not 0 < low < high:
            raise SettingsError(
                "an energy range must be positive and increase", found=f"{low:g} TeV to {high:g} TeV"
            )
        grid = self.integrator(np.array([low, high]), power=power)
        value, slope = grid.integrate_with_gradient(
            self.evaluate(grid.nodes, *self.values), self.gradient(grid.nodes, *self.values)
        )
        return float(value[0]), float(self._propagate(slope)[0])

    def _propagate(self, slope: np.ndarray) -> np.ndarray:
        if self.covariance is None:
            return np.full(slope.shape[1:], np.nan)
        return np.sqrt(np.maximum(np.einsum("i...,ij,j...->...", slope, self.covariance, slope), 0))

    def _copy(self, parameters: Iterable[Parameter]) -> SpectralModel:
        copy = object.__new__(type(self))
        copy.parameters, copy.covariance = tuple(parameters), None
        return copy

    def _with_frozen(self, names: Iterable[str], frozen: bool) -> SpectralModel:
        names = tuple(names)
        self._check_names(names)
        return self._copy(replace(p, frozen=frozen) if p.name in names else p for p in self.parameters)

    def _check_names(self, names: Iterable[str]) -> None:
        known = [p.name for p in self.defaults]
        for name in names:
            if name not in known:
                raise SettingsError(
                    f"{type(self).__name__} has no parameter {name!r}", expected=", ".join(known)
                )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SpectralModel):
            return NotImplemented
        return type(self) is type(other) and _key(self) == _key(other)

    def __hash__(self) -> int:
        return hash((type(self), _key(self)))

    def __repr__(self) -> str:
        parts = []
        for p in self.parameters:
            error = f" ± {p.error:.2g}" if p.error > 0 else ""
            unit, frozen = f" {p.unit}" if p.unit else "", " (frozen)" if p.frozen else ""
            parts.append(f"{p.name}={p.value:.6g}{error}{unit}{frozen}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _key(model: SpectralModel) -> tuple[Any, ...]:
    """Return what makes two models the same start of a fit; errors (often NaN) do not count."""
    return tuple((p.name, p.value, p.frozen, p.min, p.max) for p in model.parameters)


def _parameter_to_dict(p: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": p.name, "value": p.value}
    if p.unit:
        entry["unit"] = p.unit
    if p.error > 0:
        entry["error"] = p.error
    if p.frozen:
        entry["frozen"] = True
    if math.isfinite(p.min):
        entry["min"] = p.min
    if math.isfinite(p.max):
        entry["max"] = p.max
    return entry
