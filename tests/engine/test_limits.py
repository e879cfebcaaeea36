"""Upper limits: published belts, what each method promises, and coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightpool.errors import SettingsError
from lightpool.limits import METHODS, TWO_SIGMA, upper_limit, z_two_sided


@pytest.mark.parametrize(
    ("n", "background", "expected"),
    [(0, 0, 2.44), (1, 0, 4.36), (3, 0, 7.42), (3, 3, 4.42), (5, 2, 7.99), (10, 3, 13.50)],
)
def test_feldman_cousins_table_iv(n, background, expected):
    """Feldman & Cousins (1998), table IV: 90 % intervals."""
    limit = upper_limit(n, 1000 * background, 1e-3, method="feldman-cousins", confidence=0.9)
    assert limit == pytest.approx(expected, abs=0.011)


@settings(deadline=None)  # a busy machine is no defect
@given(st.integers(0, 40), st.integers(0, 60), st.floats(0.02, 1), st.sampled_from(sorted(METHODS)))
def test_limits_are_numbers_above_the_excess(n_on, n_off, alpha, method):
    limit = upper_limit(n_on, n_off, alpha, method=method)
    assert math.isfinite(limit)
    assert limit > n_on - alpha * n_off
    if method != "profile":
        assert limit > 0


def test_methods_agree_for_a_clear_signal():
    limits = [upper_limit(400, 1000, 0.1, method=m) for m in METHODS]
    assert max(limits) - min(limits) < 0.03 * limits[0]


def test_with_nothing_seen_the_profile_gives_two_counts_at_two_sigma():
    assert upper_limit(0, 0, 0.1, method="bounded") == pytest.approx(2)
    assert upper_limit(0, 0, 0.1) == pytest.approx(2)


def test_a_deficit_is_negative_only_where_the_method_says_so():
    assert upper_limit(0, 100, 0.1) < 0
    assert upper_limit(0, 100, 0.1, method="rolke") > upper_limit(0, 100, 0.1, method="bounded")


@pytest.mark.parametrize("confidence", [0.6827, 0.9, TWO_SIGMA])
@pytest.mark.parametrize("method", sorted(METHODS))
def test_coverage(method, confidence):
    """Over toys the limit lies above the truth as often as stated: one side of a two-sided interval."""
    rng, toys = np.random.default_rng(2), 1200
    signal, background, alpha = 6.0, 20.0, 0.2
    on = rng.poisson(signal + alpha * background, toys)
    # The unified ordering takes the background as known, and promises no more than that.
    known = method == "feldman-cousins"
    off = np.full(toys, background) if known else rng.poisson(background, toys)
    pairs, which = np.unique(np.stack([on, off], axis=1), axis=0, return_inverse=True)
    limits = [upper_limit(n, m, alpha, method=method, confidence=confidence) for n, m in pairs]
    covered = float(np.mean(np.array(limits)[which.ravel()] >= signal))
    stated = confidence if known else 0.5 + confidence / 2
    within = 4 * math.sqrt(stated * (1 - stated) / toys) + 0.02  # counts are whole numbers
    assert covered > stated - within
    if not known:
        assert covered < stated + within


def test_quantiles():
    assert z_two_sided(0.6826894921) == pytest.approx(1)
    assert z_two_sided(0.95) == pytest.approx(1.959964, abs=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "bayes"}, "limit method is not known"),
        ({"confidence": 1.0}, "confidence level"),
        ({"alpha": 0.0}, "alpha must be positive"),
    ],
)
def test_mistakes_are_named(options, message):
    alpha = options.pop("alpha", 0.1)
    with pytest.raises(SettingsError, match=message):
        upper_limit(3, 4, alpha, **options)
