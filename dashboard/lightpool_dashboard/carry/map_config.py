"""The sky map of the page as a configuration, with which ``lightpool run`` makes the same map."""

from __future__ import annotations

from typing import Any

from lightpool.analysis import MapSettings
from lightpool.config import AnalysisConfig
from lightpool_dashboard.carry.yaml_values import axis_of, circles_of, with_unit
from lightpool_dashboard.inputs import Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.map_settings import MAP_PER_DECADE, map_settings


def map_config(inputs: Inputs, store: OpenStore) -> AnalysisConfig:
    """Return the configuration that makes the sky map of the page.

    Parameters
    ----------
    inputs : Inputs
    store : OpenStore

    Raises
    ------
    SettingsError
        For inputs that no map can be made of.
    """
    settings = map_settings(inputs, store)
    return AnalysisConfig.from_dict(
        {
            "observations": {"datastore": store.place, "obs_ids": list(settings.obs_ids)},
            "datasets": {
                "type": "3d",
                "geom": _geometry(settings),
                "background": {
                    "method": "ring",
                    "exclusion": circles_of(settings.exclusion),
                    "exclusion_search": None if settings.search is None else {},
                    "parameters": {
                        key: with_unit(getattr(settings.background, key), "deg") for key in ("r_in", "width")
                    },
                },
                "safe_mask": {"methods": list(settings.images.safe_mask)},
            },
            "excess_map": {"correlation_radius": with_unit(settings.correlation_radius, "deg")},
        }
    )


def _geometry(settings: MapSettings) -> dict[str, Any]:
    images, geometry = settings.images, settings.images.geometry
    energy, true = images.energy, images.energy_true
    place = {key: with_unit(getattr(geometry, key), "deg") for key in ("lon", "lat")}
    sides = zip(("width", "height"), geometry.width, strict=True)
    return {
        "wcs": {
            "skydir": {"frame": "icrs", **place},
            "binsize": with_unit(geometry.binsize, "deg"),
            "width": {key: with_unit(side, "deg") for key, side in sides},
        },
        "selection": {"offset_max": with_unit(images.offset_max, "deg")},
        "axes": {
            "energy": axis_of(energy[0], energy[-1]) | {"nbins_per_decade": MAP_PER_DECADE},
            "energy_true": axis_of(true[0], true[-1]) | {"nbins": len(true) - 1},
        },
    }
