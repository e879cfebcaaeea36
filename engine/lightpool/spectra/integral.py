"""Integrals of a spectrum over energy bins, as sums of exact power-law segments, with their slopes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


def nodes_per_bin(edges: np.ndarray) -> int:
    """Return how many log-spaced nodes each bin gets, both ends included: 100 per decade, at least 2."""
    return max(int(100 * np.max(np.diff(np.log10(edges)))), 2)


@lru_cache(maxsize=64)
def _grid(edges: tuple[float, ...], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the shared nodes of contiguous bins, shape (bins * (n - 1) + 1,), and ln steps between them."""
    low, high = np.log(edges[:-1]), np.log(edges[1:])
    inner = low[:, None] + (high - low)[:, None] * np.arange(n - 1) / (n - 1)
    log_nodes = np.append(inner.ravel(), high[-1])
    return np.exp(log_nodes), np.diff(log_nodes)


class BinIntegrator:
    """Integrates ``E**power * dN/dE`` over contiguous bins.

    Between nodes the integrand is taken to be a power law, so that its integral is the
    logarithmic mean of E**(power+1) dN/dE at the two nodes times the step in ln E: exact for
    power laws at any number of nodes.

    Parameters
    ----------
    edges : ndarray, shape (bins + 1,), TeV
    n : int, optional
        Nodes per bin; default `nodes_per_bin`.
    power : int
        0 for photons, 1 for energy.

    Examples
    --------
    >>> import numpy as np
    >>> over = BinIntegrator(np.array([1.0, 10.0]), n=2)
    >>> round(float(over.integrate(over.nodes**-2.0)[0]), 6)  # 1 - 1/10
    0.9
    """

    def __init__(self, edges: np.ndarray, *, n: int | None = None, power: int = 0) -> None:
        self.n = n or nodes_per_bin(np.asarray(edges))
        self.nodes, self._steps = _grid(tuple(float(e) for e in edges), self.n)
        self._weight = self.nodes ** (power + 1)
        self._bins = len(edges) - 1

    def integrate(self, dnde: np.ndarray) -> np.ndarray:
        """Return the integral over each bin, shape (bins,), from values at the nodes.

        Parameters
        ----------
        dnde : ndarray, shape (..., nodes)
            The spectrum at `nodes`.
        """
        low, high, ratio = self._ends(dnde)
        return self._per_bin(self._steps * _log_mean(low, high, ratio))

    def integrate_with_gradient(
        self, dnde: np.ndarray, gradient: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return integrals, shape (bins,), and their slopes, shape (parameters, bins).

        Parameters
        ----------
        dnde : ndarray, shape (nodes,)
        gradient : ndarray, shape (parameters, nodes)
        """
        low, high, ratio = self._ends(dnde)
        mean = _log_mean(low, high, ratio)
        small = np.abs(ratio) < 1e-4
        crosses = _crosses(low, high, ratio)
        safe = np.where(small, 1.0, ratio)
        with np.errstate(divide="ignore", invalid="ignore"):
            to_low = np.where(small, 0.5 - ratio / 6, (mean / low - 1) / safe)
            to_high = np.where(small, 0.5 + ratio / 6, (1 - mean / high) / safe)
        # An end that has underflowed to zero contributes nothing and moves nothing.
        to_low = np.where(np.isfinite(to_low), to_low, 0.5 * crosses) * self._steps
        to_high = np.where(np.isfinite(to_high), to_high, 0.5 * crosses) * self._steps
        weighted = gradient * self._weight
        slopes = to_low * weighted[:, :-1] + to_high * weighted[:, 1:]
        return self._per_bin(self._steps * mean), slopes.reshape(len(gradient), self._bins, self.n - 1).sum(
            axis=2
        )

    def _ends(self, dnde: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        values = dnde * self._weight
        low, high = values[:-1], values[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(high / low)
        return low, high, ratio

    def _per_bin(self, segments: np.ndarray) -> np.ndarray:
        return segments.reshape(self._bins, -1).sum(axis=1)


def _log_mean(low: np.ndarray, high: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Return (high - low) / ln(high / low), 0 where one of them is 0.

    It is the plain mean where they nearly agree, and where a difference of spectra changes sign between them.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(
            np.abs(ratio) < 1e-4, 0.5 * (low + high) * (1 - ratio * ratio / 12), (high - low) / ratio
        )
    finite = np.isfinite(mean)
    if finite.all():
        return mean
    return np.where(finite, mean, np.where(_crosses(low, high, ratio), 0.5 * (low + high), 0.0))


def _crosses(low: np.ndarray, high: np.ndarray, ratio: np.ndarray) -> np.ndarray | bool:
    """Return where a spectrum changes sign between two nodes; plainly False where it does nowhere."""
    undefined = np.isnan(ratio)
    if not undefined.any():
        return False
    return undefined & np.isfinite(low) & np.isfinite(high) & ((low < 0) != (high < 0))
