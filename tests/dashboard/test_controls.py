from __future__ import annotations

import ipywidgets as w
import pytest

from lightpool_dashboard.inputs import LIMITS


def controls(root):
    """Return the control widgets below a dashboard or a widget by their hook."""
    found = {}

    def visit(widget):
        for name in getattr(widget, "_dom_classes", ()):
            if name.startswith("lp-control-"):
                found[name.removeprefix("lp-control-")] = widget
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(getattr(root, "widget", root))
    return found


def shown(root):
    """Return the sentences that stand beside the controls."""
    if "lp-notice" in getattr(root, "_dom_classes", ()):
        return root.value
    return "".join(shown(child) for child in getattr(root, "children", ()))


def test_every_control_has_its_hook_and_a_visible_label(dashboard):
    found = controls(dashboard)
    assert {
        "store", "target", "radius", "energy-min", "energy-max", "bins-per-decade", "model", "time-bin",
        "background", "stack", "fit", "cancel",
    } <= set(found)  # fmt: skip
    assert [name for name, widget in found.items() if not widget.description] == []
    found = {name: widget for panel in panels(dashboard.widget) for name, widget in controls(panel).items()}
    named = {name: getattr(widget, "number", widget) for name, widget in found.items()}
    tips = {name: getattr(widget, "tooltips", None) or widget.tooltip for name, widget in named.items()}
    assert len(tips) > 40
    assert [name for name, tip in tips.items() if not tip] == []


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
        ("background", "background", "wobble"),
        ("n-off", "n_off", 3),
        ("aeff-percent", "aeff_percent", 20.0),
        ("bias-percent", "bias_percent", 5.0),
        ("offset-max", "offset_max", 1.5),
        ("threshold", "threshold", 0.8),
        ("fit-min", "fit_min", 0.9),
        ("fit-max", "fit_max", 9.0),
        ("alpha-systematic", "alpha_systematic", 1.5),
        ("minos", "minos", True),
        ("points-min", "points_min", 1.0),
        ("points-max", "points_max", 20.0),
        ("points-n", "points_n", 6),
        ("ul-method", "ul_method", "rolke"),
        ("ul-sigma", "ul_sigma", 3.0),
        ("time-bin", "time_bin", "duration"),
        ("time-minutes", "time_minutes", 10.0),
        ("time-sigma", "time_sigma", 7.0),
        ("time-counts", "time_counts", 80),
        ("ring-inner", "ring_inner", 0.7),
        ("ring-width", "ring_width", 0.4),
        ("correlation-radius", "correlation_radius", 0.2),
        ("map-width", "map_width", 2.0),
        ("map-energy-min", "map_energy_min", 1.0),
        ("map-energy-max", "map_energy_max", 10.0),
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


def test_every_number_of_the_state_has_a_control_that_answers_nonsense_beside_it(dashboard):
    found, state = controls(dashboard), dashboard.state
    for name, limits in LIMITS.items():
        widget = found[name.replace("_", "-")]
        widget.value = -7
        assert getattr(state, name) == widget.value == limits.low
        text = shown(dashboard.widget)
        assert f"{limits.label} -7" in text, name
        setattr(state, name, limits.high)
        assert f"{limits.label} -7" not in shown(dashboard.widget)


def test_a_message_with_a_wild_value_does_not_hurt(dashboard):
    # As the browser would send it, past every limit that the page sets.
    dashboard.energy.maximum.set_state({"value": 1e300})
    dashboard.region.radius.number.set_state({"value": -5})
    dashboard.schedule.flush()
    assert dashboard.state.energy_max == 300
    assert dashboard.state.radius == 0.02


def test_the_fit_button_asks_for_a_fit(dashboard):
    dashboard.model.live.value = False
    dashboard.region.radius.value = 0.3
    dashboard.schedule.flush()
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


def panels(root):
    """Return the panels below a widget."""
    if "lp-panel" in getattr(root, "_dom_classes", ()):
        return [root]
    return [panel for child in getattr(root, "children", ()) for panel in panels(child)]


def test_a_panel_is_folded_by_its_heading_and_the_principal_ones_are_open(dashboard):
    opened = {}
    for panel in panels(dashboard.widget):
        heading = panel.children[0]
        assert isinstance(heading, w.ToggleButton)  # the browser folds, by click, Enter and space bar
        opened[heading.description] = heading.value
    assert {name for name, is_open in opened.items() if not is_open} >= {"Safe energies", "Ring map"}
    assert {name for name, is_open in opened.items() if is_open} >= {
        "Data", "Region", "Background", "Energy", "Fit", "Time",
    }  # fmt: skip


def test_the_number_of_a_time_binning_shows_with_its_method(dashboard):
    panel, state = dashboard.time_bins, dashboard.state
    for method in ("run", "night", "duration", "significance", "counts", "blocks"):
        state.time_bin = method
        visible = {k for k, field in panel.numbers.items() if "lp-gone" not in field._dom_classes}
        assert visible == {method} & set(panel.numbers)


def test_safe_mask_methods_are_combined_by_check_boxes(dashboard):
    panel, state = dashboard.safe_mask, dashboard.state
    assert state.safe_mask == ("aeff-max",)
    panel.methods["edisp-bias"].value = True
    assert state.safe_mask == ("aeff-max", "edisp-bias")
    panel.methods["aeff-max"].value = False
    assert state.safe_mask == ("edisp-bias",)
    state.safe_mask = ("aeff-max", "bkg-peak")
    assert [name for name, check in panel.methods.items() if check.value] == ["aeff-max", "bkg-peak"]
    assert state.safe_mask == ("aeff-max", "bkg-peak")  # no echo of a half-changed set


def test_a_position_is_typed_in_words_and_reset(dashboard):
    panel, state = dashboard.data, dashboard.state
    catalogue = panel.position.value
    panel.position.value = "05:34:31.9 +22:30:00"
    assert state.position == (83.632917, 22.5)
    assert panel.position.value == "83.6329 +22.5000"
    assert "from the catalogue position" in panel.hint.value
    dashboard.schedule.flush()
    assert state.outcome.settings.reduction.on_region.lat == 22.5
    panel.reset.click()
    assert state.position is None
    assert panel.position.value == catalogue
    assert panel.hint.value == ""


@pytest.mark.parametrize("text", ["somewhere <b>", "83.6", "83.6 +95", "25:00:00 99:00:00", ""])
def test_a_position_of_nonsense_is_answered_and_stays_to_be_mended(dashboard, text):
    panel, state = dashboard.data, dashboard.state
    panel.position.value = text
    assert state.position is None
    assert panel.position.value == text
    sentences = shown(panel.box)
    assert "not understood" in sentences or "no place on the sky" in sentences
    assert "<b>" not in sentences
    panel.position.value = "83.6 22"
    assert shown(panel.box) == ""


def test_excluded_circles_are_added_edited_and_removed(dashboard):
    circles, state = dashboard.region.exclusion, dashboard.state
    assert state.exclusion is None
    assert len(circles.rows) == 1  # what is known for the field of the Crab
    assert "known for this field" in circles.heading.value
    known = circles.circles()[0]
    circles.add.click()
    assert state.exclusion[0] == pytest.approx((*known[:3], known[3]))
    assert len(circles.rows) == len(state.exclusion) == 2
    circles.rows[1].position.value = "84 23"
    circles.rows[1].radius.value = 0.3
    assert state.exclusion[1] == (84.0, 23.0, 0.3, "")
    circles.rows[0].remove.click()
    assert state.exclusion == ((84.0, 23.0, 0.3, ""),)
    assert circles.rows[0].position.value == "84.0000 +23.0000"
    circles.rows[0].remove.click()
    assert state.exclusion == ()
    assert "no circle" in circles.heading.value
    circles.reset.click()
    assert state.exclusion is None
    assert len(circles.rows) == 1


def test_an_excluded_circle_of_nonsense_is_answered(dashboard):
    circles, state = dashboard.region.exclusion, dashboard.state
    row = circles.rows[0]
    row.radius.value = -2
    assert state.exclusion is None
    assert row.radius.value == 0.5
    assert "a radius above 0" in shown(dashboard.region.box)
    row.position.value = "nowhere"
    assert "not understood" in shown(dashboard.region.box)
    row.position.value = "80 21"
    assert state.exclusion[0][:2] == (80.0, 21.0)
    assert shown(dashboard.region.box) == ""


def test_a_slider_shows_a_value_between_its_steps_by_finer_ones(dashboard):
    radius, state = dashboard.region.radius.slider, dashboard.state
    assert radius.step == 0.01
    state.radius = 0.1118
    # The browser puts the handle on the nearest step and sends that back: there must be one.
    assert radius.value == 0.1118
    assert (radius.value - radius.min) / radius.step == pytest.approx(round((0.1118 - 0.02) / radius.step))
    radius.value = 0.11180000000000001
    assert state.radius == 0.1118
    state.radius = 0.2
    assert radius.step == 0.01


@pytest.mark.parametrize(("hook", "trait"), [("radius", "radius"), ("ring-inner", "ring_inner")])
def test_a_number_beside_a_slider_is_taken_as_it_is_typed(dashboard, hook, trait):
    control, state = controls(dashboard)[hook], dashboard.state
    control.number.value = 0.11347
    assert getattr(state, trait) == control.slider.value == 0.11347
    steps = (0.11347 - control.slider.min) / control.slider.step
    assert steps == pytest.approx(round(steps))
    control.slider.value = 0.3
    assert getattr(state, trait) == control.number.value == 0.3


def test_a_typed_number_is_carried_to_link_file_and_script(dashboard):
    dashboard.region.radius.number.value = 0.113
    dashboard.schedule.flush()
    assert dashboard.state.outcome.settings.reduction.on_region.radius == 0.113
    assert "0.113" in dashboard.link()
    assert "0.113 deg" in dashboard.config()
    assert "0.113 deg" in dashboard.script()
