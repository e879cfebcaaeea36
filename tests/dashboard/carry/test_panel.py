"""The panel shows link, script and configuration of what is chosen now."""

from __future__ import annotations

import html
import re
from base64 import b64decode
from html.parser import HTMLParser

import pytest

from lightpool_dashboard import Dashboard
from lightpool_dashboard.carry.permalink import open_link
from lightpool_dashboard.controls.carry import LINK, PYTHON, YAML
from lightpool_dashboard.schedule import ManualSchedule


def area(panel) -> str:
    """Return the text in the panel, as the browser reads it."""
    found = re.search(r"<textarea[^>]*>\n(.*)</textarea>", panel.text.value, re.S)
    return html.unescape(found[1])


def saved(panel) -> tuple[str, str]:
    """Return the name and the text of the file that the panel offers."""
    found = re.search(r'<a download="([^"]*)" href="data:[^;]*;base64,([^"]*)"', panel.text.value)
    return found[1], b64decode(found[2]).decode()


def test_the_link_follows_every_input(dashboard):
    panel = dashboard.carry
    assert panel.kind.value == LINK
    assert area(panel) == "?v=1&store=demo&target=Crab%20Nebula%20(simulated)".replace("(", "%28").replace(
        ")", "%29"
    )
    dashboard.region.radius.value = 0.2
    assert area(panel).endswith("&radius=0.2")
    assert f'href="{html.escape(area(panel))}"' in panel.text.value
    dashboard.state.exclusion = tuple((1.0, 1.0, 1.0, "\u2603" * 60) for _ in range(50))
    assert "too many choices for a link" in panel.text.value


@pytest.mark.parametrize(("kind", "method"), [(PYTHON, "script"), (YAML, "config")])
def test_script_and_file_follow_too_and_can_be_saved(dashboard, kind, method):
    panel = dashboard.carry
    panel.kind.value = kind
    assert area(panel) == getattr(dashboard, method)()
    dashboard.region.radius.value = 0.2
    assert area(panel) == getattr(dashboard, method)()
    assert "0.2 deg" in area(panel)
    name, text = saved(panel)
    assert name.startswith("lightpool_page.")
    assert text == area(panel)


def test_span_and_map_are_files_of_their_own(dashboard):
    panel, state = dashboard.carry, dashboard.state
    panel.kind.value = YAML
    assert panel.text.value.count("<a download") == 1
    state.ring_inner = 0.7
    start, stop = (str(dashboard.outcome.cube[f"time_{end}"].values[0]) for end in ("start", "stop"))
    state.span = (start, stop)
    files = re.findall(r'<a download="([^"]*)" href="data:[^;]*;base64,([^"]*)"', panel.text.value)
    texts = {name: b64decode(data).decode() for name, data in files}
    assert list(texts) == ["lightpool_page.yaml", "lightpool_span.yaml", "lightpool_map.yaml"]
    assert f"start: '{start}'" in texts["lightpool_span.yaml"]
    assert "r_in: 0.7 deg" in texts["lightpool_map.yaml"]


def test_a_map_that_cannot_be_takes_nothing_else_with_it(dashboard):
    state = dashboard.state
    state.ring_inner, state.correlation_radius = 0.1, 0.5
    dashboard.schedule.flush()
    why = state.problems["sky_map"]
    assert f"# There is no sky map: {why}" in dashboard.script()
    compile(dashboard.script(), "script", "exec")
    dashboard.carry.kind.value = YAML
    assert "lightpool_page.yaml" in dashboard.carry.text.value
    assert "lightpool_map.yaml" not in dashboard.carry.text.value
    dashboard.carry.prepare.click()
    dashboard.schedule.flush()
    assert any(f"without sky map: {why}" in note for note in state.bundle.notes)


def test_a_link_opens_the_page_it_came_from(make):
    one, two = make(), make()
    one.state.radius, one.state.model, one.state.left_out = 0.2, "log-parabola", (1002,)
    one.schedule.flush()
    two.query.field.value = one.link()
    two.schedule.flush()
    assert two.state.inputs() == one.state.inputs()
    assert two.outcome.fit.stat == one.outcome.fit.stat
    assert two.settings == one.settings


def test_what_contradicts_itself_is_said_in_place_of_the_text(dashboard):
    panel = dashboard.carry
    panel.kind.value = PYTHON
    dashboard.state.left_out = tuple(
        dashboard.controller.library.open("demo").targets[dashboard.state.target]
    )
    assert "are left out" in panel.text.value
    assert "textarea" not in panel.text.value
    dashboard.state.left_out = ()
    assert "lp.DataStore" in panel.text.value


def test_before_the_first_result_there_is_a_link_only(make):
    dashboard = make(drawn=False)
    dashboard.carry.kind.value = PYTHON
    assert "appears with the first result" in dashboard.carry.text.value
    dashboard.schedule.flush()
    assert "lp.DataStore" in area(dashboard.carry)


def test_in_public_no_text_says_where_the_data_are(demo_path):
    schedule = ManualSchedule()
    page = Dashboard({"the demo": demo_path}, schedule=schedule, public=True)
    schedule.flush()
    texts = page.script() + page.config() + page.link()
    for kind in (LINK, PYTHON, YAML):
        page.carry.kind.value = kind
        texts += page.carry.text.value + (saved(page.carry)[1] if kind != LINK else "")
    assert str(demo_path) not in texts
    assert str(demo_path.parent) not in texts
    assert 'lp.DataStore("the demo")' in texts
    page.close()


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


def test_names_stay_text(dashboard):
    dashboard.state.exclusion = ((83.0, 22.0, 0.1, "</textarea><img src=x onerror=alert(1)>"),)
    for kind in (LINK, PYTHON, YAML):
        dashboard.carry.kind.value = kind
        assert set(Elements(dashboard.carry.text.value).tags) <= {"textarea", "div", "button", "a"}


def test_a_link_opened_by_hand(dashboard):
    open_link(dashboard.state, "radius=0.3&nonsense=1")
    assert dashboard.state.radius == 0.3
    assert "which this page does not know" in dashboard.query.notice.value
