"""``lightpool run`` on the page's YAML finds the numbers of the page, and opens the same page again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from lightpool.analysis import from_config
from lightpool.cli.run import run
from lightpool.errors import SettingsError
from lightpool.load import open_cube
from lightpool_dashboard import Dashboard
from lightpool_dashboard.carry.config import page_config
from lightpool_dashboard.carry.map_config import map_config
from lightpool_dashboard.map_settings import map_settings
from lightpool_dashboard.opening import inputs_from_config
from lightpool_dashboard.schedule import ManualSchedule
from lightpool_dashboard.settings import analysis_settings

from .cases import CASES
from .inputs import every_input
from .same import assert_same_cube, assert_same_outcome


def written(dashboard, path):
    state = dashboard.state
    page_config(state.inputs(), dashboard.controller.library.open(state.store)).write(path)
    return path


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_its_numbers_are_those_of_the_page_and_it_opens_the_same_page(make, demo_path, tmp_path, changes):
    dashboard = make()
    dashboard.state.restore(changes)
    dashboard.schedule.flush()
    assert dashboard.state.error == ""
    path = written(dashboard, tmp_path / "page.yaml")

    plan = from_config(path)
    outcome = dashboard.state.outcome
    assert plan.settings == outcome.settings
    assert_same_outcome(plan.run(), outcome)

    name = dashboard.state.store
    again = Dashboard(
        {"other": tmp_path, name: demo_path},
        schedule=ManualSchedule(),
        start=inputs_from_config(path, {"other": tmp_path, name: demo_path}),
    )
    again.schedule.flush()
    assert again.state.error == ""
    assert again.state.notices == {}
    assert again.state.outcome.settings == outcome.settings
    assert_same_outcome(again.state.outcome, outcome)
    again.close()


def test_asymmetric_errors_are_in_it(dashboard, demo_path, tmp_path):
    dashboard.state.minos = True
    path = written(dashboard, tmp_path / "page.yaml")
    assert from_config(path).settings.minos
    start = inputs_from_config(path, {"demo": demo_path})
    assert start["minos"]
    assert "notices" not in start


def test_the_command_line_finds_the_same(dashboard, tmp_path):
    path = written(dashboard, tmp_path / "page.yaml")
    result = CliRunner().invoke(run, [str(path), "--output", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "out" / "summary.json").read_text())
    outcome = dashboard.state.outcome
    assert found["fit"]["stat"] == outcome.fit.stat
    assert [p["value"] for p in found["fit"]["parameters"]] == list(outcome.fit.model.values)
    assert_same_cube(open_cube(tmp_path / "out" / "cube.nc")[["counts"]], outcome.cube[["counts"]])


@given(every_input)
@settings(max_examples=60, deadline=None)
def test_any_page_opens_again(make_once, inputs):
    """Whatever the inputs: either no analysis can be made of them, or the file opens the same one."""
    dashboard, demo_path, path = make_once
    state = dashboard.state
    store = dashboard.controller.library.open(state.store)
    inputs = replace(inputs, store=state.store, target="Crab Nebula (simulated)", left_out=())
    try:
        expected = analysis_settings(inputs, store)
    except SettingsError:
        return
    page_config(inputs, store).write(path, overwrite=True)
    start = inputs_from_config(path, {state.store: demo_path})
    assert "notices" not in start
    state.restore(start)
    found = analysis_settings(state.inputs(), store)
    assert found == expected
    assert page_config(state.inputs(), store) == page_config(inputs, store)


@given(every_input)
@settings(max_examples=60, deadline=None)
def test_any_map_opens_again(make_once, inputs):
    """The same for the file of the map."""
    dashboard, demo_path, path = make_once
    state = dashboard.state
    store = dashboard.controller.library.open(state.store)
    inputs = replace(inputs, store=state.store, target="Crab Nebula (simulated)", left_out=(1003,))
    try:
        expected = map_settings(inputs, store)
    except SettingsError:
        return
    config = map_config(inputs, store)
    config.write(path, overwrite=True)
    start = inputs_from_config(path, {state.store: demo_path})
    assert "notices" not in start
    state.restore(start)
    assert map_settings(state.inputs(), store) == expected
    assert map_config(state.inputs(), store) == config


@pytest.fixture(scope="module")
def make_once(demo_store, demo_path, tmp_path_factory):
    dashboard = Dashboard(demo_store, schedule=ManualSchedule())
    dashboard.schedule.flush()
    yield dashboard, demo_path, tmp_path_factory.mktemp("config") / "page.yaml"
    dashboard.close()
