"""gammapy finds the same variability, on the same numbers."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from gammapy.stats import (
    compute_chisq,
    compute_flux_doubling,
    compute_fpp,
    compute_fvar,
    discrete_correlation,
    structure_function,
)

from lightpool import time_statistics as ours

RNG = np.random.default_rng(5)
TIME = np.arange(24) * 900.0
FLUX = np.exp(RNG.normal(size=24).cumsum() / 3)
ERROR = FLUX * RNG.uniform(0.05, 0.2, size=24)


def test_variances():
    for peer, own in (
        (compute_fvar, ours.fractional_variance(FLUX, ERROR)),
        (compute_fpp, ours.point_to_point_variance(FLUX, ERROR, halved=False)),
    ):
        np.testing.assert_allclose(own, peer(FLUX, ERROR), rtol=1e-12)


def test_noise_alone_has_the_modulus():
    noise = np.full(24, 3.0)
    own, peer = ours.fractional_variance(FLUX, noise), compute_fvar(FLUX, noise)
    assert own[0] == pytest.approx(-peer[0])
    assert own[1] == pytest.approx(peer[1])


def test_counts_against_their_mean():
    counts = RNG.poisson(30, size=24)
    chi2, p_value = compute_chisq(counts)
    own = ours.counts_constancy(counts)
    assert (own.chi2, own.p_value) == pytest.approx((chi2, p_value))


def test_doubling_and_halving():
    flux, error = (values[:, None] * u.Unit("cm-2 s-1") for values in (FLUX, ERROR))
    peer = compute_flux_doubling(flux, error, TIME * u.s)
    for own, name in zip(ours.doubling_times(TIME, FLUX, ERROR), ("doubling", "halving"), strict=True):
        assert own.value == pytest.approx(peer[name].to_value("s")[0])
        assert own.error == pytest.approx(peer[f"{name}_err"].to_value("s")[0])
        assert own.start == pytest.approx(peer[f"{name}_coord"].to_value("s")[0])


def test_the_structure_function():
    sf, lags = structure_function(FLUX, ERROR, TIME * u.s)
    lag, own, _ = ours.structure_function(TIME, FLUX, ERROR)
    np.testing.assert_allclose(lag, lags.to_value("s"))
    np.testing.assert_allclose(own, sf)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:Mean of empty:RuntimeWarning")
def test_the_discrete_correlation():
    """With errors all alike: the peer squares their mean, where the paper has the mean of their squares."""
    alike = np.full(24, 0.1)
    other = np.roll(FLUX, 2)
    tau = 1800.0
    centres, peer, spread = discrete_correlation(
        FLUX[:, None], alike[:, None], other[:, None], alike[:, None], TIME * u.s, (TIME + 1) * u.s, tau * u.s
    )
    # Its lag has the other sign.
    edges = np.append(-(centres.to_value("s")[::-1]) - tau / 2, -centres.to_value("s")[0] + tau / 2)
    lag, own, own_spread, pairs = ours.discrete_correlation(
        TIME, FLUX, alike, TIME + 1, other, alike, edges=edges
    )
    several = pairs > 1
    np.testing.assert_allclose(lag, -centres.to_value("s")[::-1])
    np.testing.assert_allclose(own[several], peer[::-1, 0][several], rtol=1e-9)
    np.testing.assert_allclose(own_spread[several], spread[::-1, 0][several], rtol=1e-9)
