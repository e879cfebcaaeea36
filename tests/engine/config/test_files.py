from __future__ import annotations

from pathlib import Path

import pytest

from lightpool.config import AnalysisConfig
from lightpool.config.paths import expand, find
from lightpool.errors import SettingsError
from lightpool.yaml_text import load


def test_write_and_read(tmp_path):
    config = AnalysisConfig().updated({"datasets.stack": False, "observations.datastore": "$GAMMAPY_DATA/x"})
    path = tmp_path / "config.yaml"
    config.write(path)
    assert AnalysisConfig.read(path) == config
    assert AnalysisConfig.read(path).directory == tmp_path.resolve()
    with pytest.raises(SettingsError, match="exists already"):
        config.write(path)
    config.updated({"datasets.stack": True}).write(path, overwrite=True)
    assert AnalysisConfig.read(path).datasets.stack


def test_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.yaml: no such configuration file"):
        AnalysisConfig.read(tmp_path / "none.yaml")


def test_directory_and_binary_are_no_configuration(tmp_path):
    with pytest.raises(SettingsError, match="directory"):
        AnalysisConfig.read(tmp_path)
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(SettingsError, match="not text"):
        AnalysisConfig.read(tmp_path / "b.yaml")


def test_syntax_error_names_file_and_line(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("fit: {}\ndatasets: {stack: [true\nx: 1\n")
    with pytest.raises(SettingsError, match=r"c\.yaml, line 3.*not valid YAML"):
        AnalysisConfig.read(path)


def test_repeated_key_names_its_line():
    with pytest.raises(SettingsError, match=r"line 3.*'fit' is given twice"):
        load("fit: 1\ndatasets: 2\nfit: 3\n")


def test_tab_and_unprintable_text_are_syntax_errors():
    for text in ("a:\n\t- 1", "a: \x00", "a: !!python/object:os.system x", "? [1]\n: 2"):
        with pytest.raises(SettingsError, match="not valid YAML"):
            load(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5e-11", 5e-11),
        ("1.0E+3", 1000.0),
        ("1d", "1d"),
        ("12:30", "12:30"),
        ("2006-07-29", "2006-07-29"),
        ("-3", -3),
        ("010", 10),
        (".5", 0.5),
        ("null", None),
        ("1 TeV", "1 TeV"),
    ],
)
def test_plain_values(text, value):
    got = load(f"a: {text}")["a"]
    assert got == value
    assert type(got) is type(value)


def test_environment_variables(monkeypatch, tmp_path):
    monkeypatch.setenv("GAMMAPY_DATA", str(tmp_path))
    assert expand("$GAMMAPY_DATA/hess", where="x") == tmp_path / "hess"
    assert expand("${GAMMAPY_DATA}/hess", where="x") == tmp_path / "hess"
    monkeypatch.delenv("GAMMAPY_DATA")
    with pytest.raises(
        SettingsError, match=r"observations\.datastore: environment variable GAMMAPY_DATA is not set"
    ):
        expand("$GAMMAPY_DATA/hess", where="observations.datastore")


def test_relative_path_is_found_here_or_beside_the_file(monkeypatch, tmp_path):
    here, beside = tmp_path / "here", tmp_path / "beside"
    here.mkdir()
    beside.mkdir()
    monkeypatch.chdir(here)
    (beside / "m.yaml").touch()
    assert find("m.yaml", where="x", beside=beside) == beside / "m.yaml"
    (here / "m.yaml").touch()
    assert find("m.yaml", where="x", beside=beside) == here / "m.yaml"
    with pytest.raises(SettingsError, match=r"general\.models_file: no such file"):
        find("n.yaml", where="general.models_file", beside=beside)
    assert find(str(Path.home()), where="x") == Path.home().resolve()
