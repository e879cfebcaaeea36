from __future__ import annotations

import re

import numpy as np
import pytest

from lightpool.plot_data import run_table
from lightpool_dashboard.views import runs as runs_view


def numbers(dashboard):
    """Return the cells of the table's body as text, a list a row."""
    body = dashboard.runs.table.value.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    return [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def ticked(dashboard):
    shown = [check for check in dashboard.runs.checks if "lp-gone" not in check._dom_classes]
    return {int(check.description.split()[1]): check.value for check in shown}


def test_each_run_has_a_check_box_and_its_numbers(dashboard):
    rows = run_table(dashboard.state.outcome.cube).rows
    assert ticked(dashboard) == {row.obs_id: True for row in rows}
    for cells, row in zip(numbers(dashboard), rows, strict=True):
        assert cells[0] == str(row.obs_id)
        assert cells[1] == f"{row.livetime / 60:.1f}"
        assert cells[4:7] == [str(row.n_off_regions), str(row.n_on), str(row.n_off)]
        assert cells[-1] == f"{row.sqrt_ts:.1f}"


def test_a_run_without_its_tick_takes_no_part_and_stays_in_the_table(dashboard):
    state, table = dashboard.state, dashboard.runs
    obs_ids = state.entry.obs_ids
    table.checks[1].value = False
    assert state.left_out == (obs_ids[1],)
    dashboard.schedule.flush()
    assert state.outcome.observations.obs_ids == (obs_ids[0], *obs_ids[2:])
    assert len(numbers(dashboard)) == len(obs_ids)
    row = numbers(dashboard)[1]
    assert row[0] == str(obs_ids[1])
    assert row[1] != ""  # the index knows its livetime
    assert row[4:] == [""] * (len(row) - 4)
    assert "1 left out" in table.title.value
    table.checks[1].value = True
    dashboard.schedule.flush()
    assert state.left_out == ()
    assert state.outcome.observations.obs_ids == obs_ids


def test_ticks_follow_the_state(dashboard):
    state = dashboard.state
    state.left_out = state.entry.obs_ids[:2]
    assert [value for value in ticked(dashboard).values()][:3] == [False, False, True]
    assert state.left_out == state.entry.obs_ids[:2]  # no echo of a half-changed column


def test_all_none_and_invert(dashboard):
    state, table = dashboard.state, dashboard.runs
    obs_ids = state.entry.obs_ids
    table.none.click()
    assert set(state.left_out) == set(obs_ids)
    dashboard.schedule.flush()
    assert "are left out" in state.error
    assert len(numbers(dashboard)) == len(obs_ids)
    table.all.click()
    assert state.left_out == ()
    table.checks[0].value = False
    table.invert.click()
    assert set(state.left_out) == set(obs_ids[1:])


@pytest.mark.parametrize("k", range(len(runs_view.COLUMNS)))
def test_a_heading_sorts_by_its_column_and_turns_the_order_round(dashboard, k):
    table, column = dashboard.runs, runs_view.COLUMNS[k]
    # The first press sorts by run number already.
    presses = 1 if k else 2
    for _ in range(presses):
        table.heads[k].click()
    first = [column.value(line) for line in table._lines]
    assert np.all(np.diff(first) <= 0) if k else np.all(np.diff(first) >= 0)
    table.heads[k].click()
    second = [column.value(line) for line in table._lines]
    assert second == sorted(first) if k else second == sorted(first, reverse=True)
    assert sum("▲" in head.description or "▼" in head.description for head in table.heads) == 1
    # A tick belongs to the run that stands beside it now.
    line = table._lines[0]
    table.checks[0].value = False
    assert dashboard.state.left_out == (line.obs_id,)


def test_a_long_list_is_turned_over_page_by_page(dashboard, monkeypatch):
    monkeypatch.setattr(runs_view, "PAGE", 2)
    table, state = dashboard.runs, dashboard.state
    table._show()
    assert len(state.entry.obs_ids) == 4
    assert list(ticked(dashboard)) == list(state.entry.obs_ids[:2])
    assert "1 of 2" in table.pages.value
    table.later.click()
    assert list(ticked(dashboard)) == list(state.entry.obs_ids[2:])
    table.later.click()
    assert "2 of 2" in table.pages.value
    table.checks[0].value = False
    assert state.left_out == (state.entry.obs_ids[2],)
    table.earlier.click()
    assert list(ticked(dashboard)) == list(state.entry.obs_ids[:2])


def test_another_target_has_other_runs(dashboard):
    state = dashboard.state
    before = state.entry.obs_ids
    dashboard.runs.checks[0].value = False
    state.target = "Empty field (simulated)"
    dashboard.schedule.flush()
    assert set(ticked(dashboard)) == set(state.entry.obs_ids)
    assert not set(before) & set(ticked(dashboard))
    assert all(ticked(dashboard).values())


def test_all_numbers_change_by_one_message(dashboard, messages):
    dashboard.state.radius = 0.2
    messages.clear()
    dashboard.runs.update(dashboard.state.outcome)
    assert messages == []
    dashboard.schedule.flush()
    assert [names for kind, names in messages if kind == "Checkbox"] == []


def test_a_range_of_runs_is_one_change_of_the_state(dashboard):
    state, table = dashboard.state, dashboard.runs
    obs_ids, changes = state.entry.obs_ids, []
    state.observe(changes.append, names="left_out")
    table.ranges.field.value = f"{obs_ids[2]} {obs_ids[0]} 0 1"  # as the page writes it, from below
    assert state.left_out == obs_ids[:3]
    assert len(changes) == 1
    assert list(ticked(dashboard).values()) == [False, False, False, True]
    table.ranges.field.value = f"{obs_ids[1]} {obs_ids[3]} 1 2"
    assert state.left_out == obs_ids[:1]
    assert len(changes) == 2


def test_a_range_follows_the_order_on_the_page(dashboard):
    state, table = dashboard.state, dashboard.runs
    table.heads[-1].click()  # by significance
    order = [line.obs_id for line in table._lines]
    table.ranges.field.value = f"{order[1]} {order[2]} 0 1"
    assert set(state.left_out) == set(order[1:3])


@pytest.mark.parametrize(
    "text", ["", "1 2", "1 2 1 1", "x y 1 1", "{0} {1} 7 1", "9" * 400 + " {1} 1 1", "{0} {1} 0"]
)
def test_a_range_that_makes_no_sense_changes_nothing(dashboard, text):
    obs_ids = dashboard.state.entry.obs_ids
    dashboard.runs.ranges.field.value = text.format(*obs_ids)
    assert dashboard.state.left_out == ()
    assert dashboard.state.error == ""


def test_a_range_from_a_run_that_is_not_shown_is_the_one_run(dashboard):
    obs_ids = dashboard.state.entry.obs_ids
    dashboard.runs.ranges.field.value = f"7 {obs_ids[1]} 0 1"
    assert dashboard.state.left_out == (obs_ids[1],)
