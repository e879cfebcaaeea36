"""What a fit minimises: a statistic with its gradient along the free parameters, and the way down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from lightpool.spectra import SpectralModel

#: Far below the 0.1 that MIGRAD asks for by default: with an exact gradient it costs a step or two,
#: and the result no longer depends on where the fit began.
_TOLERANCE = 1e-5
#: MIGRAD's own, for a statistic with kinks, such as that of a sharp break, or with a long flat valley.
_USUAL_TOLERANCE = 0.1
_MAX_CALLS = 2000
#: A fit that ends so far from a start between 1 and 10 went down a valley without an end.
_FAR = 1e3


class Statistic(Protocol):
    """What compares a spectrum with data."""

    def value_and_gradient(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the statistic and its slope along every free parameter, for all parameter values."""
        ...

    def best_factor(self, values: np.ndarray) -> float:
        """Return what a spectrum with these values must be multiplied by to resemble the data."""
        ...


class Objective:
    """A statistic and the priors, as functions of the free parameters in scaled units.

    Parameters
    ----------
    statistic : Statistic
    model : SpectralModel
        Start values, limits, priors and what is frozen.

    Attributes
    ----------
    values : ndarray, shape (parameters,)
        Where the fit starts: the norm is one that suits the data, so that the result does not
        depend on the guess.
    scale, start : ndarray, shape (free parameters,)
        The minimiser sees numbers between 1 and 10, whatever the unit.
    calls : int
        How often the statistic was computed.
    """

    def __init__(self, statistic: Statistic, model: SpectralModel) -> None:
        self._statistic, self.model = statistic, model
        self._free = model.free_indices
        priors = ((k, model.parameters[i].prior) for k, i in enumerate(self._free))
        self._priors = [(k, prior) for k, prior in priors if prior is not None]
        self.values = self._start_values()
        start = self.values[self._free]
        self.scale = np.array([10.0 ** math.floor(math.log10(abs(v))) if v else 1.0 for v in start])
        self.start = start / self.scale
        self._at = b""
        self._value, self._gradient = 0.0, np.zeros(len(self._free))
        self.calls = 0

    def value(self, scaled: np.ndarray) -> float:
        """Return the statistic with the priors."""
        self._update(np.asarray(scaled, dtype=float))
        return self._value

    def gradient(self, scaled: np.ndarray) -> np.ndarray:
        """Return its slopes along the scaled parameters."""
        self._update(np.asarray(scaled, dtype=float))
        return self._gradient

    def minuit(self) -> Any:
        """Return a minimiser at the start values, with the model's limits."""
        from iminuit import Minuit

        names = [self.model.names[i] for i in self._free]
        minuit = Minuit(self.value, self.start, grad=self.gradient, name=names)
        minuit.errordef, minuit.strategy, minuit.tol = 1, 0, _TOLERANCE
        minuit.print_level = -1  # even its errors: what there is to say is said in `Minimum.health`
        for k, i in enumerate(self._free):
            minuit.errors[k] = 0.1
            low, high = self.model.parameters[i].bounds
            if math.isfinite(low) or math.isfinite(high):
                minuit.limits[k] = (low / self.scale[k], high / self.scale[k])
        return minuit

    def _start_values(self) -> np.ndarray:
        values = np.array(self.model.fit_start)
        norm = self.model[self.model.norm] if self.model.norm else None
        if norm is None or norm.frozen or norm.value <= 0:
            return values
        factor = self._statistic.best_factor(values)
        low, high = norm.bounds
        if math.isfinite(factor) and factor > 0 and low <= norm.value * factor <= high:
            values[self.model.names.index(self.model.norm)] *= factor
        return values

    def _update(self, scaled: np.ndarray) -> None:
        key = scaled.tobytes()
        if key == self._at:
            return
        self.calls += 1
        values = self.values.copy()
        values[self._free] = scaled * self.scale
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            stat, gradient = self._statistic.value_and_gradient(values)
            gradient = gradient * self.scale
        for k, prior in self._priors:
            value = float(scaled[k] * self.scale[k])
            stat += prior.stat(value)
            gradient[k] += prior.slope(value) * self.scale[k]
        # A trial far out may overflow; a large finite number sends the minimiser back.
        self._value = float(stat) if math.isfinite(stat) else 1e300
        self._gradient = np.where(np.isfinite(gradient), gradient, 0.0)
        self._at = key

    def has_run_away(self, values: np.ndarray) -> bool:
        """Return whether parameter values are far beyond anything near the start, or no numbers."""
        scaled = np.abs(values[self._free] / self.scale)
        return not bool((scaled < _FAR).all())


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where a fit ended.

    Parameters
    ----------
    values : ndarray, shape (parameters,)
    covariance : ndarray, shape (parameters, parameters)
        Zero for frozen parameters.
    success : bool
    message : str
    health : tuple of str
        What there is to say about it; empty if nothing.
    """

    values: np.ndarray
    covariance: np.ndarray
    success: bool
    message: str
    health: tuple[str, ...]


def minimise(objective: Objective) -> Minimum:
    """Return the minimum that MIGRAD finds, with the covariance of the numerical Hessian there.

    James & Roos (1975), Comput. Phys. Commun. 10, 343.
    """
    values, free = objective.values.copy(), objective.model.free_indices
    covariance = np.zeros((len(values), len(values)))
    if not free:
        return Minimum(values, covariance, True, "Nothing to fit: every parameter is frozen.", ())
    minuit = at_minimum(objective)
    values[free] = np.array(minuit.values) * objective.scale
    if minuit.covariance is not None:
        scales = np.outer(objective.scale, objective.scale)
        covariance[np.ix_(free, free)] = np.array(minuit.covariance) * scales
    return Minimum(values, covariance, *_verdict(minuit))


def at_minimum(objective: Objective) -> Any:
    """Return a minimiser that has arrived, with errors; whether it is `valid` is for the caller to ask."""
    minuit = objective.minuit()
    for tolerance in (_TOLERANCE, _USUAL_TOLERANCE):
        minuit.tol = tolerance
        minuit.migrad(ncall=_MAX_CALLS)
        minuit.hesse()
        if minuit.valid:
            break
    return minuit


def _verdict(minuit: Any) -> tuple[bool, str, tuple[str, ...]]:
    """Return success, a sentence and what else there is to say about a minimum."""
    state, notes = minuit.fmin, []
    if state.has_reached_call_limit:
        notes.append(f"The minimiser gave up after {state.nfcn} calls.")
    if state.is_above_max_edm:
        notes.append(
            f"The distance to the minimum is still {state.edm:.2g}; start values nearer to the data may help."
        )
    if not state.has_covariance or state.hesse_failed:
        notes.append(
            "The errors could not be computed: the statistic is flat or not curved upward at the minimum."
        )
    elif state.has_made_posdef_covar or not state.has_accurate_covar:
        notes.append("The errors are approximate: the statistic is nearly flat along some parameter.")
    if minuit.valid and not notes:
        return True, "The fit converged.", ()
    if minuit.valid:
        return True, "The fit converged, with reservations.", tuple(notes)
    return False, "The fit did not converge.", tuple(notes or ["The minimiser found no valid minimum."])
