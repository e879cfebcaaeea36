"""What a run holds for given settings, whatever the time: ON and OFF events, response, safe range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.aperture import aperture_of
from lightpool.axes import log_centres, whole_bins_inside
from lightpool.dl3 import Observation
from lightpool.errors import DataError, SettingsError
from lightpool.mask_responses import MaskResponses, own_responses
from lightpool.memo import per_run
from lightpool.off_regions import OffRegions
from lightpool.reduction_settings import ReductionSettings
from lightpool.response import containment, edisp_kernel, effective_area
from lightpool.safe_mask import aeff_default, aeff_max, edisp_bias, offset_max
from lightpool.sky import separation


@dataclass(frozen=True, eq=False)
class Measured:
    """A run seen through the settings of a reduction.

    Parameters
    ----------
    bins : ndarray, shape (events,), int
        Energy bin of every event, -1 outside the axis.
    on, off : ndarray, int
        Indices of the events in the ON and OFF regions.
    area, contained : ndarray, shape (energy_true,), cm2
        Effective area, and its share with containment in the region.
    edisp : ndarray, shape (energy_true, energy)
    mask : ndarray, shape (energy,), bool
        Safe as far as it does not depend on counts.
    off_regions : OffRegions
    warnings : tuple of str
    """

    bins: np.ndarray
    on: np.ndarray
    off: np.ndarray
    area: np.ndarray
    contained: np.ndarray
    edisp: np.ndarray
    mask: np.ndarray
    off_regions: OffRegions
    warnings: tuple[str, ...]


def measure(run: Observation, settings: ReductionSettings) -> Measured:
    """Return what a run holds for the settings apart from their times; the last few are kept with the run.

    Raises
    ------
    DataError, SettingsError
        If the run is damaged or does not go with the settings.
    """
    return _measured(run, settings.timeless)


def remember(run: Observation, settings: ReductionSettings, measured: Measured) -> None:
    """Keep with the run what was measured of it in another process."""
    _measured.keep(measured, run, settings.timeless)  # type: ignore[attr-defined]


@per_run(maxsize=4)
def _measured(run: Observation, settings: ReductionSettings) -> Measured:
    region = settings.on_region
    energy, energy_true = np.asarray(settings.energy), np.asarray(settings.energy_true)
    offset = float(separation(run.lon, run.lat, region.lon, region.lat))
    bins = _energy_bin(run, settings.energy)

    aperture = aperture_of(run, region)
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
    off = settings.background.find(run, aperture, settings.exclusion, settings.energy)

    kernel = edisp_kernel(run, settings.energy_true, settings.energy, offset)
    mask = whole_bins_inside(energy, settings.threshold, np.inf)
    if "aeff-default" in settings.safe_mask:
        mask &= aeff_default(run.aeff, energy)
    if settings.mask_irfs == "DL3":
        judged = own_responses(run, _judged_at(run, settings))
    else:
        centres = log_centres(energy_true)
        judged = MaskResponses(contained, centres, kernel, centres, energy)
    if "aeff-max" in settings.safe_mask:
        mask &= aeff_max(judged.area, judged.area_energy, energy, settings.aeff_percent)
    if "edisp-bias" in settings.safe_mask:
        mask &= edisp_bias(judged.edisp, judged.edisp_energy, judged.edges, energy, settings.bias_percent)
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
    return Measured(
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


def _judged_at(run: Observation, settings: ReductionSettings) -> float:
    """Return the offset (deg) at which the responses of the files judge."""
    if settings.mask_offset is not None:
        return settings.mask_offset
    region = settings.on_region
    return float(separation(run.lon, run.lat, *(settings.mask_position or (region.lon, region.lat))))


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
