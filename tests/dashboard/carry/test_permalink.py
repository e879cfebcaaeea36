"""A link opens the page as it was; what somebody else wrote into it does no harm."""

from __future__ import annotations

import string
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lightpool_dashboard.carry.link_text import KEYS
from lightpool_dashboard.carry.permalink import MAX_LENGTH, open_link, permalink, read_link
from lightpool_dashboard.inputs import INPUT_NAMES, LIMITS
from lightpool_dashboard.state import State

from .inputs import every_input


def opened(link: str) -> State:
    state = State(stores=("a store", "another"), store="a store")
    open_link(state, link)
    return state


@given(every_input)
@settings(max_examples=300, deadline=None)
def test_every_input_comes_back(inputs):
    link = permalink(inputs)
    state = opened(link)
    assert state.inputs() == inputs
    assert permalink(state.inputs()) == link
    assert state.notices == {}
    assert set(link) <= set(string.ascii_letters + string.digits + "?&=%,:/.-_~")


@given(every_input, every_input)
@settings(max_examples=50, deadline=None)
def test_a_link_is_the_whole_page_whatever_stood_there_before(inputs, before):
    state = State(stores=("a store",), targets=(before.target,))
    state.restore({name: getattr(before, name) for name in INPUT_NAMES})
    open_link(state, permalink(inputs))
    assert state.inputs() == inputs


def test_it_is_short_and_says_what_differs():
    state = State(stores=("hess",), store="hess", targets=("Crab",), target="Crab")
    assert permalink(state.inputs()) == "?v=1&store=hess&target=Crab"
    state.radius, state.position, state.left_out = 0.12, (83.6, 22.1), (23523, 23526)
    state.exclusion = ((80.4, 21.2, 0.5, "RGB J0521+212"),)
    assert permalink(state.inputs()) == (
        "?v=1&store=hess&target=Crab&at=83.6,22.1&without=23523,23526&radius=0.12"
        "&exclude=80.4,21.2,0.5,RGB%20J0521%2B212"
    )


def test_one_that_would_be_too_long_is_none():
    circles = tuple((float(k), 0.0, 1.0, "\N{GREEK SMALL LETTER ALPHA}" * 60) for k in range(50))
    assert permalink(replace(State().inputs(), exclusion=circles)) == ""


def test_nothing_asked_changes_nothing():
    state = State(stores=("a store",), store="a store")
    state.radius = 0.3
    open_link(state, "")
    assert state.radius == 0.3
    assert state.notices == {}


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("?v=7&radius=0.2", "version 7"),
        ("?shape=square", "The link says shape, which this page does not know"),
        ("?radius=wide", "The link's radius=wide was not taken: a number was expected"),
        ("?radius=nan", "a number was expected"),
        ("?bins=1e400", "a number was expected"),
        ("?bins=3.5", "a whole number was expected"),
        ("?stacked=maybe", "0 or 1 was expected"),
        ("?model=<script>alert(1)</script>", "The link's model was not taken"),
        ("?store=/etc/passwd", "The link's store was not taken"),
        ("?store=../../secret", "The link's store was not taken"),
        ("?at=83", "two values parted by a comma"),
        ("?at=83,123", "The link's at was not taken"),
        ("?safe_mask=all", "The link's safe_mask was not taken"),
        ("?exclude=1,2", "a number was expected"),
        ("?exclude=1,2,-3", "The link's exclude was not taken"),
        ("?par=__class__.x,1", "the name of a parameter was expected"),
        ("?par=index,1,maybe", "frozen or free was expected"),
        ("?span=yesterday,now", "a UTC time was expected"),
        ("?target=" + "x" * 300, "The link's target is too long"),
        ("?" + "&".join(f"k{i}=1" for i in range(400)), "too many things at once"),
        ("?" + "&".join(f"k{i}=1" for i in range(20)), "14 more parts of the link"),
        ("?" + "radius=" + "1" * MAX_LENGTH, "longer than 4096 characters"),
    ],
)
def test_what_cannot_be_taken_is_said(link, sentence):
    state = opened(link)
    assert sentence in state.notices["query"]
    assert len(state.notices["query"]) < 2000
    assert state.store == "a store"
    assert state.model == State().model


@pytest.mark.parametrize("name", [name for name in LIMITS])
def test_a_number_out_of_range_is_clamped(name):
    state = opened(f"?{KEYS[name]}=100000000")
    assert getattr(state, name) == LIMITS[name].high
    assert "is taken" in state.notices[name]


_KEYS = st.sampled_from([*KEYS.values(), "v", "shape"])


@given(st.lists(st.tuples(_KEYS, st.text(max_size=30))), st.text(max_size=200))
@settings(max_examples=300, deadline=None)
@example([("bins", "9" * 30)], "%")
@example([("n_off", "1e12"), ("left_out", "1e300")], "&&==")
@example([("par", "index,nan,free,inf,-inf"), ("exclude", "none"), ("exclude", "none")], "")
def test_no_text_breaks_it(pairs, rest):
    link = "?" + "&".join(f"{key}={quote(value, safe=',')}" for key, value in pairs) + rest
    state = opened(link)
    taken = state.inputs()
    for name, limits in LIMITS.items():
        value = getattr(taken, name)
        assert limits.low <= value <= limits.high or (limits.off and value == 0)
    assert taken.store in ("a store", "another")
    assert read_link(permalink(taken)).sentences == ()


def test_a_target_that_the_store_does_not_have_is_replaced_in_words(dashboard):
    open_link(dashboard.state, "?target=%3Cb%3ECrab&radius=0.2")
    dashboard.schedule.flush()
    assert dashboard.state.target == "Crab Nebula (simulated)"
    assert dashboard.state.radius == 0.2
    assert "has no target <b>Crab; Crab Nebula (simulated) is shown" in dashboard.state.notices["target"]
    dashboard.state.target = "Empty field (simulated)"
    assert "target" not in dashboard.state.notices


def test_a_link_beats_the_file_that_the_page_was_started_from(make, demo_store):
    dashboard = make()
    dashboard.state.radius = 0.3  # as a file may have it
    dashboard.schedule.flush()
    open_link(dashboard.state, "?v=1&target=Empty%20field%20(simulated)")
    dashboard.schedule.flush()
    assert (dashboard.state.target, dashboard.state.radius) == ("Empty field (simulated)", 0.11)
    assert dashboard.state.outcome.settings.source == "Empty field (simulated)"
