"""One-parameter profiles of WStat, many at once: the norms of groups of bins, their errors and limits.

WStat is convex along the norm (a profile of a convex function), so that one safeguarded
Newton iteration on arrays finds the minimum and every crossing of every group together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lightpool.statistics import WStat

_MAX_STEPS = 80
#: Norms are of order one; finer than this nothing shows.
_TOLERANCE = 1e-10

Curve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


class NormProfiles:
    """WStat of groups of bins as functions of one norm each.

    Parameters
    ----------
    statistic : WStat, cells sorted by group
    signal : ndarray, shape (cells,), counts
        Expected signal at norm 1; at least one positive cell in each group.
    starts : ndarray, shape (groups,), int
        Where each group begins.
    """

    def __init__(self, statistic: WStat, signal: np.ndarray, starts: np.ndarray) -> None:
        self._statistic, self._signal, self._starts = statistic, signal, starts
        sizes = np.diff(np.append(starts, len(signal)))
        self._group = np.repeat(np.arange(len(starts)), sizes)

    def terms(self, norm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return WStat, slope and curvature along the norm, each the shape of `norm`, (..., groups)."""
        terms = self._statistic.terms(norm[..., self._group] * self._signal)
        s = self._signal
        return self._sum(terms.stat), self._sum(terms.slope * s), self._sum(terms.curvature * s * s)

    def stat(self, norm: np.ndarray) -> np.ndarray:
        """Return WStat, the shape of `norm`, (..., groups)."""
        return self._sum(self._statistic.terms(norm[..., self._group] * self._signal).stat)

    def minimum(self) -> np.ndarray:
        """Return the best norm of each group, shape (groups,); it may be negative."""

        def slope(norm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            _, first, second = self.terms(norm)
            return first, second

        return increasing_root(slope, np.ones(len(self._starts)))

    def crossings(self, best: np.ndarray, rise: np.ndarray) -> np.ndarray:
        """Return the norms where WStat has risen above its minimum.

        Parameters
        ----------
        best : ndarray, shape (groups,)
        rise : ndarray, shape (k,)
            The rise; a negative one asks for the crossing below the minimum.

        Returns
        -------
        ndarray, shape (k, groups)
        """
        side = np.sign(rise)[:, None]
        floor, _, curvature = self.terms(best)
        level = floor + np.abs(rise)[:, None]
        width = np.sqrt(2 * np.abs(rise)[:, None] / np.maximum(curvature, 1e-30))
        scale = np.maximum(np.abs(best), 1.0)
        first = np.where(np.isfinite(width) & (width < 1e6 * scale), width, scale)

        def height(distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            stat, slope, _ = self.terms(best + side * distance)
            return stat - level, slope * side

        return best + side * increasing_root(height, first, lowest=0.0)

    def _sum(self, cells: np.ndarray) -> np.ndarray:
        return np.add.reduceat(cells, self._starts, axis=-1)


def best_norm(statistic: WStat, signal: np.ndarray) -> float:
    """Return the norm of `signal` (counts, shape (cells,)) that fits best; 1 if there is no signal at all."""
    if not np.any(signal > 0):
        return 1.0
    return float(NormProfiles(statistic, signal, np.array([0])).minimum()[0])


def increasing_root(
    curve: Curve, start: np.ndarray, *, lowest: float | None = None, tolerance: float = _TOLERANCE
) -> np.ndarray:
    """Return where increasing functions cross zero, all at once.

    Newton steps that leave the bracket are replaced by bisection, so that kinks and flat
    stretches cost a few steps more but never a wrong answer.

    Parameters
    ----------
    curve : callable
        Takes an array of the shape of `start`, returns values and slopes.
    start : ndarray
    lowest : float, optional
        A place known to lie below every root.
    tolerance : float
        Relative to the root; below 0.01, relative to that.
    """
    x = np.array(start, dtype=float)
    low = np.full_like(x, -np.inf if lowest is None else lowest)
    high = np.full_like(x, np.inf)
    reach = np.maximum(np.abs(x), 1e-3)
    for _ in range(_MAX_STEPS):
        value, slope = curve(x)
        above = value > 0
        high = np.where(above, np.minimum(high, x), high)
        low = np.where(above, low, np.maximum(low, x))
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / slope
        bracketed = np.isfinite(low) & np.isfinite(high)
        with np.errstate(invalid="ignore"):
            middle = 0.5 * (low + high)
        # Without a bracket yet, stride outward ever faster; Newton may lead the way if it is no farther.
        reach = np.where(bracketed, reach, 2 * reach)
        stride = np.where(above, x - reach, x + reach)
        fallback = np.where(bracketed, middle, stride)
        inside = np.isfinite(newton) & (newton > low) & (newton < high)
        inside &= bracketed | (np.abs(newton - x) < 10 * reach)
        following = np.where(inside, newton, fallback)
        following = np.where(value == 0, x, following)
        done = np.abs(following - x) <= tolerance * np.maximum(np.abs(x), 1e-2)
        x = following
        if done.all():
            break
    return x
