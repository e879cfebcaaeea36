"""From the inputs of the page to the settings of its sky map."""

from __future__ import annotations

from lightpool.analysis import MapSettings
from lightpool.axes import energy_edges
from lightpool.maps import ExclusionSearch, ImageSettings, MapGeometry, RingBackground
from lightpool_dashboard.inputs import Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import chosen_runs, exclusion

#: Side of a pixel, deg, and bins per decade in which background is integrated.
BINSIZE, MAP_PER_DECADE = 0.02, 8


def map_settings(inputs: Inputs, store: OpenStore) -> MapSettings:
    """Return the settings of the map about the catalogue position of the target.

    It does not move with the ON region, so that dragging that one redoes no map.

    Raises
    ------
    SettingsError
        For an energy range that is empty, a ring inside the correlation radius, or no run left.
    """
    lon, lat = store.positions[inputs.target]
    low = inputs.map_energy_min or inputs.energy_min
    high = inputs.map_energy_max or inputs.energy_max
    return MapSettings(
        obs_ids=chosen_runs(inputs, store),
        images=ImageSettings(
            geometry=MapGeometry(lon, lat, width=(inputs.map_width, inputs.map_width), binsize=BINSIZE),
            energy=tuple(energy_edges(low, high, per_decade=MAP_PER_DECADE).tolist()),
        ),
        background=RingBackground(inputs.ring_inner, inputs.ring_width),
        exclusion=exclusion(inputs, store),
        search=ExclusionSearch() if inputs.map_search else None,
        correlation_radius=inputs.correlation_radius,
    )
