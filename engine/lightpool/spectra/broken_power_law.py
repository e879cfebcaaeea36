"""Two power laws joined at a break, sharply or smoothly."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import DNDE, Parameter

#: How far apart two equal indices are taken at the start of a fit.
_OPENING = 0.3


class BrokenPowerLaw(SpectralModel):
    """A power law of `index1` below `ebreak` and of `index2` from there on; the amplitude is at the break.

    Parameters
    ----------
    index1, index2 : float
        Photon index below and above the break.
    amplitude : float or quantity, cm-2 s-1 TeV-1
        dN/dE at the break.
    ebreak : float or quantity, TeV

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = BrokenPowerLaw(index1=2, index2=3, amplitude=1e-12, ebreak=1)
    >>> [round(float(v) * 1e12, 6) for v in model([0.5, 1, 2])]
    [4.0, 1.0, 0.125]
    """

    type_name = "BrokenPowerLawSpectralModel"
    tag = "bpl"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("index1", 2.0),
        Parameter("index2", 2.0),
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("ebreak", 1.0, "TeV"),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray, index1: float, index2: float, amplitude: float, ebreak: float
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        log_x = np.log(energy / ebreak)
        return amplitude * np.exp(-np.where(log_x < 0, index1, index2) * log_x)

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray, index1: float, index2: float, amplitude: float, ebreak: float
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        log_x = np.log(energy / ebreak)
        below = log_x < 0
        index = np.where(below, index1, index2)
        shape = np.exp(-index * log_x)
        value = amplitude * shape
        to_index = -log_x * value
        return np.stack(
            [np.where(below, to_index, 0.0), np.where(below, 0.0, to_index), shape, index / ebreak * value]
        )

    @property
    def fit_start(self) -> tuple[float, ...]:
        """The values with the break opened: at equal indices nothing says where to look for it."""
        return _opened(self)

    @property
    def e_peak(self) -> float:
        """The break, where E² dN/dE rises before it and falls behind it, TeV; else NaN."""
        index1, index2, _, ebreak = self.values
        return ebreak if index1 < 2 < index2 else math.nan


class SmoothBrokenPowerLaw(SpectralModel):
    """Two power laws with a smooth break of width `beta`.

    ``amplitude (E / reference)**-index1 (1 + (E / ebreak)**((index2 - index1) / b))**-b`` with
    ``b = beta sign(index2 - index1)``. Equal indices, where the formula ends, leave a power law: the
    one that a break to a softer spectrum tends to, so that a fit may start there.

    Parameters
    ----------
    index1, index2 : float
        Photon index far below and far above the break.
    amplitude : float or quantity, cm-2 s-1 TeV-1
        As in the formula.
    ebreak : float or quantity, TeV
    reference : float or quantity, TeV
        Frozen.
    beta : float
        Width of the break; frozen.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> model = SmoothBrokenPowerLaw(index1=2, index2=3, amplitude=1e-12, ebreak=1, reference=1)
    >>> float(model(1.0))  # half of the amplitude where beta is 1
    5e-13
    """

    type_name = "SmoothBrokenPowerLawSpectralModel"
    tag = "sbpl"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("index1", 2.0),
        Parameter("index2", 2.0),
        Parameter("amplitude", 1e-12, DNDE),
        Parameter("ebreak", 1.0, "TeV"),
        Parameter("reference", 1.0, "TeV", frozen=True),
        Parameter("beta", 1.0, frozen=True),
    )

    @staticmethod
    def evaluate(  # type: ignore[override]
        energy: np.ndarray,
        index1: float,
        index2: float,
        amplitude: float,
        ebreak: float,
        reference: float,
        beta: float,
    ) -> np.ndarray:
        """Return dN/dE; see `SpectralModel.evaluate`."""
        sign = _sign(index2 - index1)
        turn = np.logaddexp(0.0, abs(index2 - index1) / beta * np.log(energy / ebreak))
        return amplitude * np.exp(-index1 * np.log(energy / reference) - beta * sign * turn)

    @staticmethod
    def gradient(  # type: ignore[override]
        energy: np.ndarray,
        index1: float,
        index2: float,
        amplitude: float,
        ebreak: float,
        reference: float,
        beta: float,
    ) -> np.ndarray:
        """Return its slopes; see `SpectralModel.gradient`."""
        step = index2 - index1
        sign = _sign(step)
        log_x, log_y = np.log(energy / reference), np.log(energy / ebreak)
        bend = abs(step) / beta * log_y
        turn = np.logaddexp(0.0, bend)
        share = np.exp(bend - turn)  # of the second power law, 0 to 1
        shape = np.exp(-index1 * log_x - beta * sign * turn)
        value = amplitude * shape
        return np.stack(
            [
                (share * log_y - log_x) * value,
                -share * log_y * value,
                shape,
                step * share / ebreak * value,
                index1 / reference * value,
                sign * (bend * share - turn) * value,
            ]
        )

    @property
    def fit_start(self) -> tuple[float, ...]:
        """The values with the break opened: at equal indices nothing says where to look for it."""
        return _opened(self)

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV; NaN where it does not."""
        index1, index2, _, ebreak, _, beta = self.values
        if not index1 < 2 < index2:
            return math.nan
        return ebreak * ((2 - index1) / (index2 - 2)) ** (beta / (index2 - index1))


def _opened(model: SpectralModel) -> tuple[float, ...]:
    index1, index2, *others = model.values
    lower, upper = model.parameters[:2]
    apart = (index1 - _OPENING, index2 + _OPENING)
    free = not (lower.frozen or upper.frozen)
    if index1 != index2 or not free or apart[0] < lower.bounds[0] or apart[1] > upper.bounds[1]:
        return model.values
    return (*apart, *others)


def _sign(step: float) -> float:
    return -1.0 if step < 0 else 1.0
