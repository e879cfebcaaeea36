"""Spectral models by name: those a user chooses from, and all that files know."""

from __future__ import annotations

import difflib

from lightpool.errors import SettingsError
from lightpool.spectra.broken_power_law import BrokenPowerLaw, SmoothBrokenPowerLaw
from lightpool.spectra.compound import Compound
from lightpool.spectra.crab import MeyerCrab
from lightpool.spectra.ebl import EblAbsorption
from lightpool.spectra.exp_cutoff import ExpCutoffPowerLaw, ExpCutoffPowerLaw3FGL
from lightpool.spectra.gaussian import Gaussian
from lightpool.spectra.log_parabola import LogParabola
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.power_law import PowerLaw, PowerLaw2
from lightpool.spectra.scale import Scale
from lightpool.spectra.super_exp_cutoff import (
    SuperExpCutoffPowerLaw3FGL,
    SuperExpCutoffPowerLaw4FGL,
    SuperExpCutoffPowerLaw4FGLDR3,
)
from lightpool.spectra.template import Template

#: The models a user can choose, by short name.
MODELS: dict[str, type[SpectralModel]] = {
    "power-law": PowerLaw,
    "exp-cutoff-power-law": ExpCutoffPowerLaw,
    "log-parabola": LogParabola,
    "broken-power-law": BrokenPowerLaw,
    "smooth-broken-power-law": SmoothBrokenPowerLaw,
    "power-law-2": PowerLaw2,
    "exp-cutoff-power-law-3fgl": ExpCutoffPowerLaw3FGL,
    "super-exp-cutoff-power-law-3fgl": SuperExpCutoffPowerLaw3FGL,
    "super-exp-cutoff-power-law-4fgl": SuperExpCutoffPowerLaw4FGL,
    "super-exp-cutoff-power-law-4fgl-dr3": SuperExpCutoffPowerLaw4FGLDR3,
    "gaussian": Gaussian,
}
#: Models that need something besides parameters, or that stand for one source; files name them.
_OTHERS: tuple[type[SpectralModel], ...] = (Compound, Template, Scale, EblAbsorption, MeyerCrab)


def model_class(name: str) -> type[SpectralModel]:
    """Return the model class of a short name, a type name of model files, or a tag.

    Parameters
    ----------
    name : str
        Such as ``power-law``, ``PowerLawSpectralModel`` or ``pl``.

    Returns
    -------
    class

    Raises
    ------
    SettingsError
        Naming the nearest known model.

    Examples
    --------
    >>> model_class("ecpl")
    <class 'lightpool.spectra.exp_cutoff.ExpCutoffPowerLaw'>
    """
    names = {alias: cls for key, cls in MODELS.items() for alias in (key, *_aliases(cls))}
    names |= {alias: cls for cls in _OTHERS for alias in _aliases(cls)}
    if name in names:
        return names[name]
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.3)
    raise SettingsError(
        "spectral model is not known",
        found=repr(name),
        expected=", ".join(MODELS),
        remedy=f"Did you mean {near[0]}?" if near else None,
    )


def _aliases(cls: type[SpectralModel]) -> tuple[str, str, str]:
    return cls.type_name, cls.tag, cls.__name__
