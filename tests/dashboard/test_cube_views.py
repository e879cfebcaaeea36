"""Views of other questions to the same runs: growth with livetime, the radius, the model."""

from __future__ import annotations

import re

import numpy as np
import pytest

from lightpool.comparison import compare
from lightpool.plot_data import growth, run_table
from lightpool.radius_scan import RADII
from lightpool_dashboard.inputs import MODEL_LABELS


def text(widget) -> str:
    return re.sub(r"<[^>]*>", " ", widget.value)


@pytest.fixture
def few_toys(monkeypatch):
    """Let the goodness of fit be judged by few simulated data sets."""
    monkeypatch.setattr("lightpool_dashboard.tasks.goodness.N_TOYS", 5)


def test_growth_is_that_of_the_cube_and_ends_at_the_total(dashboard):
    cube, view = dashboard.state.outcome.cube, dashboard.growth
    expected = growth(cube)
    np.testing.assert_allclose(view.excess.x, expected.livetime / 3600)
    np.testing.assert_allclose(view.excess.y, expected.excess)
    np.testing.assert_allclose(view.sqrt_ts.y, expected.sqrt_ts)
    np.testing.assert_allclose(view.errors.y[1::3], expected.excess + expected.excess_error)
    assert view.steady_excess.y[-1] == pytest.approx(run_table(cube).total.excess)
    assert view.steady_sqrt_ts.y[-1] == pytest.approx(run_table(cube).total.sqrt_ts)
    hours = expected.livetime[-1] / 3600
    assert f"{expected.sqrt_ts[-1] / np.sqrt(hours):.1f} σ per √h" in view.title.value


def test_each_panel_shows_its_values_in_its_own_strip(dashboard):
    view = dashboard.growth
    for panel, values in zip(view.panels.panels, (view.excess.y, view.sqrt_ts.y), strict=True):
        height = (values - panel.scale.min) / (panel.scale.max - panel.scale.min)
        assert (height > panel.bottom).all()
        assert (height < panel.top).all()
        ticks = (panel.axis.tick_values - panel.scale.min) / (panel.scale.max - panel.scale.min)
        assert ((ticks > panel.bottom) & (ticks < panel.top)).all()


def test_the_radius_is_scanned_when_asked_for_and_the_chosen_one_is_marked(dashboard):
    view, state = dashboard.scan, dashboard.state
    assert state.radius_scan is None
    view.switch.value = True
    dashboard.schedule.flush()
    scan = state.radius_scan
    np.testing.assert_allclose(scan.radius, RADII)
    seen = np.isfinite(scan.sqrt_ts)
    np.testing.assert_allclose(view.sqrt_ts.y, scan.sqrt_ts[seen])
    np.testing.assert_allclose(view.excess.y, scan.excess[seen])
    assert scan.sqrt_ts[RADII.index(0.11)] == pytest.approx(run_table(state.outcome.cube).total.sqrt_ts)
    assert view.best.x[0] == scan.radius[scan.best]
    assert f"Largest at {scan.radius[scan.best]:g}°" in text(view.legend)
    assert view.chosen.x.tolist() == [0.11, 0.11]
    dashboard.region.radius.value = 0.2
    assert view.chosen.x.tolist() == [0.2, 0.2]
    dashboard.schedule.flush()
    assert state.radius_scan is scan  # another radius is no other scan
    view.switch.value = False
    dashboard.schedule.flush()
    assert state.radius_scan is None
    assert "lp-empty" in view.box._dom_classes


def test_models_are_compared_when_asked_for(dashboard, few_toys):
    view, state = dashboard.comparison, dashboard.state
    state.bins_per_decade = 4
    state.model = "power-law"
    dashboard.schedule.flush()
    view.switch.value = True
    dashboard.schedule.flush()
    expected = state.comparison
    rows = re.findall(r"<tr>(.*?)</tr>", view.table.value.split("<tbody>")[1].split("</tbody>")[0])
    cells = [[re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]
    assert len(cells) == len(MODEL_LABELS)
    for row, score in zip(cells, expected.scores, strict=True):
        assert row[0].removesuffix(" (chosen)") == score.name
        assert row[0].endswith("(chosen)") == (score.name == "Power law")
        if score.result is not None:
            assert row[2] == f"{score.result.stat:.1f}"
    best = expected.scores[0]
    assert cells[0][6] == "0, best"
    assert expected.verdict in text(view.table)
    assert set(state.goodness.p_value) == {best.name, "Power law"}
    assert f"p = {state.goodness.p_value['Power law']:.2f} of 5 simulated data sets" in text(view.table)
    again = compare(state.outcome.fitted, {"Power law": state.outcome.settings.model}, n_toys=0)["Power law"]
    assert expected["Power law"].result.stat == pytest.approx(again.result.stat)


def test_a_model_that_cannot_be_fitted_has_a_row_with_the_reason(dashboard, few_toys):
    state = dashboard.state
    dashboard.data.target.value = "Empty field (simulated)"
    state.bins_per_decade = 4
    state.compare = True
    dashboard.schedule.flush()
    failed = [score for score in state.comparison.scores if score.result is None]
    assert failed
    for score in failed:
        assert score.reason.split(".")[0] in text(dashboard.comparison.table).replace("&#x27;", "'")


def test_empty_places_say_what_will_be_there(dashboard):
    hooks = set()

    def visit(widget):
        hooks.update(name for name in getattr(widget, "_dom_classes", ()) if name.startswith("lp-view-"))
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(dashboard.widget)
    wanted = {f"lp-view-{name}" for name in ("sky", "counts", "sed", "time", "ring", "fit", "runs")}
    assert wanted <= hooks
