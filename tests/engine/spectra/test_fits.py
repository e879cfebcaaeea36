"""Fits with all kinds of models: from their defaults, with priors, with linked parameters."""

import math

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.forward import Folded
from lightpool.spectra import (
    MODELS,
    BrokenPowerLaw,
    ExpCutoffPowerLaw3FGL,
    Gaussian,
    GaussianPrior,
    LogParabola,
    LogUniformPrior,
    PowerLaw,
    PowerLaw2,
    Scale,
    SmoothBrokenPowerLaw,
    SuperExpCutoffPowerLaw3FGL,
    SuperExpCutoffPowerLaw4FGL,
    SuperExpCutoffPowerLaw4FGLDR3,
    Template,
    UniformPrior,
)


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    )


def asimov(cube, model):
    """Return the cube with exactly the counts that the model predicts, and next to no background."""
    signal = Folded(cube).npred(model).reshape(cube["counts"].shape)
    off = np.full_like(signal, 1e-3)
    on = signal + cube.onoff.alpha.values * off
    return cube.assign(counts=cube["counts"].copy(data=on), counts_off=cube["counts_off"].copy(data=off))


BRIGHT = 50
TRUTHS = [
    LogParabola(amplitude=5e-13, alpha=2.9, beta=0.15),
    BrokenPowerLaw(index1=2.0, index2=3.2, amplitude=1e-11, ebreak=2.0),
    SmoothBrokenPowerLaw(index1=1.8, index2=3.3, amplitude=4e-11, ebreak=2.0),
    PowerLaw2(index=2.4, amplitude=3e-10),
    ExpCutoffPowerLaw3FGL(index=2.2, amplitude=4e-11, ecut=8.0),
    SuperExpCutoffPowerLaw3FGL(index_1=2.2, amplitude=4e-11, ecut=12.0, index_2=1.5),
    # The catalogues keep the second index fixed for all but the brightest sources.
    SuperExpCutoffPowerLaw4FGL(index_1=2.2, amplitude=4e-11, expfactor=3e-14).freeze("index_2"),
    SuperExpCutoffPowerLaw4FGLDR3(index_1=2.4, amplitude=4e-11, expfactor=0.1).freeze("index_2"),
]


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda t: type(t).__name__)
def test_from_its_defaults_a_fit_finds_the_truth(cube, truth):
    truth = truth.with_values(amplitude=BRIGHT * truth["amplitude"].value)
    start = type(truth)().freeze(*(p.name for p in truth.parameters if p.frozen))
    result = lp.fit(asimov(cube, truth), start)
    assert result.success
    assert result.stat < 1e-2
    for p in result.model.parameters:
        assert p.value == pytest.approx(truth[p.name].value, rel=0.02, abs=0.05 * p.error), p.name


@pytest.mark.parametrize("name", [n for n in MODELS if n != "gaussian"])
def test_from_its_defaults_every_spectrum_fits_the_simulated_crab(cube, name):
    """Whatever the page offers converges; four parameters that the data hardly tell apart say so."""
    result = lp.fit(cube, MODELS[name]())
    assert result.success
    power_law = lp.fit(cube, PowerLaw())
    assert result.stat < power_law.stat + 1e-3
    assert not any("upper limit" in note for note in result.health)


class TestBreaks:
    def test_equal_indices_open_at_the_start_of_a_fit(self):
        assert SmoothBrokenPowerLaw().fit_start[:2] == (1.7, 2.3)
        assert BrokenPowerLaw(index1=3, index2=3).fit_start == (2.7, 3.3, 1e-12, 1.0)

    @pytest.mark.parametrize(
        "model",
        [
            BrokenPowerLaw(index2=2.1),
            BrokenPowerLaw().freeze("index1"),
            BrokenPowerLaw().freeze("index2"),
            BrokenPowerLaw().limit("index1", 1.9, 3.0),
            BrokenPowerLaw().limit("index2", 1.0, 2.1),
        ],
        ids=["apart", "first frozen", "second frozen", "first limited", "second limited"],
    )
    def test_but_only_where_they_are_free_to(self, model):
        assert model.fit_start == model.values

    def test_a_faint_source_is_still_said_to_be_faint(self, cube):
        nothing = cube.assign(counts=(cube["counts_off"] * cube.onoff.alpha).round())
        health = lp.fit(nothing, PowerLaw().freeze("index")).health
        assert any("upper limit" in note or "no excess" in note for note in health)


class TestTemplates:
    def test_the_norm_of_a_template_comes_back(self, cube):
        energy = np.geomspace(0.04, 110, 60)
        shape = Template(energy, LogParabola(amplitude=5e-13, alpha=2.9)(energy))
        result = lp.fit(asimov(cube, Scale(shape, 2.5)), Scale(shape))
        assert result.success
        assert result.model["norm"].value == pytest.approx(2.5, rel=1e-3)

    def test_a_template_alone_has_nothing_to_fit(self, cube):
        shape = Template([0.1, 100], [1e-9, 1e-15])
        result = lp.fit(cube, shape)
        assert result.message == "Nothing to fit: every parameter is frozen."
        points = lp.flux_points(cube, shape, [1, 3, 10])
        assert np.all(points["norm"] > 0)


class TestCompounds:
    def test_the_parts_of_a_sum_come_back(self, cube):
        truth = PowerLaw(index=2.8, amplitude=1e-9) + Gaussian(amplitude=1e-10, mean=5.0, sigma=1.5)
        start = truth.with_values(index=2.5, amplitude_1=5e-10, amplitude_2=5e-11, mean=4.0, sigma=1.0)
        result = lp.fit(asimov(cube, truth), start)
        assert result.success
        for p in result.model.parameters:
            assert p.value == pytest.approx(truth[p.name].value, rel=0.01), p.name

    def test_a_shared_amplitude_is_one_parameter_of_the_fit(self, cube):
        truth = (PowerLaw(index=3, amplitude=2e-11) + PowerLaw(index=2, amplitude=2e-11)).link(
            "amplitude_1", "amplitude_2"
        )
        assert truth.norm == "amplitude"
        result = lp.fit(asimov(cube, truth), truth.with_values(index_1=3.3, index_2=1.8, amplitude=1e-12))
        assert result.success
        assert result.n_free == 3
        assert result.model["amplitude"].value == pytest.approx(2e-11, rel=0.01)
        first, second = result.model.models
        assert first["amplitude"].value == second["amplitude"].value == result.model["amplitude"].value
        assert first["amplitude"].error == result.model["amplitude"].error > 0

    def test_a_sum_has_no_norm_and_its_health_does_not_need_one(self, cube):
        model = PowerLaw(index=3, amplitude=3e-11) + Scale(PowerLaw(index=2, amplitude=1e-12)).freeze("norm")
        assert model.norm == ""
        assert lp.fit(asimov(cube, model), model).health == ()


class TestPriors:
    TRUTH = PowerLaw(index=2.5, amplitude=4e-11)

    def test_a_narrow_prior_wins_and_a_wide_one_loses(self, cube):
        data = asimov(cube, self.TRUTH)
        free = lp.fit(data, self.TRUTH)
        narrow = lp.fit(data, self.TRUTH.with_prior("index", GaussianPrior(2.3, 1e-4)))
        wide = lp.fit(data, self.TRUTH.with_prior("index", GaussianPrior(2.3, 1e3)))
        assert narrow.model["index"].value == pytest.approx(2.3, abs=1e-4)
        assert wide.model["index"].value == pytest.approx(free.model["index"].value, abs=1e-4)
        assert wide.model["index"].error == pytest.approx(free.model["index"].error, rel=1e-3)

    def test_errors_and_values_combine_as_two_measurements(self, cube):
        data = asimov(cube, self.TRUTH.with_values(amplitude=4e-9))  # many counts: a parabola
        start = self.TRUTH.freeze("amplitude").with_values(amplitude=4e-9)
        free = lp.fit(data, start)
        index, error = free.model["index"].value, free.model["index"].error
        prior = GaussianPrior(index + error, error)
        result = lp.fit(data, start.with_prior("index", prior))
        assert result.model["index"].value == pytest.approx(index + error / 2, abs=0.01 * error)
        assert result.model["index"].error == pytest.approx(error / math.sqrt(2), rel=0.01)
        assert result.prior_stat == pytest.approx(0.25, rel=0.05)
        assert result.stat == pytest.approx(free.stat + 0.25, abs=0.02)
        assert "priors: 0.2" in repr(result)
        assert ", priors 0.2" in result._repr_html_()
        assert "priors" not in repr(free) + free._repr_html_()

    def test_a_weight_multiplies_the_term(self, cube):
        data = asimov(cube, self.TRUTH)
        twice = lp.fit(data, self.TRUTH.with_prior("index", GaussianPrior(2.3, 0.1, weight=2)))
        narrower = lp.fit(data, self.TRUTH.with_prior("index", GaussianPrior(2.3, 0.1 / math.sqrt(2))))
        assert twice.model["index"].value == pytest.approx(narrower.model["index"].value, rel=1e-6)
        assert twice.prior_stat == pytest.approx(narrower.prior_stat, rel=1e-4)

    def test_a_uniform_prior_holds_the_parameter_inside(self, cube):
        data = asimov(cube, self.TRUTH)
        result = lp.fit(data, self.TRUTH.with_values(index=2.1).with_prior("index", UniformPrior(2.0, 2.2)))
        assert result.model["index"].value == pytest.approx(2.2, abs=1e-3)
        assert result.prior_stat == 0
        assert any("index rests on its limit" in note for note in result.health)
        loose = lp.fit(data, self.TRUTH.with_prior("index", UniformPrior(1.0, 4.0)))
        assert loose.model["index"].value == pytest.approx(
            lp.fit(data, self.TRUTH).model["index"].value, rel=1e-4
        )

    def test_a_log_uniform_prior_draws_down_by_what_its_slope_is_worth(self, cube):
        """Near the minimum its slope 2 / x moves the best fit by error² / x."""
        data = asimov(cube, self.TRUTH)
        free = lp.fit(data, self.TRUTH)
        value, error = free.model["amplitude"].value, free.model["amplitude"].error
        result = lp.fit(data, self.TRUTH.with_prior("amplitude", LogUniformPrior(1e-14, 1e-9)))
        moved = (value - result.model["amplitude"].value) / (error**2 / value)
        assert moved == pytest.approx(1, abs=0.15)
        assert result.prior_stat == pytest.approx(2 * math.log(result.model["amplitude"].value / 1e-14))

    def test_a_start_outside_a_uniform_prior_is_refused(self, cube):
        with pytest.raises(SettingsError, match=r"start value of index lies outside its limits; found 2\.5"):
            lp.fit(cube, self.TRUTH.with_prior("index", UniformPrior(2.6, 3.0)))

    def test_a_prior_of_a_frozen_parameter_adds_nothing(self, cube):
        start = self.TRUTH.with_prior("index", GaussianPrior(5.0, 0.1)).freeze("index")
        assert lp.fit(cube, start).prior_stat == 0
