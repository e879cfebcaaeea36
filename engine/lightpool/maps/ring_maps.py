"""From observations to ring-background maps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from lightpool.dl3 import Observation
from lightpool.errors import AnalysisError, SettingsError
from lightpool.exclusion import Exclusion, as_exclusion, excludes
from lightpool.maps.dataset import SKY_MAPS, make_maps
from lightpool.maps.excess import OnOffImages, correlated
from lightpool.maps.exclusion_search import ExclusionSearch
from lightpool.maps.exposure import stacked_exposure
from lightpool.maps.footprint import footprint
from lightpool.maps.geometry import MapGeometry, check_memory
from lightpool.maps.ring import AdaptiveRingBackground, OffRing, RingBackground
from lightpool.maps.ring_stack import RingStack, off_pairs, stacked_rings
from lightpool.maps.run_images import RunImages, read_pieces, run_images
from lightpool.maps.settings import ImageSettings
from lightpool.pieces import pieces_of

# Of a run, bytes for each pixel: counts, background, mask and their padded transform.
_BYTES_BAND = 60
_BYTES_BIN = 12


@dataclass(frozen=True, eq=False)
class MapImages:
    """The runs that touch a map, and their images.

    Parameters
    ----------
    runs : tuple of Observation
    images : tuple of RunImages
    warnings : tuple of str
    """

    runs: tuple[Observation, ...]
    images: tuple[RunImages, ...]
    warnings: tuple[str, ...]


def sky_maps(
    observations: Iterable[Observation],
    *,
    geometry: MapGeometry,
    energy: Any,
    background: RingBackground | AdaptiveRingBackground | None = None,
    exclusion: Any = (),
    search: ExclusionSearch | bool = False,
    bands: Any = (),
    energy_true: Any = (),
    offset_max: Any = 2.5,
    safe_mask: str | Iterable[str] = ("aeff-default",),
    aeff_percent: float = 10.0,
    bias_percent: float = 10.0,
    safe_offset_max: Any = 3.0,
    flux_index: float = 2.0,
) -> xr.Dataset:
    """Return maps of counts and ring background, summed over runs.

    For each run the safe counts and the background that its response expects are summed over
    energy, the ring is applied, and then the runs are added up.

    Parameters
    ----------
    observations : iterable of Observation
        They need background models.
    geometry : MapGeometry
    energy : array-like, TeV, or quantity
        Edges; see `energy_edges`.
    background : RingBackground or AdaptiveRingBackground
        By default a ring from 0.5 to 0.8 deg.
    exclusion : Circle, ExclusionMask, or a list of these
        Where no background is taken.
    search : ExclusionSearch or bool
        Whether to exclude what stands out of the map itself too.
    bands : array-like, TeV, or quantity
        Edges of energy bands, one map each; by default one map of all energies.
    energy_true : array-like, TeV, or quantity
        Edges for the exposure.
    offset_max : str, float (deg) or quantity
        Half the width of the square about its pointing that a run covers.
    safe_mask, aeff_percent, bias_percent, safe_offset_max, flux_index
        See `ImageSettings`.

    Returns
    -------
    Dataset
        See `dataset.SKY_MAPS`; dims ``lat, lon``, and ``energy`` with bands. ``attrs["wcs"]`` holds
        the FITS keywords, ``attrs["warnings"]`` what there is to say.

    Raises
    ------
    SettingsError, DataError, AnalysisError
        For settings that cannot be used, runs that are damaged or have no background model, or
        maps that no run touches.

    Examples
    --------
    >>> maps = lp.sky_maps(
    ...     store.select(target="MSH 15-52 (simulated)"),
    ...     geometry=lp.MapGeometry("228.53 deg", "-59.16 deg", width="3 deg", binsize="0.1 deg"),
    ...     energy=lp.energy_edges("1 TeV", "10 TeV", n=5),
    ...     exclusion=lp.circle("228.53 deg", "-59.16 deg", "0.3 deg"),
    ... )
    >>> dict(maps.counts.sizes)
    {'lat': 30, 'lon': 30}
    """
    settings = ImageSettings(
        geometry=geometry,
        energy=energy,
        bands=bands,
        energy_true=energy_true,
        offset_max=offset_max,
        safe_mask=(safe_mask,) if isinstance(safe_mask, str) else tuple(safe_mask),
        aeff_percent=aeff_percent,
        bias_percent=bias_percent,
        safe_offset_max=safe_offset_max,
        flux_index=flux_index,
    )
    ring: OffRing = RingBackground() if background is None else background
    if not hasattr(ring, "kernels"):
        raise SettingsError(
            "the background of a map is a ring",
            found=repr(background),
            expected="RingBackground or AdaptiveRingBackground",
        )
    wanted = search if isinstance(search, ExclusionSearch) else ExclusionSearch() if search else None
    found = images_of(tuple(observations), settings)
    about: tuple[str, ...] = ()
    excluded = excluded_pixels(geometry, as_exclusion(exclusion))
    if wanted is not None:
        excluded, about = searched(found, excluded, ring, geometry, wanted)
    stack = stacked(found, excluded, ring, geometry)
    exposure = stacked_exposure(found.runs, stack.seen, settings)
    return labelled(found, stack, excluded, exposure, settings, ring, warnings=about)


def images_of(observations: Sequence[Observation], settings: ImageSettings) -> MapImages:
    """Return the images of the runs that touch the map.

    Raises
    ------
    AnalysisError
        If there is no run, or none touches the map.
    SettingsError
        If they would need too much memory.
    """
    geometry = settings.geometry
    if not observations:
        raise AnalysisError("there is no run to map", remedy="Select at least one run")
    reasons = {run: _why_not(run, settings) for run in observations}
    near = [run for run, reason in reasons.items() if not reason]
    if not near:
        raise AnalysisError(
            "no run touches the map",
            found=f"{len(observations)} runs; run {observations[0].obs_id} {reasons[observations[0]]}",
            expected=f"pointings near lon {geometry.lon:g} deg, lat {geometry.lat:g} deg ({geometry.frame})",
            remedy="Check the centre of the map and its frame, or select other runs",
        )
    pixels = sum(np.prod(footprint(run, geometry, settings.offset_max).shape) for run in near)
    n_bins, n_bands = len(settings.energy) - 1, len(settings.band_edges) - 1
    check_memory(
        geometry,
        float(pixels * (_BYTES_BIN * n_bins + _BYTES_BAND * n_bands)),
        f", {n_bins} energies, {len(near)} runs",
    )
    images = tuple(run_images(run, settings) for run in near)
    warnings = [sentence for image in images for sentence in image.warnings]
    warnings += [f"run {run.obs_id} is left out: it {why}" for run, why in reasons.items() if why]
    return MapImages(tuple(near), images, tuple(warnings))


def _why_not(run: Observation, settings: ImageSettings) -> str:
    """Return why a run adds nothing to the map, empty if it does."""
    if footprint(run, settings.geometry, settings.offset_max).is_empty:
        return f"is not within {settings.offset_max:g} deg of the map"
    read_pieces(run)  # all at once, while its file is open
    return "" if pieces_of((run,), within=settings.time_range) else "has no good time in the time range"


@lru_cache(maxsize=8)
def excluded_pixels(geometry: MapGeometry, exclusion: Exclusion) -> np.ndarray:
    """Return which pixels' centres are excluded, shape (lat, lon), bool. Not to be changed."""
    vectors = geometry.directions.reshape(-1, 3)
    out = excludes(exclusion, vectors).reshape(geometry.shape)
    out.flags.writeable = False
    return out


def reach(ring: OffRing, geometry: MapGeometry) -> int:
    """Return how far the largest ring reaches, pixels."""
    return max(kernel.reach for kernel in ring.kernels(geometry.binsize))


def stacked(found: MapImages, excluded: np.ndarray, ring: OffRing, geometry: MapGeometry) -> RingStack:
    """Return the sum of runs with the OFF counts of a ring; errors as `stacked_rings`."""
    pairs = off_pairs(found.images, excluded, reach(ring, geometry))
    return stacked_rings(found.images, pairs, ring, geometry)


def searched(
    found: MapImages, given: np.ndarray, ring: OffRing, geometry: MapGeometry, search: ExclusionSearch
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return what is excluded, given or found, shape (lat, lon), bool, and what to say about it."""

    def significance(excluded: np.ndarray) -> np.ndarray:
        sums = stacked(found, excluded, ring, geometry)
        result = correlated(on_off(sums), search.radius / geometry.binsize, correlate_off=False)
        return np.max(np.nan_to_num(result.sqrt_ts, nan=-np.inf), axis=0)

    excluded, rounds, is_stable = search.found(significance, given, geometry.binsize)
    n = int(excluded.sum() - given.sum())
    report = f"the exclusion search added {n} pixels above {search.low:g} to {search.high:g} sigma"
    if not is_stable:
        return excluded, (f"{report} and was still growing after {rounds} rounds",)
    return excluded, (f"{report} in {rounds} rounds",)


def on_off(stack: RingStack) -> OnOffImages:
    """Return the images that excess and significance follow from."""
    return OnOffImages(stack.counts, stack.counts_off, stack.acceptance, stack.acceptance_off, stack.mask)


def labelled(
    found: MapImages,
    stack: RingStack,
    excluded: np.ndarray,
    exposure: tuple[np.ndarray, np.ndarray],
    settings: ImageSettings,
    ring: OffRing,
    *,
    warnings: Iterable[str] = (),
) -> xr.Dataset:
    """Return the maps as a labelled dataset."""
    values = {
        "counts": stack.counts,
        "counts_off": stack.counts_off,
        "acceptance": stack.acceptance,
        "acceptance_off": stack.acceptance_off,
        "mask_safe": stack.mask,
        "excluded": excluded,
        "exposure": exposure[0],
        "exposure_band": exposure[1],
    }
    runs = stack.runs
    sums = {
        f"run_{name}": xr.Variable(("run",), np.array([getattr(run, name) for run in runs]))
        for name in ("counts", "counts_off", "acceptance", "background", "livetime")
    }
    return make_maps(
        SKY_MAPS,
        values,
        settings.geometry,
        bands=settings.band_edges,
        one_band=not settings.bands,
        energy_true=settings.energy_true,
        attrs={
            "warnings": json.dumps([*found.warnings, *stack.warnings, *warnings]),
            "ring": repr(ring),
            "ring_r_in": ring.r_in,
        },
        coords={"obs_id": xr.Variable(("run",), np.array([run.obs_id for run in runs])), **sums},
    )
