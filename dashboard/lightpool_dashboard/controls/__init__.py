"""The controls: one panel a file, each linked to the state."""

from lightpool_dashboard.controls.appearance import ThemeSwitch
from lightpool_dashboard.controls.background import BackgroundPanel
from lightpool_dashboard.controls.carry import CarryPanel
from lightpool_dashboard.controls.data import DataPanel
from lightpool_dashboard.controls.energy import EnergyPanel
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.model import ModelPanel
from lightpool_dashboard.controls.points import PointsPanel
from lightpool_dashboard.controls.query import QueryField
from lightpool_dashboard.controls.region import RegionPanel
from lightpool_dashboard.controls.ring import RingPanel
from lightpool_dashboard.controls.safe_mask import SafeMaskPanel
from lightpool_dashboard.controls.time_bins import TimePanel

__all__ = [
    "BackgroundPanel",
    "CarryPanel",
    "DataPanel",
    "EnergyPanel",
    "Kit",
    "ModelPanel",
    "PointsPanel",
    "QueryField",
    "RegionPanel",
    "RingPanel",
    "SafeMaskPanel",
    "ThemeSwitch",
    "TimePanel",
]
