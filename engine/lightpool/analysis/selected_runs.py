"""The selected runs: read with all that an analysis needs, reduced, and left out where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import xarray as xr

from lightpool.analysis.kept import Progress
from lightpool.analysis.settings import AnalysisSettings
from lightpool.analysis.workers import RunMap
from lightpool.dl3 import DataStore, Observation, Observations
from lightpool.errors import AnalysisError, DataError, SettingsError
from lightpool.measurement import Measured, measure, remember
from lightpool.reduction import ReductionSettings, reduce_with


@dataclass(frozen=True, eq=False)
class Selected:
    """Runs that were read, and sentences about those that were left out."""

    observations: Observations
    warnings: tuple[str, ...]


def read_selected(
    store: DataStore, settings: AnalysisSettings, tell: Progress, run_map: RunMap | None
) -> Selected:
    """Return the runs with everything read that the reduction needs, so that damage shows here."""
    if not settings.obs_ids:
        raise SettingsError("no run is selected", expected="at least one")
    chosen = store.select(obs_id=list(settings.obs_ids))
    good, warnings = [], []
    attempt = partial(_attempt, settings=settings, measured=run_map is not None)
    tell("read", 0, len(chosen))
    for i, (run, measured, error) in enumerate((run_map or map)(attempt, chosen), start=1):
        tell("read", i, len(chosen))
        if error is None:
            good.append(run)
        elif settings.skip_damaged:
            warnings.append(f"run {run.obs_id} is left out: {error}")
        else:
            raise error
        if measured is not None:
            remember(run, settings.reduction, measured)
    _require_runs(good, warnings)
    return Selected(Observations(good), tuple(warnings))


def _attempt(
    run: Observation, settings: AnalysisSettings, measured: bool
) -> tuple[Observation, Measured | None, DataError | None]:
    """Return a run with everything read, what was measured of it if that is wanted, and what was wrong."""
    pieces = ["events", "gti", "aeff", "edisp"]
    try:
        if settings.reduction.containment_correction is not False and not run.is_point_like:
            pieces.append("psf")
        for piece in dict.fromkeys((*pieces, *settings.required)):
            getattr(run, piece)
    except DataError as error:
        return run, None, error
    try:
        return run, measure(run, settings.reduction) if measured else None, None
    except DataError:  # not the run's fault but that of the region, say: the reduction tells it
        return run, None, None


def reduce_selected(selected: Selected, settings: AnalysisSettings) -> tuple[Selected, xr.Dataset]:
    """Return the runs that could be reduced, and their cube."""
    if not settings.skip_damaged:
        return selected, reduce_with(tuple(selected.observations), settings.reduction)
    good, warnings = [], list(selected.warnings)
    for run in selected.observations:
        try:
            measure(run, settings.reduction)
        except DataError as error:
            warnings.append(f"run {run.obs_id} is left out: {error}")
        else:
            good.append(run)
    _require_runs(good, warnings)
    return Selected(Observations(good), tuple(warnings)), reduce_with(tuple(good), settings.reduction)


def _require_runs(good: list[Observation], warnings: list[str]) -> None:
    if not good:
        raise AnalysisError(
            "no run can be used", found=f"{len(warnings)} damaged", remedy="; ".join(warnings)
        )


def require_counts(cube: xr.Dataset, reduction: ReductionSettings, warnings: list[str]) -> None:
    """Check that something fell into the ON or OFF regions at all.

    Raises
    ------
    AnalysisError
        Naming the energy range, with what the reduction had to say.
    """
    if float(cube["counts"].sum() + cube["counts_off"].sum()) > 0:
        return
    region = reduction.on_region
    raise AnalysisError(
        "there are no events in the ON and OFF regions",
        found=f"none between {reduction.energy[0]:g} and {reduction.energy[-1]:g} TeV "
        f"around lon {region.lon:g} deg, lat {region.lat:g} deg",
        remedy=f"Check the position and the energy range. {' '.join(warnings)}".strip(),
    )
