"""Spectral models."""

from lightpool.spectra.integral import BinIntegrator
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter
from lightpool.spectra.power_law import ExpCutoffPowerLaw, PowerLaw
from lightpool.spectra.registry import MODELS, model_class, model_from_dict

__all__ = [
    "MODELS",
    "BinIntegrator",
    "ExpCutoffPowerLaw",
    "Parameter",
    "PowerLaw",
    "SpectralModel",
    "model_class",
    "model_from_dict",
]
