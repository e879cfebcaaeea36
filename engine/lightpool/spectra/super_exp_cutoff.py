"""Super-exponentially cut off power laws of the Fermi-LAT catalogues."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import DNDE, Parameter

_MEV_PER_TEV = 1e6


class SuperExpCutoffPowerLaw3FGL(SpectralModel):
    """``amplitude (E / reference)**-index_1 exp((reference / ecut)**index_2 - (E / ecut)**index_2)``.

    Third catalogue: Acero et al. (2015), ApJS 218, 23, eq. 4.

    Parameters
    ----------
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the reference energy.
    reference : float or quantity, TeV
        Frozen.
    ecut : float or quantity, TeV
    index_1, index_2 : float
        Photon index, and index of the cutoff.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = SuperExpCutoffPowerLaw3FGL(amplitude=1e-11, reference=1, ecut=10)
    >>> float(model(1.0))
    1e-11
    """

    type_name = "SuperExpCutoffPowerLaw3FGLSpectralModel"
    tag = "secpl-3fgl"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("reference", 1.0, "TeV", frozen=True),
        Parameter("ecut", 10.0, "TeV"),
        Parameter("index_1", 1.5),
        Parameter("index_2", 2.0),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray, amplitude: float, reference: float, ecut: float, index_1: float, index_2: float
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        cut = (reference / ecut) ** index_2 - (energy / ecut) ** index_2
        return amplitude * np.exp(-index_1 * np.log(energy / reference) + cut)

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray, amplitude: float, reference: float, ecut: float, index_1: float, index_2: float
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / reference)
        at_reference, at_energy = (reference / ecut) ** index_2, (energy / ecut) ** index_2
        shape = np.exp(-index_1 * log_x + at_reference - at_energy)
        value = amplitude * shape
        to_index_2 = at_reference * np.log(reference / ecut) - at_energy * np.log(energy / ecut)
        return np.stack(
            [
                shape,
                (index_1 + index_2 * at_reference) / reference * value,
                index_2 / ecut * (at_energy - at_reference) * value,
                -log_x * value,
                to_index_2 * value,
            ]
        )

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not."""
        _, _, ecut, index_1, index_2 = self.values
        if index_2 == 0 or not (2 - index_1) / index_2 > 0 or ecut <= 0 or index_2 < 0:
            return math.nan
        return ecut * ((2 - index_1) / index_2) ** (1 / index_2)


class SuperExpCutoffPowerLaw4FGL(SpectralModel):
    """``amplitude (E / reference)**-index_1 exp(expfactor (reference**index_2 - E**index_2))``, E in MeV.

    Fourth catalogue: Abdollahi et al. (2020), ApJS 247, 33, eq. 4. `expfactor` is in MeV**-index_2,
    a unit that changes with the index, hence written as a number.

    Parameters
    ----------
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the reference energy.
    reference : float or quantity, TeV
        Frozen.
    expfactor : float
        For energies in MeV.
    index_1, index_2 : float
        Photon index, and index of the cutoff.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = SuperExpCutoffPowerLaw4FGL(amplitude=1e-11, reference=1, index_2=0.6)
    >>> float(model(1.0))
    1e-11
    """

    type_name = "SuperExpCutoffPowerLaw4FGLSpectralModel"
    tag = "secpl-4fgl"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("reference", 1.0, "TeV", frozen=True),
        Parameter("expfactor", 1e-14),
        Parameter("index_1", 1.5),
        Parameter("index_2", 2.0),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray,
        amplitude: float,
        reference: float,
        expfactor: float,
        index_1: float,
        index_2: float,
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        powers = (reference * _MEV_PER_TEV) ** index_2 - (energy * _MEV_PER_TEV) ** index_2
        return amplitude * np.exp(-index_1 * np.log(energy / reference) + expfactor * powers)

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray,
        amplitude: float,
        reference: float,
        expfactor: float,
        index_1: float,
        index_2: float,
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / reference)
        reference_mev, energy_mev = reference * _MEV_PER_TEV, energy * _MEV_PER_TEV
        at_reference, at_energy = reference_mev**index_2, energy_mev**index_2
        shape = np.exp(-index_1 * log_x + expfactor * (at_reference - at_energy))
        value = amplitude * shape
        to_index_2 = at_reference * math.log(reference_mev) - at_energy * np.log(energy_mev)
        return np.stack(
            [
                shape,
                (index_1 + expfactor * index_2 * at_reference) / reference * value,
                (at_reference - at_energy) * value,
                -log_x * value,
                expfactor * to_index_2 * value,
            ]
        )

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not."""
        _, _, expfactor, index_1, index_2 = self.values
        if not (index_1 < 2 and expfactor > 0 and index_2 > 0):
            return math.nan
        return ((2 - index_1) / (expfactor * index_2)) ** (1 / index_2) / _MEV_PER_TEV


class SuperExpCutoffPowerLaw4FGLDR3(SpectralModel):
    """``amplitude x**(-index_1 + d / index_2) exp(d / index_2**2 (1 - x**index_2))`` with x = E / reference.

    Fourth catalogue, data release 3: Abdollahi et al. (2022), ApJS 260, 53, eqs. 2 and 3; d is
    `expfactor`. The local index at the reference energy is `index_1`, its slope there d. For a
    small ``index_2 ln x`` the formula loses all digits; its expansion takes over.

    Parameters
    ----------
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the reference energy.
    reference : float or quantity, TeV
        Frozen.
    expfactor : float
        Curvature at the reference energy.
    index_1, index_2 : float
        Photon index at the reference energy, and index of the cutoff.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = SuperExpCutoffPowerLaw4FGLDR3(amplitude=1e-11, reference=1)
    >>> float(model(1.0))
    1e-11
    """

    type_name = "SuperExpCutoffPowerLaw4FGLDR3SpectralModel"
    tag = "secpl-4fgl-dr3"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("reference", 1.0, "TeV", frozen=True),
        Parameter("expfactor", 1e-2),
        Parameter("index_1", 1.5),
        Parameter("index_2", 2.0),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray,
        amplitude: float,
        reference: float,
        expfactor: float,
        index_1: float,
        index_2: float,
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        log_x = np.log(energy / reference)
        curve, _ = _second_order(index_2 * log_x)
        return amplitude * np.exp(-log_x * (index_1 + expfactor * log_x * curve))

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray,
        amplitude: float,
        reference: float,
        expfactor: float,
        index_1: float,
        index_2: float,
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / reference)
        u = index_2 * log_x
        curve, curve_slope = _second_order(u)
        shape = np.exp(-log_x * (index_1 + expfactor * log_x * curve))
        value = amplitude * shape
        local_index = index_1 + expfactor * log_x * (2 * curve + u * curve_slope)
        return np.stack(
            [
                shape,
                local_index / reference * value,
                -(log_x**2) * curve * value,
                -log_x * value,
                -expfactor * log_x**3 * curve_slope * value,
            ]
        )

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not."""
        _, reference, d, index_1, index_2 = self.values
        if d <= 0:
            return math.nan
        u = (2 - index_1) * index_2 / d
        if u <= -1:
            return math.nan
        log_x = math.log1p(u) / index_2 if index_2 else (2 - index_1) / d
        return reference * math.exp(log_x)


def _second_order(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (exp(u) - 1 - u) / u**2 and its slope, exact through u = 0."""
    small = np.abs(u) < 0.1
    safe = np.where(small, 1.0, u)
    rest = np.expm1(safe) - safe
    value, slope = rest / safe**2, np.expm1(safe) / safe**2 - 2 * rest / safe**3
    v = np.where(small, u, 0.0)
    # Taylor terms v**k / (k + 2)!, down to 1e-15 for |u| < 0.1
    series, series_slope, term = np.zeros_like(v), np.zeros_like(v), np.full_like(v, 0.5)
    for k in range(9):
        series += term
        next_term = term / (k + 3)  # v**k / (k + 3)!, whose (k + 1)-fold is a term of the slope
        series_slope += (k + 1) * next_term
        term = next_term * v
    return np.where(small, series, value), np.where(small, series_slope, slope)
