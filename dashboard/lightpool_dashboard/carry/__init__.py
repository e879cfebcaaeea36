"""Carry it on: the page as a link, a script, a configuration file, a folder of results and a report."""

from lightpool_dashboard.carry.permalink import open_link
from lightpool_dashboard.carry.texts import Texts

__all__ = ["Texts", "open_link"]
