from __future__ import annotations

import logging

import numpy as np
import pytest

import lightpool as lp
from lightpool_dashboard.settings import ENERGY_TRUE

CRAB = "Crab Nebula (simulated)"


def engine(demo_store, *, radius=0.11, per_decade=10, model=None, stacked=False):
    """Return cube, fit and points of the engine's own functions for the page's defaults."""
    cube = lp.reduce(
        demo_store.select(target=CRAB),
        on_region=lp.circle("83.633 deg", "22.0144 deg", f"{radius} deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=per_decade),
        energy_true=ENERGY_TRUE,
        exclusion=[lp.circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")],
    )
    fitted = lp.stack(cube) if stacked else cube
    fit = lp.fit(fitted, model or lp.ExpCutoffPowerLaw())
    return cube, fit, lp.flux_points(fitted, fit.model, lp.energy_edges("0.7 TeV", "30 TeV", n=10))


@pytest.mark.parametrize(
    ("changes", "arguments"),
    [
        ({}, {}),
        ({"radius": 0.16}, {"radius": 0.16}),
        ({"bins_per_decade": 5}, {"per_decade": 5}),
        ({"model": "power-law"}, {"model": lp.PowerLaw()}),
        ({"stacked": True}, {"stacked": True}),
    ],
)
def test_the_page_finds_what_the_engine_finds(dashboard, demo_store, changes, arguments):
    for name, value in changes.items():
        setattr(dashboard.state, name, value)
    dashboard.schedule.flush()
    cube, fit, points = engine(demo_store, **arguments)
    outcome = dashboard.state.outcome
    np.testing.assert_array_equal(outcome.cube["counts"], cube["counts"])
    np.testing.assert_array_equal(outcome.cube["counts_off"], cube["counts_off"])
    np.testing.assert_allclose(outcome.fit.model.values, fit.model.values, rtol=1e-6)
    np.testing.assert_allclose(outcome.points["norm_ul"], points["norm_ul"], rtol=1e-6)
    assert (dashboard.state.status, dashboard.state.error) == ("ready", "")


def test_the_default_target_is_the_crab_at_its_catalogue_position(dashboard):
    state = dashboard.state
    assert state.target == CRAB
    assert set(state.targets) >= {CRAB, "Empty field (simulated)"}
    region = state.outcome.settings.reduction.on_region
    assert (region.lon, region.lat, region.radius) == (83.633, 22.0144, 0.11)


def test_the_four_runs_of_the_release_are_on_the_page_at_once(make, hess_store):
    state = make(hess_store).state
    assert state.target == "Crab"
    assert state.outcome.observations.obs_ids == (23523, 23526, 23559, 23592)
    assert state.outcome.cube.onoff.n_off_regions.values.tolist() == [12, 12, 41, 36]


def test_status_goes_from_working_to_ready(make):
    dashboard = make(drawn=False)
    seen = [dashboard.state.status]
    dashboard.state.observe(lambda change: seen.append(change.new), names="status")
    dashboard.schedule.flush()
    assert (seen[0], seen[-1]) == ("working", "ready")
    dashboard.state.radius = 0.2
    assert dashboard.state.status == "working"
    dashboard.schedule.flush()
    assert dashboard.state.status == "ready"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"energy_min": 20.0, "energy_max": 1.0}, "must be positive and increase"),
        ({"energy_min": 100.0, "energy_max": 300.0}, "between 100 and 300 TeV"),
        ({"radius": 0.5}, "OFF region"),
    ],
)
def test_what_cannot_be_analysed_is_a_sentence_and_the_last_good_outcome_stays(dashboard, changes, words):
    good = dashboard.state.outcome
    for name, value in changes.items():
        setattr(dashboard.state, name, value)
    dashboard.schedule.flush()
    assert dashboard.state.status == "error"
    assert words in dashboard.state.error
    assert "Error" not in dashboard.state.error
    assert dashboard.state.outcome is good
    dashboard.state.energy_min, dashboard.state.energy_max, dashboard.state.radius = 0.1, 40, 0.12
    dashboard.schedule.flush()
    assert (dashboard.state.status, dashboard.state.error) == ("ready", "")
    assert dashboard.state.outcome is not good


def test_a_bug_in_the_engine_is_logged_and_said_without_its_insides(dashboard, monkeypatch, caplog):
    def broken(*args):
        raise RuntimeError("/secret/path")

    good = dashboard.state.outcome
    monkeypatch.setattr("lightpool_dashboard.controller.analysis_settings", broken)
    with caplog.at_level(logging.ERROR, logger="lightpool_dashboard"):
        dashboard.state.radius = 0.2
        dashboard.schedule.flush()
    assert "internal error (RuntimeError)" in dashboard.state.error
    assert "secret" not in dashboard.state.error
    assert "/secret/path" in caplog.text
    assert dashboard.state.outcome is good


def test_without_following_nothing_happens_until_fit(dashboard):
    state = dashboard.state
    good = state.outcome
    state.live = False
    dashboard.schedule.flush()
    state.radius = 0.2
    dashboard.schedule.flush()
    assert state.pending
    assert state.outcome is good
    state.request_fit()
    dashboard.schedule.flush()
    assert not state.pending
    assert state.outcome.settings.reduction.on_region.radius == 0.2


def test_taking_a_change_back_leaves_nothing_pending(dashboard):
    state = dashboard.state
    state.live = False
    state.radius = 0.2
    assert state.pending
    state.radius = 0.11
    assert not state.pending


def test_other_data_choose_their_own_target(make, demo_path, tmp_path):
    import shutil

    shutil.copytree(demo_path, tmp_path / "copy")
    dashboard = make({"one": demo_path, "two": tmp_path / "copy", "none": tmp_path})
    state = dashboard.state
    state.target = "Empty field (simulated)"
    dashboard.schedule.flush()
    state.store = "two"
    dashboard.schedule.flush()
    assert (state.store, state.target) == ("two", "Empty field (simulated)")
    good = state.outcome
    state.store = "none"
    dashboard.schedule.flush()
    assert "DL3 store" in state.error
    assert state.outcome is good
    state.store = "one"
    dashboard.schedule.flush()
    assert state.error == ""


def test_a_result_for_data_no_longer_chosen_is_dropped(dashboard):
    controller, state = dashboard.controller, dashboard.state
    state.radius = 0.2
    request = controller.prepare()
    done = controller.compute(request)
    state.target = "MSH 15-52 (simulated)"
    before = state.outcome
    controller.finish(request, done)
    assert state.outcome is before
    dashboard.schedule.flush()
    assert state.outcome.settings.source == "MSH 15-52 (simulated)"
    assert state.outcome.settings.reduction.on_region.radius == 0.2


def test_a_result_older_than_the_one_shown_is_dropped(dashboard):
    controller, state = dashboard.controller, dashboard.state
    state.radius = 0.2
    first = controller.prepare()
    state.radius = 0.3
    second = controller.prepare()
    controller.finish(second, controller.compute(second))
    controller.finish(first, controller.compute(first))
    assert state.outcome.settings.reduction.on_region.radius == 0.3
