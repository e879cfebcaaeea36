"""Spectral models."""

from lightpool.spectra.broken_power_law import BrokenPowerLaw, SmoothBrokenPowerLaw
from lightpool.spectra.butterfly import Butterfly
from lightpool.spectra.compound import Compound
from lightpool.spectra.crab import CRAB, MeyerCrab, crab_reference
from lightpool.spectra.ebl import EblAbsorption
from lightpool.spectra.ebl_table import EblTable, read_ebl_table
from lightpool.spectra.exp_cutoff import ExpCutoffPowerLaw, ExpCutoffPowerLaw3FGL
from lightpool.spectra.gaussian import Gaussian
from lightpool.spectra.integral import BinIntegrator
from lightpool.spectra.log_parabola import LogParabola
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.model_section import model_from_dict
from lightpool.spectra.parameter import Parameter
from lightpool.spectra.power_law import PowerLaw, PowerLaw2
from lightpool.spectra.prior import GaussianPrior, LogUniformPrior, UniformPrior
from lightpool.spectra.registry import MODELS, model_class
from lightpool.spectra.scale import Scale
from lightpool.spectra.super_exp_cutoff import (
    SuperExpCutoffPowerLaw3FGL,
    SuperExpCutoffPowerLaw4FGL,
    SuperExpCutoffPowerLaw4FGLDR3,
)
from lightpool.spectra.template import Template

__all__ = [
    "CRAB",
    "MODELS",
    "BinIntegrator",
    "BrokenPowerLaw",
    "Butterfly",
    "Compound",
    "EblAbsorption",
    "EblTable",
    "ExpCutoffPowerLaw",
    "ExpCutoffPowerLaw3FGL",
    "Gaussian",
    "GaussianPrior",
    "LogParabola",
    "LogUniformPrior",
    "MeyerCrab",
    "Parameter",
    "PowerLaw",
    "PowerLaw2",
    "Scale",
    "SmoothBrokenPowerLaw",
    "SpectralModel",
    "SuperExpCutoffPowerLaw3FGL",
    "SuperExpCutoffPowerLaw4FGL",
    "SuperExpCutoffPowerLaw4FGLDR3",
    "Template",
    "UniformPrior",
    "crab_reference",
    "model_class",
    "model_from_dict",
    "read_ebl_table",
]
