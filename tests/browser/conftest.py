"""A real server, a real browser: what the tests of the served page stand on."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

REQUIRE = os.environ.get("LIGHTPOOL_REQUIRE_BROWSER") == "1"
ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
COMMAND = [sys.executable, "-m", "lightpool.cli", "dashboard"]
START_S = 60
"""How long a server may take to answer on a busy machine; no speed is judged by it."""


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = 30.0) -> None:
    """Wait until the condition holds; fail saying what was waited for."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"waited {timeout_s:g} s for {what}"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """Return the function that waits for a condition."""
    return wait_until


@pytest.fixture(scope="session")
def unused() -> Callable[[], int]:
    """Return the function that finds a port."""
    return unused_port


def unused_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """A running ``lightpool dashboard`` and what can be seen of it from outside."""

    process: subprocess.Popen
    port: int
    log: Path
    prefix: str = "/"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    def output(self) -> str:
        """Return what the server has written to stdout and stderr."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kernels(self) -> set[str]:
        """Return the ids of the kernels that live."""
        return set(self.kernel_processes())

    def kernel_processes(self) -> dict[str, int]:
        """Return kernel and process ids of the children of the server that run ipykernel."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_text().split("\0")
            except (OSError, ValueError, IndexError):
                continue  # it ended while we looked
            if parent == self.process.pid and "ipykernel_launcher" in words:
                kernel = re.search(r"kernel-([0-9a-f-]+)\.json", " ".join(words))[1]
                found[kernel] = int(entry.name)
        return found

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """End the server and wait for it; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.wait()

    def kill(self) -> None:
        """End the server without asking. Its kernels notice by themselves."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(log: Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[Server]:
    """Start a server on a free port, wait until it answers, end it afterwards whatever happens."""
    port = unused_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, "--port", str(port), "--no-browser", *arguments],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            cwd=log.parent,
            start_new_session=True,
        )
    prefix = arguments[arguments.index("--base-url") + 1] if "--base-url" in arguments else "/"
    server = Server(process, port, log, prefix)

    def answers() -> bool:
        assert process.poll() is None, f"the server ended:\n{server.output()}"
        try:
            # A static file, so that no kernel is spent on the question.
            with urlopen(f"{server.url}voila/static/voila.js", timeout=5) as reply:
                return reply.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False

    try:
        wait_until(answers, "the server to answer", START_S)
        yield server
    finally:
        server.stop()
        server.kill()


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server with the given stores and arguments."""
    number = itertools.count()
    with ExitStack() as servers:

        def start(
            *stores: Path, arguments: tuple[str, ...] = (), env: dict[str, str] | None = None
        ) -> Server:
            data = [word for store in stores for word in ("--data", str(store))]
            log = tmp_path / f"server-{next(number)}.log"
            return servers.enter_context(running(log, *data, *arguments, env=env))

        yield start


@pytest.fixture(scope="session")
def demo_server(demo_path, tmp_path_factory) -> Iterator[Server]:
    """Return one server on the simulated store, shared by the tests that only look at its page."""
    with running(tmp_path_factory.mktemp("server") / "server.log", "--data", str(demo_path)) as server:
        yield server


SECRET = "the-operators-password"


@pytest.fixture(scope="session")
def public_server(demo_path, tmp_path_factory) -> Iterator[Server]:
    """Return one server for strangers, under a prefix, shared by the tests that leave it as it was."""
    arguments = ["--data", str(demo_path), "--public", "--base-url", "/lightpool/", "--warm", "1"]
    log = tmp_path_factory.mktemp("public") / "server.log"
    with running(log, *arguments, env={"LIGHTPOOL_TEST_SECRET": SECRET}) as server:
        yield server


# A module at a time: while Playwright runs, the main thread counts as inside an event loop.
@pytest.fixture(scope="module")
def chromium():
    """Return a headless Chromium; skip or, where it is required, fail without one."""
    executable = os.environ.get("LIGHTPOOL_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        message = f"no browser: none of {', '.join(BROWSERS)} is installed (Debian: apt install chromium)"
        if REQUIRE:
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def foreign(self, server: Server) -> list[str]:
        """Return the requests that went to another host or port than the server's."""
        own = ("127.0.0.1", server.port)
        away = []
        for url in self.requests:
            parts = urlsplit(url)
            if parts.scheme not in ("data", "blob") and (parts.hostname, parts.port) != own:
                away.append(url)
        return away


@pytest.fixture
def open_page(chromium, request) -> Iterator[Callable[..., object]]:
    """Return a function that opens a page of its own; ``page.watch`` tells what it asked and said."""
    from playwright.sync_api import Error

    pages = []

    def new(**options):
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        page = context.new_page()
        page.watch = watch = Watch()
        context.on("request", lambda asked: watch.requests.append(asked.url))
        page.on("websocket", lambda socket: watch.requests.append(socket.url))
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.on("console", lambda message: _note(watch, message))
        pages.append(page)
        return page

    yield new
    report = getattr(request.node, "report_of_call", None)
    for number, page in enumerate(pages):
        if report is not None and report.failed and not page.is_closed():
            ARTEFACTS.mkdir(exist_ok=True)
            name = re.sub(r"[^\w.-]+", "-", request.node.name)
            with suppress(Error):  # a page that is just closing has no picture
                page.screenshot(path=ARTEFACTS / f"{name}-{number}.png", full_page=True)
        page.context.close()


def drawn(page, url: str):
    """Open a page and wait until the dashboard has come to rest on it."""
    page.goto(url, timeout=90_000)  # a busy machine; no speed is judged by it
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=60_000)
    page.wait_for_selector(".lp-status [role=status]:text-is('ready')", timeout=60_000)
    return page


@pytest.fixture
def draw() -> Callable[..., object]:
    """Return the function that opens a page and waits for its dashboard."""
    return drawn


KERNEL_ID = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"


def kernel_of(page) -> str:
    """Return the id of the kernel behind a page."""
    return page.evaluate(KERNEL_ID)


@pytest.fixture
def kernel() -> Callable[..., str]:
    """Return the function that tells the kernel of a page."""
    return kernel_of


@pytest.fixture(scope="session")
def speak() -> Callable[..., dict]:
    """Return a function by which a page speaks to any kernel over a socket of its own; see the script."""
    script = (Path(__file__).parent / "speaker.js").read_text(encoding="utf-8").partition("\n(")[2]

    def speak(page, kernel: str, **what) -> dict:
        return page.evaluate(f"({script}", {"kernel": kernel, **what})

    return speak


@pytest.fixture
def page(open_page):
    """Return a new page in a browser context of its own."""
    return open_page()


def _note(watch: Watch, message) -> None:
    if message.type == "error":
        watch.errors.append(message.text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep the report of the test itself where a fixture can ask how it went."""
    report = yield
    if report.when == "call":
        item.report_of_call = report
    return report
