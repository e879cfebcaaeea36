"""The variability of time-resolved spectra and light curves, in numbers with their labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import SettingsError
from lightpool.time_statistics import (
    constancy,
    discrete_correlation,
    doubling_times,
    fractional_variance,
    point_to_point_variance,
    structure_function,
)

_NAMES = {
    "n": "Intervals with a value",
    "mean": "Best constant",
    "mean_err": "Its error",
    "chi2": "Chi square against the constant",
    "dof": "Degrees of freedom",
    "p_value": "Probability of a larger chi square if constant",
    "fvar": "Fractional excess variance (Vaughan et al. 2003)",
    "fvar_err": "Its error",
    "fpp": "Point-to-point excess variance (Edelson et al. 2002)",
    "fpp_err": "Its error",
    "fpp_whole": "The same from whole squared steps, not half of them",
    "fpp_whole_err": "Its error",
    "doubling": "Shortest doubling time",
    "doubling_err": "Its error",
    "doubling_start": "When that began, UTC",
    "halving": "Shortest halving time",
    "halving_err": "Its error",
    "halving_start": "When that began, UTC",
}
_SECOND = np.timedelta64(1_000_000_000, "ns")


def variability(series: xr.Dataset) -> xr.Dataset:
    """Return how flux and spectral parameters, or the flux in each band, vary from interval to interval.

    Errors are taken to be Gaussian. Intervals without a result take no part.

    Parameters
    ----------
    series : Dataset
        Of `time_resolved` or `light_curve`.

    Returns
    -------
    Dataset, dims (quantity,) or (band,)
        ``quantity`` is ``flux`` and the parameters that were fitted in each interval. Variables:
        ``mean``, ``chi2``, ``dof``, ``p_value`` of a constant; ``fvar``, ``fpp``, ``doubling``,
        ``halving`` (s) with ``_err``; ``doubling_start``, ``halving_start`` (UTC); see
        `lightpool.time_statistics`. Doubling times are those of fluxes only.

    Examples
    --------
    >>> table = lp.variability(lp.light_curve(cube, result.model))
    >>> round(float(table.p_value[0]), 2)  # the Crab nebula is steady
    0.53
    """
    middle = _middle(series)
    if "parameter" in series.dims:
        found = {"flux": _row(middle, series["flux"].to_numpy(), series["flux_err"].to_numpy(), flux=True)}
        shared = series.attrs.get("shared", "").split()
        for name in map(str, series["parameter"].values):
            row = series.sel(parameter=name)
            if name not in shared and np.any(row["error"].to_numpy() > 0):
                is_flux = "cm-2" in str(row["unit"].values)
                found[name] = _row(middle, row["value"].to_numpy(), row["error"].to_numpy(), flux=is_flux)
        dim, labels = "quantity", list(found)
        rows, coords = list(found.values()), {}
    else:
        dim, labels = "band", series["band"].values.tolist()
        flux, error = (series[name].transpose("band", "interval").to_numpy() for name in ("flux", "flux_err"))
        rows = [_row(middle, f, e, flux=True) for f, e in zip(flux, error, strict=True)]
        coords = {name: series[name] for name in ("e_ref", "e_min", "e_max")}
    return xr.Dataset(
        {name: (dim, np.array([row[name] for row in rows]), _attrs(name)) for name in _NAMES},
        {dim: labels, **coords},
    )


def structure(series: xr.Dataset, of: str | int = "flux", *, edges: Any = None) -> xr.Dataset:
    """Return the structure function of a flux or a parameter; see `time_statistics.structure_function`.

    Parameters
    ----------
    series : Dataset
        Of `time_resolved` or `light_curve`.
    of : str or int
        ``flux`` or the name of a parameter; the number of a band of a light curve.
    edges : array-like, s, optional
        Bins of lag.

    Returns
    -------
    Dataset, dims (lag,)
        ``structure_function`` and ``n_pairs``; ``lag`` in s.
    """
    lag, sf, pairs = structure_function(_seconds(_middle(series)), *_values(series, of), edges=edges)
    return xr.Dataset(
        {
            "structure_function": ("lag", sf, {"long_name": f"Structure function of {of}"}),
            "n_pairs": ("lag", pairs),
        },
        {"lag": ("lag", lag, {"units": "s"})},
    )


def correlation(
    series: xr.Dataset, one: str | int, other: str | int, *, edges: Any, with_series: xr.Dataset | None = None
) -> xr.Dataset:
    """Return the discrete correlation of two bands, or of two quantities; see `discrete_correlation`.

    Parameters
    ----------
    series : Dataset
        Of `time_resolved` or `light_curve`.
    one, other : str or int
        As ``of`` of `structure`.
    edges : array-like, s
        Bins of lag; positive where `other` follows `one`.
    with_series : Dataset, optional
        Where `other` is from, if not from `series`.

    Returns
    -------
    Dataset, dims (lag,)
        ``correlation``, ``correlation_err``, ``n_pairs``; ``lag`` in s.
    """
    second = series if with_series is None else with_series
    lag, mean, spread, pairs = discrete_correlation(
        _seconds(_middle(series)),
        *_values(series, one),
        _seconds(_middle(second)),
        *_values(second, other),
        edges=edges,
    )
    return xr.Dataset(
        {"correlation": ("lag", mean), "correlation_err": ("lag", spread), "n_pairs": ("lag", pairs)},
        {"lag": ("lag", lag, {"units": "s"})},
    )


def _row(middle: np.ndarray, value: np.ndarray, error: np.ndarray, *, flux: bool) -> dict[str, Any]:
    steady = constancy(value, error)
    row: dict[str, Any] = {**steady._asdict(), "n": int(np.isfinite(value).sum())}
    row["fvar"], row["fvar_err"] = fractional_variance(value, error)
    row["fpp"], row["fpp_err"] = point_to_point_variance(value, error)
    row["fpp_whole"], row["fpp_whole_err"] = point_to_point_variance(value, error, halved=False)
    nothing = (np.nan, np.nan, np.nan)
    scales = doubling_times(_seconds(middle), value, error) if flux else (nothing, nothing)
    for name, (scale, scale_err, start) in zip(("doubling", "halving"), scales, strict=True):
        row[name], row[f"{name}_err"] = scale, scale_err
        known = np.isfinite(start)
        row[f"{name}_start"] = (
            middle[0] + np.timedelta64(round(start * 1e9), "ns") if known else np.datetime64("NaT", "ns")
        )
    return row


def _values(series: xr.Dataset, of: str | int) -> tuple[np.ndarray, np.ndarray]:
    """Return a quantity and its error."""
    if "band" in series.dims:
        bands = series["band"].values.tolist()
        if of not in bands:
            raise SettingsError(
                "the light curve has no such band", found=repr(of), expected=", ".join(map(str, bands))
            )
        band = series.sel(band=of)
        return band["flux"].to_numpy(), band["flux_err"].to_numpy()
    if of == "flux":
        return series["flux"].to_numpy(), series["flux_err"].to_numpy()
    names = [str(name) for name in series["parameter"].values]
    if of not in names:
        raise SettingsError(
            "the series has no such quantity", found=repr(of), expected=", ".join(["flux", *names])
        )
    row = series.sel(parameter=of)
    return row["value"].to_numpy(), row["error"].to_numpy()


def _middle(series: xr.Dataset) -> np.ndarray:
    """Return the middle of each interval, UTC."""
    start = series["time_start"].to_numpy()
    return start + (series["time_stop"].to_numpy() - start) / 2


def _seconds(times: np.ndarray) -> np.ndarray:
    """Return seconds since the first time."""
    return (times - times[:1]) / _SECOND


def _attrs(name: str) -> dict[str, str]:
    units = {"units": "s"} if name.removesuffix("_err") in ("doubling", "halving") else {}
    return {"long_name": _NAMES[name], **units}
