"""WStat in which alpha itself is uncertain: a Gaussian systematic, profiled out in every bin."""

from __future__ import annotations

from typing import Any

import numpy as np

from lightpool.errors import SettingsError
from lightpool.statistics import WStat, WStatTerms
from lightpool.units import to_float

#: More than this and ON / OFF is no measurement of the background any more.
MAX_SYSTEMATIC = 0.2
_STEPS = 50
_FLOOR = 1e-200


def statistic(n_on: np.ndarray, n_off: np.ndarray, alpha: np.ndarray, systematic: float = 0.0) -> WStat:
    """Return the statistic of some bins: plain WStat, or with an uncertain alpha.

    Parameters
    ----------
    n_on, n_off : ndarray, shape (bins,), counts
    alpha : ndarray, shape (bins,), > 0
    systematic : float
        Relative standard deviation of alpha.
    """
    if not systematic:
        return WStat(n_on, n_off, alpha)
    return SystematicWStat(n_on, n_off, alpha, systematic)


def as_systematic(given: Any) -> float:
    """Return a relative systematic after checking its range.

    Raises
    ------
    SettingsError
        Outside 0 to 0.2.
    """
    value = to_float(given, "", name="alpha_systematic")
    if not 0 <= value <= MAX_SYSTEMATIC:
        raise SettingsError(
            "alpha_systematic is out of range",
            found=f"{value:g}",
            expected=f"0 to {MAX_SYSTEMATIC:g} (0.01 is 1 %)",
        )
    return value


class SystematicWStat(WStat):
    """WStat with alpha (1 + delta) in place of alpha and delta² / systematic² added, delta profiled out.

    Each bin has a delta of its own: the systematic is taken to be independent from bin to bin.
    For a given delta the background has WStat's closed form, so that one Newton iteration on
    delta alone finds both.

    Parameters
    ----------
    n_on, n_off, alpha : as `WStat`
    systematic : float
        Relative standard deviation of alpha.
    """

    def __init__(self, n_on: np.ndarray, n_off: np.ndarray, alpha: np.ndarray, systematic: float) -> None:
        super().__init__(n_on, n_off, alpha)
        self.systematic = systematic

    def value_and_slope(self, mu_sig: np.ndarray) -> tuple[float, np.ndarray]:
        """See `WStat.value_and_slope`."""
        terms = self.terms(mu_sig)
        return float(terms.stat.sum()), terms.slope

    def terms(self, mu_sig: np.ndarray) -> WStatTerms:
        """See `WStat.terms`; `mu_bkg` is the OFF background, which the best alpha scales to ON."""
        weight = 1 / self.systematic**2
        delta = self._best_delta(mu_sig, weight)
        scaled = WStat(self.n_on, self.n_off, self.alpha * (1 + delta))
        inner = scaled.terms(mu_sig)
        stat = inner.stat + weight * delta**2

        # Eliminating background and delta from the 3 x 3 Hessian leaves the signal's curvature.
        a, b = scaled.alpha, inner.mu_bkg
        l_bb, l_bd, l_dd, ratio = self._hessian(mu_sig, a, b, weight)
        q_on = ratio / np.maximum(mu_sig + a * b, _FLOOR)
        l_sb, l_sd = q_on * a, q_on * self.alpha * b
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            lost = l_sb**2 * l_dd - 2 * l_sb * l_sd * l_bd + l_sd**2 * l_bb
            curvature = 2 * (q_on - lost / (l_bb * l_dd - l_bd**2))
        usable = np.isfinite(curvature) & (curvature >= 0) & (b > 0) & (self.n_off > 0)
        return WStatTerms(stat, inner.slope, np.where(usable, curvature, inner.curvature), b)

    def _best_delta(self, mu_sig: np.ndarray, weight: float) -> np.ndarray:
        """Return the delta of each bin that fits best, by safeguarded Newton steps."""
        shape = np.broadcast_shapes(mu_sig.shape, self.n_on.shape)
        delta = np.zeros(shape)
        low, high = np.full(shape, -0.99), np.full(shape, 10.0)
        for _ in range(_STEPS):
            scaled = WStat(self.n_on, self.n_off, self.alpha * (1 + delta))
            b = scaled.background(mu_sig)
            l_bb, l_bd, l_dd, ratio = self._hessian(mu_sig, scaled.alpha, b, weight)
            slope = self.alpha * b * (1 - ratio) + weight * delta
            high = np.where(slope > 0, np.minimum(high, delta), high)
            low = np.where(slope > 0, low, np.maximum(low, delta))
            # The background follows delta; where that makes the valley bend the wrong way, go slower.
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                bend = l_dd - l_bd**2 / l_bb
            step = delta - slope / np.where(np.isfinite(bend) & (bend > 0.1 * l_dd), bend, l_dd)
            following = np.where((step > low) & (step < high), step, 0.5 * (low + high))
            following = np.where(slope == 0, delta, following)
            moved = np.max(np.abs(following - delta), initial=0.0)
            delta = following
            if moved < 1e-12:
                break
        return delta

    def _hessian(
        self, mu_sig: np.ndarray, scaled_alpha: np.ndarray, b: np.ndarray, weight: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return half the Hessian, (b, b), (b, delta), (delta, delta), and n_on / its expectation."""
        total = np.maximum(mu_sig + scaled_alpha * b, _FLOOR)
        ratio = self.n_on / total
        q_on, t_delta = ratio / total, self.alpha * b
        with np.errstate(over="ignore", invalid="ignore"):
            q_off = np.where(self.n_off > 0, self.n_off / np.maximum(b, _FLOOR) ** 2, 0.0)
            l_bb = q_on * scaled_alpha**2 + q_off
        return (
            l_bb,
            self.alpha * (1 - ratio) + q_on * scaled_alpha * t_delta,
            q_on * t_delta**2 + weight,
            ratio,
        )
