"""Several models on the same data: which one the data ask for, and whether it describes them at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import LightpoolError, SettingsError
from lightpool.fitting import FitResult, fit
from lightpool.html import table
from lightpool.onoff import acceptance_ratio
from lightpool.spectra import SpectralModel

#: Below this p-value a model is said not to describe the data.
BAD_FIT = 0.01
#: Below this p-value an extra parameter is said to be asked for.
PREFERRED = 0.01


@dataclass(frozen=True, eq=False)
class ModelScore:
    """One model's row of a comparison.

    Parameters
    ----------
    name : str
    result : FitResult or None
        None where the model could not be fitted.
    reason : str
        Why it could not be fitted, or did not converge.
    aic, bic : float
        Akaike and Bayesian information criteria; only differences between models mean anything.
    delta_ts : float
        Drop of the statistic from the simpler model that this one contains; NaN where there is none.
    p_nested : float
        Probability of so large a drop if the simpler model is true (Wilks 1938).
    nested_in : str
        The simpler model.
    p_value : float
        Share of simulated data sets that the model describes worse than the real ones; NaN without toys.
    """

    name: str
    result: FitResult | None
    reason: str = ""
    aic: float = math.nan
    bic: float = math.nan
    delta_ts: float = math.nan
    p_nested: float = math.nan
    nested_in: str = ""
    p_value: float = math.nan


@dataclass(frozen=True, eq=False)
class Comparison:
    """Models fitted to the same bins, best AIC first, and what that says in a sentence.

    Parameters
    ----------
    scores : tuple of ModelScore
    verdict : str
    n_toys : int
    """

    scores: tuple[ModelScore, ...]
    verdict: str
    n_toys: int

    def __getitem__(self, name: str) -> ModelScore:
        for score in self.scores:
            if score.name == name:
                return score
        raise KeyError(name)

    def with_goodness(self, p_values: Mapping[str, float], n_toys: int) -> Comparison:
        """Return the comparison with what toys made later say; models without a p-value stay as they are."""
        scores = [replace(s, p_value=p_values.get(s.name, s.p_value)) for s in self.scores]
        fitted = [s for s in scores if s.result is not None]
        failed = [s for s in scores if s.result is None]
        return Comparison(tuple(scores), _verdict(fitted, failed), n_toys)

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table as text: model, stat, dof, dTS, p, AIC, BIC, goodness of fit."""
        lowest = min((s.aic for s in self.scores if s.result), default=math.nan)
        lowest_bic = min((s.bic for s in self.scores if s.result), default=math.nan)
        out: list[tuple[str, ...]] = []
        for s in self.scores:
            if s.result is None:
                out.append((s.name, s.reason, "", "", "", "", "", ""))
                continue
            nested = f"{s.delta_ts:.2f} over {s.nested_in}" if s.nested_in else ""
            out.append(
                (
                    s.name,
                    f"{s.result.stat:.2f}",
                    str(s.result.dof),
                    nested,
                    "" if math.isnan(s.p_nested) else f"{s.p_nested:.2g}",
                    f"{s.aic - lowest:+.2f}",
                    f"{s.bic - lowest_bic:+.2f}",
                    "" if math.isnan(s.p_value) else f"{s.p_value:.2g}",
                )
            )
        return out

    head = ("model", "stat", "dof", "delta TS", "p (nested)", "delta AIC", "delta BIC", "p (toys)")

    def __repr__(self) -> str:
        lines = [" | ".join(self.head)]
        lines += [" | ".join(cell for cell in row) for row in self.rows()]
        return "\n".join([*lines, self.verdict])

    def _repr_html_(self) -> str:
        return table(self.head, self.rows(), caption="Models compared", facts=self.verdict)


def compare(
    cube: xr.Dataset,
    models: Mapping[str, SpectralModel] | Iterable[SpectralModel],
    *,
    fit_range: Any = None,
    alpha_systematic: float = 0.0,
    n_toys: int = 200,
    toys_for: Iterable[str] | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Return the models fitted to the same bins, with criteria, nested tests and a verdict.

    Parameters
    ----------
    cube : Dataset
    models : mapping of name to model, or models
    fit_range : (low, high), optional
    alpha_systematic : float
        Relative uncertainty of alpha, profiled out as in `fit`.
    n_toys : int
        Simulated data sets for each model's goodness of fit: counts and OFF counts are drawn from
        the best fit with its profiled background and fitted again. 0 leaves them out.
    toys_for : iterable of str, optional
        Names of the models that are simulated, besides the one with the lowest AIC; by default all.
        Toys take long.
    seed : int
        Of the toys; every model's start with it.
    progress : callable, optional
        Called with how many data sets are simulated and how many there are; may raise to stop.

    Returns
    -------
    Comparison
        Sorted by AIC; see its attributes, or show it.

    Raises
    ------
    SettingsError
        Without models, with too many toys, or toys for a model that is not among them.

    Examples
    --------
    >>> print(lp.compare(cube, [lp.PowerLaw(), lp.ExpCutoffPowerLaw()], n_toys=0).verdict)
    PowerLaw is enough: no other model improves on it significantly.
    """
    named = by_name(models)
    check_toys(n_toys, toys_for, named)
    results: dict[str, FitResult] = {}
    failed: list[ModelScore] = []
    for name, model in named.items():
        try:
            result = fit(cube, model, fit_range=fit_range, alpha_systematic=alpha_systematic)
        except LightpoolError as error:
            failed.append(ModelScore(name, None, str(error)))
            continue
        if result.success:
            results[name] = result
        else:
            failed.append(ModelScore(name, None, " ".join((result.message, *result.health))))
    scores = sorted((_score(name, results) for name in results), key=lambda s: s.aic)
    plain = Comparison((*scores, *failed), _verdict(scores, failed), 0)
    if not n_toys:
        return plain
    simulated = {s.name for s in scores[:1]} | set(named if toys_for is None else toys_for)
    chosen = {s.name: results[s.name] for s in scores if s.name in simulated}
    return plain.with_goodness(_p_values(cube, chosen, n_toys, seed, progress), n_toys)


def check_toys(n_toys: int, toys_for: Iterable[str] | None, names: Iterable[str]) -> None:
    """Check that so many data sets can be simulated, for models that are among those compared.

    Raises
    ------
    SettingsError
    """
    if not 0 <= n_toys <= 100_000:
        raise SettingsError("number of toys is out of range", found=str(n_toys), expected="0 to 100000")
    known = list(names)
    for name in toys_for or ():
        if name not in known:
            raise SettingsError("no model has this name", found=f"'{name}'", expected=", ".join(known))


def _p_values(
    cube: xr.Dataset,
    results: Mapping[str, FitResult],
    n_toys: int,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> dict[str, float]:
    tell = progress or (lambda done, total: None)
    return {
        name: goodness_of_fit(
            cube,
            result,
            n_toys=n_toys,
            seed=seed,
            progress=lambda done, total, k=k: tell(k * total + done, len(results) * total),  # type: ignore[misc]
        )
        for k, (name, result) in enumerate(results.items())
    }


def _score(name: str, results: Mapping[str, FitResult]) -> ModelScore:
    result = results[name]
    nested_in = simpler_model(name, {other: results[other].model for other in results})
    delta, p_nested = math.nan, math.nan
    if nested_in:
        delta = results[nested_in].stat - result.stat
        p_nested = p_of_drop(delta, result.n_free - results[nested_in].n_free)
    return ModelScore(
        name=name,
        result=result,
        aic=result.stat + 2 * result.n_free,
        bic=result.stat + result.n_free * math.log(result.n_bins),
        delta_ts=delta,
        p_nested=p_nested,
        nested_in=nested_in,
    )


def by_name(models: Mapping[str, SpectralModel] | Iterable[SpectralModel]) -> dict[str, SpectralModel]:
    """Return models by their names, those of their types where none is given.

    Raises
    ------
    SettingsError
        If there is none.
    """
    named = dict(models) if isinstance(models, Mapping) else {type(m).__name__: m for m in models}
    if not named:
        raise SettingsError("there is no model to compare", expected="at least one")
    return named


def simpler_model(name: str, models: Mapping[str, SpectralModel]) -> str:
    """Return which of some models is the richest one that model `name` contains; empty if none is."""
    free = {other: len(model.free_indices) for other, model in models.items()}
    simpler = [
        other for other in models if free[other] < free[name] and _contains(models[name], models[other])
    ]
    return max(simpler, key=lambda other: free[other], default="")


def p_of_drop(delta: float, extra: int) -> float:
    """Return the probability of so large a drop of the statistic by chance (Wilks 1938).

    Parameters
    ----------
    delta : float
    extra : int
        Free parameters that the richer model has more.
    """
    from scipy.special import gammaincc

    return float(gammaincc(extra / 2, max(delta, 0) / 2))


def _contains(larger: SpectralModel, smaller: SpectralModel) -> bool:
    """Return whether some choice of the larger model's extra parameters gives the smaller model."""
    return type(smaller).__name__ in CONTAINS.get(type(larger).__name__, ())


#: Which models become which when their extra parameters vanish.
CONTAINS: dict[str, tuple[str, ...]] = {
    "ExpCutoffPowerLaw": ("PowerLaw",),
    "LogParabola": ("PowerLaw",),
    "BrokenPowerLaw": ("PowerLaw",),
    "SmoothBrokenPowerLaw": ("PowerLaw",),
    "ExpCutoffPowerLaw3FGL": ("PowerLaw",),
    "SuperExpCutoffPowerLaw3FGL": ("PowerLaw", "ExpCutoffPowerLaw", "ExpCutoffPowerLaw3FGL"),
    "SuperExpCutoffPowerLaw4FGL": ("PowerLaw", "ExpCutoffPowerLaw", "ExpCutoffPowerLaw3FGL"),
}


def goodness_of_fit(
    cube: xr.Dataset,
    result: FitResult,
    *,
    n_toys: int = 200,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> float:
    """Return the share of simulated data sets whose best fit is worse than the real one, (k + 1) / (n + 1).

    The model is fitted to each of them again, so that its freedom is paid for. `progress` is called
    with how many are done and how many there are; it may raise to stop.
    """
    rng = np.random.default_rng(seed)
    dims = ("region", "time", "energy")
    ratio = acceptance_ratio(
        cube["acceptance"].transpose(*dims).to_numpy(), cube["acceptance_off"].transpose(*dims).to_numpy()
    )
    background = result.mu_bkg.transpose(*dims).to_numpy()
    off = np.divide(background, ratio, out=np.zeros_like(background), where=ratio > 0)
    on = np.maximum(result.npred.transpose(*dims).to_numpy(), 0) + background
    worse = done = 0
    for k in range(n_toys):
        if progress is not None:
            progress(k, n_toys)
        toy = cube.assign(counts=(dims, rng.poisson(on)), counts_off=(dims, rng.poisson(off)))
        again = fit(toy, result.model, fit_range=result.fit_range, alpha_systematic=result.alpha_systematic)
        if again.success:
            done += 1
            worse += again.stat >= result.stat
    return (worse + 1) / (done + 1)


def _verdict(scores: list[ModelScore], failed: list[ModelScore]) -> str:
    """Return what the comparison says, in plain words."""
    tail = "".join(f" {s.name} could not be fitted." for s in failed)
    if not scores:
        return "No model could be fitted." + tail
    asked = [s for s in scores if s.nested_in and s.p_nested < PREFERRED]
    simple = min(scores, key=lambda s: (s.result.n_free if s.result else 0, s.aic))
    if asked:
        best = min(asked, key=lambda s: s.aic)
        odds = f"delta TS {best.delta_ts:.1f}, p = {best.p_nested:.1g}"
        text = f"The data prefer {best.name} over {best.nested_in} ({odds})"
    else:
        best = simple
        text = f"{best.name} is enough: no other model improves on it significantly"
        if len(scores) == 1:
            text = f"{best.name} is the only model here"
    if best.p_value < BAD_FIT:
        return f"{text}, but it does not describe the data (goodness-of-fit p = {best.p_value:.1g}).{tail}"
    if not math.isnan(best.p_value):
        text += f", and it describes the data (goodness-of-fit p = {best.p_value:.2f})"
    return f"{text}.{tail}"
