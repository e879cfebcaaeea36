"""The stages of an analysis, each redone only when a setting that it depends on has changed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from lightpool.analysis.intervals import Intervals, intervals_of
from lightpool.analysis.kept import Progress, Stages
from lightpool.analysis.outcome import Outcome
from lightpool.analysis.selected_runs import Selected, read_selected, reduce_selected, require_counts
from lightpool.analysis.series import cut, empty_intervals, require_uncut
from lightpool.analysis.settings import AnalysisSettings
from lightpool.analysis.workers import RunMap
from lightpool.comparison import Comparison, compare
from lightpool.dl3 import DataStore, Observations
from lightpool.errors import AnalysisError, SettingsError
from lightpool.fitting import FitResult, fit
from lightpool.interval_fluxes import light_curve
from lightpool.interval_spectra import time_resolved
from lightpool.points import FluxPoints, flux_points
from lightpool.radius_scan import RadiusScan, scan_radius_with
from lightpool.schema import cube_warnings
from lightpool.spectra import SpectralModel
from lightpool.stacking import stack
from lightpool.time_binning import TimeBinning


@dataclass(frozen=True, eq=False)
class _Reduced:
    """A cube, what it depends on, and the runs in it."""

    key: tuple[Hashable, ...]
    selected: Selected
    cube: xr.Dataset


class Analysis(Stages):
    """An analysis of one store: settings in, outcome out; a stage whose settings are the same is not redone.

    Parameters
    ----------
    store : DataStore or Dataset
        A Dataset is a cube; its settings come from `AnalysisSettings.of_cube`.

    Examples
    --------
    >>> plan = lp.from_config("crab.yaml")
    >>> analysis = lp.Analysis(store)
    >>> outcome = analysis.run(plan.settings)
    >>> again = analysis.run(plan.settings.updated(model=lp.ExpCutoffPowerLaw()))  # reduces nothing anew
    >>> again.cube is outcome.cube
    True
    """

    def __init__(self, store: DataStore | xr.Dataset) -> None:
        self._cube = store if isinstance(store, xr.Dataset) else None
        self._store = None if isinstance(store, xr.Dataset) else store
        super().__init__()

    def run(
        self,
        settings: AnalysisSettings,
        *,
        progress: Progress | None = None,
        run_map: RunMap | None = None,
    ) -> Outcome:
        """Return the outcome of all stages that the settings ask for.

        Parameters
        ----------
        settings : AnalysisSettings
        progress : callable, optional
            Is told (stage, steps done, steps in all).
        run_map : callable, optional
            From `workers`: runs are read and measured there, all at once.

        Raises
        ------
        SettingsError, DataError, AnalysisError
            For settings that cannot be used, damaged runs, or nothing left to analyse.
        """
        tell = progress or (lambda stage, done, total: None)
        timing: dict[str, float] = {}
        s = settings

        reduced = self._reduced(s, tell, timing, run_map)
        key, kept, cube = reduced.key, reduced.selected, reduced.cube
        warnings = list(dict.fromkeys((*kept.warnings, *cube_warnings(cube))))
        require_counts(cube, s.reduction, warnings)

        key = (*key, s.stacked)
        fitted = self._stage("stack", key, lambda: stack(cube), timing) if s.stacked else cube
        result = intervals = points = series = curve = None
        if s.model is not None:
            model = s.model
            how: dict[str, Any] = {"fit_range": s.fit_range, "alpha_systematic": s.alpha_systematic}
            key = (*key, model, *how.values())
            tell("fit", 0, 1)
            result = self._stage("fit", key, lambda: fit(fitted, model, **how), timing)
            warnings += result.health if result.success else (result.message, *result.health)
            tell("fit", 1, 1)
            intervals, points = self._of_the_fit(s, fitted, result, key, how, tell, timing)
            warnings += () if intervals is None else intervals.warnings
            warnings += [] if points is None else _unsuccessful(points)
            series, curve = self._in_time(s, reduced, (model, result.model), key, how, tell, timing)
            warnings += [] if series is None else empty_intervals(series, "spectrum")
            warnings += [] if curve is None else empty_intervals(curve, "flux")
        comparison, scan = self._others(s, reduced, fitted, tell, timing)
        return Outcome(
            settings=settings,
            observations=kept.observations,
            cube=cube,
            fitted=fitted,
            fit=result,
            intervals=intervals,
            points=points,
            time_resolved=series,
            light_curve=curve,
            comparison=comparison,
            radius_scan=scan,
            warnings=tuple(dict.fromkeys(warnings)),
            timing_s=timing,
        )

    @property
    def store(self) -> DataStore:
        """The store.

        Raises
        ------
        AnalysisError
            If the analysis starts from a cube.
        """
        if self._store is None:
            raise AnalysisError("this analysis starts from reduced data and has no store")
        return self._store

    def _reduced(
        self, s: AnalysisSettings, tell: Progress, timing: dict[str, float], run_map: RunMap | None
    ) -> _Reduced:
        if self._cube is not None:
            if s.obs_ids or s.reduction != AnalysisSettings.of_cube(self._cube).reduction:
                raise SettingsError(
                    "the data are reduced already: runs, regions and energies are what they are",
                    remedy="Start from AnalysisSettings.of_cube",
                )
            return _Reduced((), Selected(Observations(()), ()), self._cube)
        key: tuple[Hashable, ...] = (
            s.obs_ids,
            s.skip_damaged,
            s.required,
            s.reduction.containment_correction,
        )
        selected = self._stage("read", key, lambda: read_selected(self.store, s, tell, run_map), timing)
        tell("reduce", 0, 1)
        key = (*key, s.reduction)
        kept, cube = self._stage("reduce", key, lambda: reduce_selected(selected, s), timing)
        tell("reduce", 1, 1)
        return _Reduced(key, kept, cube)

    def _of_the_fit(
        self,
        s: AnalysisSettings,
        fitted: xr.Dataset,
        result: FitResult,
        key: tuple[Hashable, ...],
        how: dict[str, Any],
        tell: Progress,
        timing: dict[str, float],
    ) -> tuple[Intervals | None, FluxPoints | None]:
        """Return errors that follow the statistic, and flux points, where they are asked for.

        Parameters
        ----------
        key : tuple
            What the fit depends on.
        how : dict
            Options of every fit.
        """
        intervals = points = None
        if s.minos or s.contours:
            tell("intervals", 0, 1)
            intervals = self._stage(
                "intervals",
                (*key, s.minos, s.contours),
                lambda: intervals_of(fitted, result, minos=s.minos, contours=s.contours),
                timing,
            )
            tell("intervals", 1, 1)
        if s.flux_points is not None:
            edges = np.array(s.flux_points)
            limits: dict[str, Any] = {"ul_sigma": s.ul_sigma, "ul_method": s.ul_method}
            tell("flux_points", 0, 1)
            points = self._stage(
                "flux_points",
                (*key, s.flux_points, *limits.values()),
                lambda: flux_points(fitted, result.model, edges, **how, **limits),
                timing,
            )
            tell("flux_points", 1, 1)
        return intervals, points

    def _in_time(
        self,
        s: AnalysisSettings,
        reduced: _Reduced,
        models: tuple[SpectralModel, SpectralModel],
        key: tuple[Hashable, ...],
        how: dict[str, Any],
        tell: Progress,
        timing: dict[str, float],
    ) -> tuple[xr.Dataset | None, xr.Dataset | None]:
        """Return time-resolved spectra and light curve where they are asked for.

        Parameters
        ----------
        models : (SpectralModel, SpectralModel)
            Where the fit of each interval starts, and the shape of the light curve.
        key : tuple
            What the fit depends on.
        how : dict
            Options of every fit.
        """
        series = curve = None
        start, shape = models
        if s.time_resolved is not None:
            tell("time_resolved", 0, 1)
            wanted, pieces = s.time_resolved, self._cut(s.time_resolved.binning, s, reduced, timing)
            if wanted.free:
                start = shape.freeze(*(name for name in shape.names if name not in wanted.free))
            series = self._stage(
                "time_resolved",
                (*reduced.key, start, *how.values(), wanted),
                lambda: time_resolved(
                    pieces, start, shared=wanted.shared, flux_range=wanted.flux_range, **how
                ),
                timing,
            )
            tell("time_resolved", 1, 1)
        if s.light_curve is not None:
            tell("light_curve", 0, 1)
            asked, rows = s.light_curve, self._cut(s.light_curve.binning, s, reduced, timing)
            limits: dict[str, Any] = {"ul_sigma": asked.ul_sigma, "ul_method": asked.ul_method}
            curve = self._stage(
                "light_curve",
                (*key, asked),
                lambda: light_curve(rows, shape, asked.edges, refit=asked.refit, **limits, **how),
                timing,
            )
            tell("light_curve", 1, 1)
        return series, curve

    def _others(
        self,
        s: AnalysisSettings,
        reduced: _Reduced,
        fitted: xr.Dataset,
        tell: Progress,
        timing: dict[str, float],
    ) -> tuple[Comparison | None, RadiusScan | None]:
        """Return what other models and other radii say, where they are asked for."""
        comparison = scan = None
        how: dict[str, Any] = {"fit_range": s.fit_range, "alpha_systematic": s.alpha_systematic}
        if s.compare is not None:
            wanted = s.compare
            tell("compare", 0, 1)
            comparison = self._stage(
                "compare",
                (*reduced.key, s.stacked, *how.values(), wanted),
                lambda: compare(
                    fitted,
                    dict(wanted.models),
                    n_toys=wanted.n_toys,
                    toys_for=wanted.toys_for,
                    seed=wanted.seed,
                    progress=partial(tell, "compare"),
                    **how,
                ),
                timing,
            )
            tell("compare", 1, 1)
        if s.radii:
            runs = reduced.selected.observations
            if not runs:
                raise SettingsError("the data are reduced already: no other radius can be tried")
            tell("radius_scan", 0, 1)
            scan = self._stage(
                "radius_scan",
                (*reduced.key, s.radii),
                lambda: scan_radius_with(runs, s.reduction, s.radii, progress=partial(tell, "radius_scan")),
                timing,
            )
            tell("radius_scan", 1, 1)
        return comparison, scan

    def _cut(
        self, binning: TimeBinning, s: AnalysisSettings, reduced: _Reduced, timing: dict[str, float]
    ) -> xr.Dataset:
        """Return the cube of the intervals of a binning."""
        if self._cube is not None:
            require_uncut(binning)
            return self._cube
        runs = reduced.selected.observations
        return self._stage("cut", (*reduced.key, binning), lambda: cut(runs, s.reduction, binning), timing)


def _unsuccessful(points: Any) -> list[str]:
    """Return a sentence for each flux point that could not be had."""
    return [
        f"no flux point from {points['e_min'][k]:.3g} to {points['e_max'][k]:.3g} TeV: {points['reason'][k]}"
        for k in np.flatnonzero(~points["success"])
    ]
