from __future__ import annotations

import asyncio
import logging
import time

import numpy as np
import pytest

import lightpool as lp
from lightpool_dashboard.controller import Controller
from lightpool_dashboard.inputs import ParameterChoice
from lightpool_dashboard.library import Library
from lightpool_dashboard.schedule import LoopSchedule
from lightpool_dashboard.settings import ENERGY_TRUE
from lightpool_dashboard.state import State
from lightpool_dashboard.tasks import SPECTRUM, Task

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
    monkeypatch.setattr("lightpool_dashboard.tasks.spectrum.analysis_settings", broken)
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
    run, state = dashboard.controller.runs["outcome"], dashboard.state
    state.radius = 0.2
    request = run.prepare()
    done = run.compute(request)
    state.target = "MSH 15-52 (simulated)"
    before = state.outcome
    run.finish(request, done)
    assert state.outcome is before
    dashboard.schedule.flush()
    assert state.outcome.settings.source == "MSH 15-52 (simulated)"
    assert state.outcome.settings.reduction.on_region.radius == 0.2


def test_a_result_older_than_the_one_shown_is_dropped(dashboard):
    run, state = dashboard.controller.runs["outcome"], dashboard.state
    state.radius = 0.2
    first = run.prepare()
    state.radius = 0.3
    second = run.prepare()
    run.finish(second, run.compute(second))
    run.finish(first, run.compute(first))
    assert state.outcome.settings.reduction.on_region.radius == 0.3


def test_a_change_asks_only_for_what_depends_on_it(dashboard):
    controller, state = dashboard.controller, dashboard.state
    others = [run for run in controller.runs.values() if "map_width" not in run.task.inputs]
    asked = [run.asked for run in others]
    state.map_width = 2.0
    assert [run.asked for run in others] == asked
    kept = state.outcome
    dashboard.schedule.flush()
    assert state.outcome is kept


def test_another_target_forgets_what_belongs_to_one(dashboard):
    state = dashboard.state
    state.position, state.left_out = (83.7, 22.0), (state.outcome.observations.obs_ids[0],)
    state.exclusion = ((83.0, 21.0, 0.2, "star"),)
    dashboard.schedule.flush()
    outcome = state.outcome
    assert outcome.settings.reduction.on_region.lon == 83.7
    assert [circle.name for circle in outcome.settings.reduction.exclusion] == ["star"]
    assert state.left_out[0] not in outcome.observations.obs_ids
    state.target = "Empty field (simulated)"
    assert (state.position, state.left_out, state.exclusion) == (None, (), None)


@pytest.mark.data
def test_a_run_that_points_far_from_its_target_is_left_out_and_named(make, hess_store):
    dashboard = make(hess_store)
    state = dashboard.state
    state.target = "1ES 0414+009"
    assert state.left_out == (28981,)  # it points 7.5 deg away
    assert state.notices["target"] == "left out, far away from 1ES 0414+009: run 28981"
    dashboard.schedule.flush()
    assert state.outcome.observations.obs_ids == (29177, 29556)
    state.target = "Crab"
    assert (state.left_out, state.notices.get("target", "")) == ((), "")


def test_all_runs_left_out_is_a_sentence(dashboard):
    state = dashboard.state
    state.left_out = state.outcome.observations.obs_ids
    dashboard.schedule.flush()
    assert "all runs of Crab Nebula (simulated) are left out" in state.error


def test_what_was_chosen_for_a_parameter_reaches_the_fit(dashboard):
    state = dashboard.state
    state.parameters = (
        ParameterChoice("index", value=2.4, frozen=True),
        ParameterChoice("lambda_", low=0.0, high=0.5),
        ParameterChoice("beta", value=1.0),  # of another model
    )
    dashboard.schedule.flush()
    model = state.outcome.fit.model
    assert (model["index"].value, model["index"].frozen) == (2.4, True)
    assert (model["lambda_"].min, model["lambda_"].max) == (0.0, 0.5)


def test_a_slider_of_the_model_moves_the_prediction_and_not_the_fit(dashboard):
    state = dashboard.state
    kept = state.outcome
    best = dict(zip(kept.fit.model.names, kept.fit.model.values, strict=True))
    state.trial = tuple(best.items())
    dashboard.schedule.flush()
    assert state.outcome is kept
    np.testing.assert_allclose(state.preview.npred, kept.fit.npred)
    np.testing.assert_allclose(state.preview.stat, kept.fit.stat)
    state.trial = (*((n, v) for n, v in best.items() if n != "index"), ("index", best["index"] + 0.5))
    dashboard.schedule.flush()
    assert state.preview.stat > kept.fit.stat + 1
    assert state.outcome is kept
    state.request_fit()
    dashboard.schedule.flush()
    assert state.trial == ()
    assert state.preview is None
    assert state.outcome is not kept
    np.testing.assert_allclose(state.outcome.fit.model.values, kept.fit.model.values, rtol=1e-3)


def test_a_span_of_time_has_its_own_spectrum(dashboard):
    state = dashboard.state
    cube = state.outcome.cube
    start, stop = cube["time_start"].values[0], cube["time_stop"].values[0]
    state.span = (str(start), str(stop))
    dashboard.schedule.flush()
    part = state.span_outcome
    assert part.cube.sizes["time"] == 1
    np.testing.assert_array_equal(part.cube["counts"].values[0, 0], cube["counts"].values[0, 0])
    state.span = None
    dashboard.schedule.flush()
    assert state.span_outcome is None


def test_a_span_without_data_is_a_sentence_of_its_own(dashboard):
    state = dashboard.state
    state.span = ("2001-01-01T00:00:00", "2001-01-01T01:00:00")
    dashboard.schedule.flush()
    assert state.error == ""
    assert "interval" in state.problems["span_outcome"]


class Slow:
    """A task that tells of its steps until it is told to stop, or has done them all."""

    def __init__(self, result="series", priority=5, inputs=("radius",), steps=400):
        self.seen, self.steps = [], steps
        self.task = Task(result, "Slow work", priority, inputs, self.compute)

    def compute(self, inputs, store, tell):
        self.seen.append(inputs.radius)
        for step in range(self.steps):
            tell("step", step, self.steps)
            time.sleep(0.005)
        return inputs.radius


@pytest.fixture
def slow_page(demo_store):
    """Return a function that runs a scenario on a page with the spectrum and one slow task."""

    def run(scenario, **options):
        async def session():
            slow, state, schedule = Slow(**options), State(), LoopSchedule()
            controller = Controller(state, Library({"demo": demo_store}), schedule, (SPECTRUM, slow.task))
            controller.refresh()
            try:
                await scenario(slow, state)
            finally:
                schedule.close()

        asyncio.run(session())

    return run


async def until(condition):
    for _ in range(4000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("waited too long")


def test_long_work_shows_its_progress_and_can_be_cancelled(slow_page):
    async def scenario(slow, state):
        await until(lambda: slow.seen and state.progress)
        assert state.progress[0] == "Slow work: step"
        assert 0 < state.progress[1] < state.progress[2] == 400
        assert state.outcome is not None
        assert state.status == "working"
        state.request_cancel()
        await until(lambda: state.status == "ready")
        assert (state.progress, state.series, state.pending) == ((), None, True)

    slow_page(scenario)


def test_newer_input_wins_over_long_work_that_is_under_way(slow_page):
    async def scenario(slow, state):
        await until(lambda: slow.seen and state.progress)
        slow.steps = 2
        state.radius = 0.2
        await until(lambda: state.status == "ready")
        assert state.series == 0.2
        assert slow.seen == [0.11, 0.2]

    slow_page(scenario)


def test_more_urgent_work_goes_first_and_what_it_pushed_aside_is_done_later(slow_page):
    async def scenario(slow, state):
        await until(lambda: slow.seen and state.progress)
        before, slow.steps = state.outcome, 2
        state.stacked = True  # nothing to the slow task
        await until(lambda: state.status == "ready")
        assert state.outcome is not before
        assert (state.series, slow.seen) == (0.11, [0.11, 0.11])

    slow_page(scenario)
