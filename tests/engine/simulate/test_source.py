"""The truth: spectra and how they change."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.errors import SettingsError
from lightpool.simulate import Burst, Source, Spectrum


def test_a_spectrum_is_the_cutoff_power_law():
    spectrum = Spectrum(index=2.3, amplitude=4.5e-11, lambda_=0.1, reference=2.0)
    expected = 4.5e-11 * (np.array([1.0, 8.0]) / 2) ** -2.3 * np.exp(-0.1 * np.array([1.0, 8.0]))
    np.testing.assert_allclose(spectrum.dnde([1.0, 8.0]), expected, rtol=1e-13)


def test_a_burst_rises_and_decays_exponentially():
    burst = Burst(time=1000.0, height=5.0, rise=100.0, decay=300.0)
    np.testing.assert_allclose(burst([900.0, 1000.0, 1300.0]), [5 / np.e, 5.0, 5 / np.e])


def test_a_source_gets_harder_when_brighter():
    source = Source(
        "flare", 0, 0, Spectrum(index=3.5), bursts=(Burst(0.0, 9.0, 100.0, 100.0),), hardening=0.5
    )
    assert source.is_variable
    np.testing.assert_allclose(source.factor([0.0, -1e6]), [10.0, 1.0])
    np.testing.assert_allclose(source.index([0.0, -1e6]), [3.0, 3.5])
    # At the reference energy the index does not matter; at 0.1 TeV it does.
    np.testing.assert_allclose(source.dnde([1.0, 0.1], 0.0), [1e-11, 1e-11 * 10**3.0])
    assert source.dnde(np.ones(3), np.zeros(2)).shape == (2, 3)


def test_the_mean_is_that_of_a_fine_sum():
    source = Source("flare", 0, 0, Spectrum(), bursts=(Burst(500.0, 3.0, 50.0, 200.0),))
    integral = 3.0 * (50 * (1 - np.exp(-500 / 50)) + 200 * (1 - np.exp(-500 / 200))) / 1000
    assert source.mean_dnde(1.0, 0, 1000)[0] == pytest.approx(1e-12 * (1 + integral), rel=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Spectrum(index=float("nan")), "spectral index is out of range; found nan"),
        (lambda: Spectrum(amplitude=-1e-12), "amplitude is out of range; found -1e-12"),
        (lambda: Burst(0.0, 1.0, 0.0, 10.0), "burst rise is out of range; found 0.0"),
        (lambda: Source("", 0, 0, Spectrum()), "source name cannot be used"),
        (lambda: Source("é", 0, 0, Spectrum()), "source name cannot be used"),
        (lambda: Source("x\ny", 0, 0, Spectrum()), "source name cannot be used"),
        (lambda: Source("x", 0, 91, Spectrum()), "latitude of x is out of range; found 91"),
        (lambda: Source("x", 0, 0, Spectrum(), size=True), "size of x is out of range; found True"),
    ],
)
def test_impossible_values_are_refused(make, message):
    with pytest.raises(SettingsError, match=message):
        make()
