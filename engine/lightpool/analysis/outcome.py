"""What an analysis gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from lightpool.analysis.intervals import Intervals
from lightpool.analysis.series import with_result
from lightpool.analysis.settings import AnalysisSettings
from lightpool.comparison import Comparison
from lightpool.dl3 import Observations
from lightpool.fitting import FitResult
from lightpool.html import table
from lightpool.points import FluxPoints
from lightpool.radius_scan import RadiusScan

if TYPE_CHECKING:
    from lightpool.config import AnalysisConfig


@dataclass(frozen=True, eq=False)
class Outcome:
    """The results of every stage that was asked for.

    Parameters
    ----------
    settings : AnalysisSettings
    observations : Observations
        The runs that were used, in the order of the cube's rows.
    cube : Dataset
        One row of the time axis for each run.
    fitted : Dataset
        What the fit saw: `cube`, or its stack.
    fit : FitResult or None
    intervals : Intervals or None
        Errors and contours that follow the statistic, where they were asked for.
    points : FluxPoints or None
    time_resolved, light_curve : Dataset or None
        See `lightpool.time_resolved` and `lightpool.light_curve`.
    comparison : Comparison or None
    radius_scan : RadiusScan or None
        Other models and other radii, where they were asked for.
    warnings : tuple of str
    timing_s : dict
        Seconds spent in each stage; 0 for one whose result was still at hand.
    """

    settings: AnalysisSettings
    observations: Observations
    cube: xr.Dataset
    fitted: xr.Dataset
    fit: FitResult | None = None
    intervals: Intervals | None = None
    points: FluxPoints | None = None
    time_resolved: xr.Dataset | None = None
    light_curve: xr.Dataset | None = None
    comparison: Comparison | None = None
    radius_scan: RadiusScan | None = None
    warnings: tuple[str, ...] = ()
    timing_s: dict[str, float] = field(default_factory=dict)

    def write(
        self, path: str | Path, *, config: AnalysisConfig | None = None, overwrite: bool = False
    ) -> Path:
        """Write all result files into a new directory, which appears whole or not at all.

        Parameters
        ----------
        config : AnalysisConfig, optional
            What the analysis was made from, kept beside the results.

        Raises
        ------
        SettingsError
            If the directory exists and `overwrite` is not set, or it cannot be written.
        """
        from lightpool.analysis.results import write_results
        from lightpool.export import output_directory

        with output_directory(path, overwrite=overwrite) as directory:
            write_results(self, directory, config=config)
        return Path(path)

    def report(self) -> str:
        """Return the main figures as text."""
        total = self.cube.onoff.cumulative()[-1]
        lines = [
            f"{self.cube.sizes['time']} runs: counts {total['counts']}, off {total['counts_off']}, "
            f"excess {total['excess']:.1f}, sqrt_ts {total['sqrt_ts']:.2f}, "
            f"livetime {total['livetime_s'] / 3600:.2f} h"
        ]
        lines += [repr(part) for part in (self.fit, self.points, self.comparison) if part is not None]
        for name, series in (
            ("Time-resolved spectra", self.time_resolved),
            ("Light curve", self.light_curve),
        ):
            if series is not None:
                lines.append(f"{name}: {with_result(series)} of {series.sizes['interval']} time intervals")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        total = self.cube.onoff.cumulative()[-1]
        figures = (
            ("runs", len(self.observations)),
            ("counts", total["counts"]),
            ("off counts", total["counts_off"]),
            ("excess", f"{total['excess']:.1f}"),
            ("sqrt_ts", f"{total['sqrt_ts']:.2f}"),
            ("livetime", f"{total['livetime_s'] / 3600:.2f} h"),
        )
        out = [table((), figures, caption="Outcome", notes=self.warnings)]
        out += [part._repr_html_() for part in (self.fit, self.points, self.comparison) if part is not None]
        return "".join(out)

    def __repr__(self) -> str:
        return "\n".join([f"Outcome: {self.report()}", *(f"  warning: {text}" for text in self.warnings)])
