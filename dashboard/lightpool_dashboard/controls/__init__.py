"""The controls: one panel a file, each linked to the state."""

from lightpool_dashboard.controls.appearance import ThemeSwitch
from lightpool_dashboard.controls.data import DataPanel
from lightpool_dashboard.controls.energy import EnergyPanel
from lightpool_dashboard.controls.model import ModelPanel
from lightpool_dashboard.controls.query import QueryField
from lightpool_dashboard.controls.region import RegionPanel

__all__ = ["DataPanel", "EnergyPanel", "ModelPanel", "QueryField", "RegionPanel", "ThemeSwitch"]
