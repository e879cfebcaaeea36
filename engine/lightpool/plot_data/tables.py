"""The rows of the tables: runs, parameters and the total, numbers with their text."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr

from lightpool.fitting import FitResult
from lightpool.html import with_error
from lightpool.plot_data.cells import cells
from lightpool.sky import separation
from lightpool.statistics import li_ma_significance

_COORDINATES = (
    "obs_id",
    "pointing_lon",
    "pointing_lat",
    "region_lon",
    "region_lat",
    "off_obs_id",
    "off_reason",
)


@dataclass(frozen=True)
class RunRow:
    """One run, inside its safe range.

    Parameters
    ----------
    obs_id : int
    livetime : float, s
    offset : float, deg
        From the pointing to the ON region.
    n_off_regions, n_on, n_off : int
    alpha, excess, sqrt_ts : float
        NaN where there is no OFF region.
    """

    obs_id: int
    livetime: float
    offset: float
    n_off_regions: int
    n_on: int
    n_off: int
    alpha: float
    excess: float
    sqrt_ts: float


@dataclass(frozen=True)
class Summary:
    """All runs together, inside their safe ranges; livetime in s, of the runs with a safe bin."""

    n_on: int
    n_off: int
    alpha: float
    excess: float
    sqrt_ts: float
    livetime: float


@dataclass(frozen=True)
class RunTable:
    """One row for each run, and their total."""

    rows: tuple[RunRow, ...]
    total: Summary


@dataclass(frozen=True)
class FitRow:
    """One parameter: numbers as text with the digits that its error allows; no error where it is frozen."""

    name: str
    value: str
    error: str
    unit: str
    frozen: bool


@dataclass(frozen=True)
class FitSummary:
    """A fit: parameters, statistic and its health in sentences."""

    model: str
    rows: tuple[FitRow, ...]
    stat: float
    dof: int
    success: bool
    message: str
    health: tuple[str, ...]


def run_table(cube: xr.Dataset) -> RunTable:
    """Return the runs of a cube that is not stacked, and their total as ``cube.onoff.cumulative()`` ends."""
    c = cells(cube)
    coords = {name: cube.variables[name].to_numpy() for name in _COORDINATES}
    names = ("counts", "counts_off", "background", "acceptance", "acceptance_off")
    sums = np.array([c.inside(getattr(c, name), (0, 2)) for name in names])
    livetime = cube.variables["livetime"].to_numpy()
    offset = separation(
        coords["pointing_lon"], coords["pointing_lat"], coords["region_lon"][0], coords["region_lat"][0]
    )
    regions = coords["off_obs_id"][coords["off_reason"] == ""]
    rows = tuple(
        RunRow(
            int(obs_id),
            float(livetime[k]),
            float(offset[k]),
            int(np.sum(regions == obs_id)),
            *_numbers(*sums[:, k]),
        )
        for k, obs_id in enumerate(coords["obs_id"])
    )
    used = np.any(c.safe, axis=(0, 2))
    return RunTable(rows, Summary(*_numbers(*sums.sum(axis=1)), float(livetime[used].sum())))


def _numbers(
    on: float, off: float, bkg: float, acc: float, acc_off: float
) -> tuple[int, int, float, float, float]:
    """Return n_on, n_off, alpha, excess and sqrt_ts of sums; NaN for the last three without OFF regions."""
    if not acc_off > 0:
        return round(on), round(off), math.nan, math.nan, math.nan
    alpha = bkg / off if off > 0 else acc / acc_off
    return round(on), round(off), float(alpha), float(on - bkg), float(li_ma_significance(on, off, alpha))


def fit_summary(fit: FitResult) -> FitSummary:
    """Return a fit as text."""
    rows = []
    for p in fit.model.parameters:
        value, error = with_error(p.value, math.nan if p.frozen else p.error)
        rows.append(FitRow(p.name, value, error, p.unit, p.frozen))
    name = type(fit.model).__name__
    return FitSummary(name, tuple(rows), fit.stat, fit.dof, fit.success, fit.message, fit.health)
