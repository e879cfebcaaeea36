"""The statistic of a fit as a function of the free parameters, with its gradient, ready for MIGRAD."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lightpool.forward import Folded
from lightpool.profile import best_norm
from lightpool.spectra import SpectralModel

#: Far below the 0.1 that MIGRAD asks for by default: with an exact gradient it costs a step or two,
#: and the result no longer depends on where the fit began.
_TOLERANCE = 1e-5


class Objective:
    """WStat and priors, and their gradient, as functions of the free parameters, in scaled units."""

    def __init__(self, folded: Folded, model: SpectralModel) -> None:
        mask = folded.mask
        self._matrix = folded.matrix()
        self._statistic = folded.statistic(mask)
        self._grid = model.integrator(folded.energy_true_edges)
        self._evaluate, self._slopes = model.evaluate, model.gradient
        self._free = model.free_indices
        priors = ((k, model.parameters[i].prior) for k, i in enumerate(self._free))
        self._priors = [(k, prior) for k, prior in priors if prior is not None]
        self.values = np.array(model.fit_start)
        self._start_norm(model)
        # The minimiser sees numbers between 1 and 10, whatever the unit.
        self.scale = np.array(
            [10.0 ** math.floor(math.log10(abs(v))) if v else 1.0 for v in self.values[self._free]]
        )
        self.start = self.values[self._free] / self.scale
        self._at: bytes = b""
        self._gradient = np.zeros(len(self._free))
        self._value = 0.0
        self.calls = 0

    def _start_norm(self, model: SpectralModel) -> None:
        """Start from the norm that suits the counts, so that a fit does not depend on the guess."""
        if not model.norm:
            return
        norm = model[model.norm]
        if norm.frozen or norm.value <= 0:
            return
        signal = self._matrix @ self._grid.integrate(self._evaluate(self._grid.nodes, *self.values))
        factor = best_norm(self._statistic, signal)
        at = model.names.index(model.norm)
        low, high = norm.bounds
        if factor > 0 and low <= norm.value * factor <= high:
            self.values[at] *= factor

    def _update(self, scaled: np.ndarray) -> None:
        key = scaled.tobytes()
        if key == self._at:
            return
        self.calls += 1
        values = self.values.copy()
        values[self._free] = scaled * self.scale
        nodes = self._grid.nodes
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            flux, slopes = self._grid.integrate_with_gradient(
                self._evaluate(nodes, *values), self._slopes(nodes, *values)[self._free]
            )
            stat, slope = self._statistic.value_and_slope(self._matrix @ flux)
            gradient = (slopes @ (slope @ self._matrix)) * self.scale
        for k, prior in self._priors:
            value = float(scaled[k] * self.scale[k])
            stat += prior.stat(value)
            gradient[k] += prior.slope(value) * self.scale[k]
        # A trial far out may overflow; a large finite number sends the minimiser back.
        self._value = float(stat) if math.isfinite(stat) else 1e300
        self._gradient = np.where(np.isfinite(gradient), gradient, 0.0)
        self._at = key

    def value(self, scaled: np.ndarray) -> float:
        """Return the statistic."""
        self._update(np.asarray(scaled, dtype=float))
        return self._value

    def gradient(self, scaled: np.ndarray) -> np.ndarray:
        """Return its slopes."""
        self._update(np.asarray(scaled, dtype=float))
        return self._gradient

    def minuit(self, model: SpectralModel) -> Any:
        """Return a minimiser at the start values, with the model's limits."""
        from iminuit import Minuit

        names = [model.names[i] for i in self._free]
        minuit = Minuit(self.value, self.start, grad=self.gradient, name=names)
        minuit.errordef, minuit.strategy, minuit.tol, minuit.print_level = 1, 0, _TOLERANCE, 0
        for k, i in enumerate(self._free):
            minuit.errors[k] = 0.1
            low, high = model.parameters[i].bounds
            if math.isfinite(low) or math.isfinite(high):
                minuit.limits[k] = (low / self.scale[k], high / self.scale[k])
        return minuit
