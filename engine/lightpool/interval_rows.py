"""The time intervals of a cube: which rows belong to each, and what was counted in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import AnalysisError
from lightpool.onoff import acceptance_ratio
from lightpool.statistics import li_ma_significance

_UNITS = {
    "counts": ("1", "Counts in the ON region, safe bins"),
    "counts_off": ("1", "Counts in the OFF regions, safe bins"),
    "alpha": ("1", "Acceptance ratio ON / OFF"),
    "background": ("1", "Background counts in the ON region, safe bins"),
    "excess": ("1", "Excess counts"),
    "sqrt_ts": ("1", "Significance (Li & Ma)"),
    "livetime": ("s", "Livetime"),
}


@dataclass(frozen=True, eq=False)
class IntervalRows:
    """The intervals that a cube was cut into, those without a row included.

    Parameters
    ----------
    name : str
        The coordinate on the time axis that tells them apart.
    labels : tuple of int
        Its values.
    times : tuple of ndarray, int
        Positions on the time axis, none for an interval without a row.
    start, stop : ndarray, shape (intervals,), datetime64, UTC
    reasons : tuple of str
        Why an interval has no row; empty where it has one.
    """

    name: str
    labels: tuple[int, ...]
    times: tuple[np.ndarray, ...]
    start: np.ndarray
    stop: np.ndarray
    reasons: tuple[str, ...]

    @property
    def coords(self) -> dict[str, Any]:
        """Coordinates of the dimension ``interval``."""
        return {
            "interval": list(self.labels),
            "time_start": ("interval", self.start, {"long_name": "Start, UTC"}),
            "time_stop": ("interval", self.stop, {"long_name": "Stop, UTC"}),
        }


def interval_rows(cube: xr.Dataset) -> IntervalRows:
    """Return the intervals of a cube; without any, each row of its time axis is one.

    Raises
    ------
    AnalysisError
        If the cube does not say when its rows were taken.
    """
    if "time_start" not in cube.coords or "time_stop" not in cube.coords:
        raise AnalysisError(
            "the cube does not say when its rows were taken",
            expected="coordinates time_start and time_stop",
            remedy="Reduce the runs anew instead of reading spectra",
        )
    if "interval_start" not in cube.coords:
        n = cube.sizes["time"]
        return IntervalRows(
            "time",
            tuple(range(n)),
            tuple(np.array([k]) for k in range(n)),
            cube["time_start"].to_numpy(),
            cube["time_stop"].to_numpy(),
            ("",) * n,
        )
    interval = cube["interval"].to_numpy()
    labels = range(cube.sizes["asked"])
    times = tuple(np.flatnonzero(interval == k) for k in labels)
    given = cube["interval_reason"].to_numpy().astype(str)
    return IntervalRows(
        "interval",
        tuple(labels),
        times,
        cube["interval_start"].to_numpy(),
        cube["interval_stop"].to_numpy(),
        # A part of a cube may have lost the rows of an interval that had some.
        tuple("" if len(at) else given[k] or "it has no row in this cube" for k, at in enumerate(times)),
    )


def counted(cube: xr.Dataset, rows: IntervalRows) -> dict[str, xr.Variable]:
    """Return what was counted in each interval in its safe bins, summed over regions and energies.

    Returns
    -------
    dict of Variable, dims (interval,)
        counts, counts_off, alpha, background, excess, sqrt_ts (NaN without OFF acceptance), livetime.
    """
    dims = ("region", "time", "energy")
    arrays = {
        name: cube[name].transpose(*dims).to_numpy()
        for name in ("counts", "counts_off", "acceptance", "acceptance_off", "mask_safe")
    }
    mask = arrays.pop("mask_safe")
    alpha = acceptance_ratio(arrays["acceptance"].astype(float), arrays["acceptance_off"].astype(float))
    arrays["background"] = alpha * arrays["counts_off"]
    by_row = {name: np.where(mask, values, 0.0).sum(axis=(0, 2)) for name, values in arrays.items()}
    by_row["livetime"] = cube["livetime"].to_numpy()
    sums = {name: np.array([v[at].sum() for at in rows.times]) for name, v in by_row.items()}
    off, acceptance_off = sums["counts_off"], sums.pop("acceptance_off")
    # Where not one OFF count fell, the acceptances still say what alpha is.
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(off > 0, sums["background"] / off, sums.pop("acceptance") / acceptance_off)
    measured = acceptance_off > 0
    sums["alpha"] = np.where(measured, ratio, np.nan)
    sums["excess"] = np.where(measured, sums["counts"] - sums["background"], np.nan)
    sums["sqrt_ts"] = li_ma_significance(sums["counts"], off, np.where(measured, ratio, 0.0))
    return {
        name: xr.Variable("interval", sums[name], {"units": unit, "long_name": long_name})
        for name, (unit, long_name) in _UNITS.items()
    }
