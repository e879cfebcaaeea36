"""Public data releases: pinned files from their public home, each checked, all of a store or some runs."""

from lightpool.release.delivery import Delivery, deliver, download
from lightpool.release.folder import data_folder
from lightpool.release.pinned import RELEASES, PinnedFile, Release
from lightpool.release.transfer import Patience

__all__ = [
    "RELEASES",
    "Delivery",
    "Patience",
    "PinnedFile",
    "Release",
    "data_folder",
    "deliver",
    "download",
]
