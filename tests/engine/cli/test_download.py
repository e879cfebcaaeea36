"""``lightpool download`` as a shell sees it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from lightpool.cli import main


def call(*args, **environ):
    return CliRunner().invoke(main, ["download", "hess-dl3-dr1", *map(str, args)], env=environ)


def test_the_runs_of_an_object(data_root, tmp_path):
    result = call("-o", tmp_path / "here", "--object", "crab", "--mirror", data_root / "hess-dl3-dr1")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "4 files fetched; every checksum is right.",
        f"The store of 4 runs is in {tmp_path / 'here'}",
        "Its terms of use are in README.txt there: they hold for every copy.",
    ]
    assert result.stderr.startswith("4 files, 2.1 MB, from ")
    checked = CliRunner().invoke(main, ["check", str(tmp_path / "here")])
    assert checked.exit_code == 0, checked.output
    again = call("-o", tmp_path / "here", "--obs-id", 23523, LIGHTPOOL_MIRROR="http://127.0.0.1:1/")
    assert again.stdout.startswith("0 files fetched, 4 there already; every checksum is right.")
    assert again.stderr == ""


def test_the_mirror_may_come_from_the_environment(data_root, tmp_path):
    mirror = str(data_root / "hess-dl3-dr1")
    result = call("-o", tmp_path / "here", "--obs-id", 23523, "--obs-id", 23526, LIGHTPOOL_MIRROR=mirror)
    assert "The store of 2 runs" in result.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--mirror", "nowhere"), "Error: --mirror: this is no place to fetch from; found 'nowhere'"),
        (("--mirror", "file:///nowhere"), "Error: /nowhere/README.md: the mirror does not have this file"),
    ],
)
def test_failures_are_one_message(tmp_path, args, message):
    result = call("-o", tmp_path / "here", *args)
    assert result.exit_code == 1
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1


def test_an_unknown_object_is_one_message(data_root, tmp_path):
    result = call("-o", tmp_path, "--object", "Crb", "--mirror", data_root / "hess-dl3-dr1")
    assert result.stderr == "Error: no run has this target; found 'Crb'. Did you mean 'Crab'?\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are different there")
def test_ctrl_c_says_that_one_can_go_on(tmp_path):
    asked = threading.Event()
    over = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.set()
            over.wait(60)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        args = [
            "download",
            "hess-dl3-dr1",
            "-o",
            str(tmp_path),
            "--mirror",
            f"http://127.0.0.1:{server.server_port}",
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "lightpool.cli", *args],
            stderr=subprocess.PIPE,
            text=True,
            # A shell starts what runs in its background deaf to Ctrl-C, and that is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            assert asked.wait(60)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
            over.set()
            server.shutdown()
            thread.join()
    assert process.returncode == 130
    assert stderr == "Stopped. What has arrived is kept: the same command goes on from there.\n"
