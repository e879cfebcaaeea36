"""Files read back: one format a file."""

from lightpool.load.ogip import read_ogip

__all__ = ["read_ogip"]
