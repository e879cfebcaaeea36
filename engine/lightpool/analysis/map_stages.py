"""The stages of a map analysis, each redone only when a setting that it depends on has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from lightpool.analysis.kept import Progress, Stages
from lightpool.analysis.map_outcome import MapOutcome
from lightpool.analysis.map_settings import MapSettings
from lightpool.analysis.workers import RunMap
from lightpool.dl3 import DataStore, Observation, Observations
from lightpool.errors import AnalysisError, DataError, SettingsError
from lightpool.maps.convolution import ImagePair
from lightpool.maps.correlation import excess_map, peaks, significance_distribution
from lightpool.maps.dataset import map_warnings
from lightpool.maps.exposure import stacked_exposure
from lightpool.maps.ring_maps import (
    MapImages,
    excluded_pixels,
    images_of,
    labelled,
    reach,
    searched,
)
from lightpool.maps.ring_stack import RingStack, off_pairs, stacked_rings
from lightpool.maps.run_images import read_pieces
from lightpool.maps.significance import SignificanceDistribution

# Images and their transforms are large: fewer of them are kept than of other results.
_KEPT_IMAGES, _KEPT_PAIRS = 3, 2


class MapAnalysis(Stages):
    """Maps of one store: settings in, outcome out; a stage whose settings are the same is not redone.

    A new ring needs neither images nor their transforms anew, and a new correlation radius no ring.

    Parameters
    ----------
    store : DataStore

    Examples
    --------
    >>> geometry = lp.MapGeometry("228.53 deg", "-59.16 deg", width="3 deg", binsize="0.1 deg")
    >>> images = lp.maps.ImageSettings(geometry, energy=(1.0, 3.0, 10.0))
    >>> analysis = lp.MapAnalysis(store)
    >>> outcome = analysis.run(lp.MapSettings(obs_ids=(3001, 3002), images=images))
    >>> dict(outcome.maps.counts.sizes)
    {'lat': 30, 'lon': 30}
    """

    def __init__(self, store: DataStore) -> None:
        super().__init__()
        self.store = store

    def run(
        self,
        settings: MapSettings,
        *,
        progress: Progress | None = None,
        run_map: RunMap | None = None,
    ) -> MapOutcome:
        """Return the maps that the settings ask for.

        Parameters
        ----------
        settings : MapSettings
        progress : callable, optional
            Is told (stage, steps done, steps in all).
        run_map : callable, optional
            From `workers`: runs are read there, all at once.

        Raises
        ------
        SettingsError, DataError, AnalysisError
            For settings that cannot be used, damaged runs, or maps without counts to compare.
        """
        tell = progress or (lambda stage, done, total: None)
        timing: dict[str, float] = {}
        s, geometry = settings, settings.images.geometry

        key: tuple[Hashable, ...] = (s.obs_ids, s.skip_damaged, s.required)
        runs, left_out = self._stage("read", key, lambda: self._read(s, tell, run_map), timing)

        tell("images", 0, 1)
        key = (*key, s.images)
        found: MapImages = self._stage(
            "images", key, lambda: images_of(runs, s.images), timing, most=_KEPT_IMAGES
        )
        tell("images", 1, 1)

        tell("ring", 0, 1)
        key = (*key, s.exclusion, s.search)
        if s.search is not None:
            key = (*key, s.background)  # what stands out depends on the ring
        excluded, about = self._stage("exclusion", key, lambda: _excluded(found, s), timing)
        # The transforms serve every ring that reaches no farther.
        far = ImagePair.padded_reach(reach(s.background, geometry))
        pairs = self._stage(
            "transform",
            (*key, far),
            lambda: off_pairs(found.images, excluded, far),
            timing,
            most=_KEPT_PAIRS,
        )
        key = (*key, s.background)
        maps: xr.Dataset = self._stage(
            "ring", key, lambda: self._maps(found, pairs, excluded, about, s, timing), timing
        )
        tell("ring", 1, 1)

        tell("excess", 0, 1)
        key = (*key, s.correlation_radius, s.correlate_off, s.ul_sigma)
        excess, distributions, tops = self._stage("excess", key, lambda: _excess(maps, s), timing)
        tell("excess", 1, 1)
        told = [sentence for one in distributions if one is not None for sentence in one.warnings]
        if None in distributions:
            told.append("no pixel outside the exclusion has a significance: its distribution is not known")
        return MapOutcome(
            settings=settings,
            observations=Observations(found.runs),
            maps=maps,
            excess=excess,
            distributions=distributions,
            peaks=tops,
            warnings=tuple(dict.fromkeys((*left_out, *map_warnings(maps), *told))),
            timing_s=timing,
        )

    def _maps(
        self,
        found: MapImages,
        pairs: list[ImagePair],
        excluded: np.ndarray,
        about: tuple[str, ...],
        settings: MapSettings,
        timing: dict[str, float],
    ) -> xr.Dataset:
        """Return the stacked maps; the exposure is at hand as long as the same pixels are seen."""
        geometry = settings.images.geometry
        stack: RingStack = stacked_rings(found.images, pairs, settings.background, geometry)
        seen = hashlib.sha256(b"".join(pixels.tobytes() for pixels in stack.seen)).digest()
        ids = tuple(run.obs_id for run in found.runs)
        exposure = self._stage(
            "exposure",
            (ids, settings.images, seen),
            lambda: stacked_exposure(found.runs, stack.seen, settings.images),
            timing,
            most=_KEPT_IMAGES,
        )
        return labelled(
            found, stack, excluded, exposure, settings.images, settings.background, warnings=about
        )

    def _read(
        self, settings: MapSettings, tell: Progress, run_map: RunMap | None
    ) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
        """Return the runs with everything read that maps need, and sentences about those left out."""
        if not settings.obs_ids:
            raise SettingsError("no run is selected", expected="at least one")
        chosen = self.store.select(obs_id=list(settings.obs_ids))
        good, warnings = [], []
        attempt = partial(_attempt, besides=settings.required)
        tell("read", 0, len(chosen))
        for i, (run, error) in enumerate((run_map or map)(attempt, chosen), start=1):
            tell("read", i, len(chosen))
            if error is None:
                good.append(run)
            elif settings.skip_damaged:
                warnings.append(f"run {run.obs_id} is left out: {error}")
            else:
                raise error
        if not good:
            raise AnalysisError(
                "no run can be used", found=f"{len(warnings)} damaged", remedy="; ".join(warnings)
            )
        return tuple(good), tuple(warnings)


def _attempt(run: Observation, besides: tuple[str, ...]) -> tuple[Observation, DataError | None]:
    """Return a run with everything read, and what was wrong."""
    try:
        read_pieces(run, besides)
    except DataError as error:
        return run, error
    return run, None


def _excluded(found: MapImages, s: MapSettings) -> tuple[np.ndarray, tuple[str, ...]]:
    given = excluded_pixels(s.images.geometry, s.exclusion)
    return (
        (given, ()) if s.search is None else searched(found, given, s.background, s.images.geometry, s.search)
    )


def _excess(maps: xr.Dataset, s: MapSettings) -> tuple[Any, ...]:
    excess = excess_map(maps, s.correlation_radius, correlate_off=s.correlate_off, ul_sigma=s.ul_sigma)
    return excess, _distributions(maps, excess), peaks(excess)


def _distributions(maps: xr.Dataset, excess: xr.Dataset) -> tuple[SignificanceDistribution | None, ...]:
    found: list[SignificanceDistribution | None] = []
    for band in range(len(maps["energy_edges"]) - 1):
        try:
            found.append(significance_distribution(maps, excess, band=band))
        except AnalysisError:  # everything is excluded: said by the caller
            found.append(None)
    return tuple(found)
