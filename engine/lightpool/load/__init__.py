"""Files read back: one format a file."""

from lightpool.load.cube_file import open_cube
from lightpool.load.datasets import read_datasets
from lightpool.load.flux_point_file import read_flux_points
from lightpool.load.ogip import read_ogip

__all__ = ["open_cube", "read_datasets", "read_flux_points", "read_ogip"]
