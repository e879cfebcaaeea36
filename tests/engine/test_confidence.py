"""Errors, profiles and contours that follow the statistic itself."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.confidence import contour, minos_errors, stat_profile
from lightpool.errors import AnalysisError, SettingsError


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    )


@pytest.fixture(scope="module")
def result(cube):
    return lp.fit(cube, lp.ExpCutoffPowerLaw())


@pytest.mark.data
def test_minos_on_the_public_crab_runs(hess_store):
    """The peer's MINOS errors of the index of the joint fit are +0.1518, -0.1637."""
    mask = lp.ExclusionMask.from_circles(
        [lp.circle(183.604, -8.708, 0.5, frame="galactic")], lon=83.63, lat=22.01
    )
    crab = lp.reduce(
        hess_store.select(obs_id=[23523, 23526, 23559, 23592]),
        on_region=lp.circle(83.63, 22.01, 0.11),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
        exclusion=[mask],
    )
    lower, upper = minos_errors(crab, lp.fit(crab, lp.ExpCutoffPowerLaw()), "index")
    assert upper == pytest.approx(0.1518, abs=5e-4)
    assert lower == pytest.approx(0.1637, abs=5e-4)


@pytest.mark.parametrize("name", ["index", "amplitude", "lambda_"])
def test_the_statistic_has_risen_by_one_at_the_minos_errors(cube, result, name):
    lower, upper = minos_errors(cube, result, name)
    value = result.model[name].value
    ends = stat_profile(cube, result, name, [value - lower, value + upper])
    np.testing.assert_allclose(ends - result.stat, 1, atol=0.02)


def test_a_profile_touches_its_minimum_at_the_best_fit(cube, result):
    profile = stat_profile(cube, result, "index")
    assert profile.sizes == {"index": 11}
    assert float(profile[5]) == pytest.approx(result.stat, abs=1e-3)
    assert int(np.argmin(profile.values)) == 5
    assert float(profile[0] - result.stat) == pytest.approx(4, abs=0.7)


def test_two_parameters_move_together_along_their_contour(cube, result):
    x, y = contour(cube, result, "index", "lambda_", n=24)
    assert x[0] == pytest.approx(x[-1])
    assert len(x) == len(y) >= 20
    for i in (0, 7, 15):
        free = lp.fit(cube, result.model.with_values(index=x[i], lambda_=y[i]).freeze("index", "lambda_"))
        assert free.stat - result.stat == pytest.approx(2.30, abs=0.1)
    assert np.corrcoef(x, y)[0, 1] < -0.5


def test_what_cannot_be_had_is_said(cube, result):
    with pytest.raises(SettingsError, match="parameter alpha is frozen"):
        minos_errors(cube, result, "alpha")
    with pytest.raises(SettingsError, match="no parameter 'slope'"):
        stat_profile(cube, result, "slope")
    with pytest.raises(SettingsError, match="sigma is out of range"):
        minos_errors(cube, result, "index", sigma=-1)
    with pytest.raises(SettingsError, match="two different parameters"):
        contour(cube, result, "index", "index")
    with pytest.raises(SettingsError, match="contour points"):
        contour(cube, result, "index", "lambda_", n=2)
    limited = lp.fit(cube, lp.ExpCutoffPowerLaw().limit("lambda_", 0.4, 1.0).with_values(lambda_=0.5))
    with pytest.raises(AnalysisError, match="does not rise by 1 below the best fit of lambda_"):
        minos_errors(cube, limited, "lambda_")
