"""Stores: their index, the choice of runs, and folders that are something else."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.dl3 import DataStore
from lightpool.errors import DataError, SettingsError
from lightpool.sky import Circle, circle
from lightpool.times import from_utc

CRAB = [23523, 23526, 23559, 23592]


# the public release


def test_release_totals(hess_store):
    assert len(hess_store.obs_ids) == len(hess_store) == 105
    assert hess_store.runs["n_events"].sum() == 1_046_156
    assert hess_store.runs["ontime"].sum() == pytest.approx(174_801)
    assert hess_store.runs["livetime"].sum() == pytest.approx(161_237, abs=0.5)
    assert hess_store.name == "hess-dl3-dr1"


def test_release_targets(hess_store):
    counts = {name: len(ids) for name, ids in hess_store.targets().items()}
    assert list(counts.items())[:7] == [
        ("PKS 2155-304", 21),
        ("MSH 15-52", 20),
        ("RX J1713.7-3946", 12),
        ("3C 273", 5),
        ("Crab", 4),
        ("Kepler SNR", 4),
        ("NGC 253", 4),
    ]
    assert sum(counts.values()) == 105


@pytest.mark.parametrize("name", ["Crab", "crab nebula", "CRAB_NEBULA"])
def test_a_target_under_each_of_its_names(hess_store, name):
    assert list(hess_store.select(target=name).obs_ids) == CRAB


def test_a_target_with_three_spellings(hess_store):
    assert len(hess_store.select(target="MSH 15-5-02")) == 20
    assert hess_store.observation(20282).target == "MSH 15-52"


def test_a_remark_of_the_index_selects_its_runs(hess_store):
    assert len(hess_store.select(target="PKS 2155-304 (flare)")) == 15


@pytest.mark.parametrize(
    ("centre", "radius", "n"),
    [((83.633, 22.014), 5, 4), ((329.7169, -30.2256), 2, 21), ((228.32, -59.08), 2.5, 20)],
)
def test_cones_of_the_tutorials(hess_store, centre, radius, n):
    runs = hess_store.select(cone=(*centre, radius))
    assert len(runs) == n
    assert list(runs.obs_ids) == [i for i in hess_store.obs_ids if i in set(runs.obs_ids)]


def test_cone_spellings_agree(hess_store):
    from astropy import units as u
    from astropy.coordinates import SkyCoord
    from regions import CircleSkyRegion

    region = CircleSkyRegion(SkyCoord(83.63, 22.01, unit="deg"), 2 * u.deg)
    cones = [circle("83.63 deg", "22.01 deg", "2 deg"), Circle(83.63, 22.01, 2), region]
    cones.append(("83.63 deg", 22.01 * u.deg, 2))
    assert [list(hess_store.select(cone=cone).obs_ids) for cone in cones] == [CRAB] * 4


def test_the_order_of_ids_is_kept_and_a_double_counts_once(hess_store):
    assert hess_store.select(obs_id=[23592, 23523, 23592]).obs_ids == (23592, 23523)
    assert hess_store.select(obs_id=np.array(CRAB)).obs_ids == tuple(CRAB)
    assert hess_store.select(obs_id=23526).obs_ids == (23526,)


def test_ids_first_then_the_cone(hess_store):
    assert hess_store.select(obs_id=[33787, 23523], cone=(83.6, 22, 2)).obs_ids == (23523,)


def test_time_overlap_is_utc(hess_store):
    obs = hess_store.observation(33787)
    start = obs.gti.start.min()
    index = hess_store.obs_ids.index(33787)
    assert hess_store.runs["tstart"][index] == pytest.approx(start, abs=1)
    night = hess_store.select(time=("2006-07-29T20:20:00", "2006-07-30T04:00:00"))
    assert night.obs_ids == tuple(range(33787, 33802))
    assert from_utc("2006-07-29T20:20:00") < start < from_utc("2006-07-29T20:30:00")


def test_the_same_run_is_read_once(hess_store):
    assert hess_store.observation(23523) is hess_store.select(target="crab")[0]
    assert hess_store.fresh_observation(23523) is not hess_store.observation(23523)


# messages of a selection


def test_unknown_run(hess_store):
    with pytest.raises(
        DataError, match=r"^hess-dl3-dr1: there is no run 23524\. The nearest are 23523, 23526"
    ):
        hess_store.select(obs_id=[23523, 23524])


def test_a_run_that_is_no_number(hess_store):
    with pytest.raises(SettingsError, match="obs_id is not a run number; found '23523'"):
        hess_store.select(obs_id="23523")


def test_unknown_target(hess_store):
    with pytest.raises(
        DataError, match=r"no run has this target; found 'PKS 2155'. Did you mean 'PKS 2155-304'"
    ):
        hess_store.select(target="PKS 2155")
    with pytest.raises(DataError, match=r"There are 'PKS 2155-304', .* and others"):
        hess_store.select(target="§§")


def test_nothing_left(hess_store):
    with pytest.raises(DataError) as caught:
        hess_store.select(cone=(10, 80, 1), time=("2020-01-01", "2020-01-02"))
    assert str(caught.value) == (
        "hess-dl3-dr1: no run is left by the selection; "
        "found 0 runs for pointing within 1 deg of (10, 80) deg; "
        "time 2020-01-01T00:00:00 to 2020-01-02T00:00:00 UTC. "
        "The store has 105 runs: PKS 2155-304 (21), MSH 15-52 (20), RX J1713.7-3946 (12), 3C 273 (5) ..."
    )
    with pytest.raises(DataError, match="found 0 runs for obs_id"):
        hess_store.select(obs_id=[])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cone": (1, 2)}, "a cone is .lon, lat, radius.; found 2 values"),
        ({"cone": (1, 2, "3 TeV")}, "radius is not an angle"),
        ({"time": "2006-07-29"}, "a time selection is .start, stop.; found '2006-07-29'"),
        (
            {"time": ("2006-07-30", "2006-07-29")},
            "a time interval must increase; found 2006-07-30 to 2006-07-29",
        ),
        ({"time": ("yesterday", "2006-07-29")}, "start is not a date; found 'yesterday'"),
    ],
)
def test_settings_that_cannot_be(hess_store, settings, message):
    with pytest.raises(SettingsError, match=message):
        hess_store.select(**settings)


# point-like runs of an index without names and without time reference


@pytest.fixture
def magic_store(data_root):
    return DataStore(data_root / "magic" / "rad_max" / "data")


def test_an_index_without_names_takes_them_from_the_events(magic_store):
    assert magic_store.targets() == {"CrabNebula": (5029748, 5029747)}


def test_an_index_in_single_precision_leaves_the_time_to_the_gti(magic_store):
    assert np.isnan(magic_store.runs["tstart"]).all()
    assert magic_store.select(time=("2013-10-04T04:30", "2013-10-04T04:40")).obs_ids == (5029747,)


# damaged index


def test_no_folder(tmp_path):
    with pytest.raises(DataError, match="nowhere: the folder does not exist"):
        DataStore(tmp_path / "nowhere")


def test_a_file_is_no_store(gadf):
    with pytest.raises(DataError, match="a store is a folder, this is a file"):
        DataStore(gadf.write(gadf.run()) / "obs-index.fits.gz")


def test_an_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        DataError, match=r"^empty: this is not a DL3 store: obs-index.fits.gz and hdu-index.fits.gz missing$"
    ):
        DataStore(tmp_path / "empty")


def test_the_parent_of_a_store_points_to_it(gadf):
    root = gadf.write(gadf.run())
    with pytest.raises(DataError, match=r"missing\. There is a store in .*/store$"):
        DataStore(root.parent)


def test_one_index_missing_and_no_files(gadf):
    root = gadf.write(gadf.run())
    (root / "hdu-index.fits.gz").unlink()
    (root / "data" / "run_1.fits").unlink()
    with pytest.raises(DataError, match=r"store: this is not a DL3 store: hdu-index.fits.gz missing"):
        DataStore(root)


def test_truncated_index(gadf):
    root = gadf.write(gadf.run())
    path = root / "obs-index.fits.gz"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"store/obs-index.fits.gz: the file is truncated or damaged"):
        DataStore(root)


def test_a_run_listed_twice(gadf):
    with pytest.raises(
        DataError, match=r"obs-index.fits.gz\[INDEX\]: a run is listed twice; found OBS_ID 1$"
    ):
        gadf.store(gadf.run(1), gadf.run(2), index=lambda rows: rows[1].update(OBS_ID=1))


def test_an_index_without_runs(gadf):
    root = gadf.write(gadf.run())
    from astropy.io import fits

    with fits.open(root / "obs-index.fits.gz") as hdus:
        empty = fits.BinTableHDU(hdus[1].data[:0], header=hdus[1].header)
        fits.HDUList([fits.PrimaryHDU(), empty]).writeto(root / "obs-index.fits.gz", overwrite=True)
    with pytest.raises(DataError, match="the index lists no run"):
        DataStore(root)


def test_an_index_file_without_table(gadf):
    from astropy.io import fits

    root = gadf.write(gadf.run())
    fits.PrimaryHDU().writeto(root / "obs-index.fits.gz", overwrite=True)
    with pytest.raises(DataError, match=r"store/obs-index.fits.gz: the index file holds no table"):
        DataStore(root)


@pytest.mark.parametrize("name", ["OBS_ID", "RA_PNT", "DEC_PNT"])
def test_a_column_missing_in_the_obs_index(gadf, name):
    with pytest.raises(DataError, match=rf"obs-index.fits.gz\[INDEX\]: column {name} is missing; found"):
        gadf.store(index=lambda rows: rows[0].pop(name))


@pytest.mark.parametrize("name", ["OBS_ID", "HDU_TYPE", "HDU_CLASS", "FILE_DIR", "FILE_NAME", "HDU_NAME"])
def test_a_column_missing_in_the_hdu_index(gadf, name):
    with pytest.raises(DataError, match=rf"hdu-index.fits.gz\[INDEX\]: column {name} is missing; found"):
        gadf.store(hdu_index=lambda rows: [row.pop(name) for row in rows])


def test_run_numbers_that_are_none(gadf):
    with pytest.raises(DataError, match="column OBS_ID is not a number; found"):
        gadf.store(index=lambda rows: rows[0].update(OBS_ID="first"))


def test_a_run_without_any_files_in_the_index(gadf):
    store = gadf.store(gadf.run(1), gadf.run(2), hdu_index=lambda rows: rows.__delitem__(slice(6, None)))
    with pytest.raises(DataError, match="store: run 2 has no events in the index; found nothing"):
        _ = store.observation(2).events


def test_two_different_effective_areas_for_one_run(gadf):
    def second(rows):
        rows.append(rows[2] | {"FILE_NAME": "other.fits"})

    with pytest.raises(
        DataError, match=r"run 1 has more than one aeff in the index; found .*run_1.*other.fits"
    ):
        _ = gadf.store(hdu_index=second).observation(1).aeff


def test_the_same_row_twice_is_no_harm(gadf):
    assert gadf.store(hdu_index=lambda rows: rows.append(dict(rows[2]))).observation(1).aeff is not None


def test_of_two_kinds_of_psf_the_first_is_taken(gadf):
    def second(rows):
        rows.append(rows[4] | {"HDU_CLASS": "psf_3gauss", "HDU_NAME": "psf3"})

    assert gadf.store(hdu_index=second).observation(1).psf is not None


def test_an_index_without_pointing_asks_the_events(gadf):
    store = gadf.store(
        gadf.run(1), gadf.run(2, lat=40.0), index=lambda rows: [r.update(RA_PNT=np.nan) for r in rows]
    )
    assert store.select(cone=(83.6, 22.5, 1)).obs_ids == (1,)


# names


def test_spellings_merge_without_positions(gadf):
    store = gadf.store(
        gadf.run(1, target="PSR B1259-63"),
        gadf.run(2, target="psr b1259_63"),
        gadf.run(3, target="PSR B1259+63"),
    )
    assert store.targets() == {"PSR B1259-63": (1, 2), "PSR B1259+63": (3,)}


def test_a_damaged_run_does_not_hide_the_names_of_others(gadf):
    runs = [gadf.run(1), gadf.run(2, target="Vela")]
    root = gadf.write(*runs, index=lambda rows: [row.pop("OBJECT") for row in rows])
    (root / "data" / "run_1.fits").write_bytes(b"")
    assert DataStore(root).targets() == {"unnamed": (1,), "Vela": (2,)}


def test_a_bracketed_remark_may_be_left_out(gadf):
    store = gadf.store(gadf.run(target="Crab Nebula (simulated)"))
    assert store.targets() == {"Crab Nebula (simulated)": (1,)}
    assert store.select(target="crab nebula").obs_ids == (1,)


def test_runs_without_any_name(gadf):
    runs = [gadf.run(i, target="") for i in (1, 2)]
    store = gadf.store(*runs)
    assert list(store.targets().values()) == [(1, 2)]


def test_views_escape_what_files_say(gadf):
    evil = "<script>alert(1)</script>"
    store = gadf.store(gadf.run(target=evil))
    for view in (store, store.select(), store.observation(1), store.check()):
        html = view._repr_html_()
        assert "<script" not in html
    assert "&lt;script&gt;" in store._repr_html_()
    assert "&lt;script&gt;" in store.select()._repr_html_()


def test_reprs(hess_store):
    assert repr(hess_store) == "<DataStore hess-dl3-dr1: 105 runs>"
    runs = hess_store.select(target="Crab")
    assert repr(runs) == "<Observations 4: 23523, 23526, 23559, 23592>"
    assert repr(runs[0]) == "<Observation 23523 'Crab'>"
    assert "83.633, 21.514" in runs._repr_html_()
    assert "and 75 more" in hess_store.select()._repr_html_()
    assert "events, gti" in runs[0]._repr_html_() or "aeff, bkg" in runs[0]._repr_html_()


def test_a_slice_of_runs(hess_store):
    runs = hess_store.select(target="Crab")
    assert runs[1:3].obs_ids == (23526, 23559)
    assert type(runs[1:3]) is type(runs)
    assert runs[-1] in runs


# without index files


def test_a_store_without_index(gadf):
    indexed = gadf.write(gadf.run(1), gadf.run(2, target="Vela"), name="indexed")
    bare = gadf.write(gadf.run(1), gadf.run(2, target="Vela"), name="bare")
    for name in ("obs-index", "hdu-index"):
        (bare / f"{name}.fits.gz").unlink()
    a, b = DataStore(indexed), DataStore(bare)
    assert b.obs_ids == a.obs_ids
    assert b.targets() == a.targets()
    assert b.runs["n_events"].tolist() == [4, 4]
    for one, other in zip(a.select(), b.select(), strict=True):
        assert one.events.energy.tolist() == other.events.energy.tolist()
        assert one.psf.containment(1.0, 0.5, 0.1) == other.psf.containment(1.0, 0.5, 0.1)
        assert one.zenith == other.zenith == 30
    assert b.select(time=("2003-12-26", "2003-12-27T12:00")).obs_ids == (1, 2)
    assert b.check().ok


def test_a_store_without_index_and_a_run_twice(gadf):
    bare = gadf.write(gadf.run(1), gadf.run(1), name="bare")
    for name in ("obs-index", "hdu-index"):
        (bare / f"{name}.fits.gz").unlink()
    with pytest.raises(DataError, match="the events of a run are there twice; found OBS_ID 1"):
        DataStore(bare)


def test_fits_files_that_are_not_dl3(tmp_path):
    from astropy.io import fits

    fits.PrimaryHDU(np.zeros((2, 2))).writeto(tmp_path / "image.fits")
    with pytest.raises(DataError, match="this is not a DL3 store"):
        DataStore(tmp_path)


def test_the_release_without_its_index(data_root, tmp_path):
    root = tmp_path / "part"
    root.mkdir()
    for obs_id in (23523, 20282):
        name = f"hess_dl3_dr1_obs_id_{obs_id:06d}.fits.gz"
        (root / name).symlink_to(data_root / "hess-dl3-dr1" / "data" / name)
    store = DataStore(root)
    assert store.obs_ids == (20282, 23523)
    assert store.observation(23523).livetime == pytest.approx(1581.737, abs=1e-3)
