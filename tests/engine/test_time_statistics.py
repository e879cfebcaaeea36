"""Variability: numbers worked out by hand, what must hold for any series, and empty ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2 as chi2_distribution

from lightpool.time_statistics import (
    constancy,
    counts_constancy,
    discrete_correlation,
    doubling_times,
    fractional_variance,
    point_to_point_variance,
    structure_function,
)

TIME = np.array([0.0, 10.0, 20.0, 40.0])
FLUX = np.array([1.0, 2.0, 4.0, 1.0])
ERROR = np.array([0.1, 0.2, 0.4, 0.1])


def test_a_constant():
    mean, error, chi2, dof, p_value = constancy([1.0, 3.0], [1.0, 0.5])
    assert mean == pytest.approx((1 + 3 * 4) / 5)
    assert error == pytest.approx(1 / np.sqrt(5))
    assert chi2 == pytest.approx(1.6**2 + 0.4**2 * 4)
    assert dof == 1
    assert p_value == pytest.approx(chi2_distribution.sf(chi2, 1))


def test_p_values_of_a_constant_are_uniform():
    rng = np.random.default_rng(1)
    error = rng.uniform(0.5, 2, size=12)
    p_values = np.sort([constancy(rng.normal(7, error), error).p_value for _ in range(2000)])
    # Kolmogorov's distance; 1.95 is exceeded once in a thousand.
    assert np.abs(p_values - (np.arange(2000) + 0.5) / 2000).max() * np.sqrt(2000) < 1.95


def test_counts_against_their_mean():
    test = counts_constancy([4, 6, 8])
    assert test.chi2 == pytest.approx((4 + 0 + 4) / 6)
    assert test.dof == 2
    assert test.p_value == pytest.approx(chi2_distribution.sf(8 / 6, 2))


def test_fractional_variance_by_hand():
    """Mean 2, variance 2, mean squared error 0.055."""
    fvar, error = fractional_variance(FLUX, ERROR)
    noise = (0.01 + 0.04 + 0.16 + 0.01) / 4
    assert fvar == pytest.approx(np.sqrt(2.0 - noise) / 2)
    a, b = np.sqrt(2 / 4) * noise / 4, np.sqrt(noise / 4) * 2 * fvar / 2
    assert error == pytest.approx(np.hypot(a, b) / (2 * fvar))


def test_point_to_point_variance_by_hand():
    """Steps 1, 2, 3: half their mean square is 7 / 3."""
    noise = 0.055
    assert point_to_point_variance(FLUX, ERROR)[0] == pytest.approx(np.sqrt(7 / 3 - noise) / 2)
    assert point_to_point_variance(FLUX, ERROR, halved=False)[0] == pytest.approx(np.sqrt(14 / 3 - noise) / 2)


def test_white_noise_gives_both_variances_the_same_value():
    rng = np.random.default_rng(2)
    error = np.full(20_000, 0.1)
    value = rng.normal(1.0, 0.3, size=20_000) + rng.normal(0, error)
    assert fractional_variance(value, error)[0] == pytest.approx(0.3, rel=0.02)
    assert point_to_point_variance(value, error)[0] == pytest.approx(0.3, rel=0.02)


def test_scatter_within_the_errors_is_marked_by_a_sign():
    fvar, error = fractional_variance([1.0, 1.1, 0.9], [0.5, 0.5, 0.5])
    assert fvar == pytest.approx(-np.sqrt(0.25 - 0.01))
    assert error > 0


def test_doubling_and_halving_by_hand():
    """The flux doubles every 10 s, then falls to a quarter in 20 s."""
    up, down = doubling_times(TIME, FLUX, ERROR)
    assert (up.value, up.start) == (10.0, 0.0)
    assert (down.value, down.start) == (10.0, 20.0)
    assert up.error == pytest.approx(10 / np.log(2) * np.hypot(0.1, 0.1))
    assert down.error == pytest.approx(10 / np.log(4) * np.hypot(0.1, 0.1))
    faster = doubling_times([0, 10, 20], [1, 2, 8], [0.1, 0.1, 0.1])[0]
    assert (faster.value, faster.start) == (5.0, 10.0)


def test_a_flux_that_only_rises_never_halves():
    assert np.isnan(doubling_times([0, 1], [1, 2], [0.1, 0.1])[1]).all()
    up, _ = doubling_times([0, 1, 2], [1, -1, 4], [0.1, 0.1, 0.1])
    assert up.value == pytest.approx(1.0)  # the negative flux takes no part


def test_structure_function_by_hand():
    lag, sf, pairs = structure_function(TIME, FLUX, ERROR)
    np.testing.assert_allclose(lag, [10, 20, 30, 40])
    assert pairs.tolist() == [2, 2, 1, 1]
    # All signal-to-noise ratios are 10, so that every pair weighs the same.
    np.testing.assert_allclose(sf, [(1 + 4) / 2, (9 + 9) / 2, 1.0, 0.0])
    lag, sf, pairs = structure_function(TIME, FLUX, ERROR, edges=[0, 15, 25, 35])
    np.testing.assert_allclose(sf, [2.5, 9.0, 1.0])
    _, weighted, _ = structure_function(TIME, FLUX, [0.1, 0.2, 0.4, 0.2])
    assert weighted[0] == pytest.approx(2.5)
    assert weighted[1] == pytest.approx((9 * 100 + 9 * 50) / 150)


def test_the_lag_of_a_copy_is_found():
    rng = np.random.default_rng(3)
    time = np.sort(rng.uniform(0, 1000, 300))
    signal = np.sin(2 * np.pi * time / 300)
    error = np.full(300, 0.05)
    noise = rng.normal(0, 0.05, size=(2, 300))
    lag, correlation, spread, pairs = discrete_correlation(
        time, signal + noise[0], error, time + 40, signal + noise[1], error, edges=np.arange(-105, 106, 10)
    )
    assert lag[np.argmax(correlation)] == pytest.approx(40)
    assert correlation.max() == pytest.approx(1.0, abs=0.1)
    assert pairs.sum() > 10_000
    assert (spread > 0).all()


def test_correlation_by_hand():
    """Two measurements each, without errors to speak of: deviations are +1 and -1."""
    tiny = [1e-9, 1e-9]
    lag, correlation, spread, pairs = discrete_correlation(
        [0, 1], [1, 3], tiny, [0, 1], [5, 1], tiny, edges=[-1.5, -0.5, 0.5, 1.5, 2.5]
    )
    np.testing.assert_allclose(lag, [-1, 0, 1, 2])
    assert pairs.tolist() == [1, 2, 1, 0]
    np.testing.assert_allclose(correlation, [1, -1, 1, np.nan], atol=1e-6)
    np.testing.assert_allclose(spread, [np.nan, 0, np.nan, np.nan], atol=1e-6)


def test_a_series_that_does_not_vary_has_no_correlation():
    flat, error = [1.0, 1.01, 0.99], [0.5, 0.5, 0.5]
    _, correlation, _, _ = discrete_correlation(
        [0, 1, 2], flat, error, TIME[:3], FLUX[:3], ERROR[:3], edges=[-5, 5]
    )
    assert np.isnan(correlation).all()


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_measurements(n):
    value, error = FLUX[:n], ERROR[:n]
    assert np.isnan(constancy(value, error).p_value)
    assert np.isnan(fractional_variance(value, error)).all()
    assert np.isnan(point_to_point_variance(value, error)).all()
    assert np.isnan(doubling_times(TIME[:n], value, error)[0]).all()
    assert len(structure_function(TIME[:n], value, error)[0]) == 0
    assert np.isnan(counts_constancy(value).p_value)
    assert discrete_correlation(TIME[:n], value, error, TIME[:n], value, error, edges=[-1, 1])[3].sum() == n


def test_what_is_not_a_measurement_is_left_out():
    holes = np.array([np.nan, 1.0, 2.0, np.inf, 4.0, 1.0, 3.0, 7.0])
    errors = np.array([0.1, 0.1, 0.2, 0.3, 0.4, 0.1, np.nan, 0.0])
    time = np.array([-5.0, 0.0, 10.0, 15.0, 20.0, 40.0, 50.0, 60.0])
    assert constancy(holes, errors) == constancy(FLUX, ERROR)
    assert fractional_variance(holes, errors) == fractional_variance(FLUX, ERROR)
    assert point_to_point_variance(holes, errors) == point_to_point_variance(FLUX, ERROR)
    assert doubling_times(time, holes, errors) == doubling_times(TIME, FLUX, ERROR)
    for ours, plain in zip(
        structure_function(time, holes, errors), structure_function(TIME, FLUX, ERROR), strict=True
    ):
        np.testing.assert_allclose(ours, plain)


@given(
    st.lists(st.integers(1, 50), min_size=3, max_size=20).map(lambda values: np.array(values, dtype=float)),
    st.floats(1e-13, 1e3),
    st.floats(0.01, 0.5),
)
def test_the_unit_of_the_flux_does_not_matter(value, unit, relative):
    error = relative * value
    scaled = constancy(unit * value, unit * error)
    plain = constancy(value, error)
    assert scaled.chi2 == pytest.approx(plain.chi2, rel=1e-6, abs=1e-9)
    assert fractional_variance(unit * value, unit * error)[0] == pytest.approx(
        fractional_variance(value, error)[0], rel=1e-5, abs=1e-6
    )
    time = np.arange(float(len(value)))
    ours, theirs = doubling_times(time, unit * value, unit * error), doubling_times(time, value, error)
    # Of two equally short times rounding decides which one it is.
    np.testing.assert_allclose([t.value for t in ours], [t.value for t in theirs], rtol=1e-6)
