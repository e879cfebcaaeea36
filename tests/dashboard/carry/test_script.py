"""The script finds the numbers of the page, bit for bit, and says no more than it must."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest
import xarray as xr

from lightpool.analysis import from_config
from lightpool_dashboard import Dashboard
from lightpool_dashboard.carry.script import python_script
from lightpool_dashboard.opening import inputs_from_config
from lightpool_dashboard.schedule import ManualSchedule

from .cases import CASES
from .same import assert_same_cube, assert_same_fit, assert_same_points


def script_of(dashboard) -> str:
    state = dashboard.state
    return python_script(state.inputs(), dashboard.controller.library.open(state.store), state.band)


def run(script: str, capsys) -> dict:
    names: dict = {}
    exec(compile(script, "script", "exec"), names)
    names["printed"] = capsys.readouterr().out
    return names


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_its_numbers_are_those_of_the_page(make, capsys, changes):
    dashboard = make()
    dashboard.state.restore(changes)
    dashboard.schedule.flush()
    outcome = dashboard.state.outcome
    assert dashboard.state.error == ""
    found = run(script_of(dashboard), capsys)
    assert_same_cube(found["cube"], outcome.cube)
    assert_same_cube(found["stacked" if outcome.settings.stacked else "cube"], outcome.fitted)
    assert_same_fit(found["result"], outcome.fit)
    assert_same_points(found["points"], outcome.points)
    assert "FitResult" in found["printed"]


@pytest.mark.parametrize("stacked", [False, True])
def test_the_brushed_span_is_in_it(dashboard, capsys, stacked):
    state = dashboard.state
    start = state.outcome.cube["time_start"].values[0]
    state.span = (str(start), str(start + (state.outcome.cube["time_stop"].values[0] - start) // 2))
    state.stacked = stacked
    dashboard.schedule.flush()
    found = run(script_of(dashboard), capsys)
    assert_same_cube(found["part"], state.span_outcome.cube)
    assert_same_fit(found["part_result"], state.span_outcome.fit)
    assert_same_points(found["part_points"], state.span_outcome.points)
    assert_same_fit(found["result"], state.outcome.fit)


TIMES = {
    "night": {"time_bin": "night"},
    "duration": {"time_bin": "duration", "time_minutes": 20.5, "ul_method": "bounded"},
    "significance": {"time_bin": "significance", "time_sigma": 8.0, "model": "power-law"},
    "counts": {"time_bin": "counts", "time_counts": 120, "alpha_systematic": 1.0},
    "blocks": {"time_bin": "blocks", "fit_min": 0.9, "stacked": True},
}


@pytest.mark.parametrize("changes", TIMES.values(), ids=TIMES)
def test_chosen_time_bins_are_in_it(dashboard, demo_path, tmp_path, capsys, changes):
    state = dashboard.state
    state.restore(changes)
    dashboard.schedule.flush()
    found = run(script_of(dashboard), capsys)
    assert_same_fit(found["result"], state.outcome.fit)
    for name, of_the_page in (("curve", state.series.curve), ("spectra", state.series.spectra)):
        xr.testing.assert_identical(found[name].drop_attrs(), of_the_page.drop_attrs())
    xr.testing.assert_identical(found["varied"], state.series.variability)

    path = tmp_path / "page.yaml"
    path.write_text(dashboard.config())
    outcome = from_config(path).run()
    xr.testing.assert_identical(outcome.light_curve.drop_attrs(), state.series.curve.drop_attrs())
    xr.testing.assert_identical(outcome.time_resolved.drop_attrs(), state.series.spectra.drop_attrs())

    start = inputs_from_config(path, {state.store: demo_path})
    assert "notices" not in start
    assert {name: start[name] for name in changes} == changes


def test_it_is_short(dashboard):
    script = script_of(dashboard)
    statements = ast.parse(script).body
    assert len(statements) == 11  # docstring, import, store, runs, cube, model, fit, points, three prints
    for word in ("safe_mask", "background", "fit_range", "ul_", "alpha", "aeff", "limit", "freeze"):
        assert word not in script
    assert max(map(len, script.splitlines())) <= 110


def test_no_name_gets_out_of_its_quotes(dashboard):
    name = '"""); import os; os.system("x") #\n\\'
    dashboard.state.exclusion = ((83.0, 22.0, 0.1, name),)
    store = replace(dashboard.controller.library.open("demo"), place='a"\\place')
    tree = ast.parse(python_script(dashboard.state.inputs(), store))
    assert [node.names[0].name for node in ast.walk(tree) if isinstance(node, ast.Import)] == ["lightpool"]
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert name in texts
    assert 'a"\\place' in texts


@pytest.mark.data
@pytest.mark.parametrize("where", ["hess-dl3-dr1", "magic/rad_max/data"])
def test_it_holds_on_real_data(data_root, capsys, where):
    schedule = ManualSchedule()
    dashboard = Dashboard(data_root / where, schedule=schedule)
    schedule.flush()
    assert dashboard.state.error == ""
    found = run(script_of(dashboard), capsys)
    assert_same_cube(found["cube"], dashboard.state.outcome.cube)
    assert_same_fit(found["result"], dashboard.state.outcome.fit)
    assert_same_points(found["points"], dashboard.state.outcome.points)
    dashboard.close()
