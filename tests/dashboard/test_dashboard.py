from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from lightpool_dashboard import Dashboard
from lightpool_dashboard.schedule import ManualSchedule


def test_two_dashboards_in_one_kernel_do_not_touch_each_other(make):
    one, two = make(), make()
    kept = two.state.outcome
    one.region.radius.value = 0.3
    one.data.target.value = "Empty field (simulated)"
    one.schedule.flush()
    two.schedule.flush()
    assert two.state.radius == 0.11
    assert two.state.outcome is kept
    assert one.state.outcome is not kept
    assert not {id(m) for m in one.sed.figure.marks} & {id(m) for m in two.sed.figure.marks}


@pytest.mark.parametrize("kind", ["path", "text", "store", "mapping"])
def test_data_may_be_a_path_a_store_or_several(kind, make, demo_path, demo_store):
    data = {"path": demo_path, "text": str(demo_path), "store": demo_store, "mapping": {"mine": demo_path}}
    dashboard = make(data[kind])
    assert dashboard.state.stores == (("mine",) if kind == "mapping" else ("demo",))
    assert dashboard.state.status == "ready"


def test_a_folder_that_is_no_store_leaves_a_live_page_with_a_sentence(make, tmp_path):
    dashboard = make(tmp_path)
    assert "DL3 store" in dashboard.state.error
    assert dashboard.state.outcome is None
    dashboard.region.radius.value = 0.2
    dashboard.schedule.flush()
    assert dashboard.state.status == "error"


def test_in_a_kernel_the_work_leaves_the_event_loop_free(demo_store):
    async def session():
        dashboard = Dashboard(demo_store)
        await dashboard.schedule.settled()
        first = dashboard.state.outcome
        for radius in (0.12, 0.13, 0.14, 0.2):
            dashboard.region.radius.value = radius
        await dashboard.schedule.settled()
        dashboard.close()
        return first, dashboard.state

    first, state = asyncio.run(session())
    assert first.settings.reduction.on_region.radius == 0.11
    assert state.outcome.settings.reduction.on_region.radius == 0.2
    assert state.status == "ready"


def test_the_page_bears_the_hooks_that_drive_it(dashboard):
    classes = set()

    def visit(widget):
        classes.update(getattr(widget, "_dom_classes", ()))
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(dashboard.widget)
    views = {f"lp-view-{name}" for name in ("sky", "counts", "sed", "fit", "runs")}
    assert {"lp-dashboard", "lp-status", "lp-summary", "lp-fit-table"} | views <= classes
    assert "lp-dashboard" in dashboard.widget._dom_classes


def test_the_last_line_of_a_cell_shows_it(dashboard):
    bundle = dashboard._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == dashboard.widget.model_id


def test_closing_takes_every_widget_along(demo_store):
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    dashboard = Dashboard(demo_store, schedule=ManualSchedule())
    dashboard.schedule.flush()
    assert set(_instances) > before
    dashboard.close()
    assert set(_instances) - before == set()


def test_the_command_line_needs_no_widgets():
    code = """
import sys, lightpool_dashboard
print([name for name in sys.modules if name.split(".")[0] in ("bqplot", "ipywidgets")])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
