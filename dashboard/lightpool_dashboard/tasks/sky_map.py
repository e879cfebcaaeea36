"""The map of the sky about the target, with a background from a ring around every pixel."""

from __future__ import annotations

from lightpool.analysis import MapOutcome
from lightpool_dashboard.inputs import MAP_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.map_settings import map_settings
from lightpool_dashboard.tasks.task import Task, Tell


def sky_map(inputs: Inputs, store: OpenStore, tell: Tell) -> MapOutcome:
    """Return the map that the inputs ask for."""
    return store.maps.run(map_settings(inputs, store), progress=tell)


SKY_MAP = Task("sky_map", "Sky map", 6, MAP_INPUTS, sky_map)
