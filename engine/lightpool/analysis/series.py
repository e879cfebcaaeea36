"""The stages in time: a cube cut into intervals, and what to say of intervals without a result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import xarray as xr

from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.reduction import ReductionSettings, reduce_with
from lightpool.time_binning import TimeBinning

#: After so many sentences about intervals the rest is a number.
_MOST_WARNINGS = 10


def cut(
    observations: Iterable[Observation], reduction: ReductionSettings, binning: TimeBinning
) -> xr.Dataset:
    """Return the cube of the pieces of some runs in the intervals of a binning."""
    runs = tuple(observations)
    return reduce_with(runs, replace(reduction, intervals=binning.intervals(runs, reduction)))


def require_uncut(binning: TimeBinning) -> None:
    """Check that data which are reduced already are not to be cut.

    Raises
    ------
    SettingsError
        For any binning but one interval for each run.
    """
    if binning.method != "run":
        raise SettingsError(
            "the data are reduced already: their time cannot be cut any more",
            found=f"time binning by {binning.method}",
            expected="method: run, which takes their rows or intervals as they are",
        )


def with_result(series: xr.Dataset) -> int:
    """Return how many intervals of a series have a result, in some band at least."""
    return int(_has_result(series).sum())


def empty_intervals(series: xr.Dataset, what: str) -> list[str]:
    """Return a sentence for each interval without a result; of many, the first ones and their number."""
    missing = np.flatnonzero(~_has_result(series))
    sentences = []
    for k in missing[:_MOST_WARNINGS]:
        reasons = np.atleast_1d(series["reason"].values[k]).tolist()
        start = str(series["time_start"].values[k])[:19]
        sentences.append(f"no {what} in time interval {k} ({start} UTC): {'; '.join(dict.fromkeys(reasons))}")
    if len(missing) > _MOST_WARNINGS:
        sentences.append(f"no {what} in {len(missing) - _MOST_WARNINGS} more time intervals")
    return sentences


def _has_result(series: xr.Dataset) -> np.ndarray:
    """Return for each interval whether it has a result in any band."""
    success: np.ndarray = series["success"].to_numpy().reshape(series.sizes["interval"], -1)
    return np.asarray(success.any(axis=1))
