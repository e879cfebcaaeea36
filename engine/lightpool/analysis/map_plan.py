"""From a configuration file to the settings of a map analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lightpool.analysis.kept import Progress
from lightpool.analysis.map_outcome import MapOutcome
from lightpool.analysis.map_settings import MapSettings
from lightpool.analysis.map_stages import MapAnalysis
from lightpool.analysis.selection import observing_time, open_store, required_pieces, select_runs
from lightpool.analysis.workers import workers
from lightpool.config import AnalysisConfig
from lightpool.config.exclusion_source import read_exclusion
from lightpool.errors import SettingsError
from lightpool.maps.exclusion_search import ExclusionSearch
from lightpool.maps.geometry import MapGeometry
from lightpool.maps.ring import AdaptiveRingBackground, RingBackground
from lightpool.maps.settings import ImageSettings
from lightpool.pieces import as_intervals


@dataclass(frozen=True, eq=False)
class MapPlan:
    """A map analysis ready to run.

    Parameters
    ----------
    analysis : MapAnalysis
    settings : MapSettings
    config : AnalysisConfig
        The resolved configuration: run lists from files are written out.
    warnings : tuple of str
        What the configuration asks for and will not get.
    """

    analysis: MapAnalysis
    settings: MapSettings
    config: AnalysisConfig
    warnings: tuple[str, ...] = ()

    def run(
        self, *, progress: Progress | None = None, processes: int | None = None, scheduler: str | None = None
    ) -> MapOutcome:
        """Return the outcome; arguments as `Plan.run`, errors as `MapAnalysis.run` and `workers`."""
        with workers(processes or self.config.general.n_jobs, scheduler) as run_map:
            outcome = self.analysis.run(self.settings, progress=progress, run_map=run_map)
        return replace(outcome, warnings=(*self.warnings, *outcome.warnings))


def plan_maps(config: AnalysisConfig, resolved: AnalysisConfig) -> MapPlan:
    """Return the map analysis that a configuration describes.

    Parameters
    ----------
    config : AnalysisConfig
    resolved : AnalysisConfig
        The same, meaning the same from anywhere.

    Raises
    ------
    SettingsError, DataError, AnalysisError
        As `from_config`.
    """
    images = _images(config)
    background = config.datasets.background
    wanted, search = config.excess_map, background.exclusion_search
    store = open_store(config)
    settings = MapSettings(
        obs_ids=select_runs(config, store),
        images=images,
        background=_ring(config),
        exclusion=read_exclusion(
            background.exclusion, where="datasets.background.exclusion", beside=config.directory
        ),
        search=None if search is None else ExclusionSearch(**dict(search)),
        correlation_radius=wanted.correlation_radius,
        correlate_off=wanted.parameters.correlate_off,
        ul_sigma=wanted.parameters.n_sigma_ul if _wants_limits(config) else None,
        skip_damaged=config.observations.on_error == "skip",
        required=required_pieces(config),
    )
    return MapPlan(MapAnalysis(store), settings, resolved, tuple(_unheeded(config)))


def _images(config: AnalysisConfig) -> ImageSettings:
    geom, mask = config.datasets.geom, config.datasets.safe_mask.parameters
    where, axes, time = "datasets.geom", geom.axes, observing_time(config)
    bands = config.excess_map.energy_edges
    return ImageSettings(
        geometry=_geometry(config),
        energy=tuple(axes.energy.edges(f"{where}.axes.energy").tolist()),
        energy_true=tuple(axes.energy_true.edges(f"{where}.axes.energy_true").tolist()),
        bands=tuple(bands.edges("excess_map.energy_edges").tolist()) if bands.is_set else (),
        offset_max=geom.selection.offset_max,
        safe_mask=config.datasets.safe_mask.methods,
        aeff_percent=mask.aeff_percent,
        bias_percent=mask.bias_percent,
        safe_offset_max=mask.offset_max,
        threshold=mask.threshold or 0.0,
        mask_irfs=mask.irfs,
        mask_offset=mask.fixed_offset,
        mask_position=mask.position.direction("datasets.safe_mask.parameters.position"),
        time_range=None if time is None else as_intervals([time])[0],
    )


def _geometry(config: AnalysisConfig) -> MapGeometry:
    wcs, where = config.datasets.geom.wcs, "datasets.geom.wcs"
    for key in ("lon", "lat"):
        if getattr(wcs.skydir, key) is None:
            raise SettingsError(
                "the centre of the map is missing",
                where=f"{where}.skydir.{key}",
                found="nothing",
                expected="{frame, lon, lat}",
            )
    try:
        return MapGeometry(
            wcs.skydir.lon,  # type: ignore[arg-type]
            wcs.skydir.lat,  # type: ignore[arg-type]
            width=(wcs.width.width, wcs.width.height),
            binsize=wcs.binsize,
            projection=wcs.projection,
            frame=wcs.skydir.frame or "icrs",
        )
    except SettingsError as error:
        raise SettingsError(
            error.what, where=where, found=error.found, expected=error.expected, remedy=error.remedy
        ) from None


def _ring(config: AnalysisConfig) -> RingBackground | AdaptiveRingBackground:
    where = "datasets.background.parameters"
    given = {key: value for key, value in config.datasets.background.parameters if value is not None}
    for key in ("r_in", "width"):
        if key not in given:
            raise SettingsError(
                "the ring needs this key", where=f"{where}.{key}", found="nothing", expected="such as 0.5 deg"
            )
    only_adaptive = sorted(given.keys() - {"r_in", "width", "r_out_max"})
    if "r_out_max" not in given and only_adaptive:
        raise SettingsError(
            "this option is one of the adaptive ring, which needs r_out_max",
            where=f"{where}.{only_adaptive[0]}",
            found="no r_out_max",
        )
    try:
        return AdaptiveRingBackground(**given) if "r_out_max" in given else RingBackground(**given)
    except SettingsError as error:
        raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None


def _wants_limits(config: AnalysisConfig) -> bool:
    chosen = config.excess_map.parameters.selection_optional
    return chosen == "all" or "ul" in (chosen or ())


def _unheeded(config: AnalysisConfig) -> list[str]:
    """Return a sentence for each section that asks for what maps do not give."""
    asked = {
        "models": config.models is not None or config.general.models_file is not None,
        "flux_points": config.flux_points.energy.is_set,
        "time_resolved": config.time_resolved.is_set,
        "light_curve": config.light_curve.is_set,
        "compare": config.compare.is_set,
        "radius_scan": config.radius_scan.is_set,
        "datasets.on_region": config.datasets.on_region.is_set,
    }
    all_of_them = [
        "excess_map.parameters.selection_optional: of all maps those of asymmetric errors and of sensitivity "
        "are not made"
    ]
    return (all_of_them if config.excess_map.parameters.selection_optional == "all" else []) + [
        f"{section} has no effect on maps (datasets.type: 3d): spectra come from datasets.type: 1d"
        for section, is_asked in asked.items()
        if is_asked
    ]
