"""How much a series of measurements varies, and how fast: formulas on plain arrays.

Measurements that are not finite, or have no positive error, are left out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Constancy",
    "Timescale",
    "constancy",
    "counts_constancy",
    "discrete_correlation",
    "doubling_times",
    "fractional_variance",
    "point_to_point_variance",
    "structure_function",
]

#: Lags that differ by less than this, relative to the longest, are the same.
_SAME_LAG = 1e-6


class Constancy(NamedTuple):
    """A test of measurements against a constant: its best value with error, chi2, dof and p-value.

    Parameters
    ----------
    mean, mean_err : float
        In the unit of the measurements.
    chi2 : float
    dof : int
    p_value : float

    Examples
    --------
    >>> lp.time_statistics.constancy([1.0, 3.0], [1.0, 1.0]).dof
    1
    """

    mean: float
    mean_err: float
    chi2: float
    dof: int
    p_value: float


class Timescale(NamedTuple):
    """The shortest time in which a flux doubles (or halves), its error, and when that began.

    Parameters
    ----------
    value, error : float, s
    start : float, s
        As the times that were given.

    Examples
    --------
    >>> rising, falling = lp.time_statistics.doubling_times([0, 60], [1.0, 2.0], [0.1, 0.1])
    >>> rising.value, falling.value
    (60.0, nan)
    """

    value: float
    error: float
    start: float


def constancy(value: Any, error: Any) -> Constancy:
    """Return the chi-square test of measurements against the constant that fits them best.

    The constant is the mean weighted with 1 / error²; chi2 has n - 1 degrees of freedom.

    Parameters
    ----------
    value, error : array-like, shape (n,)

    Returns
    -------
    Constancy
        NaN with fewer than one measurement, a p-value of NaN with fewer than two.

    Examples
    --------
    >>> test = constancy([1.0, 3.0], [1.0, 1.0])
    >>> test.mean, test.chi2, round(test.p_value, 4)
    (2.0, 2.0, 0.1573)
    """
    from scipy.special import gammaincc

    value, error = _usable(value, error)
    n = len(value)
    if not n:
        return Constancy(np.nan, np.nan, np.nan, 0, np.nan)
    weight = error**-2
    mean = float(np.sum(weight * value) / np.sum(weight))
    chi2 = float(np.sum(weight * (value - mean) ** 2))
    p_value = float(gammaincc((n - 1) / 2, chi2 / 2)) if n > 1 else np.nan
    return Constancy(mean, float(np.sum(weight) ** -0.5), chi2, n - 1, p_value)


def counts_constancy(counts: Any) -> Constancy:
    """Return the chi-square test of Poisson counts against their mean, sum of (n - mean)² / mean.

    For counts of equal exposure; it says nothing about fluxes, whose unit it depends on.

    Parameters
    ----------
    counts : array-like, shape (n,)

    Returns
    -------
    Constancy

    Examples
    --------
    >>> counts_constancy([4, 4, 10]).chi2
    4.0
    """
    from scipy.special import gammaincc

    n_on = np.asarray(counts, dtype=float)
    n_on = n_on[np.isfinite(n_on)]
    if len(n_on) < 2 or not n_on.sum() > 0:
        return Constancy(np.nan, np.nan, np.nan, max(len(n_on) - 1, 0), np.nan)
    mean = float(n_on.mean())
    chi2 = float(np.sum((n_on - mean) ** 2) / mean)
    p_value = float(gammaincc((len(n_on) - 1) / 2, chi2 / 2))
    return Constancy(mean, float(np.sqrt(mean / len(n_on))), chi2, len(n_on) - 1, p_value)


def fractional_variance(value: Any, error: Any) -> tuple[float, float]:
    """Return the fractional excess variance F_var and its error.

    Vaughan et al. (2003), MNRAS 345, 1271, eq. 10 and B2: the root of the variance less the mean
    squared error, over the mean.

    Parameters
    ----------
    value, error : array-like, shape (n,)

    Returns
    -------
    (float, float)
        Negative where the measurements scatter less than their errors say, which is no sign of
        variability: the root is that of the modulus. NaN with fewer than two measurements.

    Examples
    --------
    >>> f_var, error = fractional_variance([1.0, 3.0, 2.0, 4.0], [0.1] * 4)
    >>> round(f_var, 2)
    0.51
    """
    value, error = _usable(value, error)
    if len(value) < 2:
        return np.nan, np.nan
    return _excess(float(np.var(value, ddof=1)), value, error)


def point_to_point_variance(value: Any, error: Any, *, halved: bool = True) -> tuple[float, float]:
    """Return the point-to-point excess variance F_pp and its error: variability from one to the next.

    Edelson et al. (2002), ApJ 568, 610, eq. 3: half the mean squared step takes the place of the
    variance, so that for white noise F_pp and F_var agree; red noise has a smaller F_pp.

    Parameters
    ----------
    value, error : array-like, shape (n,)
        In order of time.
    halved : bool
        False takes the whole mean squared step, as some programs do: white noise then gives more
        than F_var.

    Returns
    -------
    (float, float)
        See `fractional_variance`.

    Examples
    --------
    >>> f_pp, error = point_to_point_variance([1.0, 3.0, 2.0, 4.0], [0.1] * 4)
    >>> round(f_pp, 2)
    0.49
    """
    value, error = _usable(value, error)
    if len(value) < 2:
        return np.nan, np.nan
    steps = float(np.sum(np.diff(value) ** 2) / (len(value) - 1))
    return _excess(steps / 2 if halved else steps, value, error)


def doubling_times(time: Any, value: Any, error: Any) -> tuple[Timescale, Timescale]:
    """Return the shortest doubling and halving time between successive fluxes.

    ``T = dt / log2(f2 / f1)``, with the errors of both fluxes propagated.

    Parameters
    ----------
    time : array-like, shape (n,), s
    value, error : array-like, shape (n,)
        Fluxes that are not positive are left out.

    Returns
    -------
    (Timescale, Timescale)
        Rising and falling; NaN where the flux never does.

    Examples
    --------
    >>> rising, falling = doubling_times([0, 60, 120], [1.0, 2.0, 0.5], [0.1] * 3)
    >>> rising.value, falling.value
    (60.0, 30.0)
    """
    time, value, error = (np.asarray(v, dtype=float) for v in (time, value, error))
    good = np.isfinite(value) & (value > 0) & np.isfinite(error) & (error > 0)
    time, value, error = time[good], value[good], error[good]
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log(value[1:] / value[:-1])
        scale = np.diff(time) * np.log(2) / growth
        relative = np.hypot(error[1:] / value[1:], error[:-1] / value[:-1])
        scale_err = np.abs(scale * relative / growth)
    return _shortest(scale, scale_err, time, growth > 0), _shortest(-scale, scale_err, time, growth < 0)


def structure_function(
    time: Any, value: Any, error: Any, *, edges: Any = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the structure function: the mean squared difference of measurements a lag apart.

    Emmanoulopoulos et al. (2010), MNRAS 404, 931. Pairs are weighted with the product of their
    signal-to-noise ratios.

    Parameters
    ----------
    time : array-like, shape (n,), s
    value, error : array-like, shape (n,)
    edges : array-like, shape (lags + 1,), s, optional
        Bins of lag; each distinct lag is one if not given.

    Returns
    -------
    lag : ndarray, shape (lags,), s
        Mean lag of the pairs.
    sf : ndarray, shape (lags,)
        In the square of the unit of `value`.
    n_pairs : ndarray, shape (lags,), int
        Bins without a pair are left out.

    Examples
    --------
    >>> lag, sf, n_pairs = structure_function([0, 60, 120], [1.0, 2.0, 3.0], [0.1] * 3)
    >>> lag.tolist(), n_pairs.tolist()
    ([60.0, 120.0], [2, 1])
    """
    time, value, error = _in_time(time, value, error)
    first, second = np.triu_indices(len(time), 1)
    lags = np.abs(time[second] - time[first])
    square = (value[second] - value[first]) ** 2
    weight = (value[second] / error[second]) * (value[first] / error[first])
    group, n = _lag_groups(lags, edges)
    inside = group >= 0
    group, lags, square, weight = group[inside], lags[inside], square[inside], weight[inside]
    pairs = np.bincount(group, minlength=n)
    filled = pairs > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        sf = np.bincount(group, weight * square, n) / np.bincount(group, weight, n)
        lag = np.bincount(group, lags, n) / pairs
    return lag[filled], sf[filled], pairs[filled]


def discrete_correlation(
    time: Any, value: Any, error: Any, other_time: Any, other_value: Any, other_error: Any, *, edges: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the discrete correlation function of two unevenly sampled series.

    Edelson & Krolik (1988), ApJ 333, 646, eq. 3 to 5: the product of deviations from the means,
    over the standard deviations less the mean squared errors, averaged over the pairs in each bin
    of lag.

    Parameters
    ----------
    time, other_time : array-like, shape (n,) and (m,), s
    value, error, other_value, other_error : array-like, shape (n,) and (m,)
    edges : array-like, shape (lags + 1,), s
        Bins of lag, ``other_time - time``: the other series follows where it is positive.

    Returns
    -------
    lag : ndarray, shape (lags,), s
        Centres of the bins.
    correlation, error : ndarray, shape (lags,)
        NaN in bins without pairs (the error: with fewer than two), and everywhere if a series does
        not scatter more than its errors say.
    n_pairs : ndarray, shape (lags,), int

    Examples
    --------
    >>> time, value, error = [0, 60, 120, 180], [1.0, 3.0, 1.0, 3.0], [0.1] * 4
    >>> series = time, value, error
    >>> _, correlation, *_ = discrete_correlation(*series, *series, edges=[-30, 30, 90])
    >>> bool(correlation[0] > 1 > 0 > correlation[1])  # itself, then a minute late
    True
    """
    time, value, error = _in_time(time, value, error)
    other_time, other_value, other_error = _in_time(other_time, other_value, other_error)
    edges = np.asarray(edges, dtype=float)
    lags = (other_time[None, :] - time[:, None]).ravel()
    products = np.outer(_standardised(value, error), _standardised(other_value, other_error)).ravel()
    group, n = _lag_groups(lags, edges)
    products, group = products[group >= 0], group[group >= 0]
    pairs = np.bincount(group, minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(group, products, n) / pairs
        scatter = np.sqrt(np.bincount(group, (products - mean[group]) ** 2, n))
        spread = np.where(pairs > 1, scatter / (pairs - 1), np.nan)
    return 0.5 * (edges[:-1] + edges[1:]), mean, spread, pairs


def _usable(value: Any, error: Any) -> tuple[np.ndarray, np.ndarray]:
    value, error = np.asarray(value, dtype=float), np.asarray(error, dtype=float)
    good = np.isfinite(value) & np.isfinite(error) & (error > 0)
    return value[good], error[good]


def _in_time(time: Any, value: Any, error: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the usable measurements with their times."""
    time, value, error = (np.asarray(v, dtype=float) for v in (time, value, error))
    good = np.isfinite(time) & np.isfinite(value) & np.isfinite(error) & (error > 0)
    return time[good], value[good], error[good]


def _excess(variance: float, value: np.ndarray, error: np.ndarray) -> tuple[float, float]:
    """Return the root of a variance less the mean squared error, over the mean, and its error."""
    n, mean, noise = len(value), float(value.mean()), float(np.mean(error**2))
    beyond = variance - noise
    if mean == 0:
        return np.nan, np.nan
    size = np.sqrt(abs(beyond)) / mean
    with np.errstate(divide="ignore", invalid="ignore"):
        of_square = np.hypot(np.sqrt(2 / n) * noise / mean**2, np.sqrt(noise / n) * 2 * size / mean)
        error_of_it = float(np.abs(np.divide(of_square, 2 * size)))
    return float(np.sign(beyond) * size), error_of_it


def _shortest(scale: np.ndarray, error: np.ndarray, time: np.ndarray, takes_part: np.ndarray) -> Timescale:
    if not takes_part.any():
        return Timescale(np.nan, np.nan, np.nan)
    k = int(np.argmin(np.where(takes_part, scale, np.inf)))
    return Timescale(float(scale[k]), float(error[k]), float(time[k]))


def _standardised(value: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return deviations from the mean over the intrinsic standard deviation; NaN if there is none."""
    if not len(value):
        return value
    intrinsic = np.var(value) - np.mean(error**2)
    return (value - value.mean()) / (np.sqrt(intrinsic) if intrinsic > 0 else np.nan)


def _lag_groups(lags: np.ndarray, edges: Any) -> tuple[np.ndarray, int]:
    """Return the bin of every lag, -1 outside, and the number of bins; without edges each lag is one."""
    if edges is not None:
        edges = np.asarray(edges, dtype=float)
        group = np.searchsorted(edges, lags, side="right") - 1
        return np.where(group < len(edges) - 1, group, -1), len(edges) - 1
    if not len(lags):
        return np.empty(0, dtype=int), 0
    order = np.argsort(lags)
    new = np.diff(lags[order], prepend=lags[order[:1]]) > _SAME_LAG * lags.max()
    group = np.empty(len(lags), dtype=int)
    group[order] = np.cumsum(new)
    return group, int(group.max()) + 1
