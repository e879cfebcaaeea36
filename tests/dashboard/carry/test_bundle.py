"""The download holds every result, says what it leaves out, and its script finds the same numbers."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from base64 import b64decode
from html.parser import HTMLParser

import pytest

from lightpool.analysis import from_config
from lightpool.errors import AnalysisError
from lightpool.load import open_cube, read_flux_points
from lightpool_dashboard import Dashboard
from lightpool_dashboard.carry.bundle import bundle
from lightpool_dashboard.carry.config import configs
from lightpool_dashboard.carry.page import Page, Results
from lightpool_dashboard.schedule import ManualSchedule

from .same import assert_same_cube, assert_same_fit


def asked(dashboard):
    dashboard.carry.prepare.click()
    dashboard.schedule.flush()
    assert dashboard.state.problems == {}
    return dashboard.state.bundle


@pytest.fixture(scope="module")
def page(demo_store):
    dashboard = Dashboard(demo_store, schedule=ManualSchedule())
    dashboard.schedule.flush()
    dashboard.state.exclusion = ((83.2, 22.4, 0.1, "<script>alert(1)</script>"),)
    dashboard.schedule.flush()
    asked(dashboard)
    yield dashboard
    dashboard.close()


@pytest.fixture(scope="module")
def folder(page, tmp_path_factory):
    place = tmp_path_factory.mktemp("unzipped")
    zipfile.ZipFile(io.BytesIO(page.state.bundle.zipped)).extractall(place)
    return place


def test_every_result_is_in_it(page, folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names >= {
        *("README.txt", "report.html", "summary.json", "runs.csv", "counts.csv", "config.yaml", "script.py"),
        *("flux_points.fits", "flux_points.ecsv", "models.yaml", "cube.nc", "provenance.json"),
        *("light_curve.fits", "light_curve.ecsv", "time_resolved.ecsv"),
        *("ogip/pha_obs1001.fits", "figures/sed.pdf", "figures/sky.svg", "figures/counts.png"),
    }
    outcome = page.outcome
    assert_same_cube(open_cube(folder / "cube.nc")[["counts"]], outcome.cube[["counts"]])
    points = read_flux_points(folder / "flux_points.ecsv")
    assert len(points["e_ref"]) == len(outcome.points["e_ref"])
    assert page.state.bundle.notes == ()
    assert page.state.bundle.name == "lightpool_Crab_Nebula_simulated"


def test_script_and_configuration_in_it_find_the_same(page, folder, capsys):
    names: dict = {}
    exec(compile((folder / "script.py").read_text(), "script", "exec"), names)
    capsys.readouterr()
    assert_same_fit(names["result"], page.outcome.fit)
    assert_same_fit(from_config(folder / "config.yaml").run().fit, page.outcome.fit)


def test_tables_hold_the_numbers(page, folder):
    runs = list(csv.DictReader((folder / "runs.csv").read_text().splitlines()))
    assert [int(run["obs_id"]) for run in runs] == list(page.settings.obs_ids)
    bins = list(csv.DictReader((folder / "counts.csv").read_text().splitlines()))
    assert sum(float(row["counts"]) for row in bins) == sum(int(run["n_on"]) for run in runs)


def test_it_says_where_it_comes_from(page, folder, demo_path):
    origin = json.loads((folder / "provenance.json").read_text())
    assert origin["obs_ids"] == list(page.settings.obs_ids)
    name, digest = next(iter(origin["sha256"].items()))
    (file,) = demo_path.rglob(name)
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert "Simulated events, made by Lightpool." in (folder / "README.txt").read_text()


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def test_the_report_has_figures_numbers_and_no_stranger(page):
    report = page.state.bundle.report.decode()
    found = Elements(report)
    assert found.tags.count("svg") == 6
    assert not {"script", "link", "iframe", "a"} & set(found.tags)
    assert all(address.startswith("data:image/png") for address in found.addresses)
    total = page.outcome.cube.onoff.cumulative()[-1]
    for text in (
        *(str(total["counts"]), f"{total['sqrt_ts']:.2f} σ", "lambda_", "Flux points", "1001"),
        *(page.script(), page.link(), "<script>alert(1)</script>", "Simulated events"),
    ):
        assert text in found.text
    assert f"{page.outcome.fit.stat:.2f}" in found.text


def test_the_report_warns(make):
    dashboard = make()
    dashboard.state.target = "Empty field (simulated)"
    dashboard.schedule.flush()
    found = Elements(asked(dashboard).report.decode())
    assert dashboard.outcome.warnings
    for sentence in dashboard.outcome.warnings:
        assert sentence in found.text


def test_the_panel_offers_both_files_until_something_changes(make):
    dashboard = make()
    made = asked(dashboard)
    text = dashboard.carry.download.value
    found = Elements(text)
    assert b64decode(found.addresses[0].partition(",")[2]) == made.zipped
    assert b64decode(found.addresses[1].partition(",")[2]) == made.report
    assert f"{len(made.zipped) / 1e6:.1f} MB" in text
    assert f'download="{made.name}.zip"' in text
    dashboard.region.radius.value = 0.2
    dashboard.schedule.flush()
    assert dashboard.state.bundle is None
    assert "data:" not in dashboard.carry.download.value
    assert dashboard.state.status == "ready"
    assert not dashboard.state.pending


def test_what_is_too_large_is_left_out_in_words(page):
    whole = page.state.bundle
    parts = _page_of(page)
    results = Results(page.outcome, sky_map=page.state.sky_map)
    smaller = bundle(results, parts, lambda *told: None, most=len(whole.zipped) - 9000)
    assert "left out, to stay below" in smaller.notes[0]
    assert "ogip/" in smaller.notes[0]
    names = zipfile.ZipFile(io.BytesIO(smaller.zipped)).namelist()
    assert "cube.nc" in names
    assert not any(name.startswith("ogip/") for name in names)
    with pytest.raises(AnalysisError, match="too large to be downloaded"):
        bundle(results, parts, lambda *told: None, most=1000)


def test_without_matplotlib_the_figures_are_left_out_in_words(page, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    made = bundle(Results(page.outcome), _page_of(page), lambda *told: None)
    assert any("matplotlib" in note for note in made.notes)
    assert "svg" in Elements(made.report.decode()).tags


def test_in_public_no_file_says_where_the_data_are(demo_path):
    dashboard = Dashboard({"the demo": demo_path}, schedule=ManualSchedule(), public=True)
    dashboard.schedule.flush()
    made = asked(dashboard)
    with zipfile.ZipFile(io.BytesIO(made.zipped)) as archive:
        for name in archive.namelist():
            assert str(demo_path.parent).encode() not in archive.read(name), name
    assert str(demo_path.parent).encode() not in made.report
    dashboard.close()


def _page_of(dashboard):
    inputs = dashboard.state.inputs()
    texts = configs(inputs, dashboard.controller.library.open(inputs.store))
    return Page(texts, dashboard.script(), dashboard.link(), "")
