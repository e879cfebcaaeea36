"""Flux, spectral parameters and counts against time, and one against the other in order of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lightpool.errors import SettingsError
from lightpool.plot_data.counts import poisson_interval

#: What fluxes and amplitudes are in, and what turns them into it.
SCALE, PREFIX = 1e11, "1e-11"


@dataclass(frozen=True, eq=False)
class TimeSeries:
    """A quantity in the intervals that have a value or a limit of it, in order of time, shape (n,).

    Parameters
    ----------
    name, unit : str
    number : ndarray, int
        Which interval.
    start, stop, time : ndarray, datetime64, UTC
        Ends and middle of the intervals.
    value, low, high : ndarray
        Best fit and the ends of its error.
    limit : ndarray
        NaN where there is none.
    is_limit : ndarray, bool
        Whether the interval is to be drawn as an upper limit.
    ul_sigma : float
        NaN without limits.
    missing : tuple of (int, datetime64, datetime64, str)
        Number, start, stop and reason of the intervals that have neither.
    """

    name: str
    unit: str
    number: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    time: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    limit: np.ndarray
    is_limit: np.ndarray
    ul_sigma: float
    missing: tuple[tuple[int, np.datetime64, np.datetime64, str], ...]


@dataclass(frozen=True, eq=False)
class Hysteresis:
    """Two quantities of each interval that has both, in order of time, shape (n,).

    Parameters
    ----------
    number : ndarray, int
    time : ndarray, datetime64, UTC
    x, y : TimeSeries
        The quantities, of these intervals only.
    """

    number: np.ndarray
    time: np.ndarray
    x: TimeSeries
    y: TimeSeries


def flux_series(data: xr.Dataset, *, band: int = 0) -> TimeSeries:
    """Return the flux of time-resolved spectra, or of a band of a light curve, in 1e-11 cm-2 s-1.

    A light curve has asymmetric errors and limits.

    Raises
    ------
    SettingsError
        For a band that there is not.
    """
    unit = f"{PREFIX} cm-2 s-1"
    if "band" not in data.dims:
        low, high = data.attrs["e_min"], data.attrs["e_max"]
        value, error = (data[name].to_numpy() * SCALE for name in ("flux", "flux_err"))
        return _series(data, _flux_name(low, high), unit, value, value - error, value + error)
    if not 0 <= band < data.sizes["band"]:
        expected = f"0 to {data.sizes['band'] - 1}"
        raise SettingsError("the light curve has no such band", found=str(band), expected=expected)
    row = data.isel(band=band)
    value, errn, errp, limit = (row[f"flux{s}"].to_numpy() * SCALE for s in ("", "_errn", "_errp", "_ul"))
    is_limit = row["is_ul"].to_numpy() & np.isfinite(limit)
    name = _flux_name(float(row["e_min"]), float(row["e_max"]))
    return _series(
        data,
        name,
        unit,
        value,
        value - np.nan_to_num(errn),
        value + np.nan_to_num(errp),
        limit=limit,
        is_limit=is_limit,
        reasons=row["reason"].to_numpy(),
    )


def parameter_series(data: xr.Dataset, name: str) -> TimeSeries:
    """Return a parameter of time-resolved spectra; amplitudes are in 1e-11 of their unit.

    Raises
    ------
    SettingsError
        For a parameter that there is not.
    """
    names = [str(entry) for entry in data["parameter"].values] if "parameter" in data.dims else []
    if name not in names:
        raise SettingsError(
            "the series has no such parameter", found=repr(name), expected=", ".join(names) or "a spectrum"
        )
    row = data.sel(parameter=name)
    unit = str(row["unit"].values)
    scale = SCALE if "cm-2" in unit else 1.0
    value, error = row["value"].to_numpy() * scale, row["error"].to_numpy() * scale
    return _series(
        data, name, f"{PREFIX} {unit}" if scale != 1 else unit, value, value - error, value + error
    )


def counts_series(data: xr.Dataset) -> TimeSeries:
    """Return the ON counts of each interval with their Poisson intervals, over all bands."""
    counts = data["counts"].sum("band").to_numpy() if "band" in data.dims else data["counts"].to_numpy()
    counts = np.where(data["livetime"].to_numpy() > 0, counts, np.nan)
    low, high = poisson_interval(np.nan_to_num(counts))
    return _series(data, "counts", "", counts, low, high)


def hysteresis(data: xr.Dataset, *, y: str = "index", x: str = "flux") -> Hysteresis:
    """Return one quantity of time-resolved spectra against another, in order of time.

    Parameters
    ----------
    y, x : str
        ``flux`` or the name of a parameter.

    Raises
    ------
    SettingsError
        For a parameter that there is not.
    """
    across, up = (flux_series(data) if name == "flux" else parameter_series(data, name) for name in (x, y))
    both = np.intersect1d(across.number, up.number)
    across, up = (_only(series, both) for series in (across, up))
    return Hysteresis(across.number, across.time, across, up)


def _flux_name(low: float, high: float) -> str:
    return f"flux {low:.3g} to {high:.3g} TeV"


def _series(
    data: xr.Dataset,
    name: str,
    unit: str,
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    limit: np.ndarray | None = None,
    is_limit: np.ndarray | None = None,
    reasons: np.ndarray | None = None,
) -> TimeSeries:
    start, stop = data["time_start"].to_numpy(), data["time_stop"].to_numpy()
    number = data["interval"].to_numpy()
    limit = np.full(len(value), np.nan) if limit is None else limit
    is_limit = np.zeros(len(value), dtype=bool) if is_limit is None else is_limit
    if reasons is None:
        reasons = data["reason"].to_numpy()
        reasons = (
            reasons if reasons.ndim == 1 else np.array(["; ".join(filter(None, row)) for row in reasons])
        )
    shown = np.isfinite(np.where(is_limit, limit, value))
    order = np.flatnonzero(shown)[np.argsort(start[shown], kind="stable")]
    return TimeSeries(
        name=name,
        unit=unit,
        number=number[order],
        start=start[order],
        stop=stop[order],
        time=(start + (stop - start) / 2)[order],
        value=value[order],
        low=low[order],
        high=high[order],
        limit=limit[order],
        is_limit=is_limit[order],
        ul_sigma=float(data.attrs.get("ul_sigma", np.nan)),
        missing=tuple((int(number[k]), start[k], stop[k], str(reasons[k])) for k in np.flatnonzero(~shown)),
    )


def _only(series: TimeSeries, numbers: np.ndarray) -> TimeSeries:
    kept = np.isin(series.number, numbers)
    columns = {name: values[kept] for name, values in vars(series).items() if isinstance(values, np.ndarray)}
    return TimeSeries(**{**vars(series), **columns})
