from __future__ import annotations

import numpy as np
import pytest

from lightpool.spectra.parameter import DNDE, Parameter
from lightpool_dashboard.controls.reach import STEPS, reach_of
from lightpool_dashboard.inputs import ParameterChoice


def sentences(dashboard):
    return dashboard.state.notices.get("parameters", "")


def test_each_parameter_of_the_model_has_a_row_that_shows_the_fit(dashboard):
    state, rows = dashboard.state, dashboard.model.parameters.rows
    model = state.outcome.fit.model
    assert list(rows) == list(model.names)
    for parameter in model.parameters:
        row = rows[parameter.name]
        assert row.number.value == pytest.approx(parameter.value, rel=1e-3)
        assert row.frozen.value == parameter.frozen
        assert row.slider.min <= row.slider.value <= row.slider.max
    assert state.trial == ()  # what the fit found is shown, not tried


def test_another_model_has_other_rows_and_the_old_ones_are_closed(dashboard):
    old = dashboard.model.parameters.rows["lambda_"].slider
    dashboard.state.model = "log-parabola"
    assert list(dashboard.model.parameters.rows) == ["amplitude", "reference", "alpha", "beta"]
    assert old.comm is None
    dashboard.schedule.flush()
    assert dashboard.state.trial == ()


def test_a_slider_moves_the_prediction_and_not_the_fit(dashboard):
    state, row = dashboard.state, dashboard.model.parameters.rows["index"]
    kept = state.outcome
    row.slider.value += 20
    dashboard.schedule.flush()
    assert state.outcome is kept
    assert dict(state.trial)["index"] == row.number.value > kept.fit.model["index"].value
    # The others stand where the fit left them.
    assert dict(state.trial)["amplitude"] == kept.fit.model["amplitude"].value
    assert set(dict(state.trial)) == {"index", "amplitude", "lambda_"}
    assert dashboard.counts.trial.visible
    assert f"WStat {state.preview.stat:.1f}" in dashboard.model.trial.value
    total = (state.preview.npred + state.preview.mu_bkg).where(kept.cube["mask_safe"], 0)
    expected = total.sum(("region", "time")).values
    safe = np.flatnonzero(kept.cube["mask_safe"].any(("region", "time")).values)
    drawn = dashboard.counts.trial.y[1:-1:2]
    np.testing.assert_allclose(drawn, np.maximum(expected[safe[0] : safe[-1] + 1], 0.2))


def test_fit_starts_at_the_sliders_and_writes_back_what_it_finds(dashboard):
    state, rows = dashboard.state, dashboard.model.parameters.rows
    best = state.outcome.fit.model
    rows["index"].number.value = 1.0
    dashboard.schedule.flush()
    dashboard.model.fit.click()
    assert dict((choice.name, choice.value) for choice in state.parameters)["index"] == 1.0
    dashboard.schedule.flush()
    assert state.trial == ()
    assert not dashboard.counts.trial.visible
    assert rows["index"].number.value == pytest.approx(best["index"].value, rel=1e-2)
    assert "lp-gone" in dashboard.model._place._dom_classes


def test_back_to_the_fit_drops_what_is_on_trial(dashboard):
    row = dashboard.model.parameters.rows["index"]
    at = row.slider.value
    row.slider.value = at + 9
    dashboard.model.back.click()
    assert row.slider.value == at
    assert dashboard.state.trial == ()


def test_a_fit_far_away_widens_the_slider_first(dashboard):
    row = dashboard.model.parameters.rows["amplitude"]
    row.number.value = 3e-8
    assert dict(dashboard.state.trial)["amplitude"] == 3e-8
    assert row.number.value == 3e-8
    assert 0 < row.slider.value < STEPS
    row.number.value = -1e-12  # has no logarithm
    assert dict(dashboard.state.trial)["amplitude"] == -1e-12
    assert row.slider.value == 0


def test_an_echo_of_the_browser_is_no_choice(dashboard):
    # It sends back what it was told, later than the next value has come.
    row, state = dashboard.model.parameters.rows["index"], dashboard.state
    row.slider.set_state({"value": row.slider.value})
    row.number.set_state({"value": row.number.value})
    assert state.trial == ()
    assert state.parameters == ()


def test_a_frozen_parameter_stays_out_of_the_fit_and_its_value_moves_it(dashboard):
    row, state = dashboard.model.parameters.rows["lambda_"], dashboard.state
    row.frozen.value = True
    dashboard.schedule.flush()
    assert state.outcome.fit.model["lambda_"].frozen
    assert row.slider.disabled
    row.number.value = 0.2
    dashboard.schedule.flush()
    assert state.outcome.fit.model["lambda_"].value == 0.2
    assert state.trial == ()
    row.frozen.value = False
    dashboard.schedule.flush()
    assert not state.outcome.fit.model["lambda_"].frozen


def test_limits_are_typed_and_taken_away_again(dashboard):
    row, state = dashboard.model.parameters.rows["index"], dashboard.state
    row.low.value = "1"
    row.high.value = "2"
    dashboard.schedule.flush()
    index = state.outcome.fit.model["index"]
    assert (index.min, index.max) == (1, 2)
    assert 1 <= index.value <= 2
    row.low.value = row.high.value = ""
    dashboard.schedule.flush()
    assert state.outcome.fit.model["index"].min == -np.inf


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [("abc", "", "must be a number, or empty"), ("3", "1", "must increase"), ("nan", "", "must be a number")],
)
def test_limits_of_nonsense_are_answered(dashboard, low, high, said):
    row, state = dashboard.model.parameters.rows["index"], dashboard.state
    row.high.value = high
    row.low.value = low
    assert said in sentences(dashboard)
    assert all(choice.low is None for choice in state.parameters)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_answered(dashboard, value):
    row, state = dashboard.model.parameters.rows["index"], dashboard.state
    before = row._shown
    row.number.value = value
    assert "must be a number" in sentences(dashboard)
    assert state.trial == ()
    assert row.number.value == before


def test_the_state_refuses_what_no_model_takes(dashboard):
    import traitlets as tl

    state = dashboard.state
    with pytest.raises(tl.TraitError, match="index must be a number"):
        state.trial = (("index", float("nan")),)
    with pytest.raises(tl.TraitError, match="limits of index must increase"):
        state.parameters = (ParameterChoice("index", low=2.0, high=1.0),)


@pytest.mark.parametrize(
    ("parameter", "is_log"),
    [
        (Parameter("amplitude", 1e-12, DNDE), True),
        (Parameter("ebreak", 1.0, "TeV"), True),
        (Parameter("lambda_", 0.1, "TeV-1"), False),
        (Parameter("index", 2.0), False),
    ],
)
def test_a_reach_goes_from_step_to_value_and_back(parameter, is_log):
    reach = reach_of(parameter)
    assert reach.logarithmic == is_log
    for step in (0, 1, 77, STEPS):
        assert abs(reach.step(reach.value(step)) - step) <= 1
    wide = reach.holding(parameter.value * 1e3)
    assert 0 < wide.step(parameter.value * 1e3) < STEPS
    assert reach.holding(parameter.value) == reach
