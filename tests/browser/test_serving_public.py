"""Strangers: what they get, and what they do not, however they ask."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

pytestmark = pytest.mark.browser


def radius_still_works(page, until) -> None:
    """Check that the page and its kernel live: a key on the radius changes the counts."""
    summary = page.inner_text(".lp-summary")
    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    until(lambda: page.inner_text(".lp-summary") != summary, "new counts")


@pytest.fixture
def own_page(public_server, page, draw):
    """Return a page of the public server."""
    return draw(page, public_server.url)


def test_the_page_works_under_a_prefix_without_a_complaint(own_page, public_server, until):
    radius_still_works(own_page, until)
    assert own_page.watch.errors == []
    assert own_page.watch.foreign(public_server) == []
    outside = [
        url for url in own_page.watch.requests if url.startswith(("http", "ws")) and "/lightpool/" not in url
    ]
    assert outside == []


def test_a_kernel_knows_no_secret_and_has_its_limits(own_page, public_server, kernel):
    process = Path("/proc") / str(public_server.kernel_processes()[kernel(own_page)])
    environment = dict(
        line.split("=", 1) for line in (process / "environ").read_text().split("\0") if "=" in line
    )
    assert "LIGHTPOOL_TEST_SECRET" not in environment
    assert not {name for name in environment if name.startswith(("VOILA_", "HTTP_", "QUERY_", "SERVER_"))}
    assert environment["LIGHTPOOL_PUBLIC"] == environment["OMP_NUM_THREADS"] == "1"
    [limit] = [line for line in (process / "limits").read_text().splitlines() if "data size" in line]
    assert limit.split()[3:5] == [str(2000 << 20)] * 2


def test_no_cookie_follows_a_visitor_around(own_page, public_server, kernel):
    [cookie] = own_page.context.cookies(public_server.url + f"api/kernels/{kernel(own_page)}/channels")
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("lightpool", True, "Strict")
    assert own_page.context.cookies(public_server.url) == []


def message(kind: str, channel: str = "shell", **content: object) -> tuple[str, str, str]:
    return channel, kind, json.dumps(content)


def test_a_page_cannot_run_code(own_page, public_server, kernel, speak, until):
    said = speak(
        own_page,
        kernel(own_page),
        messages=[
            message("execute_request", code="print(6 * 7 * 1001)", silent=False),
            message("execute_request", "control", code="print(6 * 7 * 1001)"),
            message("complete_request", code="os.", cursor_pos=3),
            message("shutdown_request", "control", restart=False),
            message("comm_open", comm_id="x", target_name="jupyter.widget", data={}),
        ],
    )
    assert {answer["msg_type"] for answer in said["heard"]} <= {"status", "comm_info_reply"}
    assert "42042" not in str(said["heard"])
    log = public_server.output()
    assert log.count("A message of a page was left out: its type is not allowed.") == 2
    assert log.count("A message of a page was left out: its channel is not allowed.") == 2
    assert log.count("A message of a page was left out: it opens what a page does not open.") == 1
    radius_still_works(own_page, until)


def test_what_cannot_be_read_is_left_out(own_page, public_server, kernel, speak, until):
    many = [255] * 8
    raw = [[], [0], [0] * 64, many, many * 8, [6] + [0] * 200, [64] + [0] * 7]
    texts = ["", "[]", "null", "{", "[" * 100_000, "\u0000" * 64]
    said = speak(own_page, kernel(own_page), raw=[*texts, *raw])
    assert said["heard"][-1]["msg_type"] in ("status", "comm_info_reply")
    radius_still_works(own_page, until)
    assert "Traceback" not in public_server.output()


def test_a_message_that_is_too_long_ends_its_connection_only(own_page, kernel, speak, until):
    assert speak(own_page, kernel(own_page), raw=["x" * 300_000])["code"] in (1006, 1009)
    radius_still_works(own_page, until)


def test_a_page_that_floods_its_kernel_is_cut_off(own_page, kernel, speak, until):
    said = speak(own_page, kernel(own_page), messages=[message("comm_info_request")] * 2000)
    assert said["code"] == 4003
    time.sleep(1)  # what a page may say grows back
    radius_still_works(own_page, until)


def packed(number: int, kind: str, **content: object) -> bytes:
    """Return a message in the binary protocol, for the shell."""
    header = {"msg_id": f"n{number}", "msg_type": kind, "username": "", "session": "silent", "version": "5.3"}
    values = (header, {}, {"version": "1.0.0"}, content)
    parts = [b"shell", *(json.dumps(value).encode() for value in values)]
    offsets = list(itertools.accumulate(map(len, parts), initial=8 * (len(parts) + 2)))
    return b"".join(value.to_bytes(8, "little") for value in (len(offsets), *offsets)) + b"".join(parts)


async def ask_and_never_read(url: str, cookie: str) -> int:
    """Ask for the state of all widgets until the server ends it; return how often it was asked."""
    request = HTTPRequest(url, headers={"Cookie": cookie})
    connection = await websocket_connect(request, subprotocols=["v1.kernel.websocket.jupyter.org"])
    with closing(connection):
        return await _ask(connection)


async def _ask(connection: WebSocketClientConnection) -> int:
    target = {"comm_id": "silent", "target_name": "jupyter.widget.control", "data": {}}
    await connection.write_message(packed(0, "comm_open", **target), binary=True)
    for number in range(1, 3000):
        try:
            asked = packed(number, "comm_msg", comm_id="silent", data={"method": "request_states"})
            await connection.write_message(asked, binary=True)
        except WebSocketClosedError:
            return number
        await asyncio.sleep(0.03)
    return 0


def test_a_page_that_reads_nothing_is_cut_off(own_page, public_server, kernel, until):
    status = Path("/proc") / str(public_server.process.pid) / "status"

    def resident_mb() -> float:
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    before = resident_mb()
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in own_page.context.cookies())
    url = f"{public_server.url}api/kernels/{kernel(own_page)}/channels".replace("http", "ws", 1)
    with ThreadPoolExecutor(1) as elsewhere:  # in this thread, Playwright has its own loop
        asked = elsewhere.submit(asyncio.run, ask_and_never_read(url, cookie)).result(timeout=180)
    assert asked > 0
    assert resident_mb() - before < 150
    radius_still_works(own_page, until)


def test_the_older_protocol_is_not_spoken(own_page, public_server, kernel):
    refused = """([url]) => new Promise(done => {
        const socket = new WebSocket(url.replace("http", "ws"));
        socket.onclose = event => done(event.code);
        socket.onopen = () => done("open");
    })"""
    url = f"{public_server.url}api/kernels/{kernel(own_page)}/channels"
    assert own_page.evaluate(refused, [url]) == 1006


def test_nobody_reaches_the_kernel_of_another(own_page, open_page, public_server, kernel, draw, speak, until):
    stranger, wanted = draw(open_page(), public_server.url), kernel(own_page)
    assert kernel(stranger) != wanted
    status = "async url => (await fetch(url)).status"
    assert own_page.evaluate(status, f"/lightpool/api/kernels/{wanted}") == 200
    assert stranger.evaluate(status, f"/lightpool/api/kernels/{wanted}") == 404
    for method, place in [
        ("POST", f"api/kernels/{wanted}/farewell"),
        ("POST", f"api/kernels/{wanted}/restart"),
        ("POST", f"voila/api/shutdown/{wanted}"),
        ("DELETE", f"api/kernels/{wanted}"),
    ]:
        stranger.evaluate("([url, method]) => fetch(url, {method})", [public_server.url + place, method])
    assert speak(stranger, wanted, messages=[message("kernel_info_request")])["code"] == 1006
    radius_still_works(own_page, until)
    assert wanted in public_server.kernels()


def test_two_visitors_do_not_meet(own_page, open_page, public_server, draw, until):
    other = draw(open_page(), public_server.url)
    untouched = other.inner_text(".lp-summary")
    assert own_page.inner_text(".lp-summary") == untouched
    radius_still_works(own_page, until)
    radius_still_works(own_page, until)
    assert other.inner_text(".lp-summary") == untouched
    radius_still_works(other, until)
    assert other.inner_text(".lp-summary") != own_page.inner_text(".lp-summary")
    assert own_page.watch.errors == other.watch.errors == []


def test_search_engines_are_asked_to_stay_away(public_server, page):
    answer = page.request.get(public_server.url.replace("/lightpool/", "/robots.txt"))
    assert answer.text() == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("path", ["/", "/lightpool"])
def test_the_prefix_is_found(public_server, page, path):
    url = public_server.url.replace("/lightpool/", path)
    answer = page.request.get(url, max_redirects=0)
    assert answer.status == 302
    assert answer.headers["location"] == "/lightpool/"
