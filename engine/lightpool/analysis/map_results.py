"""The result files of a map analysis, all together in one directory."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightpool.config import AnalysisConfig
from lightpool.export.map_file import write_map_images, write_maps
from lightpool.export.provenance import provenance
from lightpool.export.summary import write_summary
from lightpool.maps.sums import cumulative_sums, map_sums, run_sums
from lightpool.sky import separation

if TYPE_CHECKING:
    from lightpool.analysis.map_outcome import MapOutcome


def write_map_results(outcome: MapOutcome, directory: Path, *, config: AnalysisConfig | None = None) -> None:
    """Write every file of a map analysis into an existing directory.

    Parameters
    ----------
    config : AnalysisConfig, optional
        The resolved configuration, written beside the results and into them.
    """
    if config is not None:
        config.write(directory / "config.yaml")
    runs = tuple(outcome.observations)
    origin = provenance(runs, None if config is None else config.to_dict())
    write_maps(outcome.maps, directory / "maps.nc", origin=origin)
    write_maps(outcome.excess, directory / "excess.nc", origin=origin)
    write_map_images(outcome.maps, outcome.excess, directory / "maps")
    write_summary(map_summary(outcome), directory / "summary.json")


def map_summary(outcome: MapOutcome) -> dict[str, Any]:
    """Return the summary of a map analysis as plain values.

    Returns
    -------
    dict
        observations, info_table (cumulative), maps (sums over the map, see `maps.sums`),
        significance (of each band, outside the exclusion), peaks, fit (None), warnings, timing_s.
    """
    edges = outcome.maps["energy_edges"].to_numpy()
    bands = [(float(low), float(high)) for low, high in pairwise(edges)]
    significance = [
        {
            "e_min_TeV": low,
            "e_max_TeV": high,
            **(
                {}
                if found is None
                else {
                    "mean": found.mean,
                    "std": found.std,
                    "fit_mean": found.fit_mean,
                    "fit_width": found.fit_width,
                    "n_pixels": found.n_pixels,
                    "n_pixels_all": found.n_pixels_all,
                }
            ),
        }
        for (low, high), found in zip(bands, outcome.distributions, strict=True)
    ]
    return {
        "observations": _observations(outcome),
        "info_table": cumulative_sums(outcome.maps),
        "maps": {
            **map_sums(outcome.maps),
            "n_excluded": int(outcome.maps["excluded"].sum()),
            "sqrt_ts_max": float(outcome.excess["sqrt_ts"].max()),
            "excess_max": float(outcome.excess["excess"].max()),
            "correlation_radius_deg": outcome.settings.correlation_radius,
        },
        "significance": significance,
        "peaks": [
            {**asdict(peak), "e_min_TeV": bands[peak.band][0], "e_max_TeV": bands[peak.band][1]}
            for peak in outcome.peaks
        ],
        "fit": None,
        "warnings": list(outcome.warnings),
        "timing_s": {stage: float(seconds) for stage, seconds in outcome.timing_s.items()},
    }


def _observations(outcome: MapOutcome) -> list[dict[str, Any]]:
    geometry = outcome.settings.images.geometry
    ny, nx = geometry.shape
    centre = geometry.lonlat((nx - 1) / 2, (ny - 1) / 2)
    rows = {row["obs_id"]: row for row in run_sums(outcome.maps)}
    return [
        {
            "target": run.target,
            "zenith_deg": float(run.zenith),
            "offset_deg": float(separation(run.lon, run.lat, *centre)),
            **rows[run.obs_id],
        }
        for run in outcome.observations
    ]
