"""The norm at which a spectrum would be seen at five standard deviations, in many bands at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lightpool.profile import increasing_root
from lightpool.statistics import WStat

#: A detection, in standard deviations.
SIGMA = 5.0
_STEP = 1e-4


def norm_sensitivity(
    observed: WStat,
    with_counts: Callable[[np.ndarray], WStat],
    signal: np.ndarray,
    starts: np.ndarray,
    *,
    sigma: float = SIGMA,
) -> np.ndarray:
    """Return the norm at which counts as expected differ from no signal by `sigma`.

    The expected counts (an Asimov data set: Cowan et al. 2011, EPJC 71, 1554) are the signal at
    that norm plus the background which the observed counts then leave; OFF counts are those
    observed.

    Parameters
    ----------
    observed : WStat, shape (cells,), sorted by group
    with_counts : callable
        Returns the same statistic for other ON counts, shape (..., cells).
    signal : ndarray, shape (cells,), counts
        Expected signal at norm 1; at least one positive cell in each group.
    starts : ndarray, shape (groups,), int
        Where each group begins.

    Returns
    -------
    ndarray, shape (groups,)
    """
    sizes = np.diff(np.append(starts, len(signal)))
    group = np.repeat(np.arange(len(starts)), sizes)
    nothing = np.zeros(len(signal))

    def significance(norm: np.ndarray) -> np.ndarray:
        mu_sig = norm[..., group] * signal
        expected = with_counts(mu_sig + observed.alpha * observed.background(mu_sig))
        ts = expected.terms(nothing).stat - expected.terms(mu_sig).stat
        return np.sqrt(np.maximum(np.add.reduceat(ts, starts, axis=-1), 0.0))

    def height(norm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        here, further = significance(np.stack([norm, norm * (1 + _STEP)]))
        return here - sigma, (further - here) / (_STEP * norm)

    # A start: half the excess e that Gauss's e = sigma sqrt(e + b) asks for.
    background, total = (
        np.add.reduceat(cells, starts) for cells in (observed.alpha * observed.background(nothing), signal)
    )
    excess = 0.25 * sigma * (sigma + np.sqrt(sigma**2 + 4 * background))
    return increasing_root(height, excess / total, lowest=0.0, tolerance=1e-4)
