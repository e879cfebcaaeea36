from __future__ import annotations

import ipywidgets as w
import pytest


def controls(dashboard):
    """Return the control widgets by their hook."""
    found = {}

    def visit(widget):
        for name in getattr(widget, "_dom_classes", ()):
            if name.startswith("lp-control-"):
                found[name.removeprefix("lp-control-")] = widget
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(dashboard.widget)
    return found


def test_every_control_has_its_hook_and_a_visible_label(dashboard):
    found = controls(dashboard)
    assert {
        "store", "target", "radius", "energy-min", "energy-max", "bins-per-decade", "model", "stack", "fit",
    } <= set(found)  # fmt: skip
    assert all(widget.description for widget in found.values())


@pytest.mark.parametrize(
    ("hook", "trait", "value"),
    [
        ("radius", "radius", 0.2),
        ("energy-min", "energy_min", 0.3),
        ("energy-max", "energy_max", 20.0),
        ("bins-per-decade", "bins_per_decade", 7),
        ("model", "model", "power-law"),
        ("stack", "stacked", True),
        ("live", "live", False),
        ("target", "target", "Empty field (simulated)"),
    ],
)
def test_control_and_state_follow_each_other(dashboard, hook, trait, value):
    widget, state = controls(dashboard)[hook], dashboard.state
    before = getattr(state, trait)
    assert widget.value == before
    widget.value = value
    assert getattr(state, trait) == value
    setattr(state, trait, before)
    assert widget.value == before


def test_nonsense_comes_back_clamped_with_a_sentence_beside_the_control(dashboard):
    widget = dashboard.energy.minimum
    widget.value = -3
    assert widget.value == dashboard.state.energy_min == 0.01
    notices = [child for child in dashboard.energy.box.children if "lp-notice" in child._dom_classes]
    shown = [notice for notice in notices if notice.value]
    assert len(shown) == 1
    assert "outside 0.01 to 100 TeV" in shown[0].value
    widget.value = 0.5
    assert not any(notice.value for notice in notices)


def test_a_message_with_a_wild_value_does_not_hurt(dashboard):
    # As the browser would send it, past every limit that the page sets.
    dashboard.energy.maximum.set_state({"value": 1e300})
    dashboard.region.radius.set_state({"value": -5})
    dashboard.schedule.flush()
    assert dashboard.state.energy_max == 300
    assert dashboard.state.radius == 0.02


def test_the_fit_button_asks_for_a_fit(dashboard):
    before = dashboard.state.outcome
    dashboard.model.fit.click()
    assert dashboard.state.status == "working"
    dashboard.schedule.flush()
    assert dashboard.state.outcome is not before


def test_a_hint_says_that_fit_waits_to_be_pressed(dashboard):
    dashboard.model.live.value = False
    dashboard.region.radius.value = 0.3
    assert "press Fit" in dashboard.model.hint.value
    dashboard.model.fit.click()
    assert dashboard.model.hint.value == ""


def test_new_targets_do_not_choose_one_by_themselves(make, demo_path):
    dashboard = make(demo_path, drawn=False)
    assert dashboard.data.target.value is None
    dashboard.schedule.flush()
    assert dashboard.data.target.options == dashboard.state.targets
    assert dashboard.data.target.value == dashboard.state.target == "Crab Nebula (simulated)"


def test_the_theme_is_a_class_on_the_root(dashboard):
    choice = dashboard.appearance.choice
    for name in ("dark", "light", "system"):
        choice.value = name
        classes = set(dashboard.widget._dom_classes)
        assert classes & {"lp-dark", "lp-light"} == ({f"lp-{name}"} - {"lp-system"})
    assert isinstance(choice, w.Dropdown)
