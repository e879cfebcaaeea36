"""Sky maps: counts, ring background, excess and significance."""

from lightpool.maps.correlation import excess_map, peaks, significance_distribution
from lightpool.maps.dataset import EXCESS_MAPS, SKY_MAPS, geometry_of, map_warnings
from lightpool.maps.exclusion_search import ExclusionSearch
from lightpool.maps.geometry import MEMORY_LIMIT, PROJECTIONS, MapGeometry
from lightpool.maps.maxima import Peak
from lightpool.maps.ring import AdaptiveRingBackground, RingBackground
from lightpool.maps.ring_maps import sky_maps
from lightpool.maps.settings import ImageSettings
from lightpool.maps.significance import SignificanceDistribution

__all__ = [
    "EXCESS_MAPS",
    "MEMORY_LIMIT",
    "PROJECTIONS",
    "SKY_MAPS",
    "AdaptiveRingBackground",
    "ExclusionSearch",
    "ImageSettings",
    "MapGeometry",
    "Peak",
    "RingBackground",
    "SignificanceDistribution",
    "excess_map",
    "geometry_of",
    "map_warnings",
    "peaks",
    "significance_distribution",
    "sky_maps",
]
