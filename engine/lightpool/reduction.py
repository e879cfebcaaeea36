"""From observations to the cube: ON and OFF counts, acceptance, exposure, dispersion and safe range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from lightpool.aperture import aperture_of
from lightpool.axes import checked_edges, log_centres, whole_bins_inside
from lightpool.dl3 import Observation
from lightpool.errors import AnalysisError, DataError, SettingsError
from lightpool.exclusion import as_exclusion
from lightpool.memo import per_run
from lightpool.off_regions import OffRegionFinder, OffRegions
from lightpool.pieces import Piece, as_intervals, pieces_of
from lightpool.reduction_settings import ReductionSettings
from lightpool.reflected import ReflectedRegions
from lightpool.response import containment, edisp_kernel, effective_area
from lightpool.safe_mask import aeff_default, aeff_max, bkg_peak, edisp_bias, offset_max
from lightpool.schema import make_cube
from lightpool.sky import as_circle, separation
from lightpool.times import to_utc
from lightpool.units import to_float
from lightpool.wobble import WobbleRegions

#: Background methods by name, with their defaults.
BACKGROUNDS: dict[str, type[ReflectedRegions] | type[WobbleRegions]] = {
    "reflected": ReflectedRegions,
    "wobble": WobbleRegions,
}


def reduce(
    observations: Iterable[Observation],
    *,
    on_region: Any,
    energy: Any,
    energy_true: Any,
    exclusion: Any = (),
    background: OffRegionFinder | str = "reflected",
    safe_mask: str | Iterable[str] = ("aeff-max",),
    aeff_percent: float = 10.0,
    bias_percent: float = 10.0,
    offset_max: Any = 3.0,
    threshold: Any = 0.0,
    containment_correction: bool | None = None,
    intervals: Iterable[Any] | None = None,
) -> xr.Dataset:
    """Return the cube of some observations: a row of its time axis for each, or each piece in an interval.

    Parameters
    ----------
    observations : iterable of Observation
    on_region : Circle, or circle or point of the `regions` package
        A point (`lightpool.point`) goes with point-like responses; see `lightpool.aperture`.
    energy, energy_true : array-like, TeV, or quantity
        Edges; see `energy_edges`.
    exclusion : Circle, ExclusionMask, or a list of these
        Where no background is taken.
    background : ReflectedRegions, WobbleRegions, "reflected" or "wobble"
        The name alone takes the defaults: as many reflected regions as fit, or three wobble regions.
    safe_mask : str or list of str
        ``aeff-default``, ``aeff-max``, ``edisp-bias``, ``offset-max``, ``bkg-peak``; a bin must
        pass all of them. See `lightpool.safe_mask`.
    aeff_percent, bias_percent : float, percent
        For ``aeff-max`` and ``edisp-bias``.
    offset_max : str, float (deg) or quantity
        For ``offset-max``.
    threshold : str, float (TeV) or quantity
        No bin that begins below it is safe, whatever the methods say.
    containment_correction : bool, optional
        Whether the exposure counts only the part of the PSF inside the region. By default it does
        where the responses need it: with full-enclosure ones, not with point-like ones, which
        have their angular cut in them.
    intervals : iterable of (start, stop), optional
        UTC times; the rows are then the pieces of the runs inside them, interval by interval.

    Returns
    -------
    Dataset
        See `schema.VARIABLES`. A run without OFF regions keeps its row with ``acceptance_off`` 0
        and no safe bin, and ``attrs["warnings"]`` says why.

    Raises
    ------
    SettingsError, DataError, AnalysisError
        For settings that cannot be used, damaged runs, or no run at all.
    """
    if isinstance(background, str):
        if background not in BACKGROUNDS:
            raise SettingsError(
                "background method is not known", found=repr(background), expected=", ".join(BACKGROUNDS)
            )
        background = BACKGROUNDS[background]()
    settings = ReductionSettings(
        on_region=as_circle(on_region),
        energy=tuple(checked_edges(energy, name="energy edges").tolist()),
        energy_true=tuple(checked_edges(energy_true, name="true energy edges").tolist()),
        exclusion=as_exclusion(exclusion),
        background=background,
        safe_mask=(safe_mask,) if isinstance(safe_mask, str) else tuple(safe_mask),
        aeff_percent=_percent(aeff_percent, "aeff_percent"),
        bias_percent=_percent(bias_percent, "bias_percent"),
        offset_max=to_float(offset_max, "deg", name="offset_max"),
        threshold=to_float(threshold, "TeV", name="threshold"),
        containment_correction=containment_correction,
        intervals=as_intervals(intervals),
    )
    return reduce_with(tuple(observations), settings)


def reduce_with(observations: tuple[Observation, ...], settings: ReductionSettings) -> xr.Dataset:
    """Return the cube of some observations for frozen settings; see `reduce`."""
    if not observations:
        raise AnalysisError("there is no run to reduce", remedy="Select at least one run")
    pieces = pieces_of(observations, settings.intervals)
    # What does not depend on time is measured once for each run, however many pieces it has.
    measured = {run: _measure(run, settings) for run in dict.fromkeys(piece.run for piece in pieces)}
    return _assemble(pieces, measured, settings)


@dataclass(frozen=True, eq=False)
class _Measured:
    """What a run holds for the settings, whatever the time: events by index, arrays over energy."""

    bins: np.ndarray
    on: np.ndarray
    off: np.ndarray
    area: np.ndarray
    contained: np.ndarray
    edisp: np.ndarray
    mask: np.ndarray
    off_regions: OffRegions
    warnings: tuple[str, ...]


def _measure(run: Observation, settings: ReductionSettings) -> _Measured:
    region = settings.on_region
    energy, energy_true = np.asarray(settings.energy), np.asarray(settings.energy_true)
    offset = float(separation(run.lon, run.lat, region.lon, region.lat))
    bins = _energy_bin(run, settings.energy)

    aperture = aperture_of(run, region)
    off = settings.background.find(run, aperture, settings.exclusion, settings.energy)

    area = effective_area(run, settings.energy_true, offset)
    if not area.max() > 0:
        raise DataError(
            "the effective area is zero at the ON region",
            where=f"run {run.obs_id}",
            found=f"offset {offset:.2f} deg",
            remedy="Leave the run out or choose a region nearer to its pointing",
        )
    contained = area
    if _needs_containment(run, settings):
        contained = area * containment(run, settings.energy_true, offset, region.radius)

    kernel = edisp_kernel(run, settings.energy_true, settings.energy, offset)
    mask = whole_bins_inside(energy, settings.threshold, np.inf)
    if "aeff-default" in settings.safe_mask:
        mask &= aeff_default(run.aeff, energy)
    if "aeff-max" in settings.safe_mask:
        mask &= aeff_max(contained, log_centres(energy_true), energy, settings.aeff_percent)
    if "edisp-bias" in settings.safe_mask:
        mask &= edisp_bias(kernel, log_centres(energy_true), energy, settings.bias_percent)
    if "offset-max" in settings.safe_mask:
        mask &= offset_max(offset, settings.offset_max, energy)
    warnings = [*run.warnings, *(f"run {run.obs_id}: {warning}" for warning in off.warnings)]
    if off.problem:
        mask[:] = False
        warnings.append(f"run {run.obs_id} has no OFF region and is left out of the fit: {off.problem}")
    elif not mask.any():
        warnings.append(
            f"run {run.obs_id} has no safe energy bin between {energy[0]:g} and {energy[-1]:g} TeV"
        )
    return _Measured(
        bins=bins,
        on=aperture.on_events(run),
        off=aperture.off_events(run, off.plane, off.used),
        area=area,
        contained=contained,
        edisp=kernel,
        mask=mask,
        off_regions=off,
        warnings=tuple(warnings),
    )


def _assemble(
    pieces: tuple[Piece, ...], measured: dict[Observation, _Measured], settings: ReductionSettings
) -> xr.Dataset:
    """Return the cube of the pieces, with one region."""
    n_energy = len(settings.energy) - 1
    shape = (1, len(pieces), n_energy)
    rows = [measured[piece.run] for piece in pieces]
    livetime = np.array([piece.livetime for piece in pieces])
    counts = np.stack(
        [_histogram(row.bins[p.keeps(row.on)], n_energy) for p, row in zip(pieces, rows, strict=True)]
    )
    counts_off = np.stack(
        [_histogram(row.bins[p.keeps(row.off)], n_energy) for p, row in zip(pieces, rows, strict=True)]
    )
    mask = np.stack([row.mask for row in rows])
    n_off = np.array([row.off_regions.n for row in rows], dtype=float)
    if "bkg-peak" in settings.safe_mask:
        for k in np.flatnonzero(n_off):
            mask[k] &= bkg_peak(counts[k], counts_off[k], 1 / n_off[k])
    values = {
        "counts": counts[None],
        "counts_off": counts_off[None],
        "acceptance": np.ones(shape),
        "acceptance_off": np.broadcast_to(n_off[None, :, None], shape).copy(),
        "exposure": (np.stack([row.contained for row in rows]) * livetime[:, None])[None],
        "edisp": np.stack([row.edisp for row in rows])[None],
        "edisp_exposure": (np.stack([row.area for row in rows]) * livetime[:, None])[None],
        "mask_safe": mask[None],
        "livetime": livetime,
    }
    region = settings.on_region
    off = {run.obs_id: values.off_regions for run, values in measured.items()}
    centres = [regions.lonlat() for regions in off.values()]
    reasons = [reason for regions in off.values() for reason in regions.reasons]
    times = to_utc([[piece.start, piece.stop] for piece in pieces])
    coords = {
        "region": [region.name or "on"],
        "time": np.arange(len(pieces)),
        "obs_id": np.array([piece.run.obs_id for piece in pieces]),
        "time_start": times[:, 0],
        "time_stop": times[:, 1],
        "interval": np.array([piece.interval for piece in pieces]),
        "pointing_lon": np.array([piece.run.lon for piece in pieces]),
        "pointing_lat": np.array([piece.run.lat for piece in pieces]),
        "region_lon": [region.lon],
        "region_lat": [region.lat],
        "region_radius": [region.radius],
        "off_obs_id": np.repeat(list(off), [len(regions.reasons) for regions in off.values()]),
        "off_lon": np.concatenate([lon for lon, _ in centres]),
        "off_lat": np.concatenate([lat for _, lat in centres]),
        "off_radius": np.full(len(reasons), region.radius),
        "off_reason": np.array(reasons, dtype="U80"),
    }
    return make_cube(
        values,
        coords,
        energy_edges=np.asarray(settings.energy),
        energy_true_edges=np.asarray(settings.energy_true),
        warnings=tuple(sentence for row in measured.values() for sentence in row.warnings),
    )


@per_run(maxsize=4)
def _energy_bin(run: Observation, edges: tuple[float, ...]) -> np.ndarray:
    """Return each event's energy bin, -1 where it is outside; lower edges are inclusive."""
    bins = np.searchsorted(edges, run.events.energy, side="right") - 1
    bins[bins == len(edges) - 1] = -1
    return bins


def _needs_containment(run: Observation, settings: ReductionSettings) -> bool:
    """Return whether the exposure of a run is to be corrected for what its PSF leaves outside the region."""
    if not run.is_point_like:
        return settings.containment_correction is not False
    if settings.containment_correction:
        raise SettingsError(
            "point-like responses contain their angular cut already: there is nothing to correct",
            where=f"run {run.obs_id}",
            found="containment_correction=True",
            expected="containment_correction left out, or False",
        )
    return False


def _percent(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise SettingsError(
            f"{name} is not a number", found=repr(value), expected="a percentage such as 10"
        ) from None


def _histogram(bins: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(bins[bins >= 0], minlength=n).astype(float)
