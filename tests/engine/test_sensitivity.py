"""The sensitivity of many bands at once against a scalar search, and where Gauss's limit is exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from lightpool.alpha_systematic import statistic
from lightpool.sensitivity import norm_sensitivity
from lightpool.statistics import WStat, li_ma_significance, wstat

cells = st.tuples(st.integers(0, 60), st.integers(0, 300), st.floats(0.02, 1), st.floats(0.05, 20))


def sensitivity(rows, starts=(0,), systematic=0.0, **options):
    n_on, n_off, alpha, signal = np.array(rows, dtype=float).T
    observed = statistic(n_on, n_off, alpha, systematic)
    return norm_sensitivity(
        observed, lambda n: statistic(n, n_off, alpha, systematic), signal, np.array(starts), **options
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(cells, min_size=1, max_size=5))
def test_matches_a_scalar_search(rows):
    n_on, n_off, alpha, signal = np.array(rows, dtype=float).T

    def ts(norm):
        expected = norm * signal + alpha * WStat(n_on, n_off, alpha).background(norm * signal)
        null, seen = (wstat(expected, n_off, alpha, mu).sum() for mu in (0 * signal, norm * signal))
        return null - seen - 25

    (norm,) = sensitivity(rows)
    assert ts(norm) == pytest.approx(0, abs=1e-3)
    assert norm == pytest.approx(brentq(ts, 0.5 * norm, 2 * norm), rel=1e-4)


def test_groups_do_not_disturb_each_other():
    rows = [(10, 100, 0.1, 3.0), (0, 3, 0.2, 0.5), (1, 0, 0.1, 0.7), (500, 5000, 0.1, 40.0)]
    together = sensitivity(rows, (0, 1, 3))
    alone = [sensitivity(part)[0] for part in (rows[:1], rows[1:3], rows[3:])]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_without_excess_the_expected_counts_are_significant_by_li_and_ma():
    """At the norm found, the counts that it leads one to expect reach 5 sigma."""
    n_off, alpha, signal = 1e6, 0.01, 10.0
    (norm,) = sensitivity([(alpha * n_off, n_off, alpha, signal)])
    assert li_ma_significance(alpha * n_off + norm * signal, n_off, alpha) == pytest.approx(5, rel=0.01)


def test_more_sigma_need_more_and_a_systematic_needs_more():
    rows = [(100, 1000, 0.1, 5.0)]
    assert sensitivity(rows, sigma=3)[0] < sensitivity(rows)[0] < sensitivity(rows, systematic=0.05)[0]
