"""What a configuration of a sky map asks of the page: the inverse of `carry.config.map_config`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lightpool.analysis import MapPlan, MapSettings
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.map_settings import map_settings
from lightpool_dashboard.opening.differences import data_inputs, differences, excluded_circles
from lightpool_dashboard.state import State

#: What the page may have otherwise: names of settings, in words.
_WORDS = {
    "obs_ids": "the choice of runs",
    "geometry": "the place, the pixels or the projection of the map",
    "energy": "the energy axis of the map",
    "energy_true": "the true-energy axis",
    "bands": "the energy bands of the map",
    "offset_max": "the largest offset of an event",
    "safe_mask": "the safe mask",
    "time_range": "the range of observing time",
    "background": "options of the ring",
    "exclusion": "the exclusion",
    "search": "options of the search for what stands out",
    "correlation_radius": "the correlation radius",
    "correlate_off": "the correlation of the background",
    "ul_sigma": "the map of upper limits",
    "skip_damaged": "leaving damaged runs out",
    "required": "the required pieces of a run",
}


def map_inputs(plan: MapPlan, store: OpenStore) -> dict[str, Any]:
    """Return the inputs that a configuration sets."""
    settings = plan.settings
    images, ring = settings.images, settings.background
    return {
        **data_inputs(settings.obs_ids, store),
        "exclusion": excluded_circles(settings.exclusion),
        "ring_inner": ring.r_in,
        "ring_width": ring.width,
        "correlation_radius": settings.correlation_radius,
        "map_width": images.geometry.width[0],
        "map_energy_min": images.energy[0],
        "map_energy_max": images.energy[-1],
        "map_search": settings.search is not None,
    }


def map_differs(wanted: MapSettings, state: State, store: OpenStore) -> Iterator[str]:
    """Yield in words what the page has otherwise than a file."""
    yield from differences(wanted, map_settings(state.inputs(), store), _WORDS)
