"""A line: a Gaussian in energy."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lightpool.spectra.integral import nodes_per_bin
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter

_MAX_NODES = 2000


class Gaussian(SpectralModel):
    """A Gaussian in energy whose integral over all energies is `amplitude`.

    Parameters
    ----------
    amplitude : float or quantity, cm-2 s-1
        Integral over all energies.
    mean, sigma : float or quantity, TeV

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> line = Gaussian(amplitude=1e-12, mean=10, sigma=0.5)
    >>> round(line.integral(5, 15) * 1e12, 3)
    1.0
    """

    type_name = "GaussianSpectralModel"
    tag = "gauss"
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("amplitude", 1e-12, "s-1 cm-2"),
        Parameter("mean", 1.0, "TeV"),
        Parameter("sigma", 2.0, "TeV"),
    )

    @staticmethod
    def evaluate(energy: np.ndarray, amplitude: float, mean: float, sigma: float) -> np.ndarray:  # type: ignore[override]
        """Return dN/dE; see `SpectralModel.evaluate`."""
        pull = (energy - mean) / sigma
        return amplitude / (math.sqrt(2 * math.pi) * sigma) * np.exp(-0.5 * pull * pull)

    @staticmethod
    def gradient(energy: np.ndarray, amplitude: float, mean: float, sigma: float) -> np.ndarray:  # type: ignore[override]
        """Return its slopes; see `SpectralModel.gradient`."""
        pull = (energy - mean) / sigma
        shape = np.exp(-0.5 * pull * pull) / (math.sqrt(2 * math.pi) * sigma)
        value = amplitude * shape
        return np.stack([shape, pull / sigma * value, (pull * pull - 1) / sigma * value])

    def node_count(self, edges: np.ndarray) -> int:
        """Return enough nodes to follow the line: twenty to a standard deviation, five of them out."""
        _, mean, sigma = self.values
        if not (mean > 0 and sigma > 0):
            return nodes_per_bin(edges)
        steps = int(20 * float(np.max(np.diff(np.log(edges)))) * (mean / sigma + 5))
        return min(max(nodes_per_bin(edges), steps + 2), _MAX_NODES)

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks, TeV."""
        _, mean, sigma = self.values
        return (mean + math.sqrt(mean * mean + 8 * sigma * sigma)) / 2
