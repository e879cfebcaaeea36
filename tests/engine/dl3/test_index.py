"""Index files that are damaged, lack something, or are not there at all."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.dl3 import DataStore
from lightpool.errors import DataError


@pytest.fixture
def magic_store(data_root):
    return DataStore(data_root / "magic" / "rad_max" / "data")


def test_an_index_without_names_takes_them_from_the_events(magic_store):
    assert magic_store.targets() == {"CrabNebula": (5029748, 5029747)}


def test_an_index_in_single_precision_leaves_the_time_to_the_gti(magic_store):
    assert np.isnan(magic_store.runs["tstart"]).all()
    assert magic_store.select(time=("2013-10-04T04:30", "2013-10-04T04:40")).obs_ids == (5029747,)


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
