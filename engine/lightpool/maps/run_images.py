"""One run's images: counts, expected background and where both can be trusted, in energy bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.axes import log_centres, whole_bins_inside
from lightpool.dl3 import Observation
from lightpool.errors import DataError
from lightpool.maps.field_background import expected_background
from lightpool.maps.footprint import Footprint, event_pixels, footprint, offsets
from lightpool.maps.settings import ImageSettings
from lightpool.mask_responses import MaskResponses, own_responses
from lightpool.memo import per_run
from lightpool.pieces import pieces_of
from lightpool.response import edisp_kernel, effective_area
from lightpool.safe_mask import aeff_default, aeff_max, edisp_bias
from lightpool.sky import separation


@dataclass(frozen=True, eq=False)
class RunImages:
    """What a run contributes, on the pixels that it covers.

    Parameters
    ----------
    obs_id : int
    place : Footprint
    counts : ndarray, shape (band, rows, columns)
        Inside the safe range.
    background : ndarray, shape (band, rows, columns)
        Expected counts inside the safe range.
    mask : ndarray, shape (band, rows, columns), bool
        Pixels with any safe energy bin.
    safe_bins : ndarray, shape (energy,), bool
    livetime : float, s
        Inside the time range.
    warnings : tuple of str
    """

    obs_id: int
    place: Footprint
    counts: np.ndarray
    background: np.ndarray
    mask: np.ndarray
    safe_bins: np.ndarray
    livetime: float
    warnings: tuple[str, ...]


@per_run(maxsize=4)
def run_images(run: Observation, settings: ImageSettings) -> RunImages:
    """Return the images of a run that touches the map.

    Raises
    ------
    DataError
        If the run has no background model, or any of its pieces is damaged.
    """
    read_pieces(run)
    geometry, edges = settings.geometry, np.asarray(settings.energy)
    place = footprint(run, geometry, settings.offset_max)
    (piece,) = pieces_of((run,), within=settings.time_range)
    expected = expected_background(run, geometry, settings.offset_max, settings.energy, settings.time_range)
    pixels_safe = expected > 0
    if "offset-max" in settings.safe_mask:
        pixels_safe &= offsets(run, geometry, settings.offset_max) < settings.safe_offset_max
    bins_safe = _safe_bins(run, settings, place)
    if "bkg-peak" in settings.safe_mask:
        spectrum = np.where(pixels_safe, expected, 0).sum(axis=(1, 2))
        bins_safe &= np.arange(len(bins_safe)) >= np.argmax(spectrum)

    band_of_bin = settings.band_of_bin
    n_bands = len(settings.band_edges) - 1
    background = np.zeros((n_bands, *place.shape))
    mask = np.zeros((n_bands, *place.shape), dtype=bool)
    for i in np.flatnonzero(bins_safe & (band_of_bin >= 0)):
        background[band_of_bin[i]] += np.where(pixels_safe[i], expected[i], 0.0)
        mask[band_of_bin[i]] |= pixels_safe[i]

    pixel = event_pixels(run, geometry, settings.offset_max)
    energy_bin = np.searchsorted(edges, run.events.energy, side="right") - 1
    on_map = np.flatnonzero((pixel >= 0) & (energy_bin >= 0) & (energy_bin < len(edges) - 1))
    on_map = piece.keeps(on_map)
    pixel, energy_bin = pixel[on_map], energy_bin[on_map]
    kept = bins_safe[energy_bin] & (band_of_bin[energy_bin] >= 0)
    kept &= pixels_safe.reshape(len(bins_safe), -1)[energy_bin, pixel]
    flat = band_of_bin[energy_bin[kept]] * (place.shape[0] * place.shape[1]) + pixel[kept]
    counts = np.bincount(flat, minlength=background.size).reshape(background.shape).astype(float)

    warnings = list(run.warnings)
    if not bins_safe.any():
        warnings.append(f"run {run.obs_id} has no safe energy bin between {edges[0]:g} and {edges[-1]:g} TeV")
    return RunImages(run.obs_id, place, counts, background, mask, bins_safe, piece.livetime, tuple(warnings))


def read_pieces(run: Observation, besides: tuple[str, ...] = ()) -> None:
    """Read what maps need of a run, so that damage shows.

    Parameters
    ----------
    besides : tuple of str
        Other pieces, such as ``psf``.

    Raises
    ------
    DataError
        If the run has no background model, or a piece is damaged.
    """
    if not run.has("bkg"):
        raise DataError(
            "the run has no background model, which maps need",
            where=f"run {run.obs_id}",
            found=run.pieces,
            expected="bkg_2d or bkg_3d",
            remedy="Leave the run out (observations.on_error: skip does), or analyse it with "
            "reflected regions, which need none",
        )
    for piece in dict.fromkeys(("events", "gti", "aeff", "edisp", "bkg", *besides)):
        getattr(run, piece)


def _safe_bins(run: Observation, settings: ImageSettings, place: Footprint) -> np.ndarray:
    """Return which energy bins pass the methods that judge a whole run, shape (energy,), bool."""
    edges, true = np.asarray(settings.energy), settings.energy_true
    safe = whole_bins_inside(edges, settings.threshold, np.inf)
    if "aeff-default" in settings.safe_mask:
        safe &= aeff_default(run.aeff, edges)
    if not {"aeff-max", "edisp-bias"} & set(settings.safe_mask):
        return safe
    offset = _judged_at(run, settings, place)
    if settings.mask_irfs == "DL3":
        judged = own_responses(run, offset)
    else:
        centres = log_centres(np.asarray(true))
        kernel = edisp_kernel(run, true, settings.energy, offset)
        judged = MaskResponses(effective_area(run, true, offset), centres, kernel, centres, edges)
    if "aeff-max" in settings.safe_mask:
        safe &= aeff_max(judged.area, judged.area_energy, edges, settings.aeff_percent)
    if "edisp-bias" in settings.safe_mask:
        safe &= edisp_bias(judged.edisp, judged.edisp_energy, judged.edges, edges, settings.bias_percent)
    return safe


def _judged_at(run: Observation, settings: ImageSettings, place: Footprint) -> float:
    """Return the offset (deg) at which the responses judge."""
    if settings.mask_offset is not None:
        return settings.mask_offset
    if settings.mask_position is not None:
        return float(separation(run.lon, run.lat, *settings.mask_position))
    if settings.mask_irfs == "DL3":
        return 0.0
    row, column = ((span.start + span.stop - 1) / 2 for span in place.part)
    return float(separation(run.lon, run.lat, *settings.geometry.lonlat(column, row)))
