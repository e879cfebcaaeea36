from __future__ import annotations

import os
import stat

import pytest

from lightpool.errors import AnalysisError, SettingsError
from lightpool.export import check_output, output_directory
from lightpool.export import directory as module


def write(path, text="x", **options):
    with output_directory(path, **options) as folder:
        (folder / "summary.json").write_text(text)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_appears_when_done(tmp_path):
    with output_directory(tmp_path / "deep" / "out") as folder:
        (folder / "summary.json").write_text("x")
        assert not (tmp_path / "deep" / "out").exists()
    assert names(tmp_path / "deep") == ["out"]
    assert names(tmp_path / "deep" / "out") == ["summary.json"]


def test_everybody_may_read_it(tmp_path):
    old = os.umask(0o022)
    try:
        write(tmp_path / "out")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


def fail_within(path, **options):
    with output_directory(path, **options) as folder:
        (folder / "half").touch()
        raise AnalysisError("no")


def test_nothing_is_left_after_a_failure(tmp_path):
    with pytest.raises(AnalysisError):
        fail_within(tmp_path / "out")
    assert names(tmp_path) == []


def test_existing_results_stay_without_overwrite(tmp_path):
    write(tmp_path / "out", "old")
    with pytest.raises(SettingsError, match=r"out: the output directory exists already.*--overwrite"):
        write(tmp_path / "out", "new")
    assert (tmp_path / "out" / "summary.json").read_text() == "old"


@pytest.mark.parametrize("exchange", [True, False])
def test_overwrite_replaces_the_whole(tmp_path, monkeypatch, exchange):
    if not exchange:  # as on a system that cannot swap two directories
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    write(tmp_path / "out", "old")
    (tmp_path / "out" / "left-over").touch()
    write(tmp_path / "out", "new", overwrite=True)
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["summary.json"]
    assert (tmp_path / "out" / "summary.json").read_text() == "new"


def test_failure_while_overwriting_keeps_the_old(tmp_path):
    write(tmp_path / "out", "old")
    with pytest.raises(AnalysisError):
        fail_within(tmp_path / "out", overwrite=True)
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "summary.json").read_text() == "old"


def test_failed_rename_puts_the_old_back(tmp_path, monkeypatch):
    write(tmp_path / "out", "old")
    monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    rename = module.Path.rename

    def refuse_the_new(self, target):
        if self.name.startswith(".out.") and not self.name.endswith(".old"):
            raise OSError(28, "No space left on device", str(self))
        return rename(self, target)

    monkeypatch.setattr(module.Path, "rename", refuse_the_new)
    with pytest.raises(SettingsError, match="No space left"):
        write(tmp_path / "out", "new", overwrite=True)
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "summary.json").read_text() == "old"


def test_what_is_not_ours_is_never_replaced(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").touch()
    with pytest.raises(SettingsError, match="does not hold results of Lightpool"):
        write(tmp_path / "thesis", overwrite=True)
    assert names(tmp_path / "thesis") == ["chapter1.tex"]


def test_empty_directory_is_taken(tmp_path):
    (tmp_path / "out").mkdir()
    write(tmp_path / "out")
    assert names(tmp_path / "out") == ["summary.json"]


def test_places_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="is a file, not a directory"):
        check_output(tmp_path / "file")
    with pytest.raises(SettingsError, match="a parent is no directory"):
        check_output(tmp_path / "file" / "out")
    with pytest.raises(SettingsError, match="no place for an output directory"):
        check_output("/")
    monkeypatch.setattr(module.os, "access", lambda path, mode: False)
    with pytest.raises(SettingsError, match="permission denied"):
        check_output(tmp_path / "out")


def test_full_disk_is_said(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.tempfile, "mkdtemp", full)
    with pytest.raises(SettingsError, match="cannot be written: No space left on device"):
        write(tmp_path / "out")


def test_full_disk_while_writing_is_said(tmp_path):
    def fill(folder):
        raise OSError(28, "No space left on device", str(folder / "cube.nc"))

    with (
        pytest.raises(SettingsError, match="cannot be written: No space left on device"),
        output_directory(tmp_path / "out") as folder,
    ):
        fill(folder)
    assert names(tmp_path) == []


def test_bug_while_writing_is_not_dressed_up(tmp_path):
    with pytest.raises(FileNotFoundError), output_directory(tmp_path / "out"):
        (tmp_path / "elsewhere").read_text()
    assert names(tmp_path) == []
