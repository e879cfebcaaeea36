"""One model fitted to several parts of the data at once: some parameters shared, the others of each part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lightpool.arrow import Arrow
from lightpool.errors import SettingsError
from lightpool.folded_statistic import FoldedStatistic
from lightpool.forward import Folded
from lightpool.spectra import SpectralModel

_MAX_STEPS = 100
#: Estimated distance to the minimum at which a fit has converged, and what is still good enough.
_CONVERGED, _USABLE = 1e-8, 1e-3
#: What is added to the Hessian's diagonal, of order one, where a step did not lead down; and when to stop.
_FIRST_DAMPING, _STUCK = 1e-3, 1e12
#: Where slopes are compared to get a Hessian, in standard deviations.
_STEP = 1e-3


@dataclass(frozen=True, eq=False)
class JointMinimum:
    """Where a joint fit ended.

    Parameters
    ----------
    values : ndarray, shape (parts, parameters)
        Shared parameters are the same in every part.
    covariance : ndarray, shape (parts, parameters, parameters)
        Of each part's own and the shared parameters, with the freedom of all other parts.
    success : bool
    message : str
    nfev : int
        Calls of the statistic, a part at a time.
    """

    values: np.ndarray
    covariance: np.ndarray
    success: bool
    message: str
    nfev: int


def shared_indices(model: SpectralModel, shared: Iterable[str]) -> list[int]:
    """Return the positions of shared parameters after checking that they are free ones of the model.

    Raises
    ------
    SettingsError
        Naming one that is not.
    """
    free = [model.names[i] for i in model.free_indices]
    names = tuple(shared)
    for name in names:
        if name not in free:
            kind = "frozen" if name in model.names else "no parameter of the model"
            raise SettingsError(
                f"shared parameter {name!r} is {kind}", expected=", ".join(free) or "a free parameter"
            )
    return [model.names.index(name) for name in dict.fromkeys(names)]


def solve_jointly(parts: Sequence[Folded], model: SpectralModel, shared: Iterable[str]) -> JointMinimum:
    """Return the best fit of `model` to several parts with one value of every `shared` parameter.

    Newton steps with the exact gradient and a Hessian from its differences, damped where they do
    not lead down (Levenberg 1944, Marquardt 1963). A prior of a shared parameter counts once.

    Parameters
    ----------
    parts : sequence of Folded
        Each with bins to fit.
    model : SpectralModel
        Start values, limits, priors and what is frozen.
    shared : iterable of str
    """
    problem = _Problem(parts, model, shared_indices(model, shared))
    own, common = problem.start()
    value, damping, success = problem.value(own, common), 0.0, False
    slopes, hessians = problem.derivatives(own, common)
    for _ in range(_MAX_STEPS):
        if damping > _STUCK:
            break
        try:
            arrow = Arrow(
                hessians + damping * np.eye(hessians.shape[1]),
                problem.free_now(own, common, slopes),
                len(problem.own),
            )
        except np.linalg.LinAlgError:  # it does not bend upward here
            damping = max(10 * damping, _FIRST_DAMPING)
            continue
        to_own, to_common, distance = arrow.step(slopes)
        success = not damping and distance < _USABLE
        if not damping and distance < _CONVERGED:
            break
        tried = problem.inside(own + to_own, common + to_common)
        new = problem.value(*tried)
        if not new < value:
            damping = max(10 * damping, _FIRST_DAMPING)
            continue
        own, common, value = *tried, new
        slopes, hessians = problem.derivatives(own, common)
        damping = 0.0 if damping < 10 * _FIRST_DAMPING else damping / 10
    message = "The joint fit converged." if success else "The joint fit did not converge."
    covariance = problem.covariance(hessians, problem.free_now(own, common, slopes))
    if success and not np.isfinite(covariance).all():
        success, message = False, "The errors could not be computed: the statistic is flat along a parameter."
    return JointMinimum(problem.full(own, common), covariance, success, message, problem.calls)


class _Problem:
    """The statistics of all parts along their own and the shared parameters, in units of typical errors."""

    def __init__(self, parts: Sequence[Folded], model: SpectralModel, shared: list[int]) -> None:
        self.model, self.shared = model, shared
        self.own = [i for i in model.free_indices if i not in shared]
        free = model.free_indices
        # Slopes come in the order of the free parameters; here own ones are first, shared ones last.
        self._order = [free.index(i) for i in (*self.own, *self.shared)]
        self._statistics = [FoldedStatistic(part, model) for part in parts]
        bounds = np.array([p.bounds for p in model.parameters]).reshape(-1, 2)
        self._own_bounds, self._common_bounds = bounds[self.own], bounds[self.shared]
        self._own_scale = np.ones((len(parts), len(self.own)))
        self._common_scale = np.ones(len(self.shared))
        self._template = np.array(model.fit_start)
        self.calls = 0

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """Set the scales and return where the fit begins: the model's values, a norm that suits each part."""
        own = np.tile(self._template[self.own], (len(self._statistics), 1))
        common = self._template[self.shared].copy()
        norm = self.model.names.index(self.model.norm) if self.model.norm else -1
        if norm in self.own and self._template[norm] > 0:
            at = self.own.index(norm)
            for k, statistic in enumerate(self._statistics):
                factor = statistic.best_factor(self._template)
                if math.isfinite(factor) and factor > 0:
                    own[k, at] = np.clip(own[k, at] * factor, *self._own_bounds[at])
        curvatures = np.stack(
            [
                statistic.curvature(values)[np.ix_(self._order, self._order)]
                for statistic, values in zip(self._statistics, self.full(own, common), strict=True)
            ]
        )
        diagonal = np.diagonal(curvatures, axis1=1, axis2=2)
        n_own = len(self.own)
        values = np.maximum(np.abs(own), 1e-30)
        self._own_scale = _errors(diagonal[:, :n_own], values)
        self._common_scale = _errors(diagonal[:, n_own:].sum(axis=0), np.maximum(np.abs(common), 1.0))
        return own / self._own_scale, common / self._common_scale

    def full(self, own: np.ndarray, common: np.ndarray) -> np.ndarray:
        """Return the values of all parameters in every part, shape (parts, parameters)."""
        values = np.tile(self._template, (len(own), 1))
        values[:, self.own] = own * self._own_scale
        values[:, self.shared] = common * self._common_scale
        return values

    def inside(self, own: np.ndarray, common: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the nearest values within the limits."""
        return (
            np.clip(own, self._own_bounds[:, 0] / self._own_scale, self._own_bounds[:, 1] / self._own_scale),
            np.clip(common, *(self._common_bounds.T / self._common_scale)),
        )

    def value(self, own: np.ndarray, common: np.ndarray) -> float:
        """Return the statistic of all parts with the priors."""
        values = self.full(own, common)
        total = sum(self._one(k, row)[0] for k, row in enumerate(values))
        total += self._priors(values)[0]
        return total if math.isfinite(total) else 1e300

    def derivatives(self, own: np.ndarray, common: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the slopes of every part, shape (parts, own + shared), and its Hessian."""
        values, scales = self.full(own, common), self._scales()
        slopes = np.stack([self._one(k, row)[1] for k, row in enumerate(values)]) * scales
        hessians = np.empty((*slopes.shape, slopes.shape[1]))
        for j, i in enumerate((*self.own, *self.shared)):
            low, high = self.model.parameters[i].bounds
            above, below = values.copy(), values.copy()
            above[:, i] = np.minimum(values[:, i] + _STEP * scales[:, j], high)
            below[:, i] = np.maximum(values[:, i] - _STEP * scales[:, j], low)
            width = (above[:, i] - below[:, i]) / scales[:, j]
            for k in range(len(values)):
                difference = self._one(k, above[k])[1] - self._one(k, below[k])[1]
                hessians[k, :, j] = difference * scales[k] / width[k]
        _, first, second = self._priors(values)
        rows = np.arange(slopes.shape[1])
        hessians[:, rows, rows] += second * scales**2
        return slopes + first * scales, 0.5 * (hessians + np.swapaxes(hessians, 1, 2))

    def free_now(self, own: np.ndarray, common: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Return which parameters may move, not pressed against a limit, shape (parts, own + shared)."""
        n_own = len(self.own)
        at = np.concatenate([own, np.broadcast_to(common, (len(own), len(common)))], axis=1)
        bounds = np.concatenate([self._own_bounds, self._common_bounds])
        slope = slopes.copy()
        slope[:, n_own:] = slopes[:, n_own:].sum(axis=0)
        scales = self._scales()
        pressed = (at <= bounds[:, 0] / scales) & (slope > 0) | (at >= bounds[:, 1] / scales) & (slope < 0)
        return ~pressed

    def covariance(self, hessians: np.ndarray, free: np.ndarray) -> np.ndarray:
        """Return the covariance of each part's parameters, shape (parts, parameters, parameters)."""
        out = np.zeros((len(hessians), len(self._template), len(self._template)))
        try:
            inverse = Arrow(hessians, free, len(self.own)).inverse()
        except np.linalg.LinAlgError:
            return np.full_like(out, np.nan)
        scales, order = self._scales(), [*self.own, *self.shared]
        out[np.ix_(range(len(out)), order, order)] = 2 * inverse * scales[:, :, None] * scales[:, None, :]
        return out

    def _one(self, k: int, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the statistic of a part and its slopes, own parameters first, shared ones last."""
        self.calls += 1
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            stat, slopes = self._statistics[k].value_and_gradient(values)
        if not math.isfinite(stat):
            return math.inf, np.zeros(len(self._order))
        return float(stat), np.nan_to_num(slopes[self._order])

    def _priors(self, values: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return what priors add, with slopes and second derivatives, shape (parts, own + shared)."""
        total = 0.0
        first = np.zeros((len(values), len(self._order)))
        second = np.zeros_like(first)
        for j, i in enumerate((*self.own, *self.shared)):
            prior = self.model.parameters[i].prior
            if prior is None:
                continue
            # A shared parameter's prior counts once: with the first part.
            for k in range(1 if i in self.shared else len(values)):
                x, h = values[k, i], _STEP * self._scales()[k, j]
                total += prior.stat(x)
                first[k, j] = prior.slope(x)
                second[k, j] = (prior.slope(x + h) - prior.slope(x - h)) / (2 * h)
        return total, first, second

    def _scales(self) -> np.ndarray:
        common = np.broadcast_to(self._common_scale, (len(self._own_scale), len(self.shared)))
        return np.concatenate([self._own_scale, common], axis=1)


def _errors(curvature: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Return typical errors from curvatures of a statistic; `otherwise` where it has none."""
    usable = np.isfinite(curvature) & (curvature > 0)
    with np.errstate(over="ignore"):
        errors = np.sqrt(2 / np.where(usable, curvature, 1.0))
    return np.where(usable & np.isfinite(errors), errors, otherwise)
