"""As a guest of a Jupyter server, under a user's prefix and behind a token: how Binder shows the page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SHARE = ROOT / "dashboard" / "lightpool_dashboard" / "share" / "jupyter"
TOKEN = "a-token"
COMMAND = [
    *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
    *("--ServerApp.port_retries=0", "--ServerApp.base_url=/user/somebody-abc/"),
]


@pytest.fixture(scope="module")
def jupyter(demo_path, tmp_path_factory, unused, until) -> Iterator[str]:
    """Return the address of a Jupyter server that shows a folder with our notebook."""
    folder, port = tmp_path_factory.mktemp("jupyter"), unused()
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    address = f"http://127.0.0.1:{port}/user/somebody-abc/"
    # An installed Lightpool has its template where Voilà looks; a checkout has to say where it is.
    environ = {**os.environ, "JUPYTER_PATH": str(SHARE), "LIGHTPOOL_DATA": str(demo_path)}
    environ |= {"HOME": str(folder), "JUPYTER_TOKEN": TOKEN}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, f"--port={port}"], env=environ, cwd=folder, stdout=log, stderr=log
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            with urlopen(f"{address}voila/static/voila.js", timeout=5) as reply:
                return reply.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False

    try:
        until(answers, "Jupyter to answer", 60)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()


def kernels(address: str) -> str:
    """Return what Jupyter says of its kernels."""
    with urlopen(Request(f"{address}api/kernels", headers={"Authorization": f"token {TOKEN}"})) as reply:
        return reply.read().decode()


def test_the_page_is_ours_and_its_kernel_ends_with_it(jupyter, page, kernel, until):
    page.goto(f"{jupyter}voila/render/notebooks/dashboard.ipynb?s=1.x&token={TOKEN}")
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    page.wait_for_selector(".lp-status [role=status]:text-is('ready')", timeout=60_000)
    assert page.title() == "Lightpool"
    assert "Simulated events" in page.inner_text(".lp-credit")
    assert page.locator(".lp-query input").input_value() == "s=1.x"
    summary = page.inner_text(".lp-summary")
    page.focus(".lp-control-radius [role=slider]")
    page.keyboard.press("ArrowRight")
    until(lambda: page.inner_text(".lp-summary") != summary, "new counts")
    asked = [url for url in page.watch.requests if url.startswith(("http", "ws"))]
    assert [url for url in asked if jupyter.removeprefix("http") not in url] == []
    assert page.watch.errors == []
    assert kernel(page) in kernels(jupyter)
    page.close(run_before_unload=True)
    until(lambda: kernels(jupyter) == "[]", "the kernel of the closed page to end")
