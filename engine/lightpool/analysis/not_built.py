"""What a configuration may ask for that this version does not have: said, never passed over."""

from __future__ import annotations

from collections.abc import Iterator

from lightpool.config import AnalysisConfig
from lightpool.errors import SettingsError

_OPTIONS = {
    "reflected": ("angle_increment", "min_distance", "min_distance_input", "max_region_number", "binsize"),
    "wobble": ("n_off_regions", "binsize"),
    "ring": ("r_in", "r_out_max", "width", "stepsize", "threshold_alpha", "theta", "method"),
}
_NO_MAPS = {"errn-errp": "maps of asymmetric errors", "sensitivity": "maps of sensitivity"}
#: Which methods go with which type of datasets.
_METHODS = {"1d": ("reflected", "wobble"), "3d": ("ring",)}


def refuse_what_is_not_built(config: AnalysisConfig) -> None:
    """Check that every stage and option that the configuration asks for exists.

    Raises
    ------
    SettingsError
        Naming the first key that asks for one which does not.
    """
    method, kind = config.datasets.background.method, config.datasets.type
    if method is None and config.general.datasets_file is None:
        raise SettingsError(
            "the background method is missing",
            where="datasets.background.method",
            expected=", ".join(_METHODS[kind]),
        )
    if method in _OPTIONS and method not in _METHODS[kind]:
        other = next(name for name, methods in _METHODS.items() if method in methods)
        raise SettingsError(
            f"this background method does not go with datasets of type {kind}",
            where="datasets.background.method",
            found=f"'{method}'",
            expected=f"{', '.join(_METHODS[kind])}; or datasets.type: {other}",
        )
    for where, what in _wishes(config):
        raise SettingsError(
            f"{what} not available in this version of Lightpool",
            where=where,
            remedy="Leave it out to run the rest",
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
    if config.excess_map.parameters.n_sigma != 1:
        yield "excess_map.parameters.n_sigma", "errors of more or less than one standard deviation are"
    for name, what in _NO_MAPS.items():
        if name in (config.excess_map.parameters.selection_optional or ()):
            yield "excess_map.parameters.selection_optional", f"{what} are"
    if datasets.type == "3d" and config.general.datasets_file is not None:
        yield "general.datasets_file", "maps of reduced data are"
