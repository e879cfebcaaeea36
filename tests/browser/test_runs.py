"""The run table in a real browser: ranges with the shift key, by mouse and by keyboard."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

BOXES = ".lp-runs-checks .widget-checkbox:not(.lp-gone) input"


def ticks(page) -> list[bool]:
    return page.eval_on_selector_all(BOXES, "boxes => boxes.map(box => box.checked)")


@pytest.fixture
def table(demo_server, page, draw):
    """Return the page on the simulated store; its Crab has four runs."""
    draw(page, demo_server.url)
    assert ticks(page) == [True] * 4
    return page


def test_shift_and_a_click_take_a_range(table, until):
    page = table
    boxes = page.locator(BOXES)
    boxes.nth(0).click()
    until(lambda: "1 left out" in page.inner_text(".lp-view-runs h2"), "one run to be left out")
    boxes.nth(2).click(modifiers=["Shift"])
    until(lambda: "3 left out" in page.inner_text(".lp-view-runs h2"), "three runs to be left out")
    until(lambda: ticks(page) == [False, False, False, True], "the ticks to follow")
    boxes.nth(0).click(modifiers=["Shift"])  # the other way round
    until(lambda: ticks(page)[0], "the first run to be back")
    boxes.nth(1).click()
    boxes.nth(2).click(modifiers=["Shift"])
    until(lambda: ticks(page) == [True] * 4, "all runs")
    page.wait_for_selector(".lp-status [role=status]:text-is('ready')", timeout=60_000)
    assert page.watch.errors == []


def test_shift_and_arrows_take_a_range_by_keyboard_alone(table, until):
    page = table
    boxes = page.locator(BOXES)
    boxes.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    until(lambda: ticks(page) == [True, False, True, True], "one run to be left out")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    until(lambda: "3 left out" in page.inner_text(".lp-view-runs h2"), "three runs to be left out")
    until(lambda: ticks(page) == [True, False, False, False], "the ticks to follow")
    assert page.evaluate(f"document.activeElement === document.querySelectorAll('{BOXES}')[3]")
    page.wait_for_selector(".lp-status [role=status]:text-is('ready')", timeout=60_000)
    assert page.watch.errors == []
