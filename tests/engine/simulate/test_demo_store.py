"""The demo store is a sound GADF store and says that it is simulated."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from astropy.io import fits

from lightpool.simulate import demo_scene
from lightpool.simulate.writer import MARK
from lightpool.sky import separation
from lightpool.times import from_utc, tt_offset


def table(path, name):
    with fits.open(path, memmap=False) as hdus:
        hdus.verify("exception")
        return hdus[name].header, hdus[name].data


@pytest.fixture(scope="module")
def obs_index(demo_path):
    return table(demo_path / "obs-index.fits.gz", "OBS_INDEX")


@pytest.fixture(scope="module")
def hdu_index(demo_path):
    return table(demo_path / "hdu-index.fits.gz", "HDU_INDEX")[1]


@pytest.fixture(scope="module")
def files(demo_path):
    return sorted((demo_path / "data").iterdir())


@pytest.fixture(scope="module")
def hdus(files):
    """Header, data and size of every HDU of every run, each file read once: {file name: {HDU name: ...}}."""
    content = {}
    for path in files:
        with fits.open(path, memmap=False) as opened:
            opened.verify("exception")
            content[path.name] = {hdu.name: (hdu.header, hdu.data, hdu.filebytes()) for hdu in opened}
    return content


def test_the_store_is_small_enough_to_be_carried(demo_path):
    assert sum(path.stat().st_size for path in demo_path.rglob("*") if path.is_file()) < 12e6


def test_the_files_are_those_of_the_index_and_no_other(demo_path, hdu_index, files):
    assert {path.name for path in demo_path.iterdir()} == {
        "README.txt",
        "data",
        "hdu-index.fits.gz",
        "obs-index.fits.gz",
        "scene.yaml",
    }
    assert {path.name for path in files} == set(hdu_index["FILE_NAME"])
    assert set(hdu_index["FILE_DIR"]) == {"data"}


def test_every_run_has_every_piece_where_the_index_says(hdus, hdu_index):
    kinds = {"events", "gti", "aeff_2d", "edisp_2d", "psf_table", "bkg_3d"}
    for name, run in hdus.items():
        rows = hdu_index[hdu_index["FILE_NAME"] == name]
        assert set(rows["HDU_CLASS"]) == kinds
        found = {hdu: size for hdu, (_, _, size) in run.items() if hdu != "PRIMARY"}
        assert dict(zip(rows["HDU_NAME"], rows["SIZE"], strict=True)) == found
        headers = [run[hdu][0] for hdu in found]
        assert {h.get("HDUCLAS4", h["HDUCLAS1"]).lower() for h in headers} == kinds
        assert {h["OBS_ID"] for h in headers} == set(rows["OBS_ID"])


def test_runs_are_those_of_the_scene(obs_index):
    header, rows = obs_index
    scene = demo_scene()
    assert rows["OBS_ID"].tolist() == [run.obs_id for run in scene.runs]
    offset = separation(rows["RA_OBJ"], rows["DEC_OBJ"], rows["RA_PNT"], rows["DEC_PNT"])
    np.testing.assert_allclose(offset, 0.5, atol=1e-9)
    names, counts = np.unique(rows["OBJECT"], return_counts=True)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {
        "Crab Nebula (simulated)": 4,
        "PKS 2155-304 (simulated)": 15,
        "MSH 15-52 (simulated)": 6,
        "Empty field (simulated)": 3,
    }
    assert (header["MJDREFI"], header["MJDREFF"], header["TIMESYS"]) == (51910, 0.000742870370370241, "TT")


def test_runs_follow_each_other_in_time_with_consistent_livetime(obs_index):
    _, rows = obs_index
    np.testing.assert_allclose(rows["TSTOP"] - rows["TSTART"], rows["ONTIME"], atol=1e-6)
    np.testing.assert_allclose(rows["LIVETIME"], rows["ONTIME"] * rows["DEADC"], rtol=1e-12)
    for target in np.unique(rows["OBJECT"]):
        mine = rows[rows["OBJECT"] == target]
        assert (mine["TSTART"][1:] > mine["TSTOP"][:-1]).all()


def test_the_mission_time_counts_the_leap_second(obs_index):
    """20:26:00 UTC, 2035 days after 2001-01-01, one leap second (end of 2005) on the way."""
    _, rows = obs_index
    start = rows["TSTART"][rows["OBS_ID"] == 2001][0]
    assert start == pytest.approx(2035 * 86400 + 20 * 3600 + 26 * 60 + 1, abs=1e-6)


def test_events_are_ordered_inside_the_good_time_and_the_field(hdus):
    for run in hdus.values():
        (header, events, _), (_, gti, _) = run["EVENTS"], run["GTI"]
        assert events.dtype.names == ("EVENT_ID", "TIME", "RA", "DEC", "ENERGY")
        kinds = [events.dtype[name].str[1:] for name in events.dtype.names]
        assert kinds == ["i8", "f8", "f4", "f4", "f4"]
        assert (np.diff(events["TIME"]) > 0).all()
        assert (events["EVENT_ID"] == np.arange(1, len(events) + 1)).all()
        assert gti["START"] == [header["TSTART"]] <= events["TIME"][:1]
        assert gti["STOP"] == [header["TSTOP"]] >= events["TIME"][-1:]
        offset = separation(header["RA_PNT"], header["DEC_PNT"], events["RA"], events["DEC"])
        assert offset.max() < 3.7
        assert (events["ENERGY"] > 0).all()


def test_the_rate_is_like_that_of_a_real_array(hdus):
    for run in hdus.values():
        events = run["EVENTS"][1]
        assert 4000 < np.sum(events["ENERGY"] > 0.2) < 10_000


def test_headers_say_who_made_it_and_what_it_is(demo_path, hdus):
    for run in hdus.values():
        header = run["EVENTS"][0]
        assert header["CREATOR"] == "lightpool"
        assert header["OBJECT"].endswith(" (simulated)")
        assert "DATE" not in header
        assert "no photon" in str(run["PRIMARY"][0]["HISTORY"])
        assert run["BKG"][0]["FOVALIGN"] == "RADEC"
    assert (demo_path / "README.txt").read_text().startswith(MARK)


def test_axes_of_the_responses_join_without_gaps(hdus):
    run = next(iter(hdus.values()))
    for name, axes in {
        "AEFF": ("ENERG",),
        "EDISP": ("ENERG", "MIGRA"),
        "PSF": ("ENERG", "RAD"),
        "BKG": ("DETX", "DETY", "ENERG"),
    }.items():
        row = run[name][1][0]
        for axis in axes:
            np.testing.assert_array_equal(row[f"{axis}_LO"][1:], row[f"{axis}_HI"][:-1])
            assert (row[f"{axis}_HI"] > row[f"{axis}_LO"]).all()
        if name != "BKG":
            np.testing.assert_array_equal(row["THETA_LO"], row["THETA_HI"])


def test_responses_change_with_the_zenith_angle_through_the_night(hdus):
    headers = [run["AEFF"][0] for name, run in hdus.items() if "_002" in name]
    pairs = sorted((header["ZENITH"], header["LO_THRES"]) for header in headers)
    assert pairs[0][0] < 10
    assert pairs[-1][0] > 45
    assert all(low[1] <= high[1] for low, high in pairwise(pairs))


def test_the_mission_epoch_is_a_utc_midnight():
    assert tt_offset(51910, 0.000742870370370241, "TT") == pytest.approx(
        from_utc("2001-01-01T00:00:00"), abs=1e-6
    )
