"""The result files of an analysis, all together in one directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lightpool.config import AnalysisConfig
from lightpool.config.model_file import Source, write_models
from lightpool.export.comparison_file import write_comparison
from lightpool.export.cube_file import write_cube
from lightpool.export.flux_point_file import write_flux_points, write_flux_points_ecsv
from lightpool.export.ogip import write_ogip
from lightpool.export.parameter_file import write_parameters
from lightpool.export.provenance import provenance
from lightpool.export.radius_scan_file import write_radius_scan
from lightpool.export.series_file import write_light_curve, write_light_curve_ecsv, write_time_resolved
from lightpool.export.summary import summary, write_summary
from lightpool.export.variability_file import write_variability
from lightpool.variability_table import variability

if TYPE_CHECKING:
    from lightpool.analysis.outcome import Outcome


def write_results(outcome: Outcome, directory: Path, *, config: AnalysisConfig | None = None) -> None:
    """Write every file that the outcome has something for into an existing directory.

    Parameters
    ----------
    config : AnalysisConfig, optional
        The resolved configuration, written beside the results and into the cube.
    """
    runs = tuple(outcome.observations)
    errors = {} if outcome.intervals is None else outcome.intervals.errors
    if config is not None:
        config.write(directory / "config.yaml")
    plain = None if config is None else config.to_dict()
    # A cube that was read from a file brings its own history.
    origin = provenance(runs, plain, before=outcome.cube.attrs.get("provenance") if not runs else None)
    write_cube(outcome.cube, directory / "cube.nc", origin=origin)
    write_ogip(outcome.fitted, directory / "ogip", observations=runs)
    if outcome.fit is not None:
        write_models((Source(outcome.settings.source, outcome.fit.model),), directory / "models.yaml")
        write_parameters(outcome.fit, errors, directory / "parameters.ecsv")
    if outcome.points is not None:
        write_flux_points(outcome.points, directory / "flux_points.fits", observations=runs)
        write_flux_points_ecsv(outcome.points, directory / "flux_points.ecsv")
    if outcome.time_resolved is not None:
        write_time_resolved(outcome.time_resolved, directory / "time_resolved.ecsv")
        write_variability(variability(outcome.time_resolved), directory / "variability.ecsv")
    if outcome.light_curve is not None:
        write_light_curve(outcome.light_curve, directory / "light_curve.fits", observations=runs)
        write_light_curve_ecsv(outcome.light_curve, directory / "light_curve.ecsv")
    if outcome.comparison is not None:
        write_comparison(outcome.comparison, directory / "comparison.ecsv")
    if outcome.radius_scan is not None:
        write_radius_scan(outcome.radius_scan, directory / "radius_scan.ecsv")
    values = summary(
        cube=outcome.cube,
        observations=runs,
        fit=outcome.fit,
        errors=errors,
        contours=() if outcome.intervals is None else [line.to_dict() for line in outcome.intervals.contours],
        time_resolved=outcome.time_resolved,
        light_curve=outcome.light_curve,
        comparison=outcome.comparison,
        warnings=outcome.warnings,
        timing_s=outcome.timing_s,
    )
    write_summary(values, directory / "summary.json")
