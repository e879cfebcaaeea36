"""How a visit ends: by the visitor, by the clock, by a full server, by an accident; and what is said then."""

from __future__ import annotations

import os
import re
import signal
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.browser

BANNER = "#lp-connection"


def refusal(url: str) -> tuple[int, str, str]:
    """Return status, Retry-After and text of a page that is not served."""
    with pytest.raises(HTTPError) as caught:
        urlopen(url, timeout=30)
    with caught.value as answer:
        return answer.code, answer.headers["Retry-After"], answer.read().decode()


@pytest.mark.nightly
def test_a_full_server_says_so_until_somebody_leaves(serve, demo_path, open_page, draw, kernel, until):
    server = serve(demo_path, arguments=("--public", "--max-kernels", "2", "--warm", "1"))
    first, second = draw(open_page(), server.url), draw(open_page(), server.url)
    until(lambda: len(server.kernels()) == 3, "two kernels in use and a warm one")
    status, retry, text = refusal(server.url)
    assert (status, retry) == (503, "30")
    assert "Lightpool is full" in text
    assert "All places are taken at the moment. This page tries again by itself in 30 seconds." in text
    third = open_page()
    third.goto(server.url)
    assert third.locator("h1").inner_text() == "Lightpool is full"
    assert len(server.kernels()) == 3  # nobody started one for who was refused

    left = kernel(first)
    first.close(run_before_unload=True)
    until(lambda: left not in server.kernels(), "the first visitor's kernel to end")
    draw(third, server.url)
    assert second.inner_text(".lp-status").strip() == "ready"


@pytest.mark.nightly
def test_cold_kernels_have_the_query_too_and_idle_ones_end(serve, demo_path, page, until, kernel):
    server = serve(demo_path, arguments=("--public", "--warm", "0", "--idle-minutes", "0.1"))
    assert server.kernels() == set()
    page.goto(server.url + "?s=1.cold", wait_until="commit")
    page.wait_for_selector("#lp-skeleton, .lp-dashboard")  # at once, and not when the kernel has started
    page.wait_for_selector(".lp-query input[placeholder=taken]", state="attached", timeout=60_000)
    assert page.locator(".lp-query input").input_value() == "s=1.cold"
    assert server.kernels() == {kernel(page)}
    page.wait_for_selector(BANNER, timeout=60_000)
    assert "was not used for a while and has ended" in page.inner_text(BANNER)
    until(lambda: server.kernels() == set(), "the idle kernel to end although its tab is open")
    page.get_by_role("button", name="Reload the page").click()
    page.wait_for_selector(".lp-dashboard", timeout=60_000)
    assert page.locator(BANNER).count() == 0


def test_a_page_that_nobody_opened_keeps_no_kernel(serve, demo_path, until):
    server = serve(demo_path, arguments=("--public", "--warm", "1", "--idle-minutes", "0.05"))
    until(server.kernels, "the warm kernel")
    with urlopen(server.url, timeout=60) as answer:
        taken = re.search(r'"kernelId": "([0-9a-f-]+)"', answer.read().decode())[1]
    until(lambda: taken not in server.kernels(), "the kernel without a page to end")
    until(lambda: len(server.kernels()) == 1, "a warm one to wait as before")


def test_one_address_cannot_start_kernel_after_kernel(serve, demo_path, until):
    server = serve(demo_path, arguments=("--public", "--warm", "0", "--starts-per-minute", "1"))
    with urlopen(server.url, timeout=60) as answer:
        answer.read()
    status, retry, text = refusal(server.url)
    assert status == 503
    assert 1 <= int(retry) <= 60
    assert "Too many pages were opened from your address within a minute." in text


def test_a_kernel_that_dies_is_told_and_a_warm_one_replaced(serve, demo_path, page, draw, kernel, until):
    server = serve(demo_path, arguments=("--public", "--warm", "1"))
    draw(page, server.url)
    until(lambda: len(server.kernels()) == 2, "a warm kernel")
    os.kill(server.kernel_processes()[kernel(page)], signal.SIGKILL)
    page.wait_for_selector(BANNER, timeout=30_000)
    assert "broke down" in page.inner_text(BANNER)
    page.get_by_role("button", name="Reload the page").click()
    page.wait_for_selector(".lp-dashboard", timeout=60_000)
    until(lambda: len(server.kernels()) == 2, "a warm kernel in the place of that which was taken")


@pytest.mark.nightly
def test_a_kernel_that_cannot_start_is_told(serve, demo_path, page, tmp_path):
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit('the inner cause')\n")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    server = serve(demo_path, arguments=("--public", "--warm", "0"), env={"PYTHONPATH": path})
    page.goto(server.url, timeout=90_000)
    page.wait_for_selector("#lp-skeleton[role=alert]", timeout=60_000)
    assert "the kernel could not be started; the log of the server says why" in page.inner_text("body")
    assert "inner cause" not in page.content()
    assert "the inner cause" in server.output()


@pytest.mark.nightly
def test_a_server_that_stops_is_told(serve, demo_path, page, draw):
    server = serve(demo_path)
    draw(page, server.url)
    server.stop()
    page.wait_for_selector(BANNER, timeout=30_000)
    assert "server was stopped" in page.inner_text(BANNER) or "connection" in page.inner_text(BANNER)
