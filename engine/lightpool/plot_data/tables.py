"""The rows of the tables: runs, parameters and the total, numbers with their text."""

from __future__ import annotations

import math
from dataclasses import dataclass

import xarray as xr

from lightpool.fitting import FitResult
from lightpool.html import with_error
from lightpool.sky import separation


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
    """All runs together, inside their safe ranges; livetime in s."""

    n_on: int
    n_off: int
    alpha: float
    excess: float
    sqrt_ts: float
    livetime: float


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


def run_rows(cube: xr.Dataset) -> tuple[RunRow, ...]:
    """Return one row for each run of a cube that is not stacked."""
    offsets = separation(
        cube["pointing_lon"].to_numpy(),
        cube["pointing_lat"].to_numpy(),
        float(cube["region_lon"][0]),
        float(cube["region_lat"][0]),
    )
    columns = (cube["obs_id"].to_numpy(), offsets, cube.onoff.n_off_regions.to_numpy(), cube.onoff.table())
    return tuple(
        RunRow(
            obs_id=int(obs_id),
            livetime=row["livetime_s"],
            offset=float(offset),
            n_off_regions=int(n_off_regions),
            n_on=row["counts"],
            n_off=row["counts_off"],
            alpha=row["alpha"],
            excess=row["excess"] if n_off_regions else math.nan,
            sqrt_ts=row["sqrt_ts"] if n_off_regions else math.nan,
        )
        for obs_id, offset, n_off_regions, row in zip(*columns, strict=True)
    )


def summary(cube: xr.Dataset) -> Summary:
    """Return the total of a cube: the last row of its cumulative table."""
    last = cube.onoff.cumulative()[-1]
    return Summary(
        n_on=last["counts"],
        n_off=last["counts_off"],
        alpha=last["alpha"],
        excess=last["excess"],
        sqrt_ts=last["sqrt_ts"],
        livetime=last["livetime_s"],
    )


def fit_summary(fit: FitResult) -> FitSummary:
    """Return a fit as text."""
    rows = []
    for p in fit.model.parameters:
        value, error = with_error(p.value, math.nan if p.frozen else p.error)
        rows.append(FitRow(p.name, value, error, p.unit, p.frozen))
    name = type(fit.model).__name__
    return FitSummary(name, tuple(rows), fit.stat, fit.dof, fit.success, fit.message, fit.health)
