"""Where stores are found, by which names, and what is said when there are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import lightpool as lp
from lightpool import places
from lightpool.errors import DataError


def make_store(path: Path, index: str = "hdu-index.fits.gz", readme: str = "") -> Path:
    path.mkdir(parents=True)
    (path / index).touch()
    if readme:
        (path / "README.txt").write_text(readme, encoding="utf-8")
    return path


@pytest.fixture
def no_cache(monkeypatch, tmp_path):
    """Keep the demo and downloaded data out of the user's directories."""
    target = tmp_path / "cache" / "demo"
    monkeypatch.setattr(places, "demo_path", lambda: target)
    monkeypatch.setattr(places, "data_folder", lambda name: tmp_path / "data" / name)
    return target


@pytest.fixture
def simulator(monkeypatch):
    """Replace the simulation by an empty store; count how often it is asked for."""
    calls = []

    def simulate_demo(output, **_):
        calls.append(make_store(Path(output)))
        return output

    monkeypatch.setattr("lightpool.simulate.simulate_demo", simulate_demo)
    return calls


@pytest.mark.parametrize("index", ["hdu-index.fits", "hdu-index.fits.gz"])
def test_a_store_bears_the_name_of_its_folder(tmp_path, index):
    store = make_store(tmp_path / "crab", index)
    assert places.find_stores(store) == {"crab": store}


def test_a_relative_path_is_made_absolute(tmp_path, monkeypatch):
    store = make_store(tmp_path / "crab")
    monkeypatch.chdir(tmp_path)
    assert places.find_stores(Path("crab")) == {"crab": store}


def test_the_current_folder_has_a_name_too(tmp_path, monkeypatch):
    make_store(tmp_path / "crab")
    monkeypatch.chdir(tmp_path / "crab")
    assert list(places.find_stores(Path("."))) == ["crab"]


def test_stores_below_are_named_by_their_path(tmp_path):
    hess = make_store(tmp_path / "hess-dl3-dr1")
    magic = make_store(tmp_path / "magic" / "rad_max" / "data")
    make_store(tmp_path / ".hidden")
    make_store(tmp_path / "a" / "b" / "c" / "too-deep")
    make_store(hess / "inside")
    (tmp_path / "notes.txt").touch()
    assert places.find_stores(tmp_path) == {"hess-dl3-dr1": hess, "magic/rad_max": magic}


def test_an_index_beside_the_events_lends_no_name(tmp_path):
    store = make_store(tmp_path / "rad_max" / "data")
    assert places.find_stores(tmp_path / "rad_max") == {"rad_max": store}


def test_two_stores_of_one_name_stay_two(tmp_path):
    first, second = make_store(tmp_path / "a" / "crab"), make_store(tmp_path / "b" / "crab")
    assert places.resolve_stores([first, second, first]) == {"crab": first, "crab (2)": second}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "no such directory"),
        (lambda path: path.touch(), "not a directory"),
        (lambda path: path.mkdir(), "found no files at all"),
        (lambda path: (path / "x").mkdir(parents=True), "found other files"),
    ],
)
def test_a_folder_without_a_store_is_told(tmp_path, make, words):
    folder = tmp_path / "given"
    make(folder)
    with pytest.raises(DataError, match=words) as caught:
        places.find_stores(folder)
    assert caught.value.where == str(folder)


def test_files_without_an_index_are_a_store_when_they_are_dl3(demo_path, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(demo_path, folder, ignore=shutil.ignore_patterns("*-index.fits*"))
    assert places.find_stores(folder) == {"own": folder}


def test_files_that_are_no_dl3_are_told(tmp_path):
    (tmp_path / "image.fits").write_bytes(b"SIMPLE  =                    T")
    with pytest.raises(DataError, match=r"image\.fits"):
        places.find_stores(tmp_path)


def test_the_given_come_before_the_environment(tmp_path):
    given, other = make_store(tmp_path / "given"), make_store(tmp_path / "other")
    environ = {"LIGHTPOOL_DATA": str(other), "GAMMAPY_DATA": str(tmp_path)}
    assert places.resolve_stores([given], environ=environ) == {"given": given}


def test_our_variable_comes_before_gammapys(tmp_path):
    ours, theirs = make_store(tmp_path / "ours"), make_store(tmp_path / "theirs" / "hess-dl3-dr1")
    environ = {"LIGHTPOOL_DATA": str(ours), "GAMMAPY_DATA": str(theirs.parent)}
    assert places.resolve_stores(environ=environ) == {"ours": ours}
    del environ["LIGHTPOOL_DATA"]
    assert places.resolve_stores(environ=environ) == {"hess-dl3-dr1": theirs}


def test_our_variable_may_name_a_folder_of_stores(tmp_path):
    make_store(tmp_path / "one")
    make_store(tmp_path / "two" / "three")
    assert list(places.resolve_stores(environ={"LIGHTPOOL_DATA": str(tmp_path)})) == ["one", "two/three"]


def test_a_wrong_variable_is_named(tmp_path):
    with pytest.raises(DataError, match=r"\$LIGHTPOOL_DATA=.*no such directory.*unset"):
        places.resolve_stores(environ={"LIGHTPOOL_DATA": str(tmp_path / "nowhere")})


def test_without_data_the_demo_is_simulated_once(tmp_path, no_cache, simulator):
    told = []
    for _ in range(2):
        found = places.resolve_stores(environ={"GAMMAPY_DATA": str(tmp_path)}, tell=told.append)
        assert found == {"demo": no_cache}
        assert places.is_store(no_cache)
    assert len(simulator) == len(told) == 1
    assert str(no_cache) in told[0]
    assert list(no_cache.parent.iterdir()) == [no_cache]


def test_what_was_downloaded_comes_before_the_demo(tmp_path, no_cache):
    here = make_store(tmp_path / "data" / "hess-dl3-dr1")
    assert places.resolve_stores(environ={}) == {"hess-dl3-dr1": here}
    theirs = make_store(tmp_path / "theirs" / "hess-dl3-dr1")
    assert places.resolve_stores(environ={"GAMMAPY_DATA": str(theirs.parent)}) == {"hess-dl3-dr1": theirs}


def test_half_a_download_is_not_offered(tmp_path, no_cache, simulator):
    (tmp_path / "data" / "hess-dl3-dr1" / "data").mkdir(parents=True)
    make_store(tmp_path / "data" / "hess-dl3-dr1" / ".lightpool" / "hess-dl3-dr1")
    assert places.resolve_stores(environ={}) == {"demo": no_cache}


def test_a_simulation_that_fails_leaves_nothing(no_cache, monkeypatch):
    def fail(output, **_):
        Path(output).mkdir()
        raise DataError("the disk is full")

    monkeypatch.setattr("lightpool.simulate.simulate_demo", fail)
    with pytest.raises(DataError, match="disk"):
        places.demo_store()
    assert list(no_cache.parent.iterdir()) == []


def test_a_demo_finished_by_another_start_is_kept(no_cache, monkeypatch):
    def slow(output, **_):
        make_store(Path(output))
        make_store(no_cache, readme="of the other")

    monkeypatch.setattr("lightpool.simulate.simulate_demo", slow)
    assert (places.demo_store() / "README.txt").read_text() == "of the other"


def test_the_demo_is_kept_by_version():
    assert places.demo_path().name == f"demo-{places.version('lightpool')}"


def test_the_store_of_a_notebook_is_the_first_one_found(demo_path, tmp_path, monkeypatch):
    monkeypatch.setenv("LIGHTPOOL_DATA", str(demo_path))
    assert lp.find_store().path == demo_path
    monkeypatch.setenv("LIGHTPOOL_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="no such directory"):
        lp.find_store()


def test_a_notebook_without_data_gets_the_demo(tmp_path, no_cache, demo_path, monkeypatch):
    for name in ("LIGHTPOOL_DATA", "GAMMAPY_DATA"):
        monkeypatch.delenv(name, raising=False)
    no_cache.parent.mkdir()
    shutil.copytree(demo_path, no_cache)
    assert lp.find_store().path == no_cache
