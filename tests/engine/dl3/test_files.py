"""Files that are missing, cut short, mangled or something else."""

from __future__ import annotations

import gzip
import pickle
import subprocess
import sys

import pytest
from astropy.io import fits

from lightpool.dl3 import DataStore, files
from lightpool.dl3.files import FileCache, FitsFile
from lightpool.errors import DataError


def damaged(gadf, edit, *, suffix=".fits"):
    """Return the run of a store whose only data file has gone through `edit` (bytes to bytes)."""
    root = gadf.write(gadf.run(), suffix=suffix)
    path = root / "data" / f"run_1{suffix}"
    path.write_bytes(edit(path.read_bytes()))
    return _open(root)


def _open(root):
    return DataStore(root).observation(1)


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize("part", [0.05, 0.5, 0.99])
def test_truncated_gzip(gadf, part):
    obs = damaged(gadf, lambda content: content[: int(len(content) * part)], suffix=".fits.gz")
    with pytest.raises(
        DataError, match=r"store/data/run_1.fits.gz: the file is truncated or damaged; found .*Get the"
    ):
        _ = obs.events


def test_flipped_byte_in_gzip(gadf):
    obs = damaged(gadf, flipped, suffix=".fits.gz")
    with pytest.raises(DataError, match="truncated or damaged"):
        _ = obs.events


@pytest.mark.parametrize("missing", [1, 2880, 4000, 20000])
def test_truncated_plain_file(gadf, missing):
    obs = damaged(gadf, lambda content: content[:-missing])
    with pytest.raises(DataError, match=r"run_1.fits: the file is truncated or damaged"):
        _ = obs.events


def test_every_cut_of_a_plain_file_is_noticed(gadf):
    root = gadf.write(gadf.run())
    path = root / "data" / "run_1.fits"
    whole = path.read_bytes()
    for block in range(1, len(whole) // 2880):
        path.write_bytes(whole[: block * 2880])
        with pytest.raises(DataError):
            _read_all(_open(root))


def _read_all(obs):
    return obs.events, obs.gti, obs.aeff, obs.edisp, obs.psf, obs.bkg


def test_rubbish_after_the_last_hdu(gadf):
    obs = damaged(gadf, lambda content: content + b"rubbish" * 500)
    with pytest.raises(DataError, match="bytes after the last whole HDU"):
        _ = obs.events


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "an empty file"), (b"version https://git-lfs.github.com/spec/v1", "version https://git-lfs")],
)
def test_something_else(gadf, content, found):
    obs = damaged(gadf, lambda _: content)
    with pytest.raises(DataError, match=rf"run_1.fits: this is not a FITS file; found .?{found}"):
        _ = obs.events


def test_missing_file(gadf):
    root = gadf.write(gadf.run())
    (root / "data" / "run_1.fits").unlink()
    with pytest.raises(DataError, match=r"^store/data/run_1.fits: the file is missing$"):
        _ = _open(root).aeff


def test_a_folder_in_place_of_the_file(gadf):
    root = gadf.write(gadf.run())
    (root / "data" / "run_1.fits").unlink()
    (root / "data" / "run_1.fits").mkdir()
    with pytest.raises(DataError, match="the file cannot be read"):
        _ = _open(root).aeff


def test_missing_hdu(gadf):
    obs = gadf.store(hdu_index=lambda rows: rows[2].update(HDU_NAME="aeff_v2")).observation(1)
    with pytest.raises(
        DataError, match=r"run_1.fits: HDU aeff_v2 is missing; found PRIMARY, EVENTS, GTI, AEFF"
    ):
        _ = obs.aeff


def test_an_image_is_no_table(tmp_path):
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU([[1.0]], name="AEFF")]).writeto(tmp_path / "a.fits")
    with pytest.raises(DataError, match=r"a.fits\[aeff\]: this HDU is not a binary table; found ImageHDU"):
        FitsFile(tmp_path / "a.fits", "a.fits").table("aeff")


def test_a_response_of_two_rows(gadf):
    run = gadf.run()
    path = gadf.write(run) / "data" / "run_1.fits"
    with fits.open(path) as hdus:
        doubled = fits.BinTableHDU.from_columns(
            hdus["AEFF"].columns, nrows=2, name="AEFF", header=hdus["AEFF"].header
        )
        hdus["AEFF"] = doubled
        hdus.writeto(path, overwrite=True)
    with pytest.raises(DataError, match=r"\[aeff\]: an instrument response is one row; found 2 rows"):
        _ = _open(path.parent.parent).aeff


def test_text_where_numbers_belong(gadf):
    path = gadf.write(gadf.run()) / "data" / "run_1.fits"
    with fits.open(path) as hdus:
        columns = [c for c in hdus["EVENTS"].columns if c.name != "ENERGY"]
        columns.append(fits.Column(name="ENERGY", format="3A", unit="TeV", array=["1.0"] * 4))
        hdus["EVENTS"] = fits.BinTableHDU.from_columns(columns, name="EVENTS", header=hdus["EVENTS"].header)
        hdus.writeto(path, overwrite=True)
    with pytest.raises(DataError, match=r"\[events\]: column ENERGY is not numeric"):
        _ = _open(path.parent.parent).events


def test_wrong_datasum(gadf):
    path = gadf.write(gadf.run()) / "data" / "run_1.fits"
    with fits.open(path) as hdus:
        hdus.writeto(path, overwrite=True, checksum=True)
    _read_all(_open(path.parent.parent))
    content = bytearray(path.read_bytes())
    with fits.open(path) as hdus:
        content[hdus["AEFF"].fileinfo()["datLoc"] + 90] ^= 1  # one bit of one effective area
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match=r"\[aeff\]: the table is damaged: DATASUM does not fit its rows"):
        _ = _open(path.parent.parent).aeff


def test_one_run_costs_one_decompression(gadf, monkeypatch):
    root = gadf.write(gadf.run(), suffix=".fits.gz")
    obs = _open(root)
    calls = []
    decompress = gzip.decompress
    monkeypatch.setattr(gzip, "decompress", lambda raw: calls.append(1) or decompress(raw))
    _read_all(obs)
    assert len(calls) == 1


def test_old_files_are_let_go(gadf, monkeypatch):
    monkeypatch.setattr(files, "_CACHE_FILES", 2)
    root = gadf.write(*(gadf.run(i) for i in (1, 2, 3)))
    cache = FileCache(root)
    first = cache.open(root / "data" / "run_1.fits")
    assert cache.open(root / "data" / "run_1.fits") is first
    for i in (2, 3):
        cache.open(root / "data" / f"run_{i}.fits")
    assert cache.open(root / "data" / "run_1.fits") is not first


def test_astropy_is_loaded_with_the_first_file():
    code = "import sys, lightpool.dl3; sys.exit('astropy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_messages_show_no_path_of_the_machine(gadf):
    root = gadf.write(gadf.run())
    assert FileCache(root).label(root / "data" / "run_1.fits") == "store/data/run_1.fits"


def test_a_run_travels_to_another_process(gadf):
    obs = gadf.store().observation(1)
    energy = obs.events.energy
    copy = pickle.loads(pickle.dumps(obs))
    assert copy.events.energy.tolist() == energy.tolist()
    assert copy.aeff.at(1.0, 0.5) == obs.aeff.at(1.0, 0.5)


def test_a_primary_header_of_rubbish(gadf):
    obs = damaged(gadf, lambda _: b"SIMPLE  = oh no")
    with pytest.raises(DataError, match=r"run_1.fits: the file is truncated or damaged"):
        _ = obs.events


def test_a_mangled_header_value(gadf):
    obs = damaged(
        gadf,
        lambda content: content.replace(
            b"DEADC   =                  0.9", b"DEADC   =             0.9 0.8 x"[:30]
        ),
    )
    with pytest.raises(DataError, match=r"\[events\]: header keyword DEADC cannot be read; found .*DEADC"):
        _ = obs.deadc


def test_a_mangled_column_format(gadf):
    obs = damaged(gadf, lambda content: content.replace(b"TFORM2  = 'D ", b"TFORM2  = '?!"))
    with pytest.raises(DataError, match=r"\[events\]: the table cannot be read; found .*\?!"):
        _ = obs.events


def test_two_positions_in_one_row(gadf):
    path = gadf.write(gadf.run()) / "data" / "run_1.fits"
    with fits.open(path) as hdus:
        columns = [c for c in hdus["EVENTS"].columns if c.name != "RA"]
        columns.append(fits.Column(name="RA", format="2D", unit="deg", array=[[83.6, 83.7]] * 4))
        hdus["EVENTS"] = fits.BinTableHDU.from_columns(columns, name="EVENTS")
        hdus["EVENTS"].header.update({"OBS_ID": 1, "MJDREFI": 53000})
        hdus.writeto(path, overwrite=True)
    with pytest.raises(
        DataError, match=r"\[events\]: column RA is not one value a row; found shape \(4, 2\)"
    ):
        _ = _open(path.parent.parent).events
