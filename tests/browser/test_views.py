"""The views in a real browser: a brush and its spectrum, other questions on demand, the first screen."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

STATUS = ".lp-status [role=status]"
FLARE = "PKS 2155-304 (simulated)"


def paths(page, view: str) -> list[str]:
    """Return the paths that a view shows, as the browser has them."""
    return page.eval_on_selector_all(
        f".lp-view-{view} .bqplot path",
        "found => found.filter(p => p.getClientRects().length).map(p => p.getAttribute('d')).filter(d => d)",
    )


def settled(page) -> None:
    page.wait_for_selector(f"{STATUS}:text-is('ready')", timeout=60_000)


@pytest.fixture
def open_dashboard(demo_server, page):
    """Return the page on the simulated store, drawn and at rest."""
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    return page


@pytest.fixture
def flare(open_dashboard, until):
    """Return the page on the night of the flare."""
    page = open_dashboard
    page.locator(".lp-control-target select").select_option(FLARE)
    until(lambda: "15 intervals" in page.inner_text(".lp-view-time"), "the light curve of the flare")
    settled(page)
    return page


def test_a_brushed_span_has_its_spectrum_in_the_sed_while_it_is_brushed(flare, until, demo_server):
    page = flare
    before = paths(page, "sed")
    box = page.locator(".lp-view-time .bqplot .overlay").first.bounding_box()
    y = box["y"] + box["height"] / 3
    page.mouse.move(box["x"] + 0.1 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], y)
    page.mouse.move(box["x"] + 0.3 * box["width"], y)
    # The button is still down.
    until(lambda: "UTC" in page.inner_text(".lp-view-sed .lp-legend"), "the span in the legend")
    until(lambda: "index" in page.inner_text(".lp-span-words"), "its best fit in words")
    assert paths(page, "sed") != before
    page.mouse.up()
    settled(page)
    words = re.search(r"2006-07-29 \d\d:\d\d:\d\d to \d\d:\d\d:\d\d UTC", page.inner_text(".lp-view-sed"))
    assert words
    start = page.input_value(".lp-control-span-start input")
    assert start in words[0]
    page.locator(".lp-control-span-clear").click()
    until(lambda: "Brush" in page.inner_text(".lp-span-words"), "the invitation again")
    until(lambda: page.input_value(".lp-control-span-start input") == "", "an empty field")
    brush = page.locator(".lp-view-time .bqplot .selection")
    until(lambda: not brush.is_visible(), "a light curve without a brush")
    assert page.watch.errors == []
    assert page.watch.foreign(demo_server) == []


def test_a_span_by_keyboard(flare, until):
    page = flare
    page.fill(".lp-control-span-start input", "2006-07-29 20:40")
    page.keyboard.press("Tab")
    page.fill(".lp-control-span-stop input", "teatime")
    page.keyboard.press("Enter")
    until(lambda: "To" in page.inner_text(".lp-view-time [role=alert]"), "the sentence about it")
    page.fill(".lp-control-span-stop input", "2006-07-29 21:30")
    page.keyboard.press("Enter")
    until(lambda: "20:40:00 to 21:30:00 UTC" in page.inner_text(".lp-view-sed"), "the spectrum of the span")
    assert page.watch.errors == []


def test_radius_and_models_on_demand(open_dashboard, until):
    page = open_dashboard
    page.locator(".lp-switch-scan input").check()
    until(lambda: "Largest at" in page.inner_text(".lp-view-scan"), "the scan in words")
    assert len(paths(page, "scan")) > 20
    page.locator(".lp-switch-compare input").check()
    until(lambda: page.locator(".lp-view-compare tbody tr").count() >= 5, "a row a model")
    assert "(chosen)" in page.inner_text(".lp-view-compare")
    page.locator(".lp-switch-compare input").uncheck()
    until(lambda: page.locator(".lp-view-compare tbody tr").count() == 0, "an empty table")
    settled(page)
    assert page.watch.errors == []


def test_a_mouse_on_a_flux_point_shades_its_counts_bins(open_dashboard, until):
    page = open_dashboard
    before = paths(page, "counts")
    page.locator(".lp-view-sed .bqplot path.element").nth(2).hover(force=True)
    until(lambda: paths(page, "counts") != before, "the shade")
    tooltips = page.locator(".bqplot_tooltip_div")
    until(lambda: any("√TS" in text for text in tooltips.all_inner_texts()), "the numbers")
    page.locator(".lp-view-sed h2").hover()
    until(lambda: paths(page, "counts") == before, "no shade")
    assert page.watch.errors == []


@pytest.mark.parametrize("size", [(1400, 900), (1920, 1080)])
def test_what_belongs_together_is_in_the_first_screen(open_page, demo_server, size):
    page = open_page(viewport={"width": size[0], "height": size[1]})
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    for view in ("sky", "counts", "sed", "time"):
        box = page.locator(f".lp-view-{view}").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size[1], view
    assert "index" in page.inner_text(".lp-fit-words")
    before = page.locator(".lp-view-growth").bounding_box()
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(300)
    # The heading and the controls stay, the views scroll by.
    assert page.locator(".lp-view-growth").bounding_box()["y"] < before["y"]
    assert 0 <= page.locator(".lp-status").bounding_box()["y"] < 60
    assert page.locator(".lp-control-radius").bounding_box()["y"] < size[1]
    assert page.watch.errors == []


@pytest.mark.parametrize("size", [(1000, 700), (1400, 900)])
def test_the_labels_of_the_residuals_and_the_spectrum_above_stand_clear(open_page, demo_server, size):
    page = open_page(viewport={"width": size[0], "height": size[1]})
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    for view in ("counts", "sed"):
        upper, lower = (
            page.locator(f".lp-view-{view} .lp-{name} .axislabel:visible")
            .filter(has_text=text)
            .bounding_box()
            for name, text in (("upper", "[" if view == "sed" else "Counts"), ("lower", "Residual"))
        )
        assert upper["y"] + upper["height"] <= lower["y"], view
        frame = page.locator(f".lp-view-{view}").bounding_box()
        assert frame["y"] < upper["y"]
        # The numbers of the one axis stand under both figures.
        ticks = page.locator(f".lp-view-{view} .lp-lower .axis .tick text:visible").all_text_contents()
        assert "1" in ticks
    assert page.watch.errors == []


def test_filling_a_view_moves_no_other(open_dashboard, until):
    page = open_dashboard

    def places() -> list[tuple[float, float]]:
        names = ("sky", "counts", "sed", "time", "fit", "runs", "growth", "scan")
        scrolled = page.evaluate("window.scrollY")
        boxes = [page.locator(f".lp-view-{name}").bounding_box() for name in names]
        return [(box["x"], box["y"] + scrolled) for box in boxes]

    before = places()
    page.locator(".lp-switch-scan input").check()
    until(lambda: "Largest at" in page.inner_text(".lp-view-scan"), "the scan")
    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert places() == before
