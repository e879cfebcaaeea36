"""The band of a fitted spectrum along energy, and the energy where it is narrowest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightpool.spectra.extrema import interior_minimum

if TYPE_CHECKING:
    from lightpool.spectra.model import SpectralModel

#: The decorrelation energy is sought within this distance, in ln E, of where the spectrum is anchored.
_REACH = 3.0


@dataclass(frozen=True, eq=False)
class Butterfly:
    """A spectrum and its error along energy, shape (n,).

    Parameters
    ----------
    energy : ndarray, TeV
    dnde, dnde_error : ndarray, cm-2 s-1 TeV-1
        The error is one standard deviation, propagated to first order; NaN before a fit.

    Examples
    --------
    >>> band = result.model.butterfly([1.0, 3.0, 10.0])
    >>> [round(float(v), 2) for v in band.dnde_error / band.dnde]
    [0.04, 0.05, 0.11]
    """

    energy: np.ndarray
    dnde: np.ndarray
    dnde_error: np.ndarray

    @property
    def low(self) -> np.ndarray:
        """The lower edge, one standard deviation down."""
        return self.dnde - self.dnde_error

    @property
    def high(self) -> np.ndarray:
        """The upper edge, one standard deviation up."""
        return self.dnde + self.dnde_error


def narrowest_energy(model: SpectralModel, *, around: float) -> float:
    """Return the energy within ``ln E = ln(around) +- 3`` where the relative error of dN/dE is smallest.

    Returns
    -------
    float, TeV
        NaN before a fit, and where the error only rises or falls.
    """
    if model.covariance is None:
        return float("nan")
    reach = np.exp(_REACH)

    def relative_error(energy: np.ndarray) -> np.ndarray:
        return model.dnde_error(energy) / np.abs(model(energy))

    return interior_minimum(relative_error, around / reach, around * reach)
