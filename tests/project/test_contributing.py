"""What newcomers are told about the code is so: every file and every name in it exists."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import lightpool

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FOLDERS = ("engine", "dashboard", "tests", "binder", ".ci", "notebooks")
#: `path`, and `path`: `name` where the file must define the name.
PATHS = sorted(set(re.findall(rf"`((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*)", TEXT)))
NAMES = sorted(set(re.findall(r"`([\w./-]+\.py)`:\s+`([\w.]+)`", TEXT)))


def test_the_walk_is_found_by_these_tests():
    assert len(PATHS) > 30
    assert len(NAMES) > 20


@pytest.mark.parametrize("path", PATHS)
def test_every_file_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("path", "name"), NAMES)
def test_every_name_is_defined_where_it_is_said_to_be(path, name):
    source = (ROOT / path).read_text(encoding="utf-8")
    for part in name.split("."):
        assert re.search(rf"^\s*(?:(?:class|def) {part}\b|{part}\b\s*[:=])", source, re.M), part


def test_every_floor_of_the_picture_is_one():
    floors = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in floors["contracts"] if c["name"] == "the floors of the engine")
    height = {module.strip(): len(layers) - i for i, row in enumerate(layers) for module in row.split("|")}
    rows = re.findall(r"^     \d   (.+?)(?:    +|$)", TEXT, re.M)
    assert len(rows) == 7
    heights = [[height[f"lightpool.{name}"] for name in row.split()] for row in rows]
    for upper, lower in pairwise(heights):
        assert min(upper) > max(lower)


def test_links_lead_somewhere():
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)\s#]+)", text):
            assert (ROOT / target).exists(), f"{document} names {target}"


def test_the_scripts_can_be_run():
    for name in re.findall(r"`(\.ci/\w+)", TEXT):
        assert (ROOT / name).stat().st_mode & 0o111, f"{name} is not executable"


def test_the_changelog_knows_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version == lightpool.__version__
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
