from __future__ import annotations

import math

import pytest
import traitlets as tl

from lightpool_dashboard.inputs import INPUT_NAMES, LIMITS
from lightpool_dashboard.state import State


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("side", ["low", "high"])
def test_a_number_out_of_limits_is_clamped_and_answered_with_a_sentence(name, side):
    state, limit = State(), getattr(LIMITS[name], side)
    setattr(state, name, limit * 1000 if side == "high" else -1000)
    assert getattr(state, name) == limit
    assert LIMITS[name].label in state.notices[name]
    assert f"{limit:g} is taken" in state.notices[name]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_leaves_the_old_one(value):
    state = State()
    state.energy_min = 0.5
    state.energy_min = value
    assert state.energy_min == 0.5
    assert "must be a number; 0.5 TeV is kept" in state.notices["energy_min"]


def test_the_sentence_goes_with_the_next_sound_value():
    state = State()
    state.radius = 7
    state.energy_max = -1
    state.radius = 0.2
    assert set(state.notices) == {"energy_max"}


def test_the_sentence_stays_when_a_control_repeats_the_clamped_value():
    state = State()
    state.radius = 7
    state.radius = state.radius
    assert set(state.notices) == {"radius"}


def test_rounding_noise_of_a_slider_is_dropped():
    state = State()
    state.radius = 0.12000000000000001
    assert repr(state.radius) == "0.12"


@pytest.mark.parametrize(
    ("name", "value"), [("model", "template"), ("store", "/etc"), ("target", "<script>"), ("radius", "wide")]
)
def test_what_is_not_on_offer_is_refused(name, value):
    state = State()
    before = getattr(state, name)
    with pytest.raises(tl.TraitError):
        setattr(state, name, value)
    assert getattr(state, name) == before


def test_a_snapshot_holds_every_input_and_can_be_compared():
    state = State()
    snapshot = state.inputs()
    assert {name: getattr(snapshot, name) for name in INPUT_NAMES} == {
        name: getattr(state, name) for name in INPUT_NAMES
    }
    state.stacked = True
    assert state.inputs() != snapshot
    state.stacked = False
    assert state.inputs() == snapshot
