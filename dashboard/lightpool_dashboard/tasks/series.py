"""The light curve and the spectrum of every time interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

import lightpool as lp
from lightpool.analysis import Outcome
from lightpool.errors import SettingsError
from lightpool.times import to_utc
from lightpool_dashboard.inputs import FIT_INPUTS, TIME_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings, slope_and_amplitude, time_binning
from lightpool_dashboard.tasks.task import Task, Tell

#: More intervals than a view can show side by side.
MOST = 300


@dataclass(frozen=True, eq=False)
class Series:
    """Flux and spectrum against time.

    Parameters
    ----------
    curve : Dataset
        Of `light_curve`, in one band: the shape is that of all runs.
    spectra : Dataset
        Of `time_resolved`: slope and amplitude of each interval, the rest as in all runs.
    variability : Dataset
        Of `variability`: how flux and slope of the spectra vary.
    slope : str
        The parameter that is shown against time; empty where none is free.
    kept : tuple of str
        Free parameters of the model that have the value of all runs in every interval.
    start, stop : ndarray, UTC seconds since 1970
        Of the runs.
    """

    curve: xr.Dataset
    spectra: xr.Dataset
    variability: xr.Dataset
    slope: str
    kept: tuple[str, ...]
    start: np.ndarray
    stop: np.ndarray

    @property
    def band(self) -> tuple[float, float]:
        """Lowest and highest energy of the flux, TeV."""
        return float(self.spectra.attrs["e_min"]), float(self.spectra.attrs["e_max"])


def series(inputs: Inputs, store: OpenStore, tell: Tell) -> Series:
    """Return the series for the time bins that are chosen.

    Raises
    ------
    SettingsError
        For more than `MOST` intervals.
    """
    settings = analysis_settings(inputs, store).updated(flux_points=None)
    whole = store.analysis.run(settings, progress=tell)
    tell("intervals", 0, 3)
    intervals = time_binning(inputs).intervals(whole.observations, settings.reduction)
    if len(intervals) > MOST:
        raise SettingsError(
            "there are more time intervals than the page can show",
            found=str(len(intervals)),
            expected=f"{MOST} at most",
            remedy="Make them longer",
        )
    cut = store.analysis.run(settings.updated(intervals=intervals, model=None, stacked=False))
    best = whole.fit.model if whole.fit is not None and whole.fit.success else settings.model
    assert best is not None
    model, slope, kept = slope_and_amplitude(best)
    how: dict[str, Any] = {"fit_range": settings.fit_range, "alpha_systematic": settings.alpha_systematic}
    tell("light curve", 1, 3)
    band = _band(whole)
    curve = lp.light_curve(
        cut.cube, best, band, ul_sigma=settings.ul_sigma, ul_method=settings.ul_method, **how
    )
    tell("spectra", 2, 3)
    spectra = lp.time_resolved(cut.cube, model, flux_range=band, **how)
    gti = [run.gti for run in whole.observations]
    start = _utc_seconds([float(times.start.min()) for times in gti])
    stop = _utc_seconds([float(times.stop.max()) for times in gti])
    return Series(curve, spectra, lp.variability(spectra), slope, kept, start, stop)


def _band(whole: Outcome) -> tuple[float, float]:
    """Return the energies of the flux, TeV: from where half of the runs are safe, to the end."""
    cube = whole.cube
    edges = cube["energy_edges"].to_numpy()
    safe = cube["mask_safe"].any("region").to_numpy()
    rows = safe[safe.any(axis=1)]
    if not len(rows):
        return float(edges[0]), float(edges[-1])
    low = float(np.median(edges[rows.argmax(axis=1)]))
    high = float(edges[rows.shape[1] - rows[:, ::-1].argmax(axis=1)].max())
    return low, high


def _utc_seconds(tt: list[float]) -> np.ndarray:
    seconds: np.ndarray = to_utc(np.array(tt)).astype("datetime64[ms]").astype(float) / 1e3
    return seconds


SERIES = Task(
    "series",
    "Light curve",
    3,
    (*FIT_INPUTS, "ul_method", "ul_sigma", *TIME_INPUTS),
    series,
)
