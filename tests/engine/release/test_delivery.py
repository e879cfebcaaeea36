"""A release in a folder: all of it or some runs, over a network that fails in every way."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from lightpool.dl3 import DataStore
from lightpool.errors import DataError, DownloadError, SettingsError
from lightpool.release import PinnedFile, Release, data_folder, deliver, download

from .conftest import BRIEF

CRAB = (1001, 1002, 1003, 1004)
ONE = "data/simulated_obs_id_001001.fits.gz"


def visible(folder):
    """Return every file that has a final name."""
    if not folder.exists():
        return []
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [name for name in names if not name.startswith(".lightpool/")]


def get(release, folder, **options):
    return deliver(release, folder, patience=options.pop("patience", BRIEF), **options)


def test_the_whole_release_is_its_very_bytes(release, tmp_path, demo_path):
    told = []
    delivery = get(release, tmp_path / "store", progress=lambda done, total: told.append((done, total)))
    assert visible(tmp_path / "store") == sorted(release.files)
    for name in release.files:
        assert (tmp_path / "store" / name).read_bytes() == (demo_path / name).read_bytes()
    assert delivery.obs_ids == DataStore(demo_path).obs_ids
    assert told[-1] == (delivery.size, delivery.size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize(
    ("asked", "obs_ids"),
    [
        ({"target": ["crab_nebula (simulated)"]}, CRAB),
        ({"obs_id": [2001, 1003]}, (1003, 2001)),
        ({"target": ["Crab Nebula (simulated)"], "obs_id": [4001]}, (*CRAB, 4001)),
    ],
)
def test_some_runs_make_a_valid_store(release, tmp_path, demo_path, asked, obs_ids):
    assert get(release, tmp_path, **asked).obs_ids == obs_ids
    store = DataStore(tmp_path)
    assert store.obs_ids == obs_ids
    report = store.check()
    assert report.ok, str(report)
    whole = DataStore(demo_path)
    for i in obs_ids:
        np.testing.assert_array_equal(store.observation(i).events.energy, whole.observation(i).events.energy)
        assert store.observation(i).target == whole.observation(i).target
    assert {"README.txt", "scene.yaml"} < set(visible(tmp_path))  # the terms go with every copy
    assert len(visible(tmp_path)) == 4 + len(obs_ids)


def test_more_runs_join_those_that_are_there(release, server, tmp_path):
    get(release, tmp_path, obs_id=[1001])
    server.asked.clear()
    delivery = get(release, tmp_path, target=["Crab Nebula (simulated)"])
    assert delivery.obs_ids == DataStore(tmp_path).obs_ids == CRAB
    assert ONE in delivery.kept
    assert sorted(server.paths()) == [f"data/simulated_obs_id_00{i}.fits.gz" for i in CRAB[1:]]


def test_a_second_time_needs_no_network(release, tmp_path):
    get(release, tmp_path, obs_id=[1001])
    again = get(replace(release, url="http://127.0.0.1:1/"), tmp_path, obs_id=[1001])
    assert again.fetched == ()
    assert again.obs_ids == (1001,)


def test_a_copy_that_came_another_way_is_kept_as_it_is(release, server, tmp_path, demo_path):
    import shutil

    shutil.copytree(demo_path, tmp_path / "copy")
    delivery = get(release, tmp_path / "copy", obs_id=[1001])
    assert delivery.obs_ids == DataStore(demo_path).obs_ids
    assert server.asked == []


@pytest.mark.parametrize("fault", ["500", "503", "429", "drop", "truncated", "wrong", "longer", "page"])
def test_a_fault_that_passes_is_borne(release, server, tmp_path, fault):
    server.faults[ONE] = [fault]
    get(release, tmp_path, obs_id=[1001])
    assert DataStore(tmp_path).check().ok
    assert server.paths().count(ONE) == 2


@pytest.mark.parametrize(
    ("faults", "ranges"),
    [
        (["drop"], 1),
        (["drop"] * 6, 6),  # more often than there are tries, but each brings something
        (["slow"], 1),
        (["drop", "no range"], 1),
        (["drop", "416"], 1),
        (["encoded"], 0),
    ],
)
def test_what_has_arrived_is_continued(release, server, tmp_path, faults, ranges):
    server.faults[ONE] = list(faults)
    patience = replace(BRIEF, timeout=0.3) if "slow" in faults else BRIEF
    get(release, tmp_path, obs_id=[1001], patience=patience)
    asked = [asked for path, asked in server.asked if path == ONE]
    assert [bool(text) for text in asked][: ranges + 1] == [False] + [True] * ranges
    assert DataStore(tmp_path).check().ok


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("404", r"001001\.fits\.gz: the server does not have this file \(404\)\. --mirror URL"),
        ("403", r"does not give this file; found 403 Forbidden"),
        (
            "500",
            r"the server answers 500 Internal Server Error; found no change in 3 tries\. What has arrived",
        ),
        ("drop early", r"the connection broke off after 1000 of \d+ bytes|the connection broke off; found"),
        (
            "wrong",
            r"not the file of the release; found \d+ bytes with SHA-256 \w{12}\.\.\.; expected \d+ bytes",
        ),
        ("page", r"not the file of the release; found a web page; expected"),
    ],
)
def test_a_fault_that_stays_is_one_message_and_no_file(release, server, tmp_path, fault, message):
    server.faults[ONE] = [fault] * 9
    with pytest.raises(DownloadError, match=message):
        get(release, tmp_path / "store", obs_id=[1001, 1002])
    assert visible(tmp_path / "store") == []


def test_a_server_that_sends_another_piece_is_refused(release, server, tmp_path):
    server.faults[ONE] = ["drop", "other piece"]
    with pytest.raises(DownloadError, match="another piece than asked for"):
        get(release, tmp_path, obs_id=[1001])


def test_the_same_command_goes_on_where_it_stopped(release, server, tmp_path):
    server.faults[ONE] = ["drop"] + ["500"] * 9
    with pytest.raises(DownloadError):
        get(release, tmp_path, obs_id=[1001, 1002])
    assert visible(tmp_path) == []
    server.faults.clear()
    server.asked.clear()
    get(release, tmp_path, obs_id=[1001, 1002])
    assert server.asked[0][0] == ONE
    assert server.asked[0][1].startswith("bytes=")
    assert visible(tmp_path / ".lightpool" / "parts") == []
    assert DataStore(tmp_path).check().ok


def test_a_spoilt_part_is_thrown_away(release, server, tmp_path):
    part = tmp_path / ".lightpool" / "parts" / f"{release.files[ONE].sha256}.part"
    get(release, tmp_path, obs_id=[1002])
    part.parent.mkdir()
    part.write_bytes(b"not the beginning")
    get(release, tmp_path, obs_id=[1001])
    assert [asked for path, asked in server.asked if path == ONE] == ["bytes=17-", ""]
    assert DataStore(tmp_path).check().ok


def test_a_damaged_file_is_fetched_anew(release, tmp_path):
    get(release, tmp_path, obs_id=[1001, 1002])
    (tmp_path / ONE).write_bytes(b"damaged")
    told = []
    assert get(release, tmp_path, obs_id=[1002], tell=told.append).fetched == (ONE,)
    assert told[0] == "1 file without the checksum of the release: fetched anew"
    assert DataStore(tmp_path).check().ok


def test_an_older_edition_is_brought_up_to_date(release, server, tmp_path, demo_path):
    old = {**release.files, ONE: PinnedFile("0" * 64, 5)}
    get(release, tmp_path, obs_id=[1001, 1002])
    (tmp_path / ONE).write_bytes(b"older")
    record = tmp_path / ".lightpool" / "release.json"
    record.write_text(record.read_text().replace(release.edition, replace(release, files=old).edition))
    told = []
    assert get(release, tmp_path, obs_id=[1002], tell=told.append).fetched == (ONE,)
    assert "holds an older edition of simulated: what has changed is fetched anew" in told[0]
    assert DataStore(tmp_path).obs_ids == (1001, 1002)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"target": ["Crb Nebula simulated"]},
            "no run has this target; found .Crb Nebula simulated.. Did you mean 'Crab",
        ),
        ({"obs_id": [1005]}, "simulated: there is no run 1005. The nearest are 1004"),
    ],
)
def test_what_the_release_does_not_have_is_named(release, tmp_path, asked, message):
    with pytest.raises(DataError, match=message):
        get(release, tmp_path / "store", **asked)
    assert visible(tmp_path / "store") == []


def test_an_index_that_names_an_unlisted_file(release, tmp_path):
    fewer = {name: file for name, file in release.files.items() if name != ONE}
    with pytest.raises(DataError, match=f"run 1001: the index and the list of files .* found {ONE}"):
        get(replace(release, files=fewer), tmp_path)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://nowhere.invalid/", "the name of the server cannot be resolved: there may be no network"),
        ("http://127.0.0.1:1/", "the server refuses the connection"),
    ],
)
def test_no_network(release, tmp_path, url, message):
    with pytest.raises(DownloadError, match=message):
        get(replace(release, url=url), tmp_path)


@pytest.mark.parametrize("mirror", ["nowhere", "htp://example.org", ""])
def test_a_mirror_that_is_none(release, tmp_path, mirror):
    with pytest.raises(SettingsError, match="--mirror: this is no place to fetch from"):
        get(release, tmp_path, mirror=mirror)


def test_a_folder_is_a_mirror(release, server, tmp_path, demo_path):
    get(release, tmp_path, obs_id=[1001], mirror=str(demo_path))
    assert server.asked == []
    assert DataStore(tmp_path).check().ok
    (tmp_path / "empty").mkdir()
    with pytest.raises(DownloadError, match="the mirror does not have this file; found No such file"):
        get(release, tmp_path / "store", mirror=str(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("others", "message"),
    [
        (["thesis.tex", "a", "b", "c"], "holds something else and is not touched; found a, b, c \\.\\.\\."),
        (
            ["obs-index.fits.gz", "hdu-index.fits.gz"],
            "found hdu-index.fits.gz, obs-index.fits.gz; expected a new",
        ),
    ],
)
def test_a_folder_of_somebody_else_is_not_touched(release, tmp_path, others, message):
    for name in others:
        (tmp_path / name).write_text("mine")
    with pytest.raises(SettingsError, match=message):
        get(release, tmp_path)
    assert visible(tmp_path) == sorted(others)
    assert not (tmp_path / ".lightpool").exists()


def test_a_folder_of_another_release_is_not_touched(release, tmp_path):
    get(release, tmp_path, obs_id=[1001])
    with pytest.raises(SettingsError, match="holds another release; found simulated"):
        get(replace(release, name="another"), tmp_path)


def test_a_record_cut_short_by_a_crash_is_no_obstacle(release, tmp_path):
    (tmp_path / ".lightpool").mkdir()
    (tmp_path / ".lightpool" / "release.json").write_text('{"rel')
    assert get(release, tmp_path, obs_id=[1001]).obs_ids == (1001,)


@pytest.mark.skipif(sys.platform != "linux", reason="the place that even root cannot write to is Linux's")
@pytest.mark.parametrize("place", ["/sys/kernel/lightpool", "FILE/store"])
def test_a_place_that_cannot_be_written(release, tmp_path, place):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "store" if place.startswith("FILE") else type(tmp_path)(place)
    with pytest.raises(
        SettingsError, match=r"the data cannot be written: \w.*Choose another folder with --output"
    ):
        get(release, folder)


def test_an_output_that_is_a_file(release, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="the output is a file, not a folder"):
        get(release, tmp_path / "file")


def test_no_room_is_said_before_anything_is_fetched(release, server, tmp_path):
    huge = {**release.files, ONE: PinnedFile("0" * 64, 10**18)}
    with pytest.raises(
        DownloadError, match=r"no room for the data; found \d+.* MB free; expected 1000000000000 MB"
    ):
        get(replace(release, files=huge), tmp_path, obs_id=[1001])
    assert ONE not in server.paths()


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_disk_that_fills_up(release, tmp_path):
    get(release, tmp_path, obs_id=[1002])
    parts = tmp_path / ".lightpool" / "parts"
    parts.mkdir()
    (parts / f"{release.files[ONE].sha256}.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=r"the disk is full\. Make room and give the same command again"):
        get(release, tmp_path, obs_id=[1001])
    assert DataStore(tmp_path).obs_ids == (1002,)


def test_two_downloads_into_one_folder(release, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / ".lightpool").mkdir()
    with (tmp_path / ".lightpool" / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DownloadError, match="another download is at work there"):
            get(release, tmp_path)


def test_killed_in_the_middle_nothing_half_written_has_a_name(release, server, tmp_path, demo_path):
    server.faults[ONE] = ["slow"] * 99
    code = (
        "import sys; from pathlib import Path; from lightpool.release import *\n"
        f"release = Release.of(Path({str(demo_path)!r}), {server.url!r}, name='simulated')\n"
        f"deliver(release, Path({str(tmp_path)!r}), obs_id=[1001, 1002])"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    part = tmp_path / ".lightpool" / "parts" / f"{release.files[ONE].sha256}.part"
    while not (part.exists() and part.stat().st_size):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert visible(tmp_path) == []
    server.faults.clear()
    server.asked.clear()
    get(release, tmp_path, obs_id=[1001, 1002])
    assert (ONE, "") not in server.asked  # the part is continued
    assert visible(tmp_path) == sorted(["README.txt", "hdu-index.fits.gz", "obs-index.fits.gz", "scene.yaml",
                                        ONE, ONE.replace("1001", "1002")])  # fmt: skip
    assert DataStore(tmp_path).check().ok


def test_the_default_place_is_the_users(monkeypatch, tmp_path, data_root):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / name)
    assert data_folder() == tmp_path / "lightpool" / "hess-dl3-dr1"
    assert download(obs_id=23523, mirror=str(data_root / "hess-dl3-dr1")) == data_folder()
    assert DataStore(data_folder()).obs_ids == (23523,)


def test_the_real_release_over_http(serve, data_root, tmp_path):
    server = serve(data_root / "hess-dl3-dr1")
    delivery = deliver(Release.find("hess-dl3-dr1"), tmp_path, target=["Crab"], mirror=server.url)
    assert delivery.obs_ids == (23523, 23526, 23559, 23592)
    report = DataStore(tmp_path).check()
    assert report.ok, str(report)
    assert "No scientific publications" in (tmp_path / "README.txt").read_text()
    assert len(server.asked) == 8


def test_a_name_that_is_no_release():
    with pytest.raises(
        SettingsError, match=r"no such data release; found 'hess-dr1'.* Did you mean 'hess-dl3-dr1'"
    ):
        Release.find("hess-dr1")


def test_the_list_of_files_is_written_as_it_is_read():
    release = Release.find("hess-dl3-dr1")
    assert len([name for name in release.files if name.startswith("data/")]) == 105
    assert release.url.endswith("/fbafe93016c65778594289fc1127ca25a6e7d742/hess-dl3-dr1/")
    rows = [line.split() for line in release.registry().splitlines()]
    assert {path: PinnedFile(sha, int(size)) for path, sha, size in rows} == release.files
