"""Norm profiles: one vectorised solve against a slow minimiser, one group at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

from lightpool.profile import NormProfiles, best_norm
from lightpool.statistics import WStat, wstat

cells = st.tuples(st.integers(0, 30), st.integers(0, 30), st.floats(0.02, 1), st.floats(0.05, 20))


def group_of(rows):
    n_on, n_off, alpha, signal = np.array(rows, dtype=float).T
    return NormProfiles(WStat(n_on, n_off, alpha), signal, np.array([0])), n_on, n_off, alpha, signal


@settings(max_examples=200)
@given(st.lists(cells, min_size=1, max_size=6))
def test_minimum_and_crossings_match_a_scalar_search(rows):
    profile, n_on, n_off, alpha, signal = group_of(rows)

    def stat(norm):
        return float(wstat(n_on, n_off, alpha, norm * signal).sum())

    norm = profile.minimum()
    found = minimize_scalar(stat, bracket=(norm[0] - 1, norm[0] + 1), options={"xtol": 1e-10})
    assert stat(norm[0]) <= found.fun + 1e-7
    upper, lower, limit = profile.crossings(norm, np.array([1.0, -1.0, 4.0]))
    assert lower[0] < norm[0] < upper[0] < limit[0]
    for crossing, rise in ((upper, 1), (lower, 1), (limit, 4)):
        assert stat(crossing[0]) - stat(norm[0]) == pytest.approx(rise, abs=1e-5)


def test_groups_do_not_disturb_each_other():
    rng = np.random.default_rng(3)
    sizes = [1, 4, 2, 7]
    n = sum(sizes)
    n_on, n_off = rng.poisson(3, n).astype(float), rng.poisson(5, n).astype(float)
    alpha, signal = rng.uniform(0.05, 0.5, n), rng.uniform(0.1, 5, n)
    starts = np.cumsum([0, *sizes[:-1]])
    together = NormProfiles(WStat(n_on, n_off, alpha), signal, starts)
    norms = together.minimum()
    limits = together.crossings(norms, np.array([4.0]))[0]
    for k, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        s = slice(start, start + size)
        alone = NormProfiles(WStat(n_on[s], n_off[s], alpha[s]), signal[s], np.array([0]))
        np.testing.assert_allclose(alone.minimum()[0], norms[k], rtol=1e-8)
        np.testing.assert_allclose(
            alone.crossings(alone.minimum(), np.array([4.0]))[0, 0], limits[k], rtol=1e-8
        )


def test_a_band_without_a_single_count_has_norm_zero_and_a_limit():
    """With nothing seen, W = 2 s: the limit at a rise of 4 is two counts."""
    profile, *_ = group_of([(0, 0, 0.1, 0.5), (0, 0, 0.1, 1.5)])
    norm = profile.minimum()
    assert norm[0] == pytest.approx(0, abs=1e-9)
    assert profile.crossings(norm, np.array([4.0]))[0, 0] * 2.0 == pytest.approx(2.0)


def test_a_single_bin_gives_its_excess():
    profile, *_ = group_of([(40, 100, 0.1, 7.5)])
    assert profile.minimum()[0] == pytest.approx((40 - 10) / 7.5)
    assert brentq(
        lambda m: profile.stat(np.array([m]))[0] - profile.stat(np.array([4.0]))[0] - 1, 4, 9
    ) == pytest.approx(profile.crossings(np.array([4.0]), np.array([1.0]))[0, 0])


def test_best_norm_without_any_signal_is_one():
    assert best_norm(WStat(np.array([3.0]), np.array([1.0]), np.array([0.1])), np.array([0.0])) == 1.0
