"""Excess and significance against the radius of the ON region: whether it was chosen well is to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

import lightpool.onoff  # noqa: F401  # registers cube.onoff
from lightpool.axes import checked_edges
from lightpool.dl3 import Observation
from lightpool.errors import SettingsError
from lightpool.html import table
from lightpool.reduction import reduce_with
from lightpool.reduction_arguments import settings_of
from lightpool.reduction_settings import ReductionSettings

#: Radii of a scan, deg: close together where point sources have their optimum.
RADII = (*(k / 100 for k in range(2, 21)), 0.225, 0.25, 0.3, 0.35, 0.4, 0.5)


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

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table as text: radius, counts, background, excess with its error, significance, runs."""
        return [
            (
                f"{radius:g}",
                f"{counts:.0f}",
                f"{background:.1f}",
                f"{excess:.1f} ± {error:.1f}",
                f"{s:.2f}",
                str(n),
            )
            for radius, counts, background, excess, error, s, n in zip(
                *(getattr(self, field.name) for field in fields(self)), strict=True
            )
        ]

    _HEAD = ("radius [deg]", "counts", "background", "excess", "sqrt_ts", "runs")

    def __repr__(self) -> str:
        return "\n".join(["RadiusScan", *(" | ".join(row) for row in (self._HEAD, *self.rows()))])

    def _repr_html_(self) -> str:
        best = "" if self.best is None else f"largest significance at {self.radius[self.best]:g} deg"
        return table(self._HEAD, self.rows(), caption="Radii of the ON region", facts=best)


def scan_radius(
    observations: Iterable[Observation],
    radii: Iterable[float] = RADII,
    *,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> RadiusScan:
    """Return what the ON region would hold with other radii; everything else as it is.

    Parameters
    ----------
    observations : iterable of Observation
    radii : iterable of float, deg
        Positive, increasing.
    progress : callable, optional
        Called with how many radii are done and how many there are; may raise to stop.
    **settings
        As for `reduce`, whole runs only. The radius of `on_region` decides nothing.

    Returns
    -------
    RadiusScan

    Raises
    ------
    SettingsError
        For a region that is a point, whose responses have their cut in them, for radii that
        are not positive or do not increase, and as `reduce`.

    Examples
    --------
    >>> scan = lp.scan_radius(
    ...     runs,
    ...     [0.05, 0.11, 0.3],
    ...     on_region=lp.circle("83.633 deg", "22.014 deg", "0.11 deg"),
    ...     energy=lp.energy_edges("0.5 TeV", "40 TeV", per_decade=5),
    ...     energy_true=lp.energy_edges("0.1 TeV", "100 TeV", per_decade=10),
    ... )
    >>> float(scan.radius[scan.best])
    0.11
    """
    return scan_radius_with(tuple(observations), settings_of(**settings), radii, progress=progress)


def scan_radius_with(
    observations: Iterable[Observation],
    settings: ReductionSettings,
    radii: Iterable[float] = RADII,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RadiusScan:
    """Return the scan for frozen settings; see `scan_radius`."""
    runs = tuple(observations)
    radius = checked_radii(radii)
    if not settings.on_region.radius > 0:
        raise SettingsError(
            "the radius of a point cannot be scanned", remedy="Point-like responses have their cut in them"
        )
    rows = []
    for k, value in enumerate(radius):
        if progress is not None:
            progress(k, radius.size)
        region = replace(settings.on_region, radius=float(value))
        rows.append(_numbers(runs, replace(settings, on_region=region)))
    counts, background, excess, error, sqrt_ts, n_runs = np.array(rows).T
    return RadiusScan(radius, counts, background, excess, error, sqrt_ts, n_runs.astype(int))


def checked_radii(radii: Iterable[float]) -> np.ndarray:
    """Return radii as an array, deg.

    Raises
    ------
    SettingsError
        If there is none, or they are not positive or do not increase.
    """
    radius = np.asarray(tuple(radii), dtype=float)
    if radius.size > 1:
        checked_edges(radius, name="radii")
    if not (radius.size and (radius > 0).all()):
        raise SettingsError("radii must be positive", found=str(radius.tolist()), expected="at least one")
    return radius


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
