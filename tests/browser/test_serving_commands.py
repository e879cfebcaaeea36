"""What the command says to an operator who asks for something that cannot be."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest


def dashboard(*arguments: str, **env: str) -> subprocess.CompletedProcess:
    """Run the command to its end."""
    command = [sys.executable, "-m", "lightpool_dashboard.serve", "--no-browser", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **env})


def complaint(result: subprocess.CompletedProcess, status: int = 1) -> str:
    """Return the one message on stderr, after checking that it is one."""
    assert result.returncode == status
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    if status == 1:
        assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


def test_missing_data_is_told(tmp_path):
    text = complaint(dashboard("--data", str(tmp_path / "nowhere")))
    assert str(tmp_path / "nowhere") in text
    assert "no such directory" in text


def test_empty_data_is_told(tmp_path):
    text = complaint(dashboard("--data", str(tmp_path)))
    assert str(tmp_path) in text
    assert "no DL3 store" in text
    assert "hdu-index.fits" in text


def test_wrong_lightpool_data_is_told(tmp_path):
    assert "$LIGHTPOOL_DATA" in complaint(dashboard(LIGHTPOOL_DATA=str(tmp_path / "nowhere")))


def test_a_port_in_use_is_told(demo_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = complaint(dashboard("--data", str(demo_path), "--port", str(port)))
    assert f"port {port} is already in use" in text
    assert "--port" in text


def test_an_unreadable_configuration_is_told(tmp_path, demo_path):
    missing = tmp_path / "missing.yaml"
    assert str(missing) in complaint(dashboard("--data", str(demo_path), "--config", str(missing)))


def test_a_wrong_key_in_the_configuration_is_told(tmp_path, demo_path):
    file = tmp_path / "analysis.yaml"
    file.write_text("observations: {obs_idz: [1]}\n")
    text = complaint(dashboard("--data", str(demo_path), "--config", str(file)))
    assert "obs_idz" in text
    assert "obs_ids" in text


def test_a_store_that_the_configuration_names_and_is_not_there_is_told(tmp_path):
    file = tmp_path / "analysis.yaml"
    file.write_text("observations: {datastore: ./nowhere}\n")
    assert "observations.datastore" in complaint(dashboard("--config", str(file)))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--host", "0.0.0.0"), "--host: other machines could open the page; found 0.0.0.0"),
        (("--host", "no such place", "--public"), "--host: this is no address; found no such place"),
        (("--host", "192.0.2.1", "--public"), "--host: this machine has no such address; found 192.0.2.1"),
        (("--base-url", "/a b/"), "--base-url: this cannot be the path of a page; found '/a b/'"),
        (("--idle-minutes", "0"), "--idle-minutes: a kernel must be allowed some minutes; found 0"),
        (("--idle-minutes", "nan"), "--idle-minutes: a kernel must be allowed some minutes; found nan"),
    ],
)
def test_a_service_that_cannot_be_is_told(demo_path, arguments, sentence):
    assert sentence in complaint(dashboard("--data", str(demo_path), *arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "0"],
        ["--port", "many"],
        ["--date", "x"],
        ["--warm", "-1"],
        ["--max-kernels", "0"],
        ["--memory", "1"],
    ],
)
def test_wrong_usage_is_status_two(arguments):
    assert "Usage" in complaint(dashboard(*arguments), status=2)
