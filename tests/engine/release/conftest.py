"""A server that fails in every way, and a small release that it serves."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lightpool.release import Patience, Release

#: Long enough for a busy machine, short enough for a test.
BRIEF = Patience(attempts=3, pause=0.01, timeout=5)


class BadServer(ThreadingHTTPServer):
    """Serves a folder; each request for a path takes the next of the faults set for it.

    Parameters
    ----------
    root : Path
    """

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.asked: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    server: BadServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        asked = self.headers.get("Range", "")
        self.server.asked.append((path, asked))
        faults = self.server.faults[path] or self.server.faults["*"]
        fault = faults.pop(0) if faults else ""
        if not (self.server.root / path).is_file():
            fault = "404"
        if fault.isdigit():
            self.send_error(int(fault))
            return
        content = (self.server.root / path).read_bytes()
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and fault != "no range" else 0
        getattr(self, "_" + (fault.replace(" ", "_") or "fine"))(content, start)

    def _head(self, content: bytes, start: int, *, length: bool = True, **headers: str) -> None:
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if length:
            self.send_header("Content-Length", str(len(content) - start))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _fine(self, content: bytes, start: int) -> None:
        self._head(content, start)
        self.wfile.write(content[start:])

    _no_range = _fine

    def _drop(self, content: bytes, start: int) -> None:
        """Close the connection half-way through what is still to come."""
        self._head(content, start)
        self.wfile.write(content[start : (start + len(content)) // 2])

    def _drop_early(self, content: bytes, start: int) -> None:
        """Close the connection always at the same byte."""
        self._head(content, start)
        self.wfile.write(content[start:1000])

    def _truncated(self, content: bytes, start: int) -> None:
        """Say nothing of the length, and end too early."""
        self._head(content, start, length=False)
        self.wfile.write(content[start : (start + len(content)) // 2])

    def _wrong(self, content: bytes, start: int) -> None:
        self._head(content, start)
        self.wfile.write(bytes(len(content) - start))

    def _longer(self, content: bytes, start: int) -> None:
        self._head(content + content, start)
        self.wfile.write((content + content)[start:])

    def _page(self, content: bytes, start: int) -> None:
        """What the network of a hotel answers before one has signed in."""
        page = b"<html>Please sign in</html>"
        self._head(page, 0, Content_Type="text/html")
        self.wfile.write(page)

    def _encoded(self, content: bytes, start: int) -> None:
        """Call the file's own compression one of the transfer, as common servers do."""
        self._head(content, start, Content_Encoding="x-gzip")
        self.wfile.write(content[start:])

    def _slow(self, content: bytes, start: int) -> None:
        """Fall silent in the middle, for longer than anybody waits."""
        self._head(content, start)
        self.wfile.write(content[start : len(content) // 2])
        self.wfile.flush()
        time.sleep(0.6)

    def _other_piece(self, content: bytes, start: int) -> None:
        self._head(content, start + 1 if start else 0)
        self.wfile.write(content[start:])


@pytest.fixture
def serve():
    """Return how to serve a folder until the test ends."""
    with ExitStack() as stack:

        def start(root: Path) -> BadServer:
            server = stack.enter_context(BadServer(root))
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return server

        yield start


@pytest.fixture
def server(serve, demo_path):
    """Return a server of the simulated store."""
    return serve(demo_path)


@pytest.fixture(scope="session")
def files(demo_path):
    """Return what belongs to the simulated release."""
    return Release.of(demo_path, "http://nowhere.invalid/").files


@pytest.fixture
def release(server, files):
    """Return the simulated store as a release that the server has."""
    return Release("simulated", server.url, files)
