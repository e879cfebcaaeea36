"""What a configuration may ask for that this version does not have: said, never passed over."""

from __future__ import annotations

from collections.abc import Iterator

from lightpool.config import AnalysisConfig
from lightpool.errors import SettingsError

_OPTIONS = {
    "reflected": ("angle_increment", "min_distance", "min_distance_input", "max_region_number", "binsize"),
    "wobble": ("n_off_regions", "binsize"),
}


def refuse_what_is_not_built(config: AnalysisConfig) -> None:
    """Check that every stage and option that the configuration asks for exists.

    Raises
    ------
    SettingsError
        Naming the first key that asks for one which does not.
    """
    for where, what in _wishes(config):
        raise SettingsError(
            f"{what} not available in this version of Lightpool",
            where=where,
            remedy="Leave it out to run the rest",
        )
    if config.datasets.background.method is None and config.general.datasets_file is None:
        raise SettingsError(
            "the background method is missing",
            where="datasets.background.method",
            expected=", ".join(_OPTIONS),
        )
    obs = config.observations
    if obs.obs_ids and obs.obs_file is not None:
        raise SettingsError(
            "runs are listed twice",
            where="observations",
            found="obs_ids and obs_file",
            expected="one of them",
        )


def _wishes(config: AnalysisConfig) -> Iterator[tuple[str, str]]:
    datasets = config.datasets
    if datasets.type == "3d":
        yield "datasets.type", "sky maps (3d) are"
    method = datasets.background.method
    if method is not None and method not in _OPTIONS:
        yield "datasets.background.method", f"the background method '{method}' is"
    options = datasets.background.parameters
    for key in type(options).model_fields:
        if key not in _OPTIONS.get(method or "reflected", ()) and getattr(options, key) is not None:
            yield f"datasets.background.parameters.{key}", f"this option of the background '{method}' is"
    for name in ("flux_points", "light_curve"):
        if getattr(config, name).parameters.n_sigma != 1:
            yield f"{name}.parameters.n_sigma", "errors of more or less than one standard deviation are"
    # reoptimize frees the parameters of other components; with one component there are none.
    if config.excess_map.is_set:
        yield "excess_map", "an excess map is"
