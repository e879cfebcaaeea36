"""From observations to the cube: ON and OFF counts, acceptance, exposure, dispersion and safe range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from lightpool.dl3 import Observation
from lightpool.errors import AnalysisError
from lightpool.measurement import Measured, measure
from lightpool.off_regions import OffRegionFinder
from lightpool.pieces import Piece, empty_reasons, pieces_of, require_pieces, utc_text
from lightpool.reduction_arguments import settings_of
from lightpool.reduction_settings import ReductionSettings
from lightpool.safe_mask import bkg_peak
from lightpool.schema import make_cube
from lightpool.time_binning import TimeBinning
from lightpool.times import to_utc


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
    mask_irfs: str = "DL4",
    mask_offset: Any = None,
    mask_position: Any = None,
    containment_correction: bool | None = None,
    intervals: TimeBinning | Iterable[Any] | None = None,
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
    mask_irfs : str
        ``aeff-max`` and ``edisp-bias`` judge the responses of the cube (``DL4``), or those of the files
        (``DL3``): on their own axes, without containment.
    mask_offset, mask_position : str, float (deg) or quantity; Circle or point of `regions`, optional
        With ``DL3``: where the responses are taken instead of at the ON region.
    containment_correction : bool, optional
        Whether the exposure counts only the part of the PSF inside the region. By default it does
        where the responses need it: with full-enclosure ones, not with point-like ones, which
        have their angular cut in them.
    intervals : TimeBinning or iterable of (start, stop), optional
        How to cut the time, or the times themselves (UTC, or astropy Times of any scale); the rows
        are then the pieces of the runs inside them, interval by interval. An interval without a
        row says why in ``interval_reason``, and in the warnings.

    Returns
    -------
    Dataset
        See `schema.VARIABLES`. A run without OFF regions keeps its row with ``acceptance_off`` 0
        and no safe bin, and ``attrs["warnings"]`` says why.

    Raises
    ------
    SettingsError, DataError, AnalysisError
        For settings that cannot be used, damaged runs, or no run at all.

    Examples
    --------
    >>> cube = lp.reduce(
    ...     runs,
    ...     on_region=lp.circle("83.633 deg", "22.014 deg", "0.11 deg"),
    ...     energy=lp.energy_edges("0.5 TeV", "40 TeV", per_decade=5),
    ...     energy_true=lp.energy_edges("0.1 TeV", "100 TeV", per_decade=10),
    ... )
    >>> dict(cube.counts.sizes)
    {'region': 1, 'time': 4, 'energy': 10}
    >>> round(float(cube.onoff.excess.sum()), 2)
    903.75
    """
    settings = settings_of(
        on_region=on_region,
        energy=energy,
        energy_true=energy_true,
        exclusion=exclusion,
        background=background,
        safe_mask=safe_mask,
        aeff_percent=aeff_percent,
        bias_percent=bias_percent,
        offset_max=offset_max,
        threshold=threshold,
        mask_irfs=mask_irfs,
        mask_offset=mask_offset,
        mask_position=mask_position,
        containment_correction=containment_correction,
    )
    runs = tuple(observations)
    if intervals is not None:
        if not isinstance(intervals, TimeBinning):
            intervals = TimeBinning.listed(intervals)
        settings = replace(settings, intervals=intervals.intervals(runs, settings))
    return reduce_with(runs, settings)


def reduce_with(observations: tuple[Observation, ...], settings: ReductionSettings) -> xr.Dataset:
    """Return the cube of some observations for frozen settings; see `reduce`."""
    if not observations:
        raise AnalysisError("there is no run to reduce", remedy="Select at least one run")
    pieces = pieces_of(observations, settings.intervals, settings.time_range)
    reasons = empty_reasons(observations, settings.intervals, pieces, settings.time_range)
    require_pieces(observations, pieces, reasons)
    # What does not depend on time is measured once for each run, however many pieces it has.
    measured = {run: measure(run, settings) for run in dict.fromkeys(piece.run for piece in pieces)}
    return _assemble(pieces, measured, settings, reasons)


def _assemble(
    pieces: tuple[Piece, ...],
    measured: dict[Observation, Measured],
    settings: ReductionSettings,
    reasons: tuple[str, ...],
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
    rejected = [reason for regions in off.values() for reason in regions.reasons]
    times = to_utc([[piece.start, piece.stop] for piece in pieces])
    asked = to_utc(np.array(settings.intervals).reshape(-1, 2))
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
        "off_radius": np.full(len(rejected), region.radius),
        "off_reason": np.array(rejected, dtype="U80"),
    }
    if settings.intervals:
        coords |= {
            "interval_start": asked[:, 0],
            "interval_stop": asked[:, 1],
            "interval_reason": np.array(reasons, dtype=str),
        }
    empty = [
        f"time interval {number} ({utc_text(settings.intervals[number][0])} UTC) is empty: {reason}"
        for number, reason in enumerate(reasons)
        if reason
    ]
    return make_cube(
        values,
        coords,
        energy_edges=np.asarray(settings.energy),
        energy_true_edges=np.asarray(settings.energy_true),
        warnings=(*(sentence for row in measured.values() for sentence in row.warnings), *empty),
    )


def _histogram(bins: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(bins[bins >= 0], minlength=n).astype(float)
