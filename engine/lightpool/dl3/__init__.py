"""DL3 data of Cherenkov telescopes (GADF): stores, runs, events and responses, checked on entry."""

from lightpool.dl3.background import Background2D, Background3D
from lightpool.dl3.effective_area import EffectiveArea
from lightpool.dl3.energy_dispersion import EnergyDispersion
from lightpool.dl3.events import Events
from lightpool.dl3.gti import Gti
from lightpool.dl3.observation import Observation, Observations
from lightpool.dl3.psf import PsfGauss, PsfKing, PsfTable
from lightpool.dl3.rad_max import RadMax
from lightpool.dl3.store import DataStore

__all__ = [
    "Background2D",
    "Background3D",
    "DataStore",
    "EffectiveArea",
    "EnergyDispersion",
    "Events",
    "Gti",
    "Observation",
    "Observations",
    "PsfGauss",
    "PsfKing",
    "PsfTable",
    "RadMax",
]
