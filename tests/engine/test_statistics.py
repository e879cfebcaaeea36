"""WStat, Cash and Li & Ma against published numbers, a slow reference and their own derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightpool.statistics import WStat, cash, li_ma_significance, profiled_background, wstat, wstat_terms

counts = st.integers(0, 60)
alphas = st.floats(0.01, 2)
signals = st.floats(0, 80)


@pytest.mark.parametrize(
    ("n_on", "n_off", "mu_sig", "expected"),
    [
        (5, 0, 2, 3.162907),
        (0, 10, 2, 5.600854),
        (0, 0, 2, 4),
        (5, 10, 0, 8.154923),
        (1, 0, 30, 51.197605),
    ],
)
def test_wstat_reproduces_tabulated_values(n_on, n_off, mu_sig, expected):
    assert wstat(n_on, n_off, 1 / 12, mu_sig) == pytest.approx(expected, abs=1e-6)


def minus_two_log_ratio(n_on, n_off, a, s, b):
    """The statistic with a given background, term by term."""
    total = s + a * b
    value = s + (1 + a) * b - n_on - n_off
    for n, mu in ((n_on, total), (n_off, b)):
        if n:
            value += n * math.log(n / mu) if mu > 0 else math.inf
    return 2 * value


@given(counts, counts, alphas, signals)
def test_no_background_does_better_than_the_profiled_one(n_on, n_off, a, s):
    best = float(wstat(n_on, n_off, a, s))
    b = float(profiled_background(n_on, n_off, a, s))
    assert b >= 0
    assert best == pytest.approx(minus_two_log_ratio(n_on, n_off, a, s, max(b, 1e-200)), abs=1e-8, rel=1e-9)
    for other in (b * 1.01 + 1e-3, b * 0.99, b + 1, b / 2):
        assert minus_two_log_ratio(n_on, n_off, a, s, max(other, 1e-200)) >= best - 1e-8


@given(counts, counts, alphas, st.floats(-40, 80).filter(lambda s: abs(s) > 1e-3))
def test_derivatives_match_differences_wherever_there_is_no_kink(n_on, n_off, a, s):
    h = 1e-5
    below, at, above = (wstat_terms(n_on, n_off, a, s + d) for d in (-h, 0, h))
    left, right = (at.stat - below.stat) / h, (above.stat - at.stat) / h
    if abs(left - right) > 1e-2 * (1 + abs(right)):  # a kink: the slope must lie between the two sides
        assert min(left, right) - 1e-3 <= at.slope <= max(left, right) + 1e-3
    else:
        assert at.slope == pytest.approx((above.stat - below.stat) / 2 / h, rel=1e-4, abs=1e-4)
        assert at.curvature == pytest.approx((above.slope - below.slope) / 2 / h, rel=1e-2, abs=1e-2)


@given(counts, counts, alphas, st.lists(st.floats(-40, 80), min_size=3, max_size=3))
def test_wstat_is_convex_along_the_signal(n_on, n_off, a, points):
    low, middle, high = sorted(points)
    if high - low < 1e-6:
        return
    share = (middle - low) / (high - low)
    f = wstat(n_on, n_off, a, np.array([low, middle, high]))
    assert f[1] <= (1 - share) * f[0] + share * f[2] + 1e-7 * (1 + abs(f).max())


def test_the_fast_path_of_a_fit_equals_the_general_one():
    rng = np.random.default_rng(1)
    n_on, n_off = rng.poisson(2, 200).astype(float), rng.poisson(3, 200).astype(float)
    alpha, mu = rng.uniform(0.02, 1, 200), rng.uniform(0, 9, 200)
    value, slope = WStat(n_on, n_off, alpha).value_and_slope(mu)
    terms = wstat_terms(n_on, n_off, alpha, mu)
    assert value == pytest.approx(terms.stat.sum(), rel=1e-12)
    np.testing.assert_allclose(slope, terms.slope, rtol=1e-10, atol=1e-12)


def test_a_bin_that_expects_nothing_but_holds_counts_is_finite():
    assert math.isfinite(float(wstat(3, 0, 1e-300, 0)))
    value, slope = WStat(np.array([3.0]), np.array([0.0]), np.array([1e-300])).value_and_slope(
        np.array([0.0])
    )
    assert math.isfinite(value)
    assert np.isfinite(slope).all()


def test_li_ma_reproduces_equation_17_and_its_edges():
    # Li & Ma (1983), eq. 17, evaluated by hand.
    assert li_ma_significance(100, 200, 0.25) == pytest.approx(5.40708, abs=1e-5)
    assert li_ma_significance(50, 200, 0.25) == 0
    assert li_ma_significance(20, 200, 0.25) < 0
    assert li_ma_significance(0, 0, 0.1) == 0
    assert li_ma_significance(5, 0, 0.1) == pytest.approx(math.sqrt(2 * 5 * math.log(11)))
    assert math.isnan(li_ma_significance(5, 3, 0.0))
    assert li_ma_significance([100, 5], [200, 0], [[0.25], [0.5]]).shape == (2, 2)


@given(counts, counts, alphas)
def test_li_ma_is_the_drop_of_wstat_from_no_signal_to_the_excess(n_on, n_off, a):
    excess = n_on - a * n_off
    drop = wstat(n_on, n_off, a, 0) - wstat(n_on, n_off, a, excess)
    assert li_ma_significance(n_on, n_off, a) ** 2 == pytest.approx(drop, abs=1e-6)


def test_cash_floors_its_expectation():
    assert cash(0, 3) == 6
    assert cash(2, 2) == pytest.approx(2 * (2 - 2 * math.log(2)))
    assert math.isfinite(cash(1, 0))
