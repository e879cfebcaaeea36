"""The live page: a key press, and everything follows."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

STATUS = ".lp-status [role=status]"


def paths(page, view: str) -> list[str]:
    """Return the paths that a view draws, as the browser has them."""
    return page.eval_on_selector_all(
        f".lp-view-{view} .bqplot path", "found => found.map(path => path.getAttribute('d') || '')"
    )


@pytest.fixture
def open_dashboard(demo_server, page):
    """Return the page on the simulated store, drawn and at rest."""
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    return page


def settled(page) -> None:
    page.wait_for_selector(f"{STATUS}:text-is('ready')", timeout=60_000)


def test_a_key_on_the_radius_changes_counts_fit_and_sed(open_dashboard, demo_server, until):
    page = open_dashboard
    summary, fit = page.inner_text(".lp-summary"), page.inner_text(".lp-fit-table")
    sed, counts, sky = paths(page, "sed"), paths(page, "counts"), paths(page, "sky")
    assert "counts" in summary
    assert len([d for d in sed if d]) > 5
    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    until(lambda: page.inner_text(".lp-summary") != summary, "new counts")
    until(lambda: page.inner_text(".lp-fit-table") != fit, "a new fit")
    until(lambda: paths(page, "sed") != sed, "a new SED")
    until(lambda: paths(page, "counts") != counts, "a new counts spectrum")
    until(lambda: paths(page, "sky") != sky, "new circles on the sky")
    settled(page)
    assert page.input_value(".lp-control-radius input") == "0.12"
    page.keyboard.press("ArrowLeft")
    until(lambda: page.inner_text(".lp-summary") == summary, "the old counts")
    until(lambda: paths(page, "sed") == sed, "the old SED")
    assert page.watch.errors == []
    assert page.watch.foreign(demo_server) == []


def test_the_fit_table_has_one_row_a_parameter(open_dashboard, until):
    page = open_dashboard
    names = ".lp-fit-table tbody th"
    assert page.locator(names).all_inner_texts() == ["index", "amplitude", "reference", "lambda_", "alpha"]
    page.locator(".lp-control-model select").focus()
    page.keyboard.press("ArrowUp")
    expected = ["index", "amplitude", "reference"]
    until(lambda: page.locator(names).all_inner_texts() == expected, "the power law")
    page.locator(".lp-control-stack input").first.focus()
    page.keyboard.press("ArrowDown")
    until(lambda: "stacked" in page.inner_text(".lp-view-fit h2"), "the stacked fit")
    assert page.watch.errors == []


def test_nonsense_is_answered_and_the_last_picture_stays(open_dashboard, until):
    page = open_dashboard
    sed, summary = paths(page, "sed"), page.inner_text(".lp-summary")
    field = page.locator(".lp-control-energy-min input")
    field.fill("60")
    field.press("Enter")
    until(lambda: "must be positive and increase" in page.inner_text(STATUS), "the error")
    assert paths(page, "sed") == sed
    field.fill("5000")
    field.press("Enter")
    until(lambda: "outside 0.01 to 100 TeV" in page.inner_text(".lp-controls"), "the sentence at the field")
    assert field.input_value() == "100"
    field.fill("0.1")
    field.press("Enter")
    settled(page)
    assert page.inner_text(".lp-summary") == summary
    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    until(lambda: page.inner_text(".lp-summary") != summary, "a page that lives")
    assert page.watch.errors == []


def test_another_target_by_keyboard(open_dashboard, until):
    page = open_dashboard
    page.locator(".lp-control-target select").focus()
    page.keyboard.press("ArrowDown")
    until(lambda: "Empty field" in page.inner_text(".lp-view-sky h2"), "the empty field")
    settled(page)
    assert page.locator(".lp-view-runs tbody tr").count() == 3
    assert page.watch.errors == []


def ground(page) -> list[float]:
    """Return red, green and blue of a panel's background."""
    text = page.eval_on_selector(".lp-view-sed", "e => getComputedStyle(e).backgroundColor")
    return [float(part) for part in text.strip("rgba()").split(",")[:3]]


def test_the_theme_follows_the_browser_until_it_is_chosen(open_page, demo_server, until):
    page = open_page(color_scheme="dark")
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    assert max(ground(page)) < 60
    page.locator(".lp-control-theme select").select_option("Light")
    until(lambda: min(ground(page)) > 200, "the light theme")
    page.locator(".lp-control-theme select").select_option("Dark")
    until(lambda: max(ground(page)) < 60, "the dark theme")
    assert page.watch.errors == []


@pytest.mark.parametrize("size", [(1000, 700), (1400, 900), (2560, 1300)])
def test_nothing_is_clipped_or_overlaps(open_page, demo_server, size):
    page = open_page(viewport={"width": size[0], "height": size[1]})
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    boxes = page.eval_on_selector_all(
        ".lp-panel, .lp-view",
        "all => all.map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])",
    )
    assert len(boxes) >= 10
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert right <= size[0]
        for other_left, other_top, other_right, other_bottom in boxes[:k]:
            apart = left >= other_right or other_left >= right or top >= other_bottom or other_top >= bottom
            assert apart
    clipped = page.eval_on_selector_all(
        # A slider's own label is for those who hear the page; its field shows the same words.
        ".lp-dashboard :not(.lp-bare) > .widget-label, .lp-dashboard h2, .lp-dashboard .lp-key",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)",
    )
    assert clipped == []
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.lp-view .bqplot svg text')].filter(text => {
            const card = text.closest('.lp-view').getBoundingClientRect(), box = text.getBoundingClientRect();
            return box.width > 0 && (box.left < card.left || box.right > card.right
                                     || box.top < card.top || box.bottom > card.bottom);
        }).map(text => text.textContent)"""
    )
    assert outside == []
