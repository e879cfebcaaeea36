"""Model comparison: criteria, nested tests, goodness of fit, and the sentence at the end."""

import math

import numpy as np
import pytest

import lightpool as lp
from lightpool.comparison import compare, goodness_of_fit
from lightpool.errors import SettingsError
from lightpool.forward import Folded


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=5),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=10),
    )


def asimov(cube, model, factor):
    """Return the cube with just the counts that the model predicts, `factor` times over."""
    signal = Folded(cube).npred(model).reshape(cube["counts"].shape) * factor
    off = np.full(signal.shape, 20.0 * factor)
    return cube.assign(
        counts=cube["counts"].copy(data=np.rint(signal + cube.onoff.alpha.values * off)),
        counts_off=cube["counts_off"].copy(data=off),
        exposure=cube["exposure"] * factor,
    )


def test_a_strong_cutoff_is_asked_for(cube):
    data = asimov(cube, lp.ExpCutoffPowerLaw(index=2, amplitude=4e-11, lambda_=0.3), 5)
    result = compare(data, {"plain": lp.PowerLaw(), "cutoff": lp.ExpCutoffPowerLaw()}, n_toys=20)
    best = result["cutoff"]
    assert result.scores[0] is best
    assert best.nested_in == "plain"
    assert best.delta_ts == pytest.approx(result["plain"].result.stat - best.result.stat)
    assert best.p_nested < 1e-6
    assert best.aic == pytest.approx(best.result.stat + 6)
    assert "prefer cutoff over plain" in result.verdict
    assert result["plain"].p_value == pytest.approx(1 / 21)
    assert "delta AIC" in repr(result)
    assert "<table" in result._repr_html_()


def test_a_pure_power_law_is_enough(cube):
    data = asimov(cube, lp.PowerLaw(index=2.5, amplitude=4e-11), 1)
    result = compare(data, [lp.PowerLaw(), lp.ExpCutoffPowerLaw()], n_toys=0)
    assert "PowerLaw is enough" in result.verdict
    assert math.isnan(result["PowerLaw"].p_value)


def test_p_values_of_a_true_model_are_uniform(cube):
    rng = np.random.default_rng(4)
    truth = lp.PowerLaw(index=2.5, amplitude=4e-11)
    signal = Folded(cube).npred(truth).reshape(cube["counts"].shape)
    alpha = cube.onoff.alpha.values
    values = []
    for k in range(12):
        toy = cube.assign(
            counts=cube["counts"].copy(data=rng.poisson(signal + alpha * 20.0).astype(float)),
            counts_off=cube["counts_off"].copy(data=rng.poisson(np.full(signal.shape, 20.0)).astype(float)),
        )
        values.append(goodness_of_fit(toy, lp.fit(toy, truth), n_toys=25, seed=k))
    assert 0.5 - 4 * math.sqrt(1 / 12 / 12) < np.mean(values) < 0.5 + 4 * math.sqrt(1 / 12 / 12)


def test_a_model_that_cannot_be_fitted_is_kept_with_its_reason(cube):
    wrong = lp.PowerLaw().limit("index", 4.0, 5.0)
    result = compare(cube, {"good": lp.PowerLaw(), "wrong": wrong}, n_toys=0)
    assert result["wrong"].result is None
    assert "start value of index" in result["wrong"].reason
    assert "wrong could not be fitted" in result.verdict
    with pytest.raises(KeyError):
        result["none"]


def test_mistakes_are_named(cube):
    with pytest.raises(SettingsError, match="no model to compare"):
        compare(cube, [])
    with pytest.raises(SettingsError, match="toys is out of range"):
        compare(cube, [lp.PowerLaw()], n_toys=-1)


def test_toys_tell_how_far_they_are_and_can_be_stopped(cube):
    result = compare(cube, [lp.PowerLaw()], n_toys=0)["PowerLaw"].result
    told = []

    def tell(done, total):
        told.append((done, total))
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        goodness_of_fit(cube, result, n_toys=50, progress=tell)
    assert told == [(0, 50), (1, 50), (2, 50)]


def test_the_systematic_of_alpha_reaches_every_fit(cube):
    score = compare(cube, [lp.PowerLaw()], n_toys=0, alpha_systematic=0.05)["PowerLaw"]
    assert score.result.alpha_systematic == 0.05
    assert score.result.stat < compare(cube, [lp.PowerLaw()], n_toys=0)["PowerLaw"].result.stat


def test_a_fit_in_an_open_range_can_be_judged(cube):
    result = compare(cube, [lp.PowerLaw()], n_toys=0, fit_range=(1, None))["PowerLaw"].result
    assert 0 < goodness_of_fit(cube, result, n_toys=3) <= 1


def test_toys_for_some_models_and_the_best(cube):
    models = {"plain": lp.PowerLaw(), "curved": lp.spectra.LogParabola(), "cut": lp.ExpCutoffPowerLaw()}
    every = compare(cube, models, n_toys=5, seed=1)
    worst = every.scores[-1].name
    some = compare(cube, models, n_toys=5, toys_for=[worst], seed=1)
    simulated = {every.scores[0].name, worst}
    for score in every.scores:
        expected = score.p_value if score.name in simulated else math.nan
        np.testing.assert_equal(some[score.name].p_value, expected)
    with pytest.raises(
        SettingsError, match="no model has this name; found 'other'; expected plain, curved, cut"
    ):
        compare(cube, models, n_toys=5, toys_for=["other"])


def test_p_values_that_come_later_are_in_the_verdict(cube):
    models = {"plain": lp.PowerLaw()}
    plain = compare(cube, models, n_toys=0)
    later = plain.with_goodness({"plain": 0.001}, 50)
    assert (later.n_toys, later["plain"].p_value) == (50, 0.001)
    assert "does not describe the data" in later.verdict
    assert "describe" not in plain.verdict
