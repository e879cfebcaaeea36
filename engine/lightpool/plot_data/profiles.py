"""The statistic of a flux point against its flux."""

from __future__ import annotations

import numpy as np

from lightpool.sed import FluxPoints


def has_profile(points: FluxPoints, k: int) -> bool:
    """Whether the statistic of band `k` is tabulated, so that `delta_ts` can tell it."""
    return "stat_scan" in points and len(_knots(points, k)[0]) > 1


def delta_ts(points: FluxPoints, k: int, norm: np.ndarray) -> np.ndarray:
    """Return the rise of the statistic of band `k` above its minimum, NaN outside the tabulated norms.

    Its signed root is nearly a straight line, which is interpolated (monotone, cubic) through the
    tabulated norms, the best fit, its errors, its limit and the statistic without a signal.

    Parameters
    ----------
    norm : ndarray, shape (n,)
    """
    from scipy.interpolate import PchipInterpolator

    at, root = _knots(points, k)
    return PchipInterpolator(at, root, extrapolate=False)(norm) ** 2


def _knots(points: FluxPoints, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return norms, increasing, and the signed root of delta TS there."""
    best, least = float(points["norm"][k]), float(points["stat"][k])
    scan, stat = points.data["norm_scan"].to_numpy(), points["stat_scan"][k]
    if not (np.isfinite(best) and np.isfinite(least)):
        return np.array([]), np.array([])
    at = [*scan, best, best - points["norm_errn"][k], best + points["norm_errp"][k], 0.0]
    rise = [*(stat - least), 0.0, 1.0, 1.0, points["stat_null"][k] - least]
    if points.ul_method == "profile":  # such a limit is a crossing too
        at.append(points["norm_ul"][k])
        rise.append(points.ul_sigma**2)
    norm, delta = np.array(at, dtype=float), np.maximum(np.array(rise, dtype=float), 0.0)
    known = np.isfinite(norm) & np.isfinite(delta)
    norm, delta = norm[known], delta[known]
    norm, first = np.unique(norm, return_index=True)
    return norm, np.sign(norm - best) * np.sqrt(delta[first])
