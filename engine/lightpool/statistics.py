"""Fit statistics on plain arrays: WStat with its derivatives, Cash, Li & Ma."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

_TINY = np.finfo(float).tiny
#: Expectations are floored here, so that a bin which expects nothing but holds counts stays finite.
_FLOOR = 1e-200


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

    Arguments as `wstat`.
    """
    arrays = (np.asarray(v, dtype=float) for v in (n_on, n_off, alpha, mu_sig))
    n_on, n_off, a, s = np.broadcast_arrays(*arrays)
    return WStat(n_on, n_off, a).terms(s)


class WStat:
    """WStat of fixed counts, for many expected signals: what depends on the counts alone is done once.

    Parameters
    ----------
    n_on, n_off : ndarray, shape (...), counts
    alpha : ndarray, shape (...), > 0
    """

    def __init__(self, n_on: np.ndarray, n_off: np.ndarray, alpha: np.ndarray) -> None:
        self.n_on, self.n_off, self.alpha = n_on, n_off, alpha
        self._has_on, self._has_off = n_on > 0, n_off > 0
        self._sum_term = alpha * (n_on + n_off)
        self._one_plus = 1 + alpha
        self._quad = 4 * alpha * self._one_plus * n_off
        self._half = 0.5 / (alpha * self._one_plus)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(self._has_on, n_on * np.log(n_on), 0.0) + np.where(
                self._has_off, n_off * np.log(n_off), 0.0
            )
        self._constant = logs - n_on - n_off

    def background(self, mu_sig: np.ndarray) -> np.ndarray:
        """Return the most likely OFF background for an expected signal, shape of both, counts."""
        c = self._sum_term - self._one_plus * mu_sig
        d = np.sqrt(np.maximum(c * c + self._quad * mu_sig, 0.0))
        # For c < 0 the sum cancels; the conjugate form keeps the digits.
        return np.where(c >= 0, (c + d) * self._half, 2 * self.n_off * mu_sig / np.maximum(d - c, _FLOOR))

    def value_and_slope(self, mu_sig: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the summed statistic and its slope along each `mu_sig`, shape (bins,).

        A signal below zero takes the general path, where the background may be pinned.
        """
        if mu_sig.min() < 0 or not np.isfinite(mu_sig).all():
            terms = self.terms(mu_sig)
            return float(terms.stat.sum()), terms.slope
        b = self.background(mu_sig)
        total = np.maximum(mu_sig + self.alpha * b, _FLOOR)
        logs = self.n_on * np.log(total) + self.n_off * np.log(np.maximum(b, _FLOOR))
        stat = 2 * (mu_sig + self._one_plus * b + self._constant - logs)
        return float(stat.sum()), 2 * (1 - self.n_on / total)

    def terms(self, mu_sig: np.ndarray) -> WStatTerms:
        """Return statistic, derivatives and background; `mu_sig` may have leading dimensions of its own.

        The first derivative follows from the envelope theorem, the second from eliminating the
        background from the 2 x 2 Hessian.
        """
        s, a, n_on, n_off = mu_sig, self.alpha, self.n_on, self.n_off
        b = self.background(s)
        total, b_safe = np.maximum(s + a * b, _FLOOR), np.maximum(b, _FLOOR)
        stat = 2 * (s + self._one_plus * b + self._constant - n_on * np.log(total) - n_off * np.log(b_safe))

        # At a border the background no longer minimises freely: without OFF counts it rests at zero;
        # without ON counts a negative signal pins it to -s / alpha.
        on_edge = ~self._has_off & (b <= 0)
        pinned = ~self._has_on & (s < 0) & (b * a + s <= -1e-12 * s)
        s_pinned = np.where(pinned, np.minimum(s, -1e-100), -1.0)
        ratio = n_on / total
        slope = 2 * np.where(pinned, -1 / a - n_off / s_pinned, 1 - ratio)

        with np.errstate(over="ignore", invalid="ignore"):
            q_on, q_off = ratio / total, n_off / b_safe / b_safe
            # The harmonic form of q_on q_off / (a^2 q_on + q_off), which cannot overflow.
            coupled = np.where(self._has_off, q_on / (1 + a * a * q_on / np.maximum(q_off, _TINY)), 0.0)
        curvature = 2 * np.where(pinned, n_off / s_pinned**2, np.where(on_edge, q_on, coupled))
        return WStatTerms(stat, slope, curvature, b)


def profiled_background(n_on: Any, n_off: Any, alpha: Any, mu_sig: Any) -> np.ndarray:
    """Return the most likely OFF background, shape (...), counts, for a given expected signal.

    Arguments as `wstat`. The one root of the quadratic serves every case, zero counts included.
    """
    arrays = (np.asarray(v, dtype=float) for v in (n_on, n_off, alpha, mu_sig))
    n_on, n_off, a, s = np.broadcast_arrays(*arrays)
    return WStat(n_on, n_off, a).background(s)


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
