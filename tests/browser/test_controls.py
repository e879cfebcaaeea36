"""The controls of the live page: each by keyboard, and what is dragged and brushed on the figures."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

STATUS = ".lp-status [role=status]"


@pytest.fixture
def open_dashboard(demo_server, page):
    """Return the page on the simulated store, drawn and at rest."""
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    return page


def settled(page) -> None:
    page.wait_for_selector(f"{STATUS}:text-is('ready')", timeout=60_000)


def field(page, hook: str):
    return page.locator(f".lp-control-{hook} input").first


def typed(page, hook: str, text: str) -> None:
    """Type into a field and press Enter, by the keyboard alone."""
    field(page, hook).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def unfolded(page, title: str) -> None:
    heading = page.locator(f".lp-heading:has-text('{title}')")
    if "mod-active" not in heading.get_attribute("class"):
        heading.focus()
        page.keyboard.press("Enter")


def dragged(page, start: tuple[float, float], by: tuple[float, float], *, let_go: bool = True) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0], start[1] + by[1], steps=8)
    if let_go:
        page.mouse.up()


def middle(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drawn(page, view: str) -> list[str]:
    """Return the paths that a view draws, as the browser has them."""
    return page.eval_on_selector_all(
        f".lp-view-{view} .bqplot path", "found => found.map(path => path.getAttribute('d') || '')"
    )


def summary(page) -> str:
    return page.inner_text(".lp-summary")


def test_the_hooks_of_the_design_are_visible_at_the_start(open_dashboard):
    for hook in (
        "store", "target", "radius", "energy-min", "energy-max", "bins-per-decade", "model", "time-bin",
        "background", "stack", "fit",
    ):  # fmt: skip
        assert open_dashboard.locator(f".lp-control-{hook}").first.is_visible(), hook


def test_panels_are_folded_by_keyboard(open_dashboard):
    page = open_dashboard
    width = page.locator(".lp-control-ring-inner")
    assert not width.is_visible()
    heading = page.locator(".lp-heading:has-text('Ring map')")
    heading.focus()
    page.keyboard.press("Enter")
    width.wait_for(state="visible")
    page.keyboard.press("Space")
    width.wait_for(state="hidden")


@pytest.mark.parametrize(
    ("panel", "hook", "key"),
    [
        ("Region", "radius", "ArrowRight"),
        ("Energy", "bins-per-decade", "ArrowLeft"),
        ("Fit", "alpha-systematic", "PageUp"),
        ("Flux points", "points-n", "ArrowLeft"),
    ],
)
def test_a_slider_by_keyboard(open_dashboard, until, panel, hook, key):
    page = open_dashboard
    unfolded(page, panel)
    before, sed = field(page, hook).input_value(), drawn(page, "sed")
    page.focus(f".lp-control-{hook} [role=slider]")
    page.keyboard.press(key)
    until(lambda: field(page, hook).input_value() != before, "another number")
    until(lambda: drawn(page, "sed") != sed, "another spectrum")
    settled(page)
    assert page.watch.errors == []


def test_fields_and_lists_by_keyboard(open_dashboard, until):
    page = open_dashboard
    before = summary(page)
    typed(page, "position", "05:34:31.9 +22:30:00")
    until(lambda: summary(page) != before, "another ON region")
    assert field(page, "position").input_value() == "83.6329 +22.5000"
    page.focus(".lp-control-position-reset")
    page.keyboard.press("Enter")
    until(lambda: summary(page) == before, "the catalogue position")

    unfolded(page, "Safe energies")
    typed(page, "threshold", "2")
    until(lambda: summary(page) != before, "another threshold")
    typed(page, "threshold", "0")
    until(lambda: summary(page) == before, "no threshold")

    typed(page, "fit-min", "1.5")
    page.wait_for_selector(".lp-view-counts .bqplot .selection", state="visible")
    page.focus(".lp-control-fit-range-clear")
    page.keyboard.press("Enter")
    until(lambda: field(page, "fit-min").input_value() == "0", "the whole range")

    page.focus(".lp-control-time-bin select")
    assert not page.locator(".lp-control-time-minutes").is_visible()
    page.keyboard.type("Fixed")
    page.wait_for_selector(".lp-control-time-minutes", state="visible")
    settled(page)
    assert page.watch.errors == []


def test_a_typed_radius_is_taken_as_it_is_and_the_slider_goes_there(open_dashboard, until):
    page = open_dashboard
    handle, link = page.locator(".lp-control-radius .noUi-origin"), page.locator(".lp-carried textarea")
    before = handle.get_attribute("style")
    typed(page, "radius", "0.113")
    until(lambda: handle.get_attribute("style") != before, "the handle")
    until(lambda: "radius=0.113" in link.input_value(), "the link")
    settled(page)
    assert field(page, "radius").input_value() == "0.113"
    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    until(lambda: field(page, "radius").input_value() == "0.114", "a step of the last digit")
    settled(page)
    typed(page, "radius", "7")
    until(lambda: "outside 0.02 to 0.5 deg" in page.inner_text(".lp-notice:visible"), "the sentence")
    assert field(page, "radius").input_value() == "0.5"
    assert page.watch.errors == []


def test_nonsense_in_a_field_is_answered_beside_it(open_dashboard, until):
    page = open_dashboard
    typed(page, "position", "over there")
    until(lambda: "not understood" in page.inner_text(".lp-controls"), "the sentence")
    assert field(page, "position").input_value() == "over there"
    typed(page, "position", "83.6 22")
    until(lambda: "not understood" not in page.inner_text(".lp-controls"), "the sentence gone")
    typed(page, "energy-max", "1e9")
    until(lambda: "highest energy 1e+09 TeV is outside" in page.inner_text(".lp-controls"), "the sentence")


def test_runs_are_chosen_and_sorted_by_keyboard(open_dashboard, until):
    page = open_dashboard
    before = summary(page)
    box = page.get_by_label("Run ").first
    box.focus()
    page.keyboard.press("Space")
    until(lambda: "1 left out" in page.inner_text(".lp-view-runs"), "a run that is left out")
    until(lambda: summary(page) != before, "fewer counts")
    page.keyboard.press("Space")
    until(lambda: summary(page) == before, "all counts")
    first = page.locator(".lp-view-runs tbody th").first
    run = first.inner_text()
    page.locator(".lp-runs-head button").first.focus()
    page.keyboard.press("Enter")
    until(lambda: first.inner_text() != run, "the order turned round")
    assert page.watch.errors == []


def test_a_slider_of_the_model_moves_the_dashed_line_and_fit_takes_it_from_there(open_dashboard, until):
    page = open_dashboard
    table = page.inner_text(".lp-fit-table")
    value = field(page, "parameter-index-value")
    fitted = value.input_value()
    page.focus(".lp-control-parameter-index [role=slider]")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    until(lambda: "On trial: WStat" in page.inner_text(".lp-controls"), "the statistic in words")
    until(lambda: value.input_value() != fitted, "another value")
    settled(page)
    assert page.inner_text(".lp-fit-table") == table
    page.focus(".lp-control-fit")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lp-trial", state="hidden")
    until(lambda: value.input_value() == fitted, "the fitted value again")
    page.wait_for_timeout(500)  # an echo of the slider would come now
    assert not page.locator(".lp-trial").is_visible()
    assert page.watch.errors == []


def test_the_on_circle_is_dragged(open_dashboard, until):
    page = open_dashboard
    before, sky = summary(page), drawn(page, "sky")
    handle = page.locator(".lp-view-sky .bqplot .object_grp").last
    dragged(page, middle(handle), (30, -12), let_go=False)
    until(lambda: drawn(page, "sky") != sky, "a circle that follows")
    assert summary(page) == before
    page.mouse.up()
    until(lambda: summary(page) != before, "the counts of another place")
    until(lambda: "from the catalogue position" in page.inner_text(".lp-controls"), "how far it is")
    settled(page)
    assert page.watch.errors == []


def test_an_excluded_circle_is_added_and_dragged(open_dashboard, until):
    page = open_dashboard
    rows = page.locator(".lp-circle")
    n = rows.count()
    page.focus(".lp-control-exclusion-add")
    page.keyboard.press("Enter")
    until(lambda: rows.count() == n + 1, "another circle")
    handles = page.locator(".lp-view-sky .bqplot .object_grp")
    settled(page)
    until(lambda: handles.count() > 1, "its handle")
    where = rows.last.locator("input").first
    before = where.input_value()
    dragged(page, middle(handles.nth(handles.count() - 2)), (25, 5))
    until(lambda: where.input_value() != before, "another centre")
    settled(page)
    rows.last.locator("button").focus()
    page.keyboard.press("Enter")
    until(lambda: rows.count() == n, "one circle less")
    assert page.watch.errors == []


def test_the_fit_range_is_brushed_and_a_click_opens_it(open_dashboard, until):
    page = open_dashboard
    table = page.inner_text(".lp-fit-table")
    plot = page.locator(".lp-view-counts .bqplot").first.bounding_box()
    start = plot["x"] + 0.5 * plot["width"], plot["y"] + 0.5 * plot["height"]
    dragged(page, start, (0.3 * plot["width"], 5))
    until(lambda: field(page, "fit-max").input_value() != "0", "a fit range")
    low, high = (float(field(page, f"fit-{end}").input_value()) for end in ("min", "max"))
    assert 0 < low < high
    until(lambda: page.inner_text(".lp-fit-table") != table, "another fit")
    page.mouse.click(plot["x"] + 0.9 * plot["width"], start[1])
    until(lambda: field(page, "fit-max").input_value() == "0", "an open range")
    until(lambda: page.inner_text(".lp-fit-table") == table, "the old fit")
    assert page.watch.errors == []


def test_the_threshold_is_dragged(open_dashboard, until):
    page = open_dashboard
    before = summary(page)
    unfolded(page, "Safe energies")
    tab = page.locator(".lp-view-counts .lp-upper .object_grp").last
    tab.scroll_into_view_if_needed()
    plot = page.locator(".lp-view-counts .bqplot").first.bounding_box()
    dragged(page, middle(tab), (0.5 * plot["width"], 2))
    until(lambda: float(field(page, "threshold").input_value()) > 0.5, "a threshold")
    until(lambda: summary(page) != before, "fewer counts")
    assert page.watch.errors == []


@pytest.mark.data
def test_long_work_shows_its_progress_and_is_cancelled(serve, data_root, page, until):
    server = serve(data_root / "hess-dl3-dr1")
    page.goto(server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    settled(page)
    heads = page.locator(".lp-view-sky").bounding_box()
    # Simulated data sets for the models' goodness of fit take seconds on any machine. Nothing is scrolled.
    page.evaluate("document.querySelector('.lp-switch-compare input').click()")
    page.wait_for_selector(".lp-progress:not(.lp-idle) .lp-control-cancel", timeout=30_000)
    assert page.locator(".lp-view-sky").bounding_box() == heads  # nothing jumped
    page.focus(".lp-control-cancel")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lp-progress.lp-idle", state="attached", timeout=30_000)
    settled(page)
    assert page.watch.errors == []
