"""What shines in a simulated scene: the truth that an analysis should get back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.simulate.checks import check_name, check_range


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A power law with an exponential cutoff, ``amplitude * (E / reference)**-index * exp(-lambda_ * E)``.

    Parameters
    ----------
    index : float
    amplitude : float, cm-2 s-1 TeV-1, at `reference`
    lambda_ : float, TeV-1
        Inverse cutoff energy; 0 is a plain power law.
    reference : float, TeV
    """

    index: float = 2.0
    amplitude: float = 1e-12
    lambda_: float = 0.0
    reference: float = 1.0

    def __post_init__(self) -> None:
        check_range("spectral index", self.index, -5, 10)
        check_range("amplitude", self.amplitude, 0, 1e-3)
        check_range("lambda_", self.lambda_, 0, 1e3)
        check_range("reference energy", self.reference, 1e-6, 1e6)

    def dnde(self, energy: Any, *, factor: Any = 1.0, index: Any = None) -> np.ndarray:
        """Return the differential flux in cm-2 s-1 TeV-1; `energy` (TeV), `factor` and `index` broadcast."""
        energy = np.asarray(energy, dtype=float)
        exponent = self.index if index is None else np.asarray(index, dtype=float)
        shape = (energy / self.reference) ** -exponent * np.exp(-self.lambda_ * energy)
        return self.amplitude * np.asarray(factor, dtype=float) * shape


@dataclass(frozen=True, slots=True)
class Burst:
    """An exponential rise and fall of the flux.

    Parameters
    ----------
    time : float, s
        Peak, TT since J2000.0.
    height : float
        Amplitude at the peak in units of the quiet one.
    rise, decay : float, s
        e-folding times before and after the peak.
    """

    time: float
    height: float
    rise: float
    decay: float

    def __post_init__(self) -> None:
        check_range("burst time", self.time, -1e10, 1e10)
        check_range("burst height", self.height, 0, 1e6)
        check_range("burst rise", self.rise, 1, 1e9)
        check_range("burst decay", self.decay, 1, 1e9)

    def __call__(self, time: Any) -> np.ndarray:
        """Return the burst's own part of the amplitude, shape of `time` (TT s since J2000.0)."""
        since = np.asarray(time, dtype=float) - self.time
        return self.height * np.exp(-np.abs(since) / np.where(since < 0, self.rise, self.decay))


@dataclass(frozen=True, slots=True)
class Source:
    """A source: position, size, spectrum and how they change in time.

    Parameters
    ----------
    name : str
    lon, lat : float, deg
        Centre, ICRS.
    spectrum : Spectrum
        The quiet state.
    size : float, deg
        Standard deviation of a round Gaussian; 0 is a point.
    bursts : tuple of Burst
        Added to the quiet amplitude.
    hardening : float
        How much the index falls when the amplitude grows tenfold: harder when brighter.
    """

    name: str
    lon: float
    lat: float
    spectrum: Spectrum
    size: float = 0.0
    bursts: tuple[Burst, ...] = ()
    hardening: float = 0.0

    def __post_init__(self) -> None:
        check_name("source name", self.name)
        check_range(f"longitude of {self.name}", self.lon, -360, 360)
        check_range(f"latitude of {self.name}", self.lat, -90, 90)
        check_range(f"size of {self.name}", self.size, 0, 1)
        check_range(f"hardening of {self.name}", self.hardening, -3, 3)

    @property
    def is_variable(self) -> bool:
        """Whether the flux changes in time."""
        return bool(self.bursts)

    def factor(self, time: Any) -> np.ndarray:
        """Return the amplitude over the quiet one, shape of `time` (TT s since J2000.0)."""
        time = np.asarray(time, dtype=float)
        return np.ones_like(time) + sum(burst(time) for burst in self.bursts)

    def index(self, time: Any) -> np.ndarray:
        """Return the spectral index, shape of `time` (TT s since J2000.0)."""
        return self.spectrum.index - self.hardening * np.log10(self.factor(time))

    def dnde(self, energy: Any, time: Any) -> np.ndarray:
        """Return the true differential flux in cm-2 s-1 TeV-1.

        Parameters
        ----------
        energy : array-like, shape (..., n), TeV
        time : array-like, shape (...), s
            TT since J2000.0.

        Returns
        -------
        ndarray, shape (..., n)
        """
        time = np.asarray(time, dtype=float)[..., None]
        return self.spectrum.dnde(energy, factor=self.factor(time), index=self.index(time))

    def mean_dnde(self, energy: Any, start: float, stop: float, *, steps: int = 400) -> np.ndarray:
        """Return `dnde` averaged over an interval (TT s since J2000.0), shape of `energy` (TeV)."""
        middle = start + (np.arange(steps) + 0.5) * (stop - start) / steps
        return self.dnde(energy, middle).mean(axis=0)
