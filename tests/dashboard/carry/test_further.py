"""What was asked for beyond the spectrum is carried on: in script, configuration, zip and report."""

from __future__ import annotations

import io
import json
import math
import zipfile

import numpy as np
import pytest
from astropy.table import QTable

from lightpool.analysis import from_config
from lightpool_dashboard import Dashboard
from lightpool_dashboard.inputs import MODEL_LABELS, ParameterChoice
from lightpool_dashboard.opening import inputs_from_config
from lightpool_dashboard.schedule import ManualSchedule

from .same import assert_same_cube, assert_same_fit, assert_same_points

ASKED = {
    "minos": True,
    "compare": True,
    "scan": True,
    "model": "power-law",
    "stacked": True,
    "fit_min": 0.5,
    "alpha_systematic": 1.0,
    "parameters": (ParameterChoice("reference", 2.0), ParameterChoice("lambda_", 0.07, True)),
    "left_out": (1003,),
}


@pytest.fixture(scope="module")
def page(demo_store):
    dashboard = Dashboard(demo_store, schedule=ManualSchedule())
    dashboard.schedule.flush()
    dashboard.state.restore(ASKED)
    dashboard.schedule.flush()
    start, stop = (dashboard.outcome.cube[f"time_{end}"].values.astype("M8[ms]") for end in ("start", "stop"))
    dashboard.state.span = (str(start[0]), str(start[1] + (stop[1] - start[1]) // 2))
    dashboard.schedule.flush()
    assert (dashboard.state.error, dashboard.state.problems) == ("", {})
    yield dashboard
    dashboard.close()


@pytest.fixture(scope="module")
def folder(page, tmp_path_factory):
    page.carry.prepare.click()
    page.schedule.flush()
    assert page.state.bundle.notes == ()
    place = tmp_path_factory.mktemp("unzipped")
    zipfile.ZipFile(io.BytesIO(page.state.bundle.zipped)).extractall(place)
    return place


def assert_same_comparison(found, page):
    """Every model's numbers, and the p-value of each that the page has simulated."""
    shown, simulated = page.state.comparison, page.state.goodness.p_value
    assert [score.name for score in found.scores] == [score.name for score in shown.scores]
    assert set(simulated) >= {shown.scores[0].name, MODEL_LABELS[page.state.model]}
    for one, other in zip(found.scores, shown.scores, strict=True):
        assert (one.reason, one.nested_in) == (other.reason, other.nested_in)
        numbers = [[s.aic, s.bic, s.delta_ts, s.p_nested] for s in (one, other)]
        np.testing.assert_array_equal(*numbers)
        np.testing.assert_equal(one.p_value, simulated.get(one.name, math.nan))
        if one.result is not None:
            assert one.result.model == other.result.model


def assert_same_scan(found, page):
    for name in ("radius", "counts", "background", "excess", "excess_error", "sqrt_ts", "n_runs"):
        np.testing.assert_array_equal(getattr(found, name), getattr(page.state.radius_scan, name))


def test_the_script_finds_it(page, capsys):
    names: dict = {}
    exec(compile(page.script(), "script", "exec"), names)
    printed = capsys.readouterr().out
    assert names["errors"].errors == page.state.asymmetric.errors
    assert set(names["errors"].errors) == {"index", "amplitude"}
    assert_same_comparison(names["compared"], page)
    assert_same_scan(names["scan"], page)
    assert_same_fit(names["part_result"], page.state.span_outcome.fit)
    for text in ("AsymmetricErrors", names["compared"].verdict, "RadiusScan"):
        assert text in printed
    assert max(map(len, page.script().splitlines())) <= 110


def test_the_configuration_finds_it_and_opens_the_same_page(page, demo_path, tmp_path):
    path = tmp_path / "page.yaml"
    path.write_text(page.config())
    outcome = from_config(path).run()
    assert outcome.intervals.errors == page.state.asymmetric.errors
    assert_same_comparison(outcome.comparison, page)
    assert_same_scan(outcome.radius_scan, page)

    start = inputs_from_config(path, {"demo": demo_path})
    assert "notices" not in start
    assert {name: start[name] for name in ("minos", "compare", "scan")} == dict.fromkeys(
        ("minos", "compare", "scan"), True
    )


def test_the_brushed_span_is_a_configuration_of_its_own(page, folder, demo_path):
    plan = from_config(folder / "span" / "config.yaml")
    assert plan.settings.compare is None
    outcome, shown = plan.run(), page.state.span_outcome
    assert_same_cube(outcome.cube.drop_vars(["obs_id"]), _without_intervals(shown.cube).drop_vars(["obs_id"]))
    assert_same_fit(outcome.fit, shown.fit)
    assert_same_points(outcome.points, shown.points)
    start = inputs_from_config(folder / "span" / "config.yaml", {"demo": demo_path})
    assert start["span"] == page.state.span


def _without_intervals(cube):
    return cube.drop_dims("asked")


def test_the_zip_holds_it_with_units(page, folder):
    table = QTable.read(folder / "radius_scan.ecsv")
    assert table["radius"].unit == "deg"
    np.testing.assert_array_equal(table["sqrt_ts"], page.state.radius_scan.sqrt_ts)
    table = QTable.read(folder / "comparison.ecsv")
    assert list(table["model"]) == [score.name for score in page.state.comparison.scores]
    assert dict(zip(table["model"], table["p_value"], strict=True)) == pytest.approx(
        {name: page.state.goodness.p_value.get(name, math.nan) for name in MODEL_LABELS.values()}, nan_ok=True
    )
    table = QTable.read(folder / "parameters.ecsv")
    errors = dict(zip(table["name"], zip(table["errn"], table["errp"], strict=True), strict=True))
    assert errors["index"] == page.state.asymmetric.errors["index"]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["fit"]["parameters"][0]["errp"] == page.state.asymmetric.errors["index"][1]
    assert summary["comparison"]["n_toys"] == 100
    part = json.loads((folder / "span" / "summary.json").read_text())
    assert part["fit"]["stat"] == page.state.span_outcome.fit.stat
    assert (folder / "span" / "flux_points.ecsv").is_file()


def test_the_report_tells_it(page, folder):
    text = (folder / "report.html").read_text()
    down, up = page.state.asymmetric.errors["index"]
    for words in (
        *("Which model?", "Smooth broken power law", "Choice of the ON radius", "The brushed time span"),
        *("Errors that follow the statistic", f">{down:.2g}<", f">{up:.2g}<"),
        *("Variability", "p if constant"),
        f"{page.state.span_outcome.fit.stat:.2f}",
    ):
        assert words in text


def test_nothing_is_computed_twice_for_a_download(page, folder, monkeypatch):
    """What the page shows is taken as it is: toys take long."""
    from lightpool_dashboard.tasks import goodness

    def never(*args, **kwargs):
        raise AssertionError("toys were thrown again")

    monkeypatch.setattr(goodness, "goodness_of_fit", never)
    page.carry.prepare.click()
    page.schedule.flush()
    assert page.state.problems == {}
    assert page.state.error == ""


@pytest.mark.data
def test_a_point_has_no_other_radii(data_root):
    dashboard = Dashboard(data_root / "magic" / "rad_max" / "data", schedule=ManualSchedule())
    dashboard.state.scan = True
    dashboard.schedule.flush()
    assert "point" in dashboard.state.problems["radius_scan"]
    assert "scan_radius" not in dashboard.script()
    assert "radius_scan" not in dashboard.config()
    dashboard.carry.prepare.click()
    dashboard.schedule.flush()
    notes = dashboard.state.bundle.notes
    assert any("without scan of the ON radius: the radius of a point" in note for note in notes)
    dashboard.close()
