"""Power laws with an exponential cutoff, given by its inverse energy or by its energy."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import DNDE, Parameter


class ExpCutoffPowerLaw(SpectralModel):
    """A power law with an exponential cutoff: ``amplitude (E / reference)**-index exp(-(lambda_ E)**alpha)``.

    Here `alpha` is the steepness of the cutoff, as model files call it.

    Parameters
    ----------
    index : float
        Photon index: the spectrum falls as E**-index.
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the reference energy, but for the cutoff.
    reference : float or quantity, TeV
        Frozen.
    lambda_ : float or quantity, TeV-1
        Inverse of the cutoff energy.
    alpha : float
        Steepness of the cutoff; frozen.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = ExpCutoffPowerLaw(index=1.5, lambda_=0.1)
    >>> round(model.e_peak, 6)  # TeV: (2 - index) / lambda_
    5.0
    """

    type_name = "ExpCutoffPowerLawSpectralModel"
    tag = "ecpl"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("index", 1.5),
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("reference", 1.0, "TeV", frozen=True),
        Parameter("lambda_", 0.1, "TeV-1"),
        Parameter("alpha", 1.0, frozen=True),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray, index: float, amplitude: float, reference: float, lambda_: float, alpha: float
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        return amplitude * np.exp(-index * np.log(energy / reference) - _cut(energy, lambda_, alpha))

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray, index: float, amplitude: float, reference: float, lambda_: float, alpha: float
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / reference)
        cut = _cut(energy, lambda_, alpha)
        shape = np.exp(-index * log_x - cut)
        value = amplitude * shape
        if alpha == 1:
            to_lambda = -energy * value
        else:
            to_lambda = -alpha * cut / lambda_ * value if lambda_ else np.zeros_like(value)
        with np.errstate(divide="ignore", invalid="ignore"):
            to_alpha = np.where(cut > 0, -cut * np.log(np.abs(lambda_) * energy) * value, 0.0)
        return np.stack([-log_x * value, shape, index / reference * value, to_lambda, to_alpha])

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not."""
        p = {q.name: q.value for q in self.parameters}
        if p["lambda_"] <= 0 or p["index"] >= 2 or p["alpha"] <= 0:
            return float("nan")
        return ((2 - p["index"]) / p["alpha"]) ** (1 / p["alpha"]) / p["lambda_"]


class ExpCutoffPowerLaw3FGL(SpectralModel):
    """A cut-off power law, ``amplitude (E / reference)**-index exp((reference - E) / ecut)``.

    The amplitude is dN/dE at the reference energy (3FGL: Acero et al. 2015, ApJS 218, 23).

    Parameters
    ----------
    index : float
        Photon index: the spectrum falls as E**-index.
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the reference energy.
    reference : float or quantity, TeV
        Frozen.
    ecut : float or quantity, TeV
        Cutoff energy.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = ExpCutoffPowerLaw3FGL(index=1.5, amplitude=1e-11, ecut=10)
    >>> float(model(1.0))
    1e-11
    """

    type_name = "ExpCutoffPowerLaw3FGLSpectralModel"
    tag = "ecpl-3fgl"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("index", 1.5),
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("reference", 1.0, "TeV", frozen=True),
        Parameter("ecut", 10.0, "TeV"),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray, index: float, amplitude: float, reference: float, ecut: float
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        return amplitude * np.exp(-index * np.log(energy / reference) + (reference - energy) / ecut)

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray, index: float, amplitude: float, reference: float, ecut: float
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / reference)
        shape = np.exp(-index * log_x + (reference - energy) / ecut)
        value = amplitude * shape
        to_ecut = (energy - reference) / ecut**2 * value
        return np.stack([-log_x * value, shape, (index / reference + 1 / ecut) * value, to_ecut])

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not."""
        index, _, _, ecut = self.values
        return (2 - index) * ecut if index < 2 and ecut > 0 else math.nan


def _cut(energy: np.ndarray, lambda_: float, alpha: float) -> np.ndarray:
    """Return (lambda E)**alpha, odd in lambda so that a fit may cross zero."""
    if alpha == 1:
        return lambda_ * energy
    return np.sign(lambda_) * (np.abs(lambda_) * energy) ** alpha
