"""The page as it is served: ours alone, warm, and gone with its tab."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.browser

KERNEL_ID = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"


def drawn(page, server, query: str = ""):
    """Open the page and wait until the skeleton has gone."""
    page.goto(server.url + query)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    page.wait_for_selector(".lp-dashboard", timeout=5_000)
    return page


def status_of(url: str, **headers: str) -> int:
    """Return the HTTP status of an answer."""
    try:
        with urlopen(Request(url, headers=headers), timeout=20) as reply:
            return reply.status
    except HTTPError as error:
        error.close()
        return error.code


def lightness(page) -> float:
    """Return the mean of red, green and blue of the page's ground, 0 to 255."""
    text = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(float(part) for part in text.strip("rgba()").split(",")[:3]) / 3


def test_the_page_is_ours_and_asks_no_other_host(demo_server, page):
    drawn(page, demo_server)
    assert page.title() == "Lightpool"
    assert "Simulated events" in page.inner_text(".lp-credit")
    assert page.is_hidden("#voila-top-panel")
    assert page.watch.errors == []
    assert any(url.startswith("ws:") for url in page.watch.requests)
    assert page.watch.foreign(demo_server) == []


def test_a_second_visit_asks_for_next_to_nothing(demo_server, page):
    def asked() -> int:
        drawn(page, demo_server)
        return page.evaluate(
            "performance.getEntriesByType('resource').filter(asked => asked.transferSize > 0).length"
        )

    assert asked() > 50
    assert asked() < 10


def test_the_browser_refuses_another_host(demo_server, page):
    page.goto(demo_server.url)
    refused = page.evaluate("""() => new Promise(done => {
        document.addEventListener("securitypolicyviolation", event => done(event.blockedURI));
        const script = document.createElement("script");
        script.src = "https://cdn.example/x.js";
        script.onerror = () => setTimeout(done, 1000, "refused by nobody");
        document.head.append(script);
    })""")
    assert refused == "https://cdn.example/x.js"


def test_the_skeleton_comes_before_all_that_waits(demo_server, page):
    html = page.request.get(demo_server.url).text()
    places = [html.index(text) for text in ('id="lp-skeleton"', "voila-style.js", 'id="jupyter-config-data"')]
    assert places == sorted(places)
    assert "starting the kernel ..." in html
    assert "//cdn" not in html


def test_the_whole_width_is_the_dashboards(demo_server, page):
    drawn(page, demo_server)
    box = page.locator(".lp-dashboard").first.bounding_box()
    assert box["x"] <= 16
    assert box["width"] >= 1400 - 32


@pytest.mark.parametrize(("scheme", "low", "high"), [("light", 200, 255), ("dark", 0, 60)])
def test_the_page_follows_the_scheme_of_the_browser(demo_server, open_page, scheme, low, high):
    page = open_page(color_scheme=scheme)
    page.goto(demo_server.url, wait_until="commit")
    page.wait_for_selector("#lp-skeleton, .lp-dashboard")
    assert low <= lightness(page) <= high
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    assert not low <= lightness(page) <= high


@pytest.mark.nightly
def test_a_visitor_cannot_choose_template_or_theme(demo_server, page):
    drawn(page, demo_server, "?template=lab&theme=dark")
    assert page.title() == "Lightpool"
    assert page.watch.foreign(demo_server) == []


@pytest.mark.parametrize(
    "path",
    [
        "voila/files/dashboard.ipynb",
        "voila/files/figure.png",
        "files/dashboard.ipynb",
        "dashboard.ipynb",
        "voila/tree",
        "voila/api/contents",
        "voila/query/0-0-0-0-0",
        "voila/templates/../../../etc/passwd",
        "voila/templates/lightpool",
        "voila/templates/nothing/static/x.css",
        "api/contents",
        "api/kernels",
        "api/kernels/0-0-0-0-0",
        "api/kernelspecs",
        "api/sessions",
        "api/terminals",
        "api/me",
        "login",
        "metrics",
    ],
)
def test_nothing_but_the_page_is_served(demo_server, path):
    assert status_of(demo_server.url + path) == 404
    assert "Traceback" not in demo_server.output()


def test_a_request_under_another_name_is_refused(demo_server):
    assert status_of(demo_server.url + "api/kernels/0-0-0-0-0", Host="rebound.example") == 403


def test_closing_the_tab_frees_the_kernel(serve, demo_path, open_page, until):
    server = serve(demo_path)
    first, second = drawn(open_page(), server), drawn(open_page(), server)
    visited = {first.evaluate(KERNEL_ID), second.evaluate(KERNEL_ID)}
    assert len(visited) == 2
    until(lambda: len(server.kernels()) == 3, "two kernels in use and a warm one")
    assert visited < server.kernels()

    first.close(run_before_unload=True)
    until(lambda: len(server.kernels() & visited) == 1, "the first tab's kernel to end")
    second.reload()
    until(lambda: not server.kernels() & visited, "the kernel of the page before the reload to end")
    until(lambda: len(server.kernels()) == 2, "a kernel in use and a warm one")


def test_a_kernel_that_fails_says_nothing_of_why_to_the_visitor(serve, demo_path, page, tmp_path):
    broken = tmp_path / "broken" / "bqplot"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('the inner cause')\n")
    path = os.pathsep.join(filter(None, [str(broken.parent), os.environ.get("PYTHONPATH")]))
    server = serve(demo_path, env={"PYTHONPATH": path})
    page.goto(server.url)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    assert "The log of the server" in page.inner_text(".lp-failure")
    assert "inner cause" not in page.content()
    assert "The page could not be built" in server.output()
    assert "the inner cause" in server.output()


@pytest.mark.nightly
def test_the_kernel_is_the_servers_python(serve, demo_path, page, tmp_path):
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        json.dumps(
            {"argv": ["/bin/false", "{connection_file}"], "display_name": "decoy", "language": "python"}
        )
    )
    server = serve(demo_path, env={"JUPYTER_PATH": str(tmp_path / "jupyter")})
    drawn(page, server)
    assert page.evaluate(KERNEL_ID) in server.kernels()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_ctrl_c_stops_everything(serve, demo_path, until, tmp_path, name):
    server = serve(demo_path, env={"TMPDIR": str(tmp_path)})
    until(server.kernels, "the warm kernel")
    [kernel] = server.kernels()
    assert server.stop(getattr(signal, name)) == 0, server.output()
    assert server.output().splitlines() == [f"Lightpool shows demo at {server.url} (Ctrl-C stops it)"]
    assert not alive(kernel)
    assert list(tmp_path.glob("voila_*")) == []


def test_kernels_of_a_killed_server_end_by_themselves(serve, demo_path, until, tmp_path):
    server = serve(demo_path, env={"TMPDIR": str(tmp_path)})
    until(server.kernels, "the warm kernel")
    [kernel] = server.kernels()
    server.kill()
    until(lambda: not alive(kernel), "the kernel to notice")


def alive(kernel: str) -> bool:
    """Return whether any process still serves the kernel."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if kernel in entry.read_text():
                return True
        except OSError:
            continue
    return False
