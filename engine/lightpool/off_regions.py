"""The OFF regions of a run, however they were found: candidates, which are in use, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lightpool.aperture import Aperture
from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.exclusion import Exclusion
from lightpool.raster import PixelCircle
from lightpool.sky import TangentPlane, lonlat

OVERLAPS_EXCLUSION = "overlaps an excluded region"
CONTAINS_POINTING = "the ON region contains the pointing position"


class OffRegionFinder(Protocol):
    """What the settings of a background method can do."""

    def find(
        self, run: Observation, aperture: Aperture, exclusion: Exclusion, energy: tuple[float, ...]
    ) -> OffRegions:
        """Return the OFF regions of a run.

        Parameters
        ----------
        aperture : Aperture
            Of the ON region.
        exclusion : tuple of Circle or ExclusionMask
        energy : tuple of float, TeV
            Edges of reconstructed energy.
        """
        ...


@dataclass(frozen=True, eq=False)
class OffRegions:
    """The candidates for OFF regions of one run; their aperture is that of the ON region.

    Parameters
    ----------
    plane : TangentPlane
    candidates : sequence of PixelCircle, pixels from the pointing in `plane`
    reasons : tuple of str
        Why a candidate is rejected; empty for a region in use.
    problem : str
        Why there is none at all; empty otherwise.
    warnings : tuple of str
        What is odd about those in use, each half a sentence that goes after the run's number.
    """

    plane: TangentPlane
    candidates: Sequence[PixelCircle] = ()
    reasons: tuple[str, ...] = ()
    problem: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def used(self) -> list[PixelCircle]:
        """The regions in use."""
        return [at for at, reason in zip(self.candidates, self.reasons, strict=True) if not reason]

    @property
    def n(self) -> int:
        """The number of OFF regions."""
        return self.reasons.count("")

    def lonlat(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the centres of all candidates, deg."""
        x, y = np.array([at[:2] for at in self.candidates]).reshape(-1, 2).T
        return lonlat(self.plane.directions(x, y))


def checked_binsize(binsize: float) -> float:
    """Return the side of a pixel (deg) after checking that a search with it can end.

    Raises
    ------
    SettingsError
        Outside 0.001 to 1 deg.
    """
    if not 1e-3 <= binsize <= 1:
        raise SettingsError("binsize is out of range", found=f"{binsize:g} deg", expected="0.001 to 1 deg")
    return binsize
