"""What stands behind the question mark reaches the kernel, whatever it is."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_the_query_reaches_a_warm_kernel(demo_server, page):
    page.goto(demo_server.url + "?s=1.a%20b&x=%3Cscript%3Ealert(1)%3C/script%3E")
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    field = page.locator(".lp-query input")
    assert field.input_value() == "s=1.a%20b&x=%3Cscript%3Ealert(1)%3C/script%3E"
    assert field.get_attribute("placeholder") == "taken"
    assert field.is_hidden()
    assert page.watch.errors == []


def test_a_page_without_a_query_asks_nothing(demo_server, page):
    page.goto(demo_server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    assert page.locator(".lp-query input").get_attribute("placeholder") != "taken"


def test_a_link_that_is_too_long_is_told(demo_server, page):
    page.goto(demo_server.url + "?s=" + "x" * 4500)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    assert "longer than 4096 characters" in page.inner_text(".lp-controls .lp-notice")
    assert page.watch.errors == []
