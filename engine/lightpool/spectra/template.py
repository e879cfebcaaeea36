"""A spectrum given as a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any, ClassVar

import numpy as np

from lightpool.errors import SettingsError
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import DNDE, Parameter, in_unit
from lightpool.units import to_array

#: Stands for a zero in the table: nothing measures so little, and it has a logarithm.
_TINY = 1e-300


class Template(SpectralModel):
    """A table of dN/dE, log-log interpolated; zero outside the table.

    It has no parameter; ``Scale(template)`` has a norm to fit.

    Parameters
    ----------
    energy : array-like, shape (n,), TeV, or quantity
        Increasing, at least two.
    values : array-like, shape (n,), cm-2 s-1 TeV-1, or quantity
        Not negative.

    Raises
    ------
    SettingsError
        If the table cannot be interpolated.

    Examples
    --------
    >>> round(float(Template([1.0, 4.0], [1e-11, 1e-13])(2.0)), 15)
    1e-12
    """

    type_name = "TemplateSpectralModel"
    tag = "template"
    norm = ""
    extra_keys: ClassVar[tuple[str, ...]] = ("energy", "values")
    defaults: ClassVar[tuple[Parameter, ...]] = ()

    def __init__(self, energy: Any, values: Any) -> None:
        super().__init__()
        if hasattr(values, "unit"):
            values = np.asarray(values.value) * in_unit(1 * values.unit, DNDE, "values of the template")
        energy, values = to_array(energy, "TeV", name="energy"), np.asarray(values, dtype=float)
        if energy.shape != values.shape or energy.ndim != 1 or len(energy) < 2:
            raise SettingsError(
                "a template needs as many values as energies, two or more",
                found=f"{np.size(energy)} energies and {np.size(values)} values",
            )
        if not (energy[0] > 0 and np.all(np.diff(energy) > 0)):
            raise SettingsError("energies of a template must be positive and increase")
        if not (np.all(np.isfinite(values)) and np.all(values >= 0)):
            raise SettingsError("values of a template must be finite and not negative")
        self.energy, self.table = energy, values
        self._log_energy, self._log_values = np.log(energy), np.log(np.maximum(values, _TINY))

    def evaluate(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return dN/dE; see `SpectralModel.evaluate`."""
        log_energy = np.log(energy)
        # Rounding of a node at the very end of the table must not lose it.
        slack = 1e-12
        at = np.interp(log_energy, self._log_energy, self._log_values)
        inside = (log_energy >= self._log_energy[0] - slack) & (log_energy <= self._log_energy[-1] + slack)
        return np.where(inside & (at > math.log(_TINY)), np.exp(at), 0.0)

    def gradient(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return its slopes, shape (0, energies): there is no parameter."""
        return np.zeros((0, *np.shape(energy)))

    def to_dict(self) -> dict[str, Any]:
        """Return the section of a model file, with the table in it."""
        return {
            **super().to_dict(),
            "energy": {"data": self.energy.tolist(), "unit": "TeV"},
            "values": {"data": self.table.tolist(), "unit": DNDE},
        }

    @classmethod
    def from_section(
        cls, section: Mapping[str, Any], read: Callable[[Any], SpectralModel], folder: str
    ) -> SpectralModel:
        """Return the template whose table is in the section; see `SpectralModel.from_section`."""
        return cls(table_column(section, "energy", "TeV"), table_column(section, "values", DNDE))

    def _structure(self) -> Hashable:
        return self.energy.tobytes(), self.table.tobytes()

    def __repr__(self) -> str:
        return f"Template({len(self.energy)} energies, {self.energy[0]:.4g} to {self.energy[-1]:.4g} TeV)"


def table_column(section: Mapping[str, Any], key: str, unit: str) -> np.ndarray:
    """Return a ``{data, unit}`` entry of a model file's section as plain numbers in `unit`.

    Raises
    ------
    SettingsError
        If it is missing, no table of numbers or of another kind of unit.
    """
    entry = section.get(key)
    if not isinstance(entry, Mapping) or "data" not in entry:
        raise SettingsError(
            f"{section.get('type')} needs a table of {key!r}", found=repr(entry), expected="{data, unit}"
        )
    try:
        data = np.asarray(entry["data"], dtype=float)
    except (TypeError, ValueError):
        raise SettingsError(f"the table of {key!r} holds something that is no number") from None
    given = str(entry.get("unit") or "")
    if given == unit or not given:
        return data
    from astropy import units as u

    try:
        return data * in_unit(u.Quantity(1, given), unit, key)
    except ValueError as error:
        if isinstance(error, SettingsError):
            raise
        raise SettingsError(f"the unit of {key!r} is not known", found=repr(given), expected=unit) from None
