"""What is dragged and brushed on the figures: an input like any slider."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.sky import separation


def drag(mark, x, y, *, index=0, end=True):
    """Send the messages of the browser while a marker is dragged, and when it is let go."""
    for event in ("drag_start", "drag", "drag_end")[: 3 if end else 2]:
        mark._handle_custom_msgs(mark, {"event": event, "point": {"x": x, "y": y}, "index": index}, [])


def exclude(dashboard):
    """Exclude one circle far outside the picture and one inside; return the first."""
    state = dashboard.state
    lon, lat = state.entry.position
    state.exclusion = ((lon, -lat, 0.2, "far"), (lon + 0.3, lat + 0.3, 0.2, "near"))
    dashboard.schedule.flush()
    assert len(dashboard.sky_handles.excluded.x) == 1
    return state.exclusion[0]


def test_the_on_circle_follows_the_drag_and_the_analysis_the_drop(dashboard):
    sky, handles, state = dashboard.sky, dashboard.sky_handles, dashboard.state
    kept = state.outcome
    lon, lat = handles.on.x[0] + 0.2, handles.on.y[0] + 0.3
    drag(handles.on, lon, lat, end=False)
    np.testing.assert_allclose(sky.on.y.max() - lat, state.radius, rtol=1e-3)
    dashboard.schedule.flush()
    assert state.outcome is kept
    drag(handles.on, lon, lat)
    assert state.position == pytest.approx((lon, lat), abs=1e-6)
    dashboard.schedule.flush()
    region = state.outcome.settings.reduction.on_region
    assert (region.lon, region.lat) == state.position
    assert (handles.on.x[0], handles.on.y[0]) == pytest.approx(state.position)
    assert dashboard.data.position.value == f"{lon:.4f} {lat:+.4f}"


def test_a_click_on_the_handle_is_no_choice(dashboard):
    handles, state = dashboard.sky_handles, dashboard.state
    exclude(dashboard)
    before = state.exclusion
    drag(handles.on, handles.on.x[0], handles.on.y[0])
    drag(handles.excluded, handles.excluded.x[0], handles.excluded.y[0])
    assert state.position is None
    assert state.exclusion is before


@pytest.mark.parametrize("point", [None, {}, {"x": "a", "y": 1}, {"x": float("nan"), "y": 1}, {"y": 1}])
def test_a_drag_to_nowhere_is_ignored(dashboard, point):
    state, content = dashboard.state, {"event": "drag_end", "point": point, "index": 7}
    for mark in (dashboard.sky_handles.on, dashboard.sky_handles.excluded, dashboard.counts_handles.tab):
        mark._handle_custom_msgs(mark, content, [])
    assert (state.position, state.exclusion, state.threshold, state.error) == (None, None, 0, "")


def test_a_drag_beyond_the_pole_ends_there(dashboard):
    drag(dashboard.sky_handles.on, 800.0, 95.0)
    assert dashboard.state.position == (80.0, 90.0)


def test_an_excluded_circle_is_dragged_by_its_centre(dashboard):
    sky, handles, state = dashboard.sky, dashboard.sky_handles, dashboard.state
    far = exclude(dashboard)
    known = state.exclusion[1]
    lon, lat = handles.excluded.x[0] + 0.4, handles.excluded.y[0] + 0.1
    drag(handles.excluded, lon, lat, end=False)
    assert state.exclusion[1] == known
    assert sky.excluded.y.max() == pytest.approx(lat + known[2], abs=0.01)
    drag(handles.excluded, lon, lat)
    assert state.exclusion[0] == far
    assert separation(*state.exclusion[1][:2], lon, lat) < 1e-5
    assert state.exclusion[1][2:] == known[2:]
    dashboard.schedule.flush()
    assert handles.excluded.x[0] == pytest.approx(lon, abs=1e-5)
    drag(handles.excluded, lon, lat + 1, index=3)  # there is no such circle
    assert state.exclusion[1][1] == pytest.approx(lat, abs=1e-5)


def test_the_threshold_is_dragged_by_its_tab_and_taken_away_at_the_left_end(dashboard):
    handles, state = dashboard.counts_handles, dashboard.state
    assert not handles.threshold.visible
    drag(handles.tab, 2.0, 1.05, end=False)
    assert handles.threshold.x[0] == 2.0
    assert state.threshold == 0
    drag(handles.tab, 2.0, 1.05)
    assert state.threshold == 2.0
    dashboard.schedule.flush()
    edges = state.outcome.cube["energy_edges"].values
    safe = state.outcome.cube["mask_safe"].any(("region", "time")).values
    assert edges[:-1][safe].min() >= 2.0 - 1e-9
    assert handles.tab.x[0] == 2.0
    drag(handles.tab, edges[0] * 0.9, 1.05)
    assert state.threshold == 0
    assert handles.tab.x[0] == pytest.approx(edges[0])
    assert not handles.threshold.visible


def brush(view, selected):
    view.brush.set_state({"brushing": True})
    view.brush.selected = np.array([0.5, 0.51]) if selected is None else np.array(selected)
    assert view.brush.brushing
    view.brush.selected = None if selected is None else np.array(selected)
    view.brush.set_state({"brushing": False})


def test_the_fit_range_is_brushed_typed_and_cleared(dashboard):
    handles, state = dashboard.counts_handles, dashboard.state
    brush(handles, [1.0, 10.0])
    assert (state.fit_min, state.fit_max) == (1.0, 10.0)
    assert (dashboard.model.fit_min.value, dashboard.model.fit_max.value) == (1.0, 10.0)
    dashboard.schedule.flush()
    assert state.outcome.fit.fit_range == (1.0, 10.0)
    state.fit_min = 2.0
    np.testing.assert_allclose(handles.brush.selected, [2.0, 10.0])
    brush(handles, None)  # a click
    assert (state.fit_min, state.fit_max) == (0, 0)
    state.fit_max = 5.0
    np.testing.assert_allclose(handles.brush.selected, [handles._edges[0], 5.0])
    assert state.fit_min == 0  # an open end stays open
    dashboard.model.whole.click()
    assert (state.fit_min, state.fit_max) == (0, 0)
    assert handles.brush.selected is None


def test_nothing_is_fitted_while_the_brush_moves(dashboard):
    handles, state = dashboard.counts_handles, dashboard.state
    handles.brush.set_state({"brushing": True})
    handles.brush.selected = np.array([1.0, 10.0])
    assert (state.fit_min, state.fit_max) == (0, 0)


@pytest.mark.parametrize("selected", [[1.0, 1.01], [np.nan, 2.0], [5.0]])
def test_a_brush_without_a_bin_in_it_is_no_range(dashboard, selected):
    state = dashboard.state
    state.fit_min, state.fit_max = 1.0, 10.0
    brush(dashboard.counts_handles, selected)
    if len(selected) == 2 and np.isfinite(selected).all():
        assert (state.fit_min, state.fit_max) == (1.0, 10.0)
        np.testing.assert_allclose(dashboard.counts_handles.brush.selected, [1.0, 10.0])
    else:
        assert (state.fit_min, state.fit_max) == (0, 0)


def test_progress_is_shown_with_a_button_that_cancels(dashboard):
    view, state = dashboard.progress, dashboard.state
    assert "lp-idle" in view.box._dom_classes
    state.progress = ("Spectrum: <runs>", 3, 12)
    assert "lp-idle" not in view.box._dom_classes
    assert "Spectrum: &lt;runs&gt;, 3 of 12" in view.text.value
    assert view.bar.value == 0.25
    before = state.cancel_requests
    view.cancel.click()
    assert state.cancel_requests == before + 1
    state.progress = ()
    assert "lp-idle" in view.box._dom_classes


def test_a_trial_that_cannot_be_had_is_said_in_the_view(dashboard):
    state = dashboard.state
    state.trial = (("index", 2.0),)
    state.energy_min, state.energy_max = 30.0, 20.0
    dashboard.schedule.flush()
    assert "must be positive and increase" in dashboard.counts_handles.problem.value
