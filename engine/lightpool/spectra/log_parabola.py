"""A power law whose index changes with the logarithm of energy."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import DNDE, Parameter


class LogParabola(SpectralModel):
    """A log parabola, ``amplitude x**(-alpha - beta ln x)`` with x = E / reference.

    The logarithm is natural; a `beta` published for log10 is to be divided by ln 10.

    Parameters
    ----------
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the reference energy.
    reference : float or quantity, TeV
        Frozen.
    alpha : float
        Index at the reference energy.
    beta : float
        Curvature.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> round(LogParabola(alpha=1.5, beta=0.5, reference=1).e_peak, 4)
    1.6487
    """

    type_name = "LogParabolaSpectralModel"
    tag = "lp"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("reference", 10.0, "TeV", frozen=True),
        Parameter("alpha", 2.0),
        Parameter("beta", 1.0),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray, amplitude: float, reference: float, alpha: float, beta: float
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        log_x = np.log(energy / reference)
        return amplitude * np.exp(-log_x * (alpha + beta * log_x))

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray, amplitude: float, reference: float, alpha: float, beta: float
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / reference)
        shape = np.exp(-log_x * (alpha + beta * log_x))
        to_alpha = -log_x * amplitude * shape
        to_reference = (alpha + 2 * beta * log_x) / reference * amplitude * shape
        return np.stack([shape, to_reference, to_alpha, log_x * to_alpha])

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not."""
        _, reference, alpha, beta = self.values
        return reference * math.exp((2 - alpha) / (2 * beta)) if beta > 0 else math.nan
