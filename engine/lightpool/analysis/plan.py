"""From a configuration file to the store and the settings of an analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lightpool.analysis.compare_settings import CompareSettings
from lightpool.analysis.comparison_plan import compare_settings, scanned_radii
from lightpool.analysis.kept import Progress
from lightpool.analysis.not_built import refuse_what_is_not_built
from lightpool.analysis.outcome import Outcome
from lightpool.analysis.reduced_data import KEY, contradictions, read_reduced
from lightpool.analysis.selection import (
    absolute,
    listed_runs,
    observing_time,
    open_store,
    required_pieces,
    select_runs,
)
from lightpool.analysis.settings import AnalysisSettings
from lightpool.analysis.stages import Analysis
from lightpool.analysis.time_plan import light_curve_settings, time_resolved_settings
from lightpool.analysis.workers import workers
from lightpool.config import AnalysisConfig
from lightpool.config.exclusion_source import read_exclusion
from lightpool.config.model_file import Source, models_from, models_to, read_models
from lightpool.config.paths import find
from lightpool.errors import SettingsError
from lightpool.pieces import as_intervals
from lightpool.reduction import ReductionSettings
from lightpool.reflected import ReflectedRegions
from lightpool.wobble import WobbleRegions

if TYPE_CHECKING:
    from lightpool.analysis.map_plan import MapPlan

_NO_MODEL = "{} but there is no model: no fit and {} were made (give models, or general.models_file)"


@dataclass(frozen=True, eq=False)
class Plan:
    """An analysis ready to run.

    Parameters
    ----------
    analysis : Analysis
    settings : AnalysisSettings
    config : AnalysisConfig
        The resolved configuration: models and run lists from files are written out.
    warnings : tuple of str
        What the configuration asks for and will not get.
    """

    analysis: Analysis
    settings: AnalysisSettings
    config: AnalysisConfig
    warnings: tuple[str, ...] = ()

    def run(
        self, *, progress: Progress | None = None, processes: int | None = None, scheduler: str | None = None
    ) -> Outcome:
        """Return the outcome.

        Parameters
        ----------
        progress : callable, optional
        processes, scheduler : as `workers`
            By default as many processes as ``general.n_jobs`` says.

        Raises
        ------
        LightpoolError
            As `Analysis.run` and `workers`.
        """
        with workers(processes or self.config.general.n_jobs, scheduler) as run_map:
            outcome = self.analysis.run(self.settings, progress=progress, run_map=run_map)
        return replace(outcome, warnings=(*self.warnings, *outcome.warnings))


def from_config(config: AnalysisConfig | str | Path) -> Plan | MapPlan:
    """Return the analysis that a configuration describes.

    Parameters
    ----------
    config : AnalysisConfig, or path of a YAML file

    Returns
    -------
    Plan, or MapPlan for ``datasets.type: 3d``
        ``plan.run()`` gives the outcome; ``plan.settings`` and ``plan.analysis`` are what it is made of.

    Raises
    ------
    SettingsError
        Naming the key that is missing, wrong, or asks for a stage that this version does not have.
    DataError, AnalysisError
        If the store cannot be read or no run is selected.

    Examples
    --------
    >>> plan = lp.from_config("crab.yaml")
    >>> plan.settings.obs_ids
    (1001, 1002, 1003, 1004)
    >>> round(plan.run().fit.model["index"].value, 2)
    2.65
    """
    if not isinstance(config, AnalysisConfig):
        config = AnalysisConfig.read(config)
    refuse_what_is_not_built(config)
    if config.datasets.type == "3d":
        from lightpool.analysis.map_plan import plan_maps  # a spectrum does without

        return plan_maps(config, _resolved(config, None))
    analysis, start, warnings = _data(config)
    source = _source(config)
    edges, missing = _flux_points(config, source, start.reduction)
    series = time_resolved_settings(config, None if source is None else source.spectral)
    curve = light_curve_settings(config, start.reduction.energy)
    if curve is not None and source is not None:
        _require_source(config.light_curve.source, source, "light_curve.source")
    if source is None and (series or curve):
        missing.append(_NO_MODEL.format("time_resolved or light_curve is set", "no spectra in time"))
    settings = start.updated(
        model=None if source is None else source.spectral,
        source="source" if source is None else source.name,
        stacked=config.datasets.stack,
        fit_range=config.fit.fit_range.limits("fit.fit_range"),
        flux_points=edges,
        ul_sigma=config.flux_points.parameters.n_sigma_ul,
        ul_method=config.flux_points.parameters.ul_method,
        alpha_systematic=config.fit.alpha_systematic,
        minos=config.fit.minos,
        contours=config.fit.contours,
        time_resolved=series,
        light_curve=curve,
        compare=compare_settings(config),
        radii=scanned_radii(config),
    )
    if config.excess_map.is_set or config.datasets.background.exclusion_search is not None:
        warnings.append("this file asks for spectra and gets no map: maps come from datasets.type: 3d")
    return Plan(analysis, settings, _resolved(config, source, settings.compare), (*warnings, *missing))


def _data(config: AnalysisConfig) -> tuple[Analysis, AnalysisSettings, list[str]]:
    """Return an analysis of the store or of reduced data, its settings up to the cube, and warnings."""
    cube = read_reduced(config)
    if cube is not None:
        return Analysis(cube), AnalysisSettings.of_cube(cube), contradictions(config, cube)
    reduction = _reduction(config)
    store = open_store(config)
    settings = AnalysisSettings(
        obs_ids=select_runs(config, store),
        reduction=reduction,
        skip_damaged=config.observations.on_error == "skip",
        required=required_pieces(config),
    )
    mask = config.datasets.safe_mask.parameters
    idle = mask.irfs == "DL4" and (mask.fixed_offset is not None or mask.position.is_set)
    warnings = [
        "datasets.safe_mask.parameters: fixed_offset and position have no effect on a spectrum "
        "without irfs: DL3"
    ]
    return Analysis(store), settings, warnings if idle else []


def _reduction(config: AnalysisConfig) -> ReductionSettings:
    datasets = config.datasets
    on_region = datasets.on_region.circle("datasets.on_region")
    if on_region is None:
        raise SettingsError(
            "the ON region is missing", where="datasets.on_region", expected="{frame, lon, lat, radius}"
        )
    axes, where = datasets.geom.axes, "datasets.geom.axes"
    mask = datasets.safe_mask.parameters
    exclusion = read_exclusion(
        datasets.background.exclusion, where="datasets.background.exclusion", beside=config.directory
    )
    return ReductionSettings(
        on_region=on_region,
        energy=tuple(axes.energy.edges(f"{where}.energy").tolist()),
        energy_true=tuple(axes.energy_true.edges(f"{where}.energy_true").tolist()),
        exclusion=exclusion,
        time_range=None if (time := observing_time(config)) is None else as_intervals([time])[0],
        background=_background(config),
        safe_mask=datasets.safe_mask.methods,
        aeff_percent=mask.aeff_percent,
        bias_percent=mask.bias_percent,
        offset_max=mask.offset_max,
        mask_irfs=mask.irfs,
        mask_offset=mask.fixed_offset,
        mask_position=mask.position.direction("datasets.safe_mask.parameters.position"),
        threshold=mask.threshold or 0.0,
        # Every file says true, its default: it means a correction where the responses need one.
        containment_correction=None if datasets.containment_correction else False,
    )


def _background(config: AnalysisConfig) -> ReflectedRegions | WobbleRegions:
    background = config.datasets.background
    given = {key: value for key, value in background.parameters if value is not None}
    for name in ("angle_increment", "min_distance", "min_distance_input"):
        if name in given:
            given[name] = float(np.radians(given[name]))
    try:
        return WobbleRegions(**given) if background.method == "wobble" else ReflectedRegions(**given)
    except SettingsError as error:
        where = "datasets.background.parameters"
        raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None


def _source(config: AnalysisConfig) -> Source | None:
    given, file = config.models, config.general.models_file
    if given is not None and file is not None:
        raise SettingsError(
            "models are given twice",
            where="models",
            found=f"general.models_file: {file} as well",
            expected="one of them",
        )
    if file is not None:
        sources = read_models(find(file, where="general.models_file", beside=config.directory))
    elif given is not None:
        sources = models_from(given, where="models")
    else:
        return None
    if len(sources) > 1:
        raise SettingsError(
            "a sum of several components is not available in this version of Lightpool",
            where="models" if file is None else file,
            found=", ".join(source.name for source in sources),
            expected="one component",
        )
    return sources[0]


def _flux_points(
    config: AnalysisConfig, source: Source | None, reduction: ReductionSettings
) -> tuple[tuple[float, ...] | None, list[str]]:
    """Return the edges of the flux points, if they can be had, and why not otherwise."""
    wanted, where = config.flux_points, "flux_points.energy"
    if not wanted.energy.is_set:
        return None, []
    edges = wanted.energy.edges(where)
    low, high = reduction.energy[0], reduction.energy[-1]
    if edges[-1] <= low or edges[0] >= high:
        raise SettingsError(
            "flux-point edges lie outside the data",
            where=where,
            found=f"{edges[0]:g} to {edges[-1]:g} TeV",
            expected=f"a range within {low:g} to {high:g} TeV, the energy axis of the data",
        )
    if source is None:
        return None, [_NO_MODEL.format("flux_points.energy is set", "no flux points")]
    _require_source(wanted.source, source, "flux_points.source")
    return tuple(edges.tolist()), []


def _require_source(name: str, source: Source, where: str) -> None:
    """Check that a section means the model that there is; ``source``, the default, always does."""
    if name in (source.name, "source"):
        return
    near = get_close_matches(name, [source.name], n=1, cutoff=0.3)
    raise SettingsError(
        "no model has this name",
        where=where,
        found=f"'{name}'",
        expected=f"'{source.name}'",
        remedy=f"Did you mean '{near[0]}'?" if near else None,
    )


def _resolved(
    config: AnalysisConfig, source: Source | None, compared: CompareSettings | None = None
) -> AnalysisConfig:
    changes: dict[str, object] = {}
    if config.general.datasets_file is not None:
        changes[KEY] = absolute(config.general.datasets_file, config)
    else:
        changes["observations.datastore"] = absolute(config.observations.datastore, config)
    if isinstance(config.datasets.background.exclusion, str):
        changes["datasets.background.exclusion"] = absolute(config.datasets.background.exclusion, config)
    if source is not None:
        changes |= {"models": {"components": models_to((source,))}, "general.models_file": None}
    if compared is not None:
        changes["compare.models"] = models_to(tuple(Source(*named) for named in compared.models))
    if config.observations.obs_file is not None:
        changes |= {"observations.obs_ids": list(listed_runs(config)), "observations.obs_file": None}
    return config.updated(changes)
