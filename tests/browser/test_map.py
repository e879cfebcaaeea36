"""The map in a real browser: every control of it through its whole range."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

IDLE = ".lp-progress.lp-idle"
STATUS = ".lp-status [role=status]"


def rested(page) -> None:
    page.wait_for_timeout(150)  # until the change has reached the kernel
    page.wait_for_selector(f"{STATUS}:text-is('ready')", timeout=60_000)
    page.wait_for_selector(IDLE, state="attached", timeout=60_000)


@pytest.fixture
def map_page(demo_server, page, draw):
    """Return the page on the simulated store with the panel of the map open."""
    draw(page, demo_server.url)
    page.locator(".lp-heading:has-text('Ring map')").press("Enter")
    page.locator(".lp-control-map-width").wait_for(state="visible")
    rested(page)
    return page


def ticks(page) -> list[str]:
    return page.locator(".lp-view-ring .axis .tick text").all_text_contents()


def test_no_control_of_the_map_makes_the_browser_complain(map_page, until):
    page = map_page
    for hook in ("ring-inner", "ring-width", "correlation-radius"):
        for key in ("Home", "PageUp", "End"):
            page.locator(f".lp-control-{hook} [role=slider]").press(key)
            rested(page)
    for hook, texts in (
        ("map-width", ("5", "0.5", "2.3", "3")),
        ("map-energy-min", ("10", "0.3", "0")),
        ("map-energy-max", ("0.9", "200", "0")),
    ):
        for text in texts:
            field = page.locator(f".lp-control-{hook} input")
            field.fill(text)
            field.press("Enter")
            rested(page)
    assert page.watch.errors == []


def test_another_width_has_other_coordinates_inside_the_frame(map_page, until):
    page = map_page
    before = ticks(page)
    field = page.locator(".lp-control-map-width input")
    field.fill("5")
    field.press("Enter")
    until(lambda: ticks(page) != before, "other coordinates")
    rested(page)
    assert all(text.endswith("°") for text in ticks(page)), ticks(page)
    frame = page.locator(".lp-view-ring .plotarea_background").first.bounding_box()
    assert len(ticks(page)) >= 4
    for tick in page.locator(".lp-view-ring .axis .tick line").all():
        box = tick.bounding_box()
        assert frame["x"] - 8 <= box["x"] <= frame["x"] + frame["width"] + 1
        assert frame["y"] - 1 <= box["y"] <= frame["y"] + frame["height"] + 8


def test_every_quantity_of_the_map_is_drawn_without_a_complaint(map_page, until):
    page = map_page
    select = page.locator(".lp-control-map-quantity select")
    bar = page.locator(".lp-view-ring .lp-colour-bar")
    options = [text.replace("\xa0", " ") for text in select.locator("option").all_text_contents()]
    assert len(options) == 7
    for index in (*range(1, 7), 0):
        select.select_option(index=index)
        until(lambda k=index: options[k] in bar.inner_text(), options[index])
    page.locator(".lp-control-peak select").select_option(index=1)
    rested(page)
    page.locator(".lp-control-map-search input").uncheck()
    rested(page)
    assert page.watch.errors == []
