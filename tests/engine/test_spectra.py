"""Spectral models: values, slopes, integrals, errors, files."""

import math

import astropy.units as u
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightpool.axes import energy_edges
from lightpool.errors import SettingsError
from lightpool.spectra import BinIntegrator, ExpCutoffPowerLaw, PowerLaw, model_class, model_from_dict

ENERGY = np.geomspace(0.05, 100, 30)
STARTS = {
    PowerLaw: {"index": 2.6, "amplitude": 4.7e-11},
    ExpCutoffPowerLaw: {"index": 2.27, "amplitude": 4.8e-11, "lambda_": 0.12, "alpha": 1.3},
}


@pytest.mark.parametrize("cls", STARTS)
def test_gradients_match_differences(cls):
    model = cls(**STARTS[cls])
    slopes = model.gradient(ENERGY, *model.values)
    for i, value in enumerate(model.values):
        step = 1e-6 * value
        up, down = list(model.values), list(model.values)
        up[i] += step
        down[i] -= step
        expected = (model.evaluate(ENERGY, *up) - model.evaluate(ENERGY, *down)) / 2 / step
        np.testing.assert_allclose(slopes[i], expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("cls", STARTS)
def test_integrals_match_a_fine_sum_and_their_slopes_match_differences(cls):
    model = cls(**STARTS[cls])
    edges = energy_edges(0.05, 100, per_decade=20)
    grid = model.integrator(edges)
    value, slope = grid.integrate_with_gradient(
        model.evaluate(grid.nodes, *model.values), model.gradient(grid.nodes, *model.values)
    )
    fine = BinIntegrator(edges, n=400)
    expected = fine.integrate(model.evaluate(fine.nodes, *model.values))
    bright = expected > 1e-9 * expected.max()
    np.testing.assert_allclose(value[bright], expected[bright], rtol=4e-3)
    for i, v in enumerate(model.values):
        up, down = list(model.values), list(model.values)
        up[i] += 1e-6 * v
        down[i] -= 1e-6 * v
        diff = (
            grid.integrate(model.evaluate(grid.nodes, *up))
            - grid.integrate(model.evaluate(grid.nodes, *down))
        ) / (2e-6 * v)
        np.testing.assert_allclose(slope[i], diff, rtol=1e-5, atol=1e-6 * np.abs(diff).max())


def test_the_true_energy_bins_of_the_tutorial_get_four_nodes():
    assert ExpCutoffPowerLaw().integrator(energy_edges(0.05, 100, per_decade=20)).n == 4
    assert PowerLaw().integrator(energy_edges(0.05, 100, per_decade=20)).n == 2


@given(st.floats(-1, 5), st.floats(0.1, 5), st.floats(1.01, 50))
def test_a_power_law_integrates_exactly(index, low, factor):
    model = PowerLaw(index=index, amplitude=3e-11)
    high = low * factor
    for power, integral in ((0, model.integral), (1, model.energy_flux)):
        g = power + 1 - index
        exact = 3e-11 * (math.log(factor) if abs(g) < 1e-9 else (high**g - low**g) / g)
        assert integral(low, high) == pytest.approx(exact, rel=1e-6)


def test_integral_of_the_published_crab_spectrum():
    # Aharonian et al. (2006), A&A 457, 899: cutoff at 14.3 TeV.
    crab = ExpCutoffPowerLaw(index=2.39, amplitude=3.76e-11, lambda_=1 / 14.3)
    assert crab.integral("1 TeV", "10 TeV") == pytest.approx(2.23685e-11, rel=1e-4)
    assert PowerLaw(index=2.63, amplitude=3.45e-11).integral(1, 10) == pytest.approx(2.06695e-11, rel=1e-5)


def test_errors_propagate_to_first_order():
    model = PowerLaw(index=4.009, amplitude=1.02e-10)
    covariance = np.zeros((3, 3))
    covariance[1, 1] = (1.3e-11) ** 2
    fitted = model.fitted(model.values, covariance)
    value, error = fitted.integral_error(1, 10)
    assert error / value == pytest.approx(1.3e-11 / 1.02e-10)
    np.testing.assert_allclose(fitted.dnde_error(ENERGY) / fitted(ENERGY), 1.3e-11 / 1.02e-10)
    assert np.isnan(model.dnde_error(ENERGY)).all()
    assert fitted["amplitude"].error == pytest.approx(1.3e-11)
    assert fitted["reference"].error == 0


def test_the_peak_of_a_cutoff_power_law():
    model = ExpCutoffPowerLaw(index=1.5, lambda_=0.1)
    e = np.geomspace(0.1, 100, 20001)
    assert model.e_peak == pytest.approx(e[np.argmax(e**2 * model(e))], rel=1e-3)
    assert math.isnan(ExpCutoffPowerLaw(index=2.5).e_peak)


class TestValues:
    def test_quantities_and_copies(self):
        model = PowerLaw(amplitude=1e-7 * u.Unit("m-2 s-1 TeV-1"), reference=500 * u.GeV)
        assert model["amplitude"].value == pytest.approx(1e-11)
        assert model["reference"].value == pytest.approx(0.5)
        other = model.with_values(index=3).freeze("index").limit("amplitude", low=0.0)
        assert (other["index"].value, other["index"].frozen, other["amplitude"].min) == (3, True, 0)
        assert model["index"].value == 2
        assert other.free("index")["index"].frozen is False
        assert other.free_indices == [1]

    def test_equal_settings_are_equal_and_hash_alike(self):
        assert PowerLaw(index=2.5) == PowerLaw(index=2.5)
        assert hash(PowerLaw(index=2.5)) == hash(PowerLaw(index=2.5))
        assert PowerLaw(index=2.5) != PowerLaw(index=2.4)
        assert PowerLaw() != ExpCutoffPowerLaw()

    def test_call_accepts_quantities_and_keeps_the_shape(self):
        model = PowerLaw(index=2, amplitude=1e-11)
        assert model(2000 * u.GeV) == pytest.approx(2.5e-12)
        assert model("2 TeV") == model(2.0) == pytest.approx(2.5e-12)
        assert model(2.0).shape == ()
        assert model(np.ones((2, 3))).shape == (2, 3)
        assert "index=2" in repr(model)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: PowerLaw(slope=2), "no parameter 'slope'"),
            (lambda: PowerLaw(index="steep"), "not a number"),
            (lambda: PowerLaw(amplitude=1 * u.TeV), "wrong unit"),
            (lambda: PowerLaw(index=math.nan), "must be finite"),
            (lambda: PowerLaw().limit("index", 3.0, 2.0), "wrong order"),
            (lambda: PowerLaw()["slope"], "no parameter 'slope'"),
            (lambda: PowerLaw().integral(3, 2), "positive and increase"),
        ],
    )
    def test_mistakes_are_named(self, make, message):
        with pytest.raises(SettingsError, match=message):
            make()


class TestFiles:
    def test_round_trip(self):
        model = ExpCutoffPowerLaw(index=2.2).limit("lambda_", 0.0, 1.0).freeze("index")
        again = model_from_dict(model.to_dict())
        assert again == model
        assert again["lambda_"].max == 1

    def test_the_tutorials_yaml(self):
        model = model_from_dict(
            {
                "type": "PowerLawSpectralModel",
                "parameters": [
                    {"name": "index", "frozen": False, "scale": 1.0, "unit": "", "value": 2.6},
                    {
                        "name": "amplitude",
                        "frozen": False,
                        "scale": 1e-11,
                        "unit": "cm-2 s-1 TeV-1",
                        "value": 5.0,
                    },
                    {"name": "reference", "frozen": True, "scale": 1.0, "unit": "GeV", "value": 1000.0},
                ],
            }
        )
        assert model.values == pytest.approx((2.6, 5e-11, 1.0))

    @pytest.mark.parametrize(
        ("section", "message"),
        [
            ({}, "needs a type"),
            ({"type": "PowerLawSpectralModle"}, "Did you mean PowerLawSpectralModel"),
            ({"type": "pl", "parameters": [{"value": 1}]}, "has no name"),
            ({"type": "pl", "parameters": [{"name": "index", "valeu": 1}]}, "unknown key"),
            ({"type": "pl", "parameters": [{"name": "slope", "value": 1}]}, "no parameter 'slope'"),
            ({"type": "pl", "parameters": [{"name": "amplitude", "value": 1, "unit": "TeV"}]}, "wrong unit"),
        ],
    )
    def test_mistakes_are_named(self, section, message):
        with pytest.raises(SettingsError, match=message):
            model_from_dict(section)

    def test_models_by_any_of_their_names(self):
        for name in ("power-law", "pl", "PowerLaw", "PowerLawSpectralModel"):
            assert model_class(name) is PowerLaw
