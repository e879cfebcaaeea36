"""Behind nginx, with the very lines that the README gives to an operator."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

README = Path(__file__).resolve().parents[2] / "README.md"
WHOLE = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {snippet}
  }}
}}
"""


@dataclass
class Proxy:
    """An nginx that shows a server at another port."""

    command: list[str]
    port: int
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/lightpool/"

    def start(self) -> None:
        self.process = subprocess.Popen(self.command)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
            self.process = None


@pytest.fixture(scope="module")
def snippet() -> str:
    """Return what the README says to put into the configuration of nginx."""
    return re.search(r"```nginx\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]


@pytest.fixture
def proxy(public_server, snippet, unused, tmp_path, until) -> Iterator[Proxy]:
    """Return an nginx in front of the public server."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("no nginx is installed (Debian: apt install nginx-light)")
    assert "http://127.0.0.1:8866;" in snippet
    lines = snippet.replace("127.0.0.1:8866", f"127.0.0.1:{public_server.port}")
    file, port = tmp_path / "nginx.conf", unused()
    file.write_text(WHOLE.format(folder=tmp_path, port=port, snippet=lines))
    command = [nginx, "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", str(file)]
    proxy = Proxy(command, port)
    proxy.start()
    try:
        until(lambda: (tmp_path / "nginx.pid").exists(), "nginx to start")
        yield proxy
    finally:
        proxy.stop()


def works(page, until) -> None:
    summary = page.inner_text(".lp-summary")
    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    until(lambda: page.inner_text(".lp-summary") != summary, "new counts")


def test_the_page_lives_behind_nginx(proxy, public_server, page, draw, until, kernel):
    draw(page, proxy.url + "?s=1.x")
    assert page.locator(".lp-query input").input_value() == "s=1.x"
    works(page, until)
    assert page.watch.errors == []
    asked = [url for url in page.watch.requests if url.startswith(("http", "ws"))]
    assert asked
    assert all(f"127.0.0.1:{proxy.port}/lightpool/" in url for url in asked)
    gone = kernel(page)
    page.close(run_before_unload=True)
    until(lambda: gone not in public_server.kernels(), "the kernel of the closed tab to end")


@pytest.mark.nightly
def test_a_lost_connection_is_told_and_taken_up_again(proxy, page, draw, until):
    draw(page, proxy.url)
    proxy.stop()
    page.wait_for_selector("#lp-connection", timeout=30_000)
    assert "The connection to the server is lost; trying again" in page.inner_text("#lp-connection")
    proxy.start()
    page.wait_for_selector("#lp-connection", state="detached", timeout=60_000)
    works(page, until)


def test_a_page_elsewhere_cannot_use_the_socket(proxy, page, draw, kernel):
    """A browser tells whose page asks for a socket, and the server compares that with its own name."""
    draw(page, proxy.url)
    known = kernel(page)
    cookies = page.context.cookies(f"{proxy.url}api/kernels/{known}/channels")
    elsewhere = page.request.get(
        f"{proxy.url}api/kernels/{known}/channels",
        headers={
            "Origin": "http://elsewhere.example",
            "Cookie": f"lightpool={cookies[0]['value']}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": "v1.kernel.websocket.jupyter.org",
            "Sec-WebSocket-Key": "c3RyYW5nZXIgc3RyYW5nZXI=",
        },
    )
    assert elsewhere.status == 403
