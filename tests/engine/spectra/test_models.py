"""Every spectral model: values, slopes, integrals, peaks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightpool.axes import energy_edges
from lightpool.spectra import (
    MODELS,
    BinIntegrator,
    BrokenPowerLaw,
    EblAbsorption,
    EblTable,
    ExpCutoffPowerLaw,
    ExpCutoffPowerLaw3FGL,
    Gaussian,
    LogParabola,
    MeyerCrab,
    PowerLaw,
    PowerLaw2,
    Scale,
    SmoothBrokenPowerLaw,
    SuperExpCutoffPowerLaw3FGL,
    SuperExpCutoffPowerLaw4FGL,
    SuperExpCutoffPowerLaw4FGLDR3,
    Template,
)

ENERGY = np.geomspace(0.051, 97, 30)
TABLE = EblTable(
    np.array([0.05, 0.1, 0.3]),
    np.geomspace(0.01, 50, 40),
    np.exp(-np.outer([0.05, 0.1, 0.3], np.geomspace(0.01, 50, 40) ** 1.2)),
)
AMPLITUDE = st.floats(1e-13, 1e-9)
INDEX = st.floats(-0.5, 4.5)
ENERGY_SCALE = st.floats(0.3, 20)
#: What each parameter may be while its slope is tested.
RANGES = {
    PowerLaw: {"index": INDEX, "amplitude": AMPLITUDE, "reference": ENERGY_SCALE},
    PowerLaw2: {
        "index": INDEX,
        "amplitude": AMPLITUDE,
        "emin": st.floats(0.05, 1),
        "emax": st.floats(2, 200),
    },
    ExpCutoffPowerLaw: {
        "index": INDEX,
        "amplitude": AMPLITUDE,
        "lambda_": st.floats(0.01, 0.5),
        "alpha": st.floats(0.5, 1.5),
    },
    ExpCutoffPowerLaw3FGL: {"index": INDEX, "amplitude": AMPLITUDE, "ecut": ENERGY_SCALE},
    SuperExpCutoffPowerLaw3FGL: {
        "amplitude": AMPLITUDE,
        "ecut": st.floats(3, 30),
        "index_1": INDEX,
        "index_2": st.floats(0.3, 1.5),
    },
    SuperExpCutoffPowerLaw4FGL: {
        "amplitude": AMPLITUDE,
        "expfactor": st.floats(1e-5, 1e-3),
        "index_1": INDEX,
        "index_2": st.floats(0.3, 0.6),
    },
    SuperExpCutoffPowerLaw4FGLDR3: {
        "amplitude": AMPLITUDE,
        "expfactor": st.floats(0.01, 1),
        "index_1": INDEX,
        "index_2": st.floats(-0.5, 1) | st.just(0.0) | st.floats(-1e-3, 1e-3),
    },
    LogParabola: {
        "amplitude": AMPLITUDE,
        "alpha": INDEX,
        "beta": st.floats(-0.1, 0.5),
        "reference": ENERGY_SCALE,
    },
    BrokenPowerLaw: {"index1": INDEX, "index2": INDEX, "amplitude": AMPLITUDE, "ebreak": ENERGY_SCALE},
    SmoothBrokenPowerLaw: {
        "index1": st.floats(0, 2.4),
        "index2": st.floats(2.5, 4.5),
        "amplitude": AMPLITUDE,
        "ebreak": ENERGY_SCALE,
        "beta": st.floats(0.1, 2),
    },
    Gaussian: {"amplitude": AMPLITUDE, "mean": ENERGY_SCALE, "sigma": st.floats(5, 20)},
    MeyerCrab: {"norm": st.floats(0.1, 10)},
}


def check_slopes(model):
    slopes = model.gradient(ENERGY, *model.values)
    assert slopes.shape == (len(model.parameters), len(ENERGY))
    value = np.abs(model.evaluate(ENERGY, *model.values))
    for i, p in enumerate(model.parameters):
        step = 1e-6 * (abs(p.value) if "cm-2" in p.unit else max(abs(p.value), 0.1))
        up, down = list(model.values), list(model.values)
        up[i] += step
        down[i] -= step
        expected = (model.evaluate(ENERGY, *up) - model.evaluate(ENERGY, *down)) / 2 / step
        # A difference cannot be better than the rounding of what is subtracted.
        allowed = 2e-5 * np.abs(expected) + 1e-13 * value / step + 1e-300
        np.testing.assert_array_less(np.abs(slopes[i] - expected), allowed, err_msg=p.name)


def test_every_model_that_can_be_chosen_is_tested_here():
    assert set(MODELS.values()) <= set(RANGES)


@pytest.mark.parametrize("cls", RANGES)
def test_defaults_can_be_evaluated(cls):
    assert np.all(np.isfinite(cls()(ENERGY)))
    assert np.all(np.isfinite(cls().gradient(ENERGY, *cls().values)))


@pytest.mark.parametrize("cls", RANGES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_slopes_match_differences(cls, data):
    model = cls(**{name: data.draw(values, label=name) for name, values in RANGES[cls].items()})
    # No difference is to be taken across a break.
    if cls is BrokenPowerLaw and np.min(np.abs(ENERGY / model["ebreak"].value - 1)) < 1e-5:
        return
    check_slopes(model)


@pytest.mark.parametrize("cls", RANGES)
def test_integrals_and_their_slopes_match_a_fine_sum(cls):
    model = cls()
    edges = energy_edges(0.05, 100, per_decade=20)
    for power in (0, 1):
        grid = model.integrator(edges, power=power)
        value, slopes = grid.integrate_with_gradient(
            model.evaluate(grid.nodes, *model.values), model.gradient(grid.nodes, *model.values)
        )
        fine = BinIntegrator(edges, n=400, power=power)
        expected, exact_slopes = fine.integrate_with_gradient(
            model.evaluate(fine.nodes, *model.values), model.gradient(fine.nodes, *model.values)
        )
        bright = expected > 1e-3 * expected.max()
        np.testing.assert_allclose(value[bright], expected[bright], rtol=4e-3)
        for found, exact in zip(slopes, exact_slopes, strict=True):
            np.testing.assert_allclose(found, exact, atol=4e-3 * np.abs(exact).max())


@pytest.mark.parametrize(
    ("model", "peaks"),
    [
        (ExpCutoffPowerLaw(index=1.5, alpha=1.4), True),
        (ExpCutoffPowerLaw(index=2.5), False),
        (ExpCutoffPowerLaw3FGL(index=1.2), True),
        (ExpCutoffPowerLaw3FGL(index=2.2), False),
        (SuperExpCutoffPowerLaw3FGL(index_2=0.7), True),
        (SuperExpCutoffPowerLaw3FGL(index_1=2.1), False),
        (SuperExpCutoffPowerLaw4FGL(expfactor=2e-4, index_2=0.5), True),
        (SuperExpCutoffPowerLaw4FGL(index_1=2.1), False),
        (SuperExpCutoffPowerLaw4FGLDR3(expfactor=0.3, index_2=0.5), True),
        (SuperExpCutoffPowerLaw4FGLDR3(expfactor=0.3, index_2=0.0), True),
        (SuperExpCutoffPowerLaw4FGLDR3(expfactor=0.3, index_2=-1.0), False),
        (SuperExpCutoffPowerLaw4FGLDR3(expfactor=-0.3), False),
        (LogParabola(alpha=2.4, beta=0.2), True),
        (LogParabola(beta=-0.1), False),
        (BrokenPowerLaw(index1=1.5, index2=3, ebreak=2), True),
        (BrokenPowerLaw(index1=2.5, index2=3), False),
        (SmoothBrokenPowerLaw(index1=1.5, index2=3, ebreak=2, beta=0.4), True),
        (SmoothBrokenPowerLaw(index1=3, index2=1.5), False),
        (Gaussian(mean=3, sigma=0.5), True),
        (PowerLaw(), False),
        (PowerLaw2(index=1.7), False),
        (MeyerCrab(), True),
        (Scale(LogParabola(), norm=3), True),
        (LogParabola(alpha=1.8, beta=0.1) * EblAbsorption(TABLE), True),
        (PowerLaw(index=2.0) * EblAbsorption(TABLE), False),
        (Template([0.1, 1, 10], [1e-9, 1e-10, 1e-14]), True),
    ],
    ids=lambda v: "" if isinstance(v, bool) else type(v).__name__,
)
def test_peaks(model, peaks):
    """Against the highest point of a fine grid."""
    if not peaks:
        assert math.isnan(model.e_peak)
        return
    energy = np.geomspace(1e-3, 1e3, 400001)
    assert model.e_peak == pytest.approx(energy[np.argmax(energy**2 * model(energy))], rel=1e-4)


class TestPowerLaw2:
    @pytest.mark.parametrize("index", [0.0, 1 - 1e-5, 1.0, 1 + 1e-9, 2.0, 3.7])
    def test_the_amplitude_is_the_integral(self, index):
        model = PowerLaw2(index=index, amplitude=2e-11, emin=0.3, emax=20)
        assert model.integral(0.3, 20) == pytest.approx(2e-11, rel=1e-9)

    def test_it_is_the_same_power_law(self):
        model = PowerLaw2(index=2, amplitude=1e-11, emin=1, emax=10)
        assert model(2.0) == pytest.approx(1e-11 / 0.9 / 4)

    @pytest.mark.parametrize("index", [1.0, 1 + 1e-6, 1 - 3e-5])
    def test_slopes_through_an_index_of_one(self, index):
        check_slopes(PowerLaw2(index=index, amplitude=2e-11))


class TestBrokenPowerLaws:
    def test_the_amplitude_is_at_the_break_which_belongs_to_the_upper_part(self):
        model = BrokenPowerLaw(index1=1, index2=3, amplitude=1e-12, ebreak=2)
        assert model(np.array([1.0, 2.0, 4.0])) == pytest.approx([2e-12, 1e-12, 1.25e-13])
        assert model.gradient(np.array([2.0]), *model.values)[3] == pytest.approx(3 / 2 * 1e-12)

    def test_far_from_the_break_a_smooth_one_is_two_power_laws(self):
        model = SmoothBrokenPowerLaw(index1=1.5, index2=3, ebreak=1, beta=0.2, amplitude=1e-12)
        low, high = np.array([1e-4, 2e-4]), np.array([1e4, 2e4])
        assert np.diff(np.log(model(low))) / np.log(2) == pytest.approx(-1.5, abs=1e-6)
        assert np.diff(np.log(model(high))) / np.log(2) == pytest.approx(-3, abs=1e-6)

    def test_a_break_upward(self):
        check_slopes(SmoothBrokenPowerLaw(index1=3, index2=2, ebreak=3, beta=0.5))

    def test_equal_indices_are_a_power_law(self):
        model = SmoothBrokenPowerLaw(index1=2.5, index2=2.5, amplitude=1e-12)
        np.testing.assert_allclose(model(ENERGY), PowerLaw(index=2.5, amplitude=0.5e-12)(ENERGY))
        np.testing.assert_allclose(model.with_values(index2=2.5 + 1e-9)(ENERGY), model(ENERGY), rtol=1e-8)


def test_the_dr3_form_is_smooth_where_its_expansion_takes_over():
    """Against the formula of the paper in 50 digits."""
    from decimal import Decimal, getcontext

    getcontext().prec = 50
    for index_2 in (1e-8, 1e-3, 0.0099, 0.0101, 0.0999, 0.1001, 0.7):
        model = SuperExpCutoffPowerLaw4FGLDR3(index_1=1.9, index_2=index_2, expfactor=0.4, amplitude=1.0)
        for x in (0.3, 2.7, 30.0):
            g2, d, log_x = Decimal(index_2), Decimal("0.4"), Decimal(x).ln()
            power = (g2 * log_x).exp()
            exact = ((-Decimal("1.9") + d / g2) * log_x + d / g2**2 * (1 - power)).exp()
            assert model(x) == pytest.approx(float(exact), rel=1e-13)


class TestGaussian:
    @pytest.mark.parametrize(("mean", "sigma"), [(1.0, 0.02), (1.0, 0.3), (5.0, 2.0)])
    def test_its_integral_is_the_error_function(self, mean, sigma):
        model = Gaussian(amplitude=2e-11, mean=mean, sigma=sigma)
        low, high = 0.8, 6.0
        a, b = ((e - mean) / sigma / math.sqrt(2) for e in (low, high))
        exact = 1e-11 * (math.erf(b) - math.erf(a))
        assert model.integral(low, high) == pytest.approx(exact, rel=2e-3)

    def test_a_narrow_line_gets_more_nodes(self):
        edges = energy_edges(0.1, 10, per_decade=10)
        assert (
            Gaussian(mean=1, sigma=0.01).integrator(edges).n > Gaussian(mean=1, sigma=1).integrator(edges).n
        )


def test_the_difference_of_two_spectra_is_integrated_through_zero():
    difference = PowerLaw(index=2, amplitude=2e-12) - PowerLaw(index=1, amplitude=1e-12)
    # 2 E**-2 - E**-1 changes sign at 2 TeV.
    exact = 1e-12 * (2 * (1 / 0.5 - 1 / 30) - math.log(60))
    assert difference.integral(0.5, 30) == pytest.approx(exact, rel=1e-3)
    check_slopes(difference)
