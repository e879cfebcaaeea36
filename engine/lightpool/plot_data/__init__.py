"""Columns ready to draw: plain arrays and text from results, for any plotting library."""

from lightpool.plot_data.counts import CountsSpectrum, counts_spectrum, poisson_interval, safe_range
from lightpool.plot_data.field_of_view import FieldOfView, field_of_view
from lightpool.plot_data.growth import Growth, growth
from lightpool.plot_data.map_image import QUANTITIES, MapImage, map_image
from lightpool.plot_data.map_overlay import MapGrid, circles_on_map, contour_lines, map_grid, on_map
from lightpool.plot_data.profiles import delta_ts, has_profile
from lightpool.plot_data.references import PublishedSpectrum, published_near
from lightpool.plot_data.sed import SedCurve, SedPoints, sed_curve, sed_points, sed_residuals
from lightpool.plot_data.series import (
    Hysteresis,
    TimeSeries,
    counts_series,
    flux_series,
    hysteresis,
    parameter_series,
)
from lightpool.plot_data.significance import DistributionColumns, distribution_columns
from lightpool.plot_data.sky import CountsImage, RunRegions, counts_image, outlines, run_regions, unwrap
from lightpool.plot_data.tables import (
    FitRow,
    FitSummary,
    RunRow,
    RunTable,
    Summary,
    fit_summary,
    run_table,
)

__all__ = [
    "QUANTITIES",
    "CountsImage",
    "CountsSpectrum",
    "DistributionColumns",
    "FieldOfView",
    "FitRow",
    "FitSummary",
    "Growth",
    "Hysteresis",
    "MapGrid",
    "MapImage",
    "PublishedSpectrum",
    "RunRegions",
    "RunRow",
    "RunTable",
    "SedCurve",
    "SedPoints",
    "Summary",
    "TimeSeries",
    "circles_on_map",
    "contour_lines",
    "counts_image",
    "counts_series",
    "counts_spectrum",
    "delta_ts",
    "distribution_columns",
    "field_of_view",
    "fit_summary",
    "flux_series",
    "growth",
    "has_profile",
    "hysteresis",
    "map_grid",
    "map_image",
    "on_map",
    "outlines",
    "parameter_series",
    "poisson_interval",
    "published_near",
    "run_regions",
    "run_table",
    "safe_range",
    "sed_curve",
    "sed_points",
    "sed_residuals",
    "unwrap",
]
