"""Excess and significance against the radius of the ON region: whether it was chosen well is to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

import lightpool.onoff  # noqa: F401  # registers cube.onoff
from lightpool.axes import checked_edges
from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.reduction import reduce_with
from lightpool.reduction_settings import ReductionSettings


@dataclass(frozen=True, eq=False)
class RadiusScan:
    """Counts in the safe range for each radius, shape (radii,); NaN where no run has an OFF region.

    Parameters
    ----------
    radius : ndarray, deg
    counts, background, excess, excess_error, sqrt_ts : ndarray
        The error is that of ON and OFF counts, sqrt(counts + alpha^2 counts_off).
    n_runs : ndarray, int
        Runs with an OFF region: large ON regions leave some without.
    """

    radius: np.ndarray
    counts: np.ndarray
    background: np.ndarray
    excess: np.ndarray
    excess_error: np.ndarray
    sqrt_ts: np.ndarray
    n_runs: np.ndarray

    @property
    def best(self) -> int | None:
        """The index of the radius with the largest significance; None where there is none."""
        return int(np.nanargmax(self.sqrt_ts)) if np.isfinite(self.sqrt_ts).any() else None


def scan_radius(
    observations: Iterable[Observation],
    settings: ReductionSettings,
    radii: Iterable[float],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RadiusScan:
    """Return what the ON region would hold with other radii; everything else as in the settings.

    Parameters
    ----------
    observations : iterable of Observation
    settings : ReductionSettings
    radii : iterable of float, deg
        Positive, increasing.
    progress : callable, optional
        Called with how many radii are done and how many there are; may raise to stop.

    Raises
    ------
    SettingsError
        For a region that is a point, whose responses have their cut in them, and for radii that
        are not positive or do not increase.
    """
    runs = tuple(observations)
    radius = np.asarray(tuple(radii), dtype=float)
    if not settings.on_region.radius > 0:
        raise SettingsError(
            "the radius of a point cannot be scanned", remedy="Point-like responses have their cut in them"
        )
    if radius.size > 1:
        checked_edges(radius, name="radii")
    if not (radius.size and (radius > 0).all()):
        raise SettingsError("radii must be positive", found=str(radius.tolist()), expected="at least one")
    rows = []
    for k, value in enumerate(radius):
        if progress is not None:
            progress(k, radius.size)
        region = replace(settings.on_region, radius=float(value))
        rows.append(_numbers(runs, replace(settings, on_region=region)))
    counts, background, excess, error, sqrt_ts, n_runs = np.array(rows).T
    return RadiusScan(radius, counts, background, excess, error, sqrt_ts, n_runs.astype(int))


def _numbers(runs: tuple[Observation, ...], settings: ReductionSettings) -> tuple[float, ...]:
    cube = reduce_with(runs, settings)
    total = cube.onoff.cumulative()[-1]
    with_off = cube["acceptance_off"].sum(("region", "energy")).to_numpy() > 0
    alpha = total["alpha"]
    if not with_off.any():
        return (total["counts"], *[np.nan] * 4, 0)
    error = np.sqrt(total["counts"] + alpha**2 * total["counts_off"])
    return (
        total["counts"],
        total["background"],
        total["excess"],
        error,
        total["sqrt_ts"],
        int(with_off.sum()),
    )
