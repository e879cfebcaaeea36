"""What all spectral models share: named parameters, evaluation, integrals and propagated errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from lightpool.errors import SettingsError
from lightpool.html import parameter_table
from lightpool.spectra.butterfly import Butterfly, narrowest_energy
from lightpool.spectra.extrema import interior_minimum
from lightpool.spectra.integral import BinIntegrator, nodes_per_bin
from lightpool.spectra.parameter import Parameter
from lightpool.spectra.prior import Prior, prior_to_dict
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

    Examples
    --------
    >>> model = lp.spectra.LogParabola(amplitude=1e-11).freeze("beta")
    >>> model.names
    ('amplitude', 'reference', 'alpha', 'beta')
    >>> [p.name for p in model.parameters if not p.frozen]
    ['amplitude', 'alpha']
    >>> model.with_values(alpha=2.5)["alpha"].value, model["alpha"].value  # a copy; the model stays
    (2.5, 2.0)
    """

    defaults: ClassVar[tuple[Parameter, ...]] = ()
    type_name: ClassVar[str] = ""
    tag: ClassVar[str] = ""
    #: A pure power law between any two energies: two nodes integrate it exactly.
    is_power_law: ClassVar[bool] = False
    #: Keys of a model file's section beside type and parameters.
    extra_keys: ClassVar[tuple[str, ...]] = ()
    #: The parameter that scales the whole spectrum; empty where there is none.
    norm: str = "amplitude"
    #: What `+`, `-` and `*` of models make; the module of compounds puts itself here.
    _combine: ClassVar[Callable[..., SpectralModel]]

    def __init__(self, **values: Any) -> None:
        self._check_names(values, self.defaults)
        self.parameters: tuple[Parameter, ...] = tuple(
            p.to(values[p.name]) if p.name in values else p for p in self.defaults
        )
        self.covariance: np.ndarray | None = None

    @staticmethod
    def evaluate(energy: np.ndarray, *values: float) -> np.ndarray:
        """Return dN/dE, for parameter values in the order of `defaults`.

        Parameters
        ----------
        energy : ndarray, shape (n,), TeV
        *values : float
            In the units of the parameters.

        Returns
        -------
        ndarray, shape (n,), cm-2 s-1 TeV-1
        """
        raise NotImplementedError

    @staticmethod
    def gradient(energy: np.ndarray, *values: float) -> np.ndarray:
        """Return the slope of dN/dE along each parameter.

        Parameters
        ----------
        energy : ndarray, shape (n,), TeV
        *values : float
            In the units of the parameters.

        Returns
        -------
        ndarray, shape (parameters, n)
        """
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

    @property
    def fit_start(self) -> tuple[float, ...]:
        """The values a fit starts from, in order: these, or others where these lead nowhere."""
        return self.values

    def __getitem__(self, name: str) -> Parameter:
        self._check_names([name], self.parameters)
        return self.parameters[self.names.index(name)]

    def with_values(self, **values: Any) -> SpectralModel:
        """Return a copy with other parameter values; errors are dropped.

        Parameters
        ----------
        **values : float or quantity
            By name; numbers are in the units of the parameters.
        """
        self._check_names(values, self.parameters)
        return self._copy(
            p.to(values[p.name]) if p.name in values else replace(p, error=math.nan) for p in self.parameters
        )

    def freeze(self, *names: str) -> SpectralModel:
        """Return a copy in which these parameters are frozen.

        Parameters
        ----------
        *names : str
        """
        return self._with_frozen(names, True)

    def free(self, *names: str) -> SpectralModel:
        """Return a copy in which these parameters are free.

        Parameters
        ----------
        *names : str
        """
        return self._with_frozen(names, False)

    def limit(self, name: str, low: Any = -math.inf, high: Any = math.inf) -> SpectralModel:
        """Return a copy in which a parameter is kept within ``[low, high]``.

        Parameters
        ----------
        name : str
        low, high : float or quantity, in the unit of the parameter
            Infinite for none.
        """
        low, high = (
            v if isinstance(v, float) and math.isinf(v) else self[name].to(v).value for v in (low, high)
        )
        return self._copy(replace(p, min=low, max=high) if p.name == name else p for p in self.parameters)

    def with_prior(self, name: str, prior: Prior | None) -> SpectralModel:
        """Return a copy in which a parameter has a prior, or none.

        Parameters
        ----------
        name : str
        prior : GaussianPrior, UniformPrior, LogUniformPrior or None
            In the unit of the parameter.
        """
        self._check_names([name], self.parameters)
        return self._copy(replace(p, prior=prior) if p.name == name else p for p in self.parameters)

    def fitted(self, values: Iterable[float], covariance: np.ndarray) -> SpectralModel:
        """Return a copy that holds a fit's values, and errors from their covariance.

        Parameters
        ----------
        values : iterable of float
            Of all parameters, in their units.
        covariance : ndarray, shape (parameters, parameters)
        """
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
        return self.evaluate(_energies(energy), *self.values).reshape(np.shape(energy))

    def dnde_error(self, energy: Any) -> np.ndarray:
        """Return the error of dN/dE, propagated to first order, ``sqrt(g' C g)``; NaN before a fit.

        Parameters
        ----------
        energy : array-like, shape (n,), TeV, or quantity

        Returns
        -------
        ndarray, shape of `energy`, cm-2 s-1 TeV-1
        """
        return self._propagate(self.gradient(_energies(energy), *self.values)).reshape(np.shape(energy))

    def integral(self, e_min: Any, e_max: Any) -> float:
        """Return the photon flux between two energies, cm-2 s-1.

        Parameters
        ----------
        e_min, e_max : float (TeV), str or quantity

        Raises
        ------
        SettingsError
            If the range is not positive or does not increase.
        """
        return self._integrate(e_min, e_max, power=0)[0]

    def integral_error(self, e_min: Any, e_max: Any) -> tuple[float, float]:
        """Return the photon flux and its propagated error, cm-2 s-1.

        Parameters
        ----------
        e_min, e_max : float (TeV), str or quantity

        Raises
        ------
        SettingsError
            If the range is not positive or does not increase.
        """
        return self._integrate(e_min, e_max, power=0)

    def energy_flux(self, e_min: Any, e_max: Any) -> float:
        """Return the energy flux between two energies, TeV cm-2 s-1.

        Parameters
        ----------
        e_min, e_max : float (TeV), str or quantity

        Raises
        ------
        SettingsError
            If the range is not positive or does not increase.
        """
        return self._integrate(e_min, e_max, power=1)[0]

    def energy_flux_error(self, e_min: Any, e_max: Any) -> tuple[float, float]:
        """Return the energy flux and its propagated error, TeV cm-2 s-1.

        Parameters
        ----------
        e_min, e_max : float (TeV), str or quantity

        Raises
        ------
        SettingsError
            If the range is not positive or does not increase.
        """
        return self._integrate(e_min, e_max, power=1)

    def integrator(self, edges: np.ndarray, *, power: int = 0) -> BinIntegrator:
        """Return what integrates this kind of spectrum over bins.

        Parameters
        ----------
        edges : ndarray, shape (bins + 1,), TeV
        power : int
            0 for photons, 1 for energy.
        """
        return BinIntegrator(edges, n=self.node_count(edges), power=power)

    def node_count(self, edges: np.ndarray) -> int:
        """Return how many nodes in each bin integrate this spectrum well.

        Parameters
        ----------
        edges : ndarray, shape (bins + 1,), TeV
        """
        return 2 if self.is_power_law else nodes_per_bin(edges)

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not between 1 eV and 1e6 TeV."""
        return interior_minimum(lambda e: -(e**2) * self.evaluate(e, *self.values), 1e-12, 1e6)

    @property
    def decorrelation_energy(self) -> float:
        """The energy of the smallest relative error, TeV; NaN before a fit or where there is none."""
        around = next((p.value for p in self.parameters if p.name.startswith("reference")), 1.0)
        return narrowest_energy(self, around=around)

    def butterfly(self, energy: Any) -> Butterfly:
        """Return the spectrum and its error along energy.

        Parameters
        ----------
        energy : array-like, shape (n,), TeV, or quantity
        """
        e = _energies(energy)
        return Butterfly(e, self(e), self.dnde_error(e))

    # -- algebra ----------------------------------------------------------------------------

    def __add__(self, other: SpectralModel) -> SpectralModel:
        return self._with(other, "add")

    def __sub__(self, other: SpectralModel) -> SpectralModel:
        return self._with(other, "sub")

    def __mul__(self, other: SpectralModel) -> SpectralModel:
        return self._with(other, "mul")

    def _with(self, other: SpectralModel, operator: str) -> SpectralModel:
        if not isinstance(other, SpectralModel):
            return NotImplemented
        return self._combine(self, other, operator)

    # -- files ------------------------------------------------------------------------------

    @property
    def file_parameters(self) -> tuple[tuple[str, int], ...]:
        """Every parameter as files list it: its name there, and its position in `parameters`."""
        return tuple((name, i) for i, name in enumerate(self.names))

    def to_dict(self) -> dict[str, Any]:
        """Return ``{type, parameters}`` as the ``spectral`` section of a model file holds it."""
        entries = [_parameter_to_dict(p, d) for p, d in zip(self.parameters, self.defaults, strict=True)]
        return {"type": self.type_name, "parameters": entries}

    @classmethod
    def from_section(
        cls, section: Mapping[str, Any], read: Callable[[Any], SpectralModel], folder: str
    ) -> SpectralModel:
        """Return a model with default parameters and whatever else a file's section gives.

        Parameters
        ----------
        section : mapping
        read : callable
            Turns the section of an inner model into that model.
        folder : str
            Where relative file names start.
        """
        return cls()

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
        copy.__dict__.update(self.__dict__)
        copy.parameters, copy.covariance = tuple(parameters), None
        return copy

    def _structure(self) -> Hashable:
        """Return what besides its parameters makes a model what it is: tables, inner models."""
        return ()

    def _key(self) -> Hashable:
        """Return what makes two models the same start of a fit; errors (often NaN) do not count."""
        return (
            type(self),
            self._structure(),
            tuple((p.name, p.value, p.frozen, p.min, p.max, p.prior) for p in self.parameters),
        )

    def _with_frozen(self, names: Iterable[str], frozen: bool) -> SpectralModel:
        names = tuple(names)
        self._check_names(names, self.parameters)
        return self._copy(replace(p, frozen=frozen) if p.name in names else p for p in self.parameters)

    def _check_names(self, names: Iterable[str], parameters: tuple[Parameter, ...]) -> None:
        known = [p.name for p in parameters]
        for name in names:
            if name not in known:
                raise SettingsError(
                    f"{type(self).__name__} has no parameter {name!r}", expected=", ".join(known) or "none"
                )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SpectralModel):
            return NotImplemented
        return type(self) is type(other) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _repr_html_(self) -> str:
        formula = (type(self).__doc__ or "").partition("\n")[0].replace("`", "")
        return parameter_table(self.parameters, caption=type(self).__name__, facts=formula)

    def __repr__(self) -> str:
        parts = []
        for p in self.parameters:
            error = f" ± {p.error:.2g}" if p.error > 0 else ""
            unit, frozen = f" {p.unit}" if p.unit else "", " (frozen)" if p.frozen else ""
            parts.append(f"{p.name}={p.value:.6g}{error}{unit}{frozen}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _energies(energy: Any) -> np.ndarray:
    return to_array([energy] if np.ndim(energy) == 0 else energy, "TeV", name="energy")


def _parameter_to_dict(p: Parameter, default: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": default.name, "value": p.value}
    if p.unit:
        entry["unit"] = p.unit
    if p.error > 0:
        entry["error"] = p.error
    # A reader that knows the model takes silence for its default.
    if p.frozen or default.frozen:
        entry["frozen"] = p.frozen
    if math.isfinite(p.min):
        entry["min"] = p.min
    if math.isfinite(p.max):
        entry["max"] = p.max
    if p.link:
        entry["link"] = p.link
    if p.prior is not None:
        entry["prior"] = prior_to_dict(p.prior)
    return entry
