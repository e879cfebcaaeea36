"""Binder as far as one machine can go: a fresh environment from its files, the data, the server, the page.

The environment takes minutes, so these run where LIGHTPOOL_BINDER=1 (as in ``.ci/nightly``).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BINDER = ROOT / "binder"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PREFIX = "/user/visitor-1a2b/"
MOST_BYTES = 30_000_000
LONG = pytest.mark.skipif(
    os.environ.get("LIGHTPOOL_BINDER") != "1", reason="LIGHTPOOL_BINDER=1 builds Binder"
)


def environment() -> tuple[list[str], list[str]]:
    """Return what conda and what pip install."""
    listed = yaml.safe_load((BINDER / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    return (
        [entry for entry in listed if isinstance(entry, str)],
        next(entry["pip"] for entry in listed if isinstance(entry, dict)),
    )


def test_the_environment_is_pinned():
    conda, pip = environment()
    assert any(re.fullmatch(r"python=3\.\d+", entry) for entry in conda)
    files = [entry.removeprefix("-r ") for entry in pip]
    assert files == ["requirements.lock"]
    assert (BINDER / "requirements.lock").is_file()


@pytest.mark.parametrize("script", ["postBuild", "start"])
def test_scripts_run_and_stop_at_the_first_failure(script):
    path = BINDER / script
    assert path.stat().st_mode & 0o111
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    subprocess.run(["bash", "-n", path], check=True)


def test_badges_of_the_readme_lead_to_what_is_there():
    links = [urlsplit(link) for link in re.findall(r"https://mybinder\.org/v2/[^)\s]+", README)]
    assert len(links) == 2
    asked = {key: value[0] for link in links for key, value in parse_qs(link.query).items()}
    assert set(asked) == {"urlpath", "labpath"}
    served, _, notebook = asked["urlpath"].partition("/render/")
    assert served == "voila"
    assert (ROOT / notebook).is_file()
    assert (ROOT / asked["labpath"]).is_dir()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def mirror(data_root):
    """Return the address of a local mirror of the public release."""
    handler = partial(Quiet, directory=data_root / "hess-dl3-dr1")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Image:
    """A clone with its environment and data, as Binder builds it."""

    def __init__(self, folder: Path, mirror: str) -> None:
        self.clone, self.home, prefix = folder / "clone", folder / "home", folder / "environment"
        self.home.mkdir(parents=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        ).stdout.split("\0")  # fmt: skip
        for name in filter(None, listed):
            if (ROOT / name).is_file():
                (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.clone / name)
        subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
        ours = ("PYTHON", "LIGHTPOOL", "GAMMAPY", "JUPYTER", "VIRTUAL_ENV", "XDG")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        self.env = kept | {
            "HOME": str(self.home),
            "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "LIGHTPOOL_MIRROR": mirror,
        }
        # conda hands the pip section to pip as a file beside environment.yml
        requirements = self.clone / "binder" / "condaenv.requirements.txt"
        requirements.write_text("\n".join(environment()[1]), encoding="utf-8")
        self.run("pip", "install", "-q", "-r", requirements.name, cwd=requirements.parent)
        requirements.unlink()
        self.run("binder/postBuild")

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Run a command in the image; return what it says."""
        done = subprocess.run(command, cwd=cwd or self.clone, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def image(tmp_path_factory, mirror):
    """Return the image; it is built once."""
    return Image(tmp_path_factory.mktemp("binder"), mirror)


class Server:
    """A visitor's Jupyter server, started as Binder starts it."""

    def __init__(self, image: Image, port: int, log: Path) -> None:
        self.port, self.log = port, log
        command = [
            "binder/start", "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.base_url={PREFIX}",
            "--IdentityProvider.token=",
        ]  # fmt: skip
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=image.clone, env=image.env, stdout=out, stderr=subprocess.STDOUT
            )

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}{path}"

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urlopen(self.url("api"), timeout=5) as reply:
                return reply.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False


@pytest.fixture(scope="module")
def visit(image, tmp_path_factory):
    """Return a running server of the image."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(image, port, tmp_path_factory.mktemp("visit") / "server.log")
    try:
        end = time.monotonic() + 60
        while not server.answers():
            assert time.monotonic() < end, server.log.read_text()
            time.sleep(0.1)
        yield server
    finally:
        server.process.terminate()
        try:
            server.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


@LONG
@pytest.mark.data
def test_the_image_has_the_data_of_the_tutorials(image):
    store = image.home / ".local/share/lightpool/hess-dl3-dr1"
    assert "Every run has what an analysis needs." in image.run("lightpool", "check", str(store))
    assert sum(path.stat().st_size for path in store.rglob("*") if path.is_file()) < MOST_BYTES
    assert "No scientific publications" in (store / "README.txt").read_text()
    script = (
        "import lightpool as lp; store = lp.DataStore(lp.download('hess-dl3-dr1', target='Crab'));"
        "print({name: len(ids) for name, ids in store.targets().items()})"
    )
    assert image.run("python", "-c", script).strip() == "{'PKS 2155-304': 21, 'MSH 15-52': 20, 'Crab': 4}"


@LONG
@pytest.mark.data
@pytest.mark.browser
def test_the_page_is_live_under_the_visitors_prefix(visit, open_page, until):
    page = open_page()
    page.goto(visit.url("voila/render/notebooks/dashboard.ipynb"), timeout=120_000)
    page.wait_for_selector("#lp-skeleton", state="detached", timeout=120_000)
    page.wait_for_selector(".lp-status [role=status]:text-is('ready')", timeout=120_000)
    before = page.inner_text(".lp-summary")
    assert "counts" in before.lower()
    slider = page.locator(".lp-control-radius [role=slider], .lp-control-radius .noUi-handle").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    until(lambda: page.inner_text(".lp-summary") != before, "the figures to follow the slider", 60)
    assert page.is_visible("text=HESS DL3 DR1")  # the terms want the attribution shown
    assert page.watch.foreign(visit) == []
    assert page.watch.errors == []


@LONG
@pytest.mark.data
@pytest.mark.browser
def test_the_tutorials_open_in_jupyterlab(visit, open_page):
    page = open_page()
    page.goto(visit.url("lab/tree/notebooks"), timeout=120_000)
    page.wait_for_selector(".jp-DirListing-item:has-text('dashboard.ipynb')", timeout=120_000)
