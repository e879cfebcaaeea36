"""What is carried off the live page: a link that opens it again, a script that runs."""

from __future__ import annotations

import json
import zipfile
from base64 import b64decode

import pytest

pytestmark = pytest.mark.browser

STATUS = ".lp-status [role=status]"
AREA = ".lp-carried textarea"


def arrive(page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)


def settled(page) -> None:
    page.wait_for_selector(f"{STATUS}:text-is('ready')", timeout=60_000)


def press(page, label: str) -> None:
    page.locator(f".lp-control-carry button:text-is('{label}')").press("Enter")


def test_a_link_opens_the_same_page(demo_server, open_page, until):
    page = open_page()
    arrive(page, demo_server.url)
    first = page.inner_text(".lp-summary")
    page.focus(".lp-control-radius [role=slider]")
    for radius in ("0.12", "0.13", "0.14"):
        page.keyboard.press("ArrowRight")
        until(lambda radius=radius: f"radius={radius}" in page.input_value(AREA), "the link to follow")
    page.locator(".lp-control-stack input").first.press("ArrowDown")
    until(lambda: "stacked" in page.inner_text(".lp-view-fit h2"), "the stacked fit")
    settled(page)
    summary, fit = page.inner_text(".lp-summary"), page.inner_text(".lp-fit-table")
    assert summary != first
    address = page.eval_on_selector(".lp-carried a", "link => link.href")
    assert address.startswith(demo_server.url + "?v=1&store=demo&target=")

    again = open_page()
    arrive(again, address)
    until(lambda: again.inner_text(".lp-summary") == summary, "the same counts")
    until(lambda: again.inner_text(".lp-fit-table") == fit, "the same fit")
    assert again.input_value(AREA) == page.input_value(AREA)
    assert again.watch.errors == page.watch.errors == []
    assert again.watch.foreign(demo_server) == []


def test_a_hostile_link_opens_a_sound_page(demo_server, page, until):
    target = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    hostile = f"?energy_max=9e99&store=/etc&target={target}&model=rm&x=%3Cb%3E&bins=nan"
    arrive(page, demo_server.url + hostile)
    said = page.inner_text(".lp-controls")
    assert "highest energy 9e+99 TeV is outside 0.05 to 300 TeV; 300 is taken" in said
    assert "has no target <img src=x onerror=alert(1)>" in said
    assert "The link's store was not taken" in said
    assert page.locator(".lp-dashboard img[src=x]").count() == 0
    assert page.watch.errors == []


def test_the_script_of_the_page_runs_and_can_be_copied(demo_server, open_page, until, capsys):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    arrive(page, demo_server.url)
    press(page, "Python")
    until(lambda: "lp.fit" in page.input_value(AREA), "the script")
    script = page.input_value(AREA)
    names: dict = {}
    exec(compile(script, "script", "exec"), names)
    capsys.readouterr()
    total = names["cube"].onoff.cumulative()[-1]
    assert f"{total['counts']:,}".replace(",", "") in page.inner_text(".lp-summary").replace("\u202f", "")
    page.locator(".lp-carried button").press("Enter")
    until(lambda: page.inner_text(".lp-carried button") == "Copied", "the copy")
    assert page.evaluate("navigator.clipboard.readText()") == script
    page.focus(AREA)
    page.keyboard.press("Control+A")
    assert (
        page.evaluate("getSelection().toString()") == script.rstrip("\n")
        or page.evaluate("(t => t.value.slice(t.selectionStart, t.selectionEnd))(document.activeElement)")
        == script
    )
    with page.expect_download() as download:
        page.locator(".lp-carried a").press("Enter")
    assert download.value.suggested_filename == "lightpool_page.py"
    assert download.value.path().read_text() == script
    press(page, "YAML")
    until(lambda: "datastore" in page.input_value(AREA), "the configuration")
    address = page.get_attribute(".lp-carried a", "href")
    assert b64decode(address.partition(",")[2]).decode() == page.input_value(AREA)
    assert page.watch.errors == []


def test_the_results_are_downloaded_as_a_zip_and_a_report(demo_server, open_page, until, tmp_path):
    page = open_page()
    arrive(page, demo_server.url)
    page.locator("button.lp-control-download").press("Enter")
    links = page.locator(".lp-download a")
    until(lambda: links.count() == 2, "the links", 120)
    with page.expect_download() as download:
        links.nth(0).press("Enter")
    assert download.value.suggested_filename == "lightpool_Crab_Nebula_simulated.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        summary = json.loads(archive.read("summary.json"))
    assert str(summary["info_table"][-1]["counts"]) in page.inner_text(".lp-summary")
    with page.expect_download() as download:
        links.nth(1).press("Enter")
    download.value.save_as(tmp_path / "report.html")

    report = open_page(viewport={"width": 1000, "height": 1400})
    report.goto(f"file://{tmp_path}/report.html")
    assert report.locator("svg").count() == 6
    assert report.evaluate("document.documentElement.scrollWidth") <= 1000
    assert report.watch.errors == page.watch.errors == []
    assert [url for url in report.watch.requests if not url.startswith(("file:", "data:"))] == []

    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    until(lambda: links.count() == 0, "the old files to go")


def test_strangers_take_everything_away_and_learn_no_path(public_server, page, draw, until, demo_path):
    query = "?v=1&store=demo&target=Crab%20Nebula%20(simulated)&minos=1&compare=1&scan=1&ring_inner=0.6"
    draw(page, public_server.url + query)
    until(lambda: "ring_inner=0.6" in page.input_value(AREA), "the link to be taken")
    page.locator("button.lp-control-download").press("Enter")
    links = page.locator(".lp-download a")
    until(lambda: links.count() == 2, "the links", 120)
    assert page.locator(".lp-download .lp-note").count() == 0
    with page.expect_download() as download:
        links.nth(0).press("Enter")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert names >= {
            *("comparison.ecsv", "radius_scan.ecsv", "parameters.ecsv", "light_curve.ecsv"),
            *("sky_map/sqrt_ts.fits", "sky_map/config.yaml", "report.html", "script.py"),
        }
        for name in names:
            assert str(demo_path.parent).encode() not in archive.read(name), name
    assert page.watch.errors == []
