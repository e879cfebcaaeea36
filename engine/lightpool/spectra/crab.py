"""Published spectra of the Crab Nebula."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from lightpool.errors import SettingsError
from lightpool.spectra.exp_cutoff import ExpCutoffPowerLaw
from lightpool.spectra.extrema import interior_minimum
from lightpool.spectra.log_parabola import LogParabola
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter
from lightpool.spectra.power_law import PowerLaw

_ERG_PER_TEV = 1.602176634
#: log10(E² dN/dE / erg cm-2 s-1) as a polynomial in log10(E / TeV), from the highest power down.
_MEYER = (-0.00449161, 0.0, 0.0473174, -0.179475, -0.53616, -10.2708)


class MeyerCrab(SpectralModel):
    """The inverse-Compton spectrum of the Crab Nebula, Fermi-LAT to H.E.S.S., times `norm`.

    Meyer, Horns & Zechlin (2010), A&A 523, A2, appendix D.

    Parameters
    ----------
    norm : float
        Frozen at 1.

    Raises
    ------
    SettingsError
        For an unknown parameter or a wrong unit.

    Examples
    --------
    >>> round(float(MeyerCrab()(1.0)) * 1e11, 2)  # 1e-11 cm-2 s-1 TeV-1 at 1 TeV
    3.35
    """

    type_name = "MeyerCrabSpectralModel"
    tag = "meyer-crab"
    norm = "norm"
    defaults: ClassVar[tuple[Parameter, ...]] = (Parameter("norm", 1.0, frozen=True),)

    @staticmethod
    def evaluate(energy: np.ndarray, norm: float) -> np.ndarray:  # type: ignore[override]
        """Return dN/dE; see `SpectralModel.evaluate`."""
        return norm * 10.0 ** np.polyval(_MEYER, np.log10(energy)) / energy**2 / _ERG_PER_TEV

    @staticmethod
    def gradient(energy: np.ndarray, norm: float) -> np.ndarray:  # type: ignore[override]
        """Return its slope along the norm; see `SpectralModel.gradient`."""
        return MeyerCrab.evaluate(energy, 1.0)[None, :]

    @property
    def e_peak(self) -> float:
        """The energy at which E² dN/dE peaks within the range of the data, TeV."""
        return interior_minimum(lambda e: -(e**2) * self.evaluate(e, 1.0), 1e-3, 100)


#: By name: the spectrum and the paper.
CRAB: dict[str, tuple[SpectralModel, str]] = {
    "hess_pl": (PowerLaw(index=2.63, amplitude=3.45e-11), "Aharonian et al. (2006), A&A 457, 899"),
    "hess_ecpl": (
        ExpCutoffPowerLaw(index=2.39, amplitude=3.76e-11, lambda_=1 / 14.3),
        "Aharonian et al. (2006), A&A 457, 899",
    ),
    "hegra": (PowerLaw(index=2.62, amplitude=2.83e-11), "Aharonian et al. (2004), ApJ 614, 897"),
    "magic_lp": (
        # The paper's logarithm is to base 10.
        LogParabola(amplitude=3.23e-11, reference=1.0, alpha=2.47, beta=0.24 / math.log(10)),
        "Aleksic et al. (2015), JHEAp 5, 30",
    ),
    "magic_ecpl": (
        ExpCutoffPowerLaw(index=2.21, amplitude=3.80e-11, lambda_=1 / 6.0),
        "Aleksic et al. (2015), JHEAp 5, 30",
    ),
    "meyer": (MeyerCrab(), "Meyer, Horns & Zechlin (2010), A&A 523, A2"),
}


def crab_reference(name: str = "meyer") -> SpectralModel:
    """Return a published spectrum of the Crab Nebula; `CRAB` names them and their papers.

    Parameters
    ----------
    name : str
        A key of `CRAB`.

    Returns
    -------
    SpectralModel

    Raises
    ------
    SettingsError
        For another name.

    Examples
    --------
    >>> crab_reference("hess_pl").integral(1, 10)  # doctest: +ELLIPSIS
    2.0669...e-11
    """
    if name not in CRAB:
        raise SettingsError("there is no such Crab reference", found=repr(name), expected=", ".join(CRAB))
    return CRAB[name][0]
