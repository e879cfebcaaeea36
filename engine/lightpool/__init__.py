"""Lightpool: live analysis of Cherenkov-telescope data.

Names load when first used, so that importing the package costs next to nothing.

In the examples of the docstrings ``lp`` is this package, ``store`` the simulated store that ``lightpool
simulate demo --output demo`` writes, and ``runs``, ``cube``, ``result`` and ``points`` what this makes of it:

>>> import lightpool as lp
>>> store = lp.DataStore("demo")
>>> runs = store.select(target="Crab Nebula (simulated)")
>>> cube = lp.reduce(
...     runs,
...     on_region=lp.circle("83.633 deg", "22.014 deg", "0.11 deg"),
...     energy=lp.energy_edges("0.5 TeV", "40 TeV", per_decade=5),
...     energy_true=lp.energy_edges("0.1 TeV", "100 TeV", per_decade=10),
... )
>>> result = lp.fit(cube, lp.PowerLaw())
>>> points = lp.flux_points(cube, result.model, lp.energy_edges("1 TeV", "30 TeV", n=4))

``maps`` is what the example of `sky_maps` makes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightpool.analysis import Analysis as Analysis
    from lightpool.analysis import AnalysisSettings as AnalysisSettings
    from lightpool.analysis import MapAnalysis as MapAnalysis
    from lightpool.analysis import MapSettings as MapSettings
    from lightpool.analysis import from_config as from_config
    from lightpool.axes import energy_edges as energy_edges
    from lightpool.comparison import compare as compare
    from lightpool.dl3 import DataStore as DataStore
    from lightpool.exclusion import ExclusionMask as ExclusionMask
    from lightpool.fitting import fit as fit
    from lightpool.interval_comparison import compare_each as compare_each
    from lightpool.interval_fluxes import light_curve as light_curve
    from lightpool.interval_spectra import time_resolved as time_resolved
    from lightpool.load import open_cube as open_cube
    from lightpool.maps import AdaptiveRingBackground as AdaptiveRingBackground
    from lightpool.maps import ExclusionSearch as ExclusionSearch
    from lightpool.maps import MapGeometry as MapGeometry
    from lightpool.maps import RingBackground as RingBackground
    from lightpool.maps import excess_map as excess_map
    from lightpool.maps import sky_maps as sky_maps
    from lightpool.places import find_store as find_store
    from lightpool.points import flux_points as flux_points
    from lightpool.radius_scan import scan_radius as scan_radius
    from lightpool.reduction import reduce as reduce
    from lightpool.reflected import ReflectedRegions as ReflectedRegions
    from lightpool.release import download as download
    from lightpool.separate_fits import fit_each as fit_each
    from lightpool.sky import circle as circle
    from lightpool.sky import point as point
    from lightpool.spectra import ExpCutoffPowerLaw as ExpCutoffPowerLaw
    from lightpool.spectra import PowerLaw as PowerLaw
    from lightpool.stacking import stack as stack
    from lightpool.time_binning import TimeBinning as TimeBinning
    from lightpool.variability_table import variability as variability
    from lightpool.wobble import WobbleRegions as WobbleRegions

__version__ = "0.1.0"

_HOME = {
    "AdaptiveRingBackground": "maps",
    "Analysis": "analysis",
    "AnalysisSettings": "analysis",
    "DataStore": "dl3",
    "ExclusionMask": "exclusion",
    "ExclusionSearch": "maps",
    "ExpCutoffPowerLaw": "spectra",
    "MapAnalysis": "analysis",
    "MapGeometry": "maps",
    "MapSettings": "analysis",
    "PowerLaw": "spectra",
    "ReflectedRegions": "reflected",
    "RingBackground": "maps",
    "TimeBinning": "time_binning",
    "WobbleRegions": "wobble",
    "circle": "sky",
    "compare": "comparison",
    "download": "release",
    "compare_each": "interval_comparison",
    "energy_edges": "axes",
    "excess_map": "maps",
    "find_store": "places",
    "fit": "fitting",
    "fit_each": "separate_fits",
    "flux_points": "points",
    "from_config": "analysis",
    "light_curve": "interval_fluxes",
    "open_cube": "load",
    "point": "sky",
    "reduce": "reduction",
    "scan_radius": "radius_scan",
    "sky_maps": "maps",
    "stack": "stacking",
    "time_resolved": "interval_spectra",
    "variability": "variability_table",
}

#: What is needed less often lives one level down: ``lp.spectra.LogParabola``, ``lp.load.read_ogip``.
_MODULES = ("confidence", "figures", "limits", "load", "maps", "spectra", "time_statistics")

__all__ = [*_HOME, *_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"lightpool.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'lightpool' has no attribute {name!r}")
    value = getattr(import_module(f"lightpool.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
