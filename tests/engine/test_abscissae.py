"""Lafferty & Wyatt's place in a band: the closed form of power laws, and the definition for the others."""

import numpy as np
import pytest

from lightpool.abscissae import lafferty_wyatt
from lightpool.spectra import ExpCutoffPowerLaw, LogParabola, PowerLaw

E_MIN, E_MAX = np.array([0.1, 1.0, 1.0, 3.0]), np.array([0.2, 1.5, 10.0, 300.0])


def fluxes(model):
    return np.array([model.integral(a, b) for a, b in zip(E_MIN, E_MAX, strict=True)])


@pytest.mark.parametrize("index", [0.5, 1.5, 2.0, 2.7, 4.0])
def test_closed_form_of_a_power_law(index):
    model = PowerLaw(index=index, amplitude=1e-11)
    k = 1 - index
    expected = ((E_MAX**k - E_MIN**k) / (k * (E_MAX - E_MIN))) ** (-1 / index)
    np.testing.assert_allclose(lafferty_wyatt(model, E_MIN, E_MAX, fluxes(model)), expected, rtol=1e-10)


@pytest.mark.parametrize(
    "model",
    [
        ExpCutoffPowerLaw(index=1.8, lambda_=0.3),
        ExpCutoffPowerLaw(index=-1.0, lambda_=0.5),  # rises, then falls within a band
        LogParabola(alpha=2.3, beta=0.2, reference=1.0),
    ],
)
def test_the_spectrum_there_is_its_mean(model):
    place = lafferty_wyatt(model, E_MIN, E_MAX, fluxes(model))
    assert ((place > E_MIN) & (place < E_MAX)).all()
    np.testing.assert_allclose(model(place), fluxes(model) / (E_MAX - E_MIN), rtol=1e-9)


def test_a_narrow_band_has_it_at_its_centre():
    e_min, e_max = np.array([1.0]), np.array([1.001])
    model = PowerLaw(index=2.5)
    place = lafferty_wyatt(model, e_min, e_max, np.array([model.integral(1.0, 1.001)]))
    assert place[0] == pytest.approx(1.0005, abs=1e-6)


def test_no_spectrum_no_place():
    model = PowerLaw(amplitude=0.0)
    assert np.isnan(lafferty_wyatt(model, E_MIN, E_MAX, np.ones(4))).all()
