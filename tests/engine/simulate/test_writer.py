"""A store appears whole or not at all, and is the same for the same seed."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from lightpool.errors import SettingsError
from lightpool.simulate import demo_scene, load_scene, simulate
from lightpool.simulate.writer import MARK


@pytest.fixture(scope="module")
def scene():
    demo = demo_scene()
    return replace(demo, runs=demo.runs[4:6])


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(scene, tmp_path):
    first, second = simulate(scene, tmp_path / "a", 3), simulate(scene, tmp_path / "b", 3)
    other = simulate(scene, tmp_path / "c", 4)
    assert contents(first) == contents(second)
    name = "data/simulated_obs_id_002001.fits.gz"
    assert contents(first)[name] != contents(other)[name]
    # What the store says about itself makes it again.
    again = simulate(load_scene(first / "scene.yaml"), tmp_path / "d", 3)
    assert contents(again) == contents(first)


def test_a_run_does_not_depend_on_the_others(scene, tmp_path):
    both = simulate(scene, tmp_path / "both")
    one = simulate(replace(scene, runs=scene.runs[1:]), tmp_path / "one")
    name = "data/simulated_obs_id_002002.fits.gz"
    assert contents(both)[name] == contents(one)[name]


def test_no_clock_time_is_in_the_compressed_files(scene, tmp_path):
    for name, content in contents(simulate(scene, tmp_path / "a")).items():
        if name.endswith(".gz"):
            assert content[:3] == b"\x1f\x8b\x08", name
            assert content[3:8] == bytes(5), name  # no file name, time stamp 0


def test_progress_counts_the_runs(scene, tmp_path):
    seen = []
    simulate(scene, tmp_path / "a", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_failure_half_way_leaves_nothing_behind(scene, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(scene, tmp_path / "deep" / "a", progress=stop)
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_failed_overwrite_keeps_the_old_store(scene, tmp_path):
    simulate(scene, tmp_path / "a")
    before = contents(tmp_path)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(scene, tmp_path / "a", 1, overwrite=True, progress=stop)
    assert contents(tmp_path) == before


def test_a_failure_between_the_two_renames_brings_the_old_store_back(scene, tmp_path, monkeypatch):
    simulate(scene, tmp_path / "a")
    before = contents(tmp_path)
    rename = os.rename

    def fail(source, target):
        if str(source).endswith(".partial"):
            raise OSError("disk is gone")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(SettingsError, match="cannot be written; found disk is gone"):
        simulate(scene, tmp_path / "a", 1, overwrite=True)
    assert contents(tmp_path) == before


def test_an_existing_store_is_replaced_only_when_asked(scene, tmp_path):
    simulate(scene, tmp_path / "a")
    before = contents(tmp_path)
    with pytest.raises(SettingsError, match="the output exists already"):
        simulate(scene, tmp_path / "a", 1)
    assert contents(tmp_path) == before
    simulate(scene, tmp_path / "a", 1, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert contents(tmp_path) != before


def test_what_is_no_simulated_store_is_never_replaced(scene, tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    (real / "README.txt").write_text("HESS DL3 DR1")
    file = tmp_path / "file"
    file.write_text(MARK)
    for output in (real, file):
        with pytest.raises(SettingsError, match="is no simulated store and is not replaced"):
            simulate(scene, output, overwrite=True)
    assert (real / "README.txt").read_text() == "HESS DL3 DR1"


def test_an_empty_folder_is_as_good_as_none(scene, tmp_path):
    (tmp_path / "a").mkdir()
    assert (simulate(scene, tmp_path / "a") / "obs-index.fits.gz").is_file()


def test_a_place_that_cannot_be_written_is_named(scene, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match=r"file/a: the simulated store cannot be written"):
        simulate(scene, tmp_path / "file" / "a")


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", None])
def test_a_seed_is_a_whole_number(scene, tmp_path, seed):
    with pytest.raises(SettingsError, match="a seed must be a whole number"):
        simulate(scene, tmp_path / "a", seed)
    assert list(tmp_path.iterdir()) == []
