"""What a store's index says of a target, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lightpool.sky import Circle
from lightpool_dashboard.inputs import Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import exclusion
from lightpool_dashboard.tasks.task import Task, Tell


@dataclass(frozen=True, eq=False)
class Entry:
    """A target and all its runs, taking part or not.

    Parameters
    ----------
    target : str
    position : (float, float), deg
        Where it lies according to the catalogue.
    exclusion : tuple of Circle
        What is excluded around it unless chosen otherwise.
    obs_ids : tuple of int
    livetime : ndarray, shape (runs,), s
    zenith, lon, lat : ndarray, shape (runs,), deg
        Zenith angle and pointing; like the livetime NaN where the index does not say.
    """

    target: str
    position: tuple[float, float]
    exclusion: tuple[Circle, ...]
    obs_ids: tuple[int, ...]
    livetime: np.ndarray
    zenith: np.ndarray
    lon: np.ndarray
    lat: np.ndarray


def entry(inputs: Inputs, store: OpenStore, tell: Tell) -> Entry:
    """Return the entry of the target."""
    runs, obs_ids = store.analysis.store.runs, store.targets[inputs.target]
    row = {int(obs_id): k for k, obs_id in enumerate(runs["obs_id"])}
    rows = [row[obs_id] for obs_id in obs_ids]
    columns = (runs[name][rows] for name in ("livetime", "zen_pnt", "ra_pnt", "dec_pnt"))
    circles = exclusion(replace(inputs, exclusion=None), store)
    return Entry(inputs.target, store.positions[inputs.target], circles, obs_ids, *columns)


ENTRY = Task("entry", "Runs of the target", 0, ("store", "target"), entry, waits_for_fit=False)
