"""The lock files agree with the bounds, and Binder's with the developers'."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKED = {
    "requirements.lock": ("test", "plot", "distributed", "lab"),
    "binder/requirements.lock": ("plot", "lab"),
}


def pins(name: str) -> dict[str, list[str]]:
    """Return the versions of each package in a lock file; several where they differ between Pythons."""
    found: dict[str, list[str]] = {}
    text = (ROOT / name).read_text(encoding="utf-8")
    for package, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.M):
        found.setdefault(canonicalize_name(package), []).append(version)
    return found


@pytest.mark.parametrize("lock", LOCKED)
def test_every_bound_is_kept_by_the_lock(lock):
    wanted = [*PROJECT["dependencies"]]
    for extra in LOCKED[lock]:
        wanted += PROJECT["optional-dependencies"][extra]
    locked = pins(lock)
    for requirement in map(Requirement, wanted):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement} is not in {lock}: run .ci/lock"
        for version in versions:
            assert requirement.specifier.contains(version), (
                f"{requirement}, {lock} has {version}: run .ci/lock"
            )


def test_binder_has_the_versions_of_the_developers():
    all_of_them = pins("requirements.lock")
    assert {name: all_of_them.get(name) for name in pins("binder/requirements.lock")} == pins(
        "binder/requirements.lock"
    )


@pytest.mark.parametrize("lock", LOCKED)
def test_every_pin_has_its_hashes(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text  # pinned by content, whatever index it comes from
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(entries) > 50
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)


def test_no_part_of_the_peer_is_locked():
    assert not {"gammapy"} & set(pins("requirements.lock"))
