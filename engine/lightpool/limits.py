"""Upper limits on a signal from ON and OFF counts, each method by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import erf, sqrt

import numpy as np

from lightpool.errors import SettingsError
from lightpool.profile import NormProfiles
from lightpool.statistics import WStat

__all__ = ["METHODS", "upper_limit", "z_two_sided"]

#: Two standard deviations, two-sided: what the field quotes as 95 %.
TWO_SIGMA = 0.9544997361036416


def upper_limit(
    n_on: float, n_off: float, alpha: float, *, method: str = "profile", confidence: float = TWO_SIGMA
) -> float:
    """Return the upper limit on the signal counts in the ON region; only ``profile`` may be negative.

    Parameters
    ----------
    n_on, n_off : float, counts
    alpha : float, > 0
        Acceptance ratio ON / OFF.
    method : str
        - ``profile``: WStat has risen by z² above its minimum, which may lie below zero.
        - ``bounded``: the same, from the minimum among signals that are not negative.
        - ``rolke``: ``bounded``, but where the counts fall so far short that the unbounded limit is
          not positive, the ON count is raised until it is; Rolke, Lopez & Conrad (2005),
          NIM A 551, 493, section 3.
        - ``feldman-cousins``: unified ordering for a known background alpha x n_off;
          Feldman & Cousins (1998), Phys. Rev. D 57, 3873.
    confidence : float
        Two-sided confidence level; z is its normal quantile.

    Returns
    -------
    float, counts

    Raises
    ------
    SettingsError
        For an unknown method or a level outside (0, 1).

    Examples
    --------
    >>> round(upper_limit(0, 0, 0.1, method="feldman-cousins", confidence=0.9), 2)
    2.44
    """
    check_method(method)
    if not 0 < confidence < 1:
        raise SettingsError(
            "confidence level is out of range", found=f"{confidence:g}", expected="between 0 and 1"
        )
    if not alpha > 0:
        raise SettingsError("alpha must be positive", found=f"{alpha:g}")
    return METHODS[method](float(n_on), float(n_off), float(alpha), confidence)


def check_method(method: str) -> None:
    """Check that a method of limits exists.

    Parameters
    ----------
    method : str

    Raises
    ------
    SettingsError
        Naming those that do.
    """
    if method not in METHODS:
        raise SettingsError("limit method is not known", found=repr(method), expected=", ".join(METHODS))


def norm_limits(
    observed: WStat, signal: np.ndarray, starts: np.ndarray, *, method: str, confidence: float
) -> np.ndarray:
    """Return upper limits on the norms of groups of bins from their summed counts, shape (groups,).

    Parameters
    ----------
    observed : WStat, bins sorted by group
    signal : ndarray, shape (bins,), counts
        Expected signal at norm 1.
    starts : ndarray, shape (groups,), int
        Where each group begins.
    method, confidence : as `upper_limit`

    Returns
    -------
    ndarray, shape (groups,), dimensionless
    """
    n_on, n_off, expected, background, alpha, number = (
        np.add.reduceat(values, starts)
        for values in (
            observed.n_on,
            observed.n_off,
            signal,
            observed.alpha * observed.n_off,
            observed.alpha,
            np.ones_like(signal),
        )
    )
    # Without a single OFF count the bins' own ratios still say how ON and OFF compare.
    ratio = np.where(n_off > 0, background / np.maximum(n_off, 1), alpha / number)
    return np.array(
        [
            upper_limit(on, off, a, method=method, confidence=confidence) / s
            for on, off, a, s in zip(n_on, n_off, ratio, expected, strict=True)
        ]
    )


def z_two_sided(confidence: float) -> float:
    """Return the normal quantile of a two-sided level, so that 0.9545 gives 2.

    Parameters
    ----------
    confidence : float
        Between 0 and 1.

    Returns
    -------
    float, standard deviations

    Examples
    --------
    >>> round(z_two_sided(0.9544997361036416), 6)
    2.0
    """
    low, high = 0.0, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if erf(middle / sqrt(2)) < confidence else (low, middle)
    return high


def _profile(n_on: float, n_off: float, alpha: float, confidence: float) -> float:
    profiles = _one_bin(n_on, n_off, alpha)
    return float(profiles.crossings(profiles.minimum(), np.array([z_two_sided(confidence) ** 2]))[0, 0])


def _bounded(n_on: float, n_off: float, alpha: float, confidence: float) -> float:
    profiles = _one_bin(n_on, n_off, alpha)
    best = np.maximum(profiles.minimum(), 0.0)
    return float(profiles.crossings(best, np.array([z_two_sided(confidence) ** 2]))[0, 0])


def _rolke(n_on: float, n_off: float, alpha: float, confidence: float) -> float:
    while _profile(n_on, n_off, alpha, confidence) <= 0:
        n_on += 1
    return _bounded(n_on, n_off, alpha, confidence)


def _one_bin(n_on: float, n_off: float, alpha: float) -> NormProfiles:
    counts = WStat(np.array([n_on]), np.array([n_off]), np.array([alpha]))
    return NormProfiles(counts, np.array([1.0]), np.array([0]))


def _feldman_cousins(n_on: float, n_off: float, alpha: float, confidence: float) -> float:
    n = round(n_on)
    background = alpha * n_off
    # The belt's edge as a function of the signal may jump back; the limit is its last crossing.
    high = max(n - background, 0) + 6 * sqrt(n + background + 1) + 10
    step = high / 400
    grid = np.arange(0, high, step)
    inside = np.array([_accepts(n, mu, background, confidence) for mu in grid])
    last = int(np.flatnonzero(inside)[-1]) if inside.any() else 0
    low, up = float(grid[last]), float(grid[last]) + step
    for _ in range(40):
        middle = (low + up) / 2
        low, up = (middle, up) if _accepts(n, middle, background, confidence) else (low, middle)
    return up


@lru_cache(maxsize=4096)
def _accepts(n: int, signal: float, background: float, confidence: float) -> bool:
    """Return whether a count lies in the acceptance interval of a signal, ordered by likelihood ratio."""
    from scipy.special import gammaln, xlogy

    mean = signal + background
    counts = np.arange(int(max(n, mean) + 12 * sqrt(mean + 1) + 20))
    log_probability = xlogy(counts, mean) - mean - gammaln(counts + 1)
    best = np.maximum(counts, background)
    log_ratio = log_probability - (xlogy(counts, best) - best - gammaln(counts + 1))
    order = np.argsort(-log_ratio, kind="stable")
    summed = np.cumsum(np.exp(log_probability[order]))
    taken = order[: int(np.searchsorted(summed, confidence)) + 1]
    return n in taken


METHODS: dict[str, Callable[[float, float, float, float], float]] = {
    "profile": _profile,
    "bounded": _bounded,
    "rolke": _rolke,
    "feldman-cousins": _feldman_cousins,
}
