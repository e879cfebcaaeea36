"""Power laws: given at an energy, or by their integral."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import DNDE, Parameter


class PowerLaw(SpectralModel):
    """A power law, ``amplitude * (E / reference)**-index``.

    Parameters
    ----------
    index : float
        Photon index: the spectrum falls as E**-index.
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the reference energy.
    reference : float or quantity, TeV
        Frozen.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> float(PowerLaw(index=2, amplitude=1e-11)(2.0))
    2.5e-12

    >>> model = PowerLaw(index=2.6, amplitude=3.5e-11)
    >>> model["index"].value
    2.6
    >>> round(model.integral("1 TeV", "10 TeV") * 1e11, 3)  # cm-2 s-1
    2.133
    """

    type_name = "PowerLawSpectralModel"
    tag = "pl"
    is_power_law = True
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("index", 2.0),
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("reference", 1.0, "TeV", frozen=True),
    )

    @staticmethod
    def evaluate(energy: np.ndarray, index: float, amplitude: float, reference: float) -> np.ndarray:  # type: ignore[override]
        """Return dN/dE; see `SpectralModel.evaluate`."""
        return amplitude * np.exp(-index * np.log(energy / reference))

    @staticmethod
    def gradient(energy: np.ndarray, index: float, amplitude: float, reference: float) -> np.ndarray:  # type: ignore[override]
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / reference)
        shape = np.exp(-index * log_x)
        value = amplitude * shape
        return np.stack([-log_x * value, shape, index / reference * value])

    @property
    def e_peak(self) -> float:
        """NaN: a power law has no peak."""
        return math.nan

    @property
    def decorrelation_energy(self) -> float:
        """The energy at which amplitude and index are uncorrelated, TeV; NaN before a fit.

        Abdo et al. (2009), arXiv:0910.4881, eq. 1. There the relative error is smallest.
        """
        if self.covariance is None or not self.covariance[0, 0] > 0:
            return math.nan
        _, amplitude, reference = self.values
        return reference * math.exp(self.covariance[0, 1] / (amplitude * self.covariance[0, 0]))


class PowerLaw2(SpectralModel):
    """A power law whose amplitude is its photon flux between `emin` and `emax`.

    Parameters
    ----------
    amplitude : float or quantity, cm-2 s-1
        Photon flux between `emin` and `emax`.
    index : float
    emin, emax : float or quantity, TeV
        Frozen.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = PowerLaw2(amplitude=2e-11, index=2.6, emin=1, emax=10)
    >>> round(model.integral(1, 10) * 1e11, 6)
    2.0
    """

    type_name = "PowerLaw2SpectralModel"
    tag = "pl-2"
    is_power_law = True
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("amplitude", 1e-12, "s-1 cm-2"),
        Parameter("index", 2.0),
        Parameter("emin", 0.1, "TeV", frozen=True),
        Parameter("emax", 100.0, "TeV", frozen=True),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray, amplitude: float, index: float, emin: float, emax: float
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        integral = _integral(index, emin, emax)[0]
        return amplitude / integral * np.exp(-index * np.log(energy / emin))

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray, amplitude: float, index: float, emin: float, emax: float
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        integral, log_slope = _integral(index, emin, emax)
        log_x = np.log(energy / emin)
        shape = np.exp(-index * log_x) / integral
        value = amplitude * shape
        to_emax = -math.exp(-index * math.log(emax / emin)) / integral
        return np.stack([shape, -(log_x + log_slope) * value, value / integral, to_emax * value])

    @property
    def e_peak(self) -> float:
        """NaN: a power law has no peak."""
        return math.nan


def _integral(index: float, emin: float, emax: float) -> tuple[float, float]:
    """Return the integral of (E / emin)**-index from `emin` to `emax`, TeV, and d ln(integral) / d index."""
    width = math.log(emax / emin)
    u = (1 - index) * width
    if abs(u) < 1e-4:
        # expm1(u) / u and its slope, near an index of 1
        mean, slope = 1 + u / 2 + u * u / 6, 0.5 + u / 3 + u * u / 8
    else:
        mean = math.expm1(u) / u
        slope = (math.exp(u) - mean) / u
    return emin * width * mean, -width * slope / mean
