"""The responses that a safe mask is judged by: those of the cube, or the run's own on their own axes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lightpool.axes import log_centres
from lightpool.dl3 import Observation
from lightpool.response import edisp_kernel


class MaskResponses(NamedTuple):
    """An effective area and an energy dispersion, each with its axes.

    Parameters
    ----------
    area : ndarray, shape (a,)
        In any unit.
    area_energy : ndarray, shape (a,), TeV
    edisp : ndarray, shape (t, r)
    edisp_energy : ndarray, shape (t,), TeV
    edges : ndarray, shape (r + 1,), TeV
        Of the dispersion's reconstructed energy.
    """

    area: np.ndarray
    area_energy: np.ndarray
    edisp: np.ndarray
    edisp_energy: np.ndarray
    edges: np.ndarray


def own_responses(run: Observation, offset: float) -> MaskResponses:
    """Return the responses of a run at an offset (deg) as its files have them, without containment."""
    area_energy, true = run.aeff.energy.nodes, run.edisp.energy.edges
    axis = tuple(true.tolist())
    return MaskResponses(
        area=run.aeff.at(area_energy, offset),
        area_energy=area_energy,
        edisp=edisp_kernel(run, axis, axis, offset),
        edisp_energy=log_centres(true),
        edges=true,
    )
