"""From the sections of a configuration file to the settings of time-resolved spectra and light curves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lightpool.analysis.time_settings import LightCurveSettings, TimeResolvedSettings
from lightpool.config import AnalysisConfig
from lightpool.config.sections import TimeBins
from lightpool.errors import SettingsError
from lightpool.interval_fluxes import ENERGY_EDGES
from lightpool.interval_spectra import FLUX_RANGE
from lightpool.joint_fits import shared_indices
from lightpool.spectra import SpectralModel
from lightpool.time_binning import TimeBinning

_T = TypeVar("_T")

#: The key that tells a method where none is named.
_BY_KEY = {"duration": "duration", "sigma": "significance", "counts": "counts", "p0": "blocks"}
_P0 = 0.05


def time_resolved_settings(
    config: AnalysisConfig, model: SpectralModel | None
) -> TimeResolvedSettings | None:
    """Return what ``time_resolved`` asks for, None if nothing.

    Parameters
    ----------
    config : AnalysisConfig
    model : SpectralModel or None
        For the names of its free parameters.

    Raises
    ------
    SettingsError
        Naming the key that is missing or wrong.
    """
    wanted, where = config.time_resolved, "time_resolved"
    if not wanted.is_set:
        return None
    binning = _binning(wanted, where)
    if binning is None:
        raise SettingsError(
            "there are no time intervals",
            where=where,
            expected="time_intervals, duration, or a method such as night",
        )
    low, high = wanted.flux_range.limits(f"{where}.flux_range") or FLUX_RANGE
    if low is None or high is None:
        raise SettingsError("the flux range needs both ends", where=f"{where}.flux_range")
    if model is not None:
        _at(f"{where}.shared", lambda: shared_indices(model, wanted.shared))
        _at(f"{where}.free", lambda: [model[name] for name in wanted.free])
    return _at(where, lambda: TimeResolvedSettings(binning, wanted.shared, (low, high), wanted.free))


def light_curve_settings(config: AnalysisConfig, energy: tuple[float, ...]) -> LightCurveSettings | None:
    """Return what ``light_curve`` asks for, None if nothing: energies alone mean one interval a run.

    Parameters
    ----------
    config : AnalysisConfig
    energy : tuple of float, TeV
        Edges of the data.

    Raises
    ------
    SettingsError
        Naming the key that is missing or wrong.
    """
    wanted, where = config.light_curve, "light_curve"
    binning = _binning(wanted, where)
    if binning is None and not wanted.energy_edges.is_set:
        return None
    edges = wanted.energy_edges.edges(f"{where}.energy_edges") if wanted.energy_edges.is_set else ENERGY_EDGES
    options = wanted.parameters
    return _at(
        where,
        lambda: LightCurveSettings(
            binning or TimeBinning.per_run(),
            tuple(edges),
            wanted.refit,
            options.n_sigma_ul,
            options.ul_method,
        ),
    )


def _binning(section: TimeBins, where: str) -> TimeBinning | None:
    """Return how a section cuts the time, None if it does not say."""
    times = section.time_intervals
    if len(times.start) != len(times.stop):
        raise SettingsError(
            "each time interval needs a start and a stop",
            where=f"{where}.time_intervals",
            found=f"{len(times.start)} start and {len(times.stop)} stop",
        )
    given: dict[str, Any] = {
        key: getattr(section, key) for key in ("start", "stop", *_BY_KEY) if getattr(section, key) is not None
    }
    if times.start:
        given["times"] = tuple(zip(times.start, times.stop, strict=True))
    method: str | None = section.method
    if method is None:
        if not given:
            return None
        told = (_BY_KEY[key] for key in _BY_KEY if key in given)
        method = "list" if times.start else next(told, "duration")
    if method == "blocks":
        given.setdefault("p0", _P0)
    by = method
    return _at(where, lambda: TimeBinning(by, **given))


def _at(where: str, make: Callable[[], _T]) -> _T:
    """Return what `make` returns; its errors name the section."""
    try:
        return make()
    except SettingsError as error:
        raise SettingsError(
            error.what, where=where, found=error.found, expected=error.expected, remedy=error.remedy
        ) from None
