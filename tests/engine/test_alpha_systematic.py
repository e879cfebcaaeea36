"""An uncertain alpha: profiled exactly, never a better fit than is honest, wider errors and limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from lightpool.alpha_systematic import SystematicWStat, as_systematic, statistic
from lightpool.errors import SettingsError
from lightpool.profile import NormProfiles
from lightpool.statistics import WStat, wstat

counts = st.integers(0, 400)


def one(n_on, n_off, alpha, systematic):
    return SystematicWStat(np.array([float(n_on)]), np.array([float(n_off)]), np.array([alpha]), systematic)


@settings(max_examples=150)
@given(counts, counts, st.floats(0.02, 1), st.floats(0, 100), st.sampled_from([0.001, 0.01, 0.05]))
def test_delta_is_the_best_there_is(n_on, n_off, alpha, mu, systematic):
    ours = float(one(n_on, n_off, alpha, systematic).terms(np.array([mu])).stat[0])
    slow = minimize_scalar(
        lambda d: float(wstat(n_on, n_off, alpha * (1 + d), mu)) + (d / systematic) ** 2,
        bounds=(-0.9, 4),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert ours == pytest.approx(slow.fun, rel=1e-6, abs=1e-6)
    assert ours <= float(wstat(n_on, n_off, alpha, mu)) + 1e-9


@given(st.integers(1, 400), st.integers(1, 400), st.floats(0.02, 1), st.floats(0.1, 100))
def test_derivatives_match_differences(n_on, n_off, alpha, mu):
    stat, h = one(n_on, n_off, alpha, 0.05), 1e-4
    below, at, above = (stat.terms(np.array([mu + d])) for d in (-h, 0, h))
    assert at.slope[0] == pytest.approx((above.stat[0] - below.stat[0]) / 2 / h, rel=1e-4, abs=1e-4)
    bend = (above.slope[0] - below.slope[0]) / 2 / h
    # Far from the data delta runs away and the profile bends down: a Newton step must not be led by that.
    assert at.curvature[0] > 0
    if bend > 1e-3:
        assert at.curvature[0] == pytest.approx(bend, rel=1e-3, abs=1e-4)


def test_without_systematic_it_is_plain_wstat():
    arrays = np.array([3.0]), np.array([4.0]), np.array([0.1])
    assert type(statistic(*arrays)) is WStat
    tiny = statistic(*arrays, 1e-6).terms(np.array([2.0])).stat[0]
    assert tiny == pytest.approx(float(wstat(3, 4, 0.1, 2)), rel=1e-9)


def test_errors_and_limits_grow_as_the_background_share_does():
    """For a faint source on a large background the error tends to systematic x background."""
    n_on, n_off, alpha = np.array([10500.0]), np.array([100000.0]), np.array([0.1])

    def error(systematic):
        profile = NormProfiles(statistic(n_on, n_off, alpha, systematic), np.array([1.0]), np.array([0]))
        best = profile.minimum()
        return profile.crossings(best, np.array([1.0]))[0, 0] - best[0]

    plain = error(0.0)
    assert plain == pytest.approx(np.sqrt(10500 + 0.01 * 100000), rel=0.01)
    assert error(0.01) == pytest.approx(np.hypot(plain, 0.01 * 10000), rel=0.02)
    assert error(0.05) == pytest.approx(np.hypot(plain, 0.05 * 10000), rel=0.05)


@pytest.mark.parametrize("value", [-0.01, 0.5, "much"])
def test_an_absurd_systematic_is_refused(value):
    with pytest.raises(SettingsError, match="alpha_systematic"):
        as_systematic(value)
