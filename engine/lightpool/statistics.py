"""Fit statistics on plain arrays: WStat with its derivatives, Cash, Li & Ma."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

_TINY = np.finfo(float).tiny


class WStatTerms(NamedTuple):
    """WStat per bin with its derivatives along the expected signal, and the profiled background."""

    stat: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray
    mu_bkg: np.ndarray


def wstat(n_on: Any, n_off: Any, alpha: Any, mu_sig: Any) -> np.ndarray:
    """Return WStat per bin: -2 ln(likelihood ratio), with the background profiled out.

    XSPEC manual, appendix B ("W statistic"); de Naurois, habilitation (2012), p. 141.

    Parameters
    ----------
    n_on, n_off : array-like, shape (...), counts
    alpha : array-like, shape (...), dimensionless, > 0
        Acceptance ratio ON / OFF.
    mu_sig : array-like, shape (...), counts
        Expected signal; may be negative.

    Returns
    -------
    ndarray, shape (...)
        A zero count drops its own term. A bin that expects nothing but holds counts is a
        large finite number.

    Examples
    --------
    >>> round(float(wstat(5, 0, 1 / 12, 2)), 6)
    3.162907
    """
    return wstat_terms(n_on, n_off, alpha, mu_sig).stat


def wstat_terms(n_on: Any, n_off: Any, alpha: Any, mu_sig: Any) -> WStatTerms:
    """Return `wstat` with its first and second derivative along `mu_sig`, and the profiled background.

    The first derivative follows from the envelope theorem, the second from eliminating the
    background from the 2 x 2 Hessian. Arguments as `wstat`.
    """
    n_on, n_off, a, s = (np.asarray(v, dtype=float) for v in (n_on, n_off, alpha, mu_sig))
    b = profiled_background(n_on, n_off, a, s)
    total = np.maximum(s + a * b, 1e-200)
    b_safe = np.maximum(b, 1e-200)
    has_on, has_off = n_on > 0, n_off > 0
    log_on = np.where(has_on, n_on * np.log(np.maximum(n_on, _TINY) / total), 0.0)
    log_off = np.where(has_off, n_off * np.log(np.maximum(n_off, _TINY) / b_safe), 0.0)
    stat = 2 * (s + (1 + a) * b - n_on - n_off + log_on + log_off)

    ratio = np.where(has_on, n_on / total, 0.0)
    # At a border the background no longer minimises freely: without OFF counts it rests at zero;
    # without ON counts a negative signal pins it to -s / alpha.
    on_edge = ~has_off & (b <= 0)
    pinned = ~has_on & (s < 0) & (b * a + s <= -1e-12 * s)
    s_pinned = np.where(pinned, s, -1.0)
    slope = 2 * np.where(pinned, -1 / a - n_off / s_pinned, 1 - ratio)

    q_on = np.where(has_on, ratio / total, 0.0)  # n_on / total^2
    q_off = np.where(has_off, n_off / b_safe / b_safe, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        coupled = q_on * q_off / np.maximum(a * a * q_on + q_off, _TINY)
    curvature = 2 * np.where(pinned, n_off / s_pinned**2, np.where(on_edge, q_on, coupled))
    return WStatTerms(stat, slope, curvature, b)


def profiled_background(n_on: Any, n_off: Any, alpha: Any, mu_sig: Any) -> np.ndarray:
    """Return the most likely OFF background, shape (...), counts, for a given expected signal.

    Arguments as `wstat`. The one root of the quadratic serves every case, zero counts included.
    """
    n_on, n_off, a, s = (np.asarray(v, dtype=float) for v in (n_on, n_off, alpha, mu_sig))
    c = a * (n_on + n_off) - (1 + a) * s
    d = np.sqrt(np.maximum(c * c + 4 * a * (1 + a) * n_off * s, 0.0))
    # For c < 0 the sum cancels; the conjugate form keeps the digits.
    lower = np.where(d - c > 0, 2 * n_off * s / np.where(d - c > 0, d - c, 1.0), 0.0)
    return np.where(c >= 0, (c + d) / (2 * a * (1 + a)), lower)


def cash(n: Any, mu: Any) -> np.ndarray:
    """Return the Cash statistic per bin, ``2 (mu - n ln mu)``.

    Cash (1979), ApJ 228, 939. `mu` is floored at 1e-25.

    Examples
    --------
    >>> float(cash(0, 3))
    6.0
    """
    mu = np.maximum(np.asarray(mu, dtype=float), 1e-25)
    return 2 * (mu - np.asarray(n, dtype=float) * np.log(mu))


def li_ma_significance(n_on: Any, n_off: Any, alpha: Any) -> np.ndarray:
    """Return the signed significance of an ON excess over the OFF background.

    Li & Ma (1983), ApJ 272, 317, eq. 17, with the sign of the excess.

    Parameters
    ----------
    n_on, n_off : array-like, shape (...), counts
    alpha : array-like, shape (...), dimensionless, > 0
        Acceptance ratio ON / OFF.

    Returns
    -------
    ndarray, shape (...), in standard deviations
        A zero count drops its own term. NaN where `alpha` is not positive: there is no OFF measurement.

    Examples
    --------
    >>> round(float(li_ma_significance(100, 200, 0.25)), 3)
    5.407
    """
    n_on, n_off, a = (np.asarray(v, dtype=float) for v in (n_on, n_off, alpha))
    usable = a > 0
    a = np.where(usable, a, 1.0)
    total = np.maximum(n_on + n_off, _TINY)
    on_term = np.where(n_on > 0, n_on * np.log(np.maximum((1 + a) / a * n_on / total, _TINY)), 0.0)
    off_term = np.where(n_off > 0, n_off * np.log(np.maximum((1 + a) * n_off / total, _TINY)), 0.0)
    value = np.sign(n_on - a * n_off) * np.sqrt(2 * np.maximum(on_term + off_term, 0.0))
    return np.where(usable, value, np.nan)
