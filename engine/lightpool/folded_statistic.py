"""WStat between the counts of a cube and a spectrum folded through its responses, with its gradient."""

from __future__ import annotations

import numpy as np

from lightpool.forward import Folded
from lightpool.profile import best_norm
from lightpool.spectra import SpectralModel


class FoldedStatistic:
    """See `objective.Statistic`. What does not depend on the parameter values is laid out once.

    Parameters
    ----------
    folded : Folded
    model : SpectralModel
        The kind of spectrum, and which of its parameters are free.
    """

    def __init__(self, folded: Folded, model: SpectralModel) -> None:
        self._matrix = folded.matrix()
        self._statistic = folded.statistic(folded.mask)
        self._grid = model.integrator(folded.energy_true_edges)
        self._evaluate, self._slopes, self._free = model.evaluate, model.gradient, model.free_indices

    def value_and_gradient(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return WStat and its slope along every free parameter."""
        nodes = self._grid.nodes
        flux, slopes = self._grid.integrate_with_gradient(
            self._evaluate(nodes, *values), self._slopes(nodes, *values)[self._free]
        )
        stat, slope = self._statistic.value_and_slope(self._matrix @ flux)
        return stat, slopes @ (slope @ self._matrix)

    def curvature(self, values: np.ndarray) -> np.ndarray:
        """Return the part of the Hessian that is never negative, shape (free, free).

        What it leaves out, the bend of the spectrum itself, vanishes as data and prediction agree.
        """
        nodes = self._grid.nodes
        flux, slopes = self._grid.integrate_with_gradient(
            self._evaluate(nodes, *values), self._slopes(nodes, *values)[self._free]
        )
        terms, along = self._statistic.terms(self._matrix @ flux), self._matrix @ slopes.T
        return along.T @ (terms.curvature[:, None] * along)

    def best_factor(self, values: np.ndarray) -> float:
        """Return the norm of the folded spectrum that suits the counts."""
        flux = self._grid.integrate(self._evaluate(self._grid.nodes, *values))
        return best_norm(self._statistic, self._matrix @ flux)
