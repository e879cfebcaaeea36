"""Reduced data come back from every kind of file, and say what they are not."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from lightpool.errors import DataError, SettingsError
from lightpool.export.cube_file import write_cube
from lightpool.load import read_datasets
from lightpool.schema import cube_warnings


def bands(edges, low, high):
    return [
        fits.Column("CHANNEL", "K", array=np.arange(len(edges) - 1)),
        fits.Column(low, "D", "TeV", array=edges[:-1]),
        fits.Column(high, "D", "TeV", array=edges[1:]),
    ]


def table(name, *columns):
    return fits.BinTableHDU.from_columns(columns, name=name)


def maps(cube, row):
    """Return the tables of one row as maps over a region of one pixel."""
    one = cube.isel(region=0, time=row)
    energy, true = (cube[f"energy{s}_edges"].to_numpy() for s in ("", "_true"))
    tables = [
        table("COUNTS_BANDS", *bands(energy, "E_MIN", "E_MAX")),
        table("EXPOSURE_BANDS", *bands(true, "ENERGY_TRUE_MIN", "ENERGY_TRUE_MAX")),
    ]
    for name in ("counts", "counts_off", "acceptance", "acceptance_off"):
        column = fits.Column("DATA", "D", dim="(1,1)", array=one[name].to_numpy()[:, None, None])
        tables.append(table(name.upper(), column))
    for name in ("exposure", "edisp_exposure"):
        tables.append(table(name.upper(), fits.Column("DATA", "D", "m2 s", array=one[name].to_numpy() / 1e4)))
    n = one.sizes["energy"]
    edisp = one["edisp"].transpose("energy_true", "energy").to_numpy()
    tables.append(table("EDISP", fits.Column("DATA", f"{n}D", dim=f"(1,1,{n})", array=edisp)))
    tables.append(table("MASK_SAFE", fits.Column("DATA", "L", array=one["mask_safe"].to_numpy())))
    return tables


@pytest.fixture
def listed(cube, tmp_path):
    """Return a list of two datasets in files of maps."""
    for row in (0, 1):
        fits.HDUList([fits.PrimaryHDU(), *maps(cube, row)]).writeto(tmp_path / f"run{row}.fits")
    path = tmp_path / "datasets.yaml"
    path.write_text(
        "datasets:\n"
        "- {name: '1001', type: SpectrumDatasetOnOff, filename: run0.fits}\n"
        "- {name: '1002', type: SpectrumDatasetOnOff, filename: run1.fits}\n"
        "metadata: {creator: somebody}\n"
    )
    return path


def test_maps_of_a_list(cube, listed):
    back = read_datasets(listed)
    assert back["obs_id"].to_numpy().tolist() == [1001, 1002]
    for name in ("counts", "counts_off", "acceptance", "acceptance_off", "mask_safe", "edisp"):
        np.testing.assert_array_equal(back[name], cube[name][:, :2])
    for name in ("exposure", "edisp_exposure"):
        np.testing.assert_allclose(back[name], cube[name][:, :2], rtol=1e-14)
    assert len(cube_warnings(back)) == 2
    assert "keeps no livetime" in cube_warnings(back)[0]


def test_our_own_list_of_ogip_spectra(cube, ogip):
    back = read_datasets(ogip / "datasets.yaml")
    assert back["obs_id"].to_numpy().tolist() == [1001, 1002, 1003, 1004]
    np.testing.assert_array_equal(back["counts"], cube["counts"])
    assert back.identical(read_datasets(ogip))


def test_one_file(cube, ogip, listed):
    for path in (ogip / "pha_obs1001.fits", listed.parent / "run0.fits"):
        np.testing.assert_array_equal(read_datasets(path)["counts"], cube["counts"][:, :1])


def test_a_cube(cube, tmp_path):
    write_cube(cube, tmp_path / "cube.nc")
    assert read_datasets(tmp_path / "cube.nc")["counts"].equals(cube["counts"])


def test_a_zarr_store(cube, tmp_path):
    pytest.importorskip("zarr")
    write_cube(cube, tmp_path / "cube.zarr")
    assert read_datasets(tmp_path / "cube.zarr")["counts"].equals(cube["counts"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("datasets: []", "this file lists no datasets"),
        ("components: []", "this file lists no datasets"),
        ("datasets: [{name: a}]", r"datasets\[0\]: a dataset names no file"),
        (
            "datasets: [{name: a, type: MapDataset, filename: a.fits}]",
            r"datasets\[0\]\.type: a dataset of this type cannot be fitted here; found 'MapDataset'",
        ),
        ("datasets: [{name: a, filename: a.fits}]", "the file is missing"),
        ("datasets: [", "this is not valid YAML"),
    ],
)
def test_lists_that_cannot_be_used(tmp_path, text, message):
    (tmp_path / "d.yaml").write_text(text)
    with pytest.raises((DataError, SettingsError), match=message):
        read_datasets(tmp_path / "d.yaml")


def test_missing(tmp_path):
    with pytest.raises(DataError, match="no such datasets file"):
        read_datasets(tmp_path / "d.yaml")


@pytest.mark.parametrize(
    ("name", "columns", "message"),
    [
        ("COUNTS_OFF", None, "HDU COUNTS_OFF is missing: this is no ON/OFF spectrum"),
        ("ACCEPTANCE", [1.0], "another shape than its energies; found 1 values; expected 16"),
        ("EXPOSURE", np.full(32, -1.0), "negative values"),
        ("EXPOSURE", np.full(32, 1.0), "column DATA has a wrong unit; found no unit"),
        ("COUNTS_BANDS", None, "HDU COUNTS_BANDS is missing"),
    ],
)
def test_maps_that_cannot_be_used(cube, tmp_path, name, columns, message):
    tables = [hdu for hdu in maps(cube, 0) if hdu.name != name]
    if columns is not None:
        unit = "m2 s" if name == "EXPOSURE" and columns[0] < 0 else None
        tables.append(table(name, fits.Column("DATA", "D", unit, array=np.array(columns))))
    fits.HDUList([fits.PrimaryHDU(), *tables]).writeto(tmp_path / "run.fits")
    with pytest.raises(DataError, match=message):
        read_datasets(tmp_path / "run.fits")


def test_energies_that_are_no_axis(cube, tmp_path):
    edges = np.array([1.0, 2.0, 1.5])
    tables = [hdu for hdu in maps(cube, 0) if hdu.name != "COUNTS_BANDS"]
    tables.append(table("COUNTS_BANDS", *bands(edges, "E_MIN", "E_MAX")))
    fits.HDUList([fits.PrimaryHDU(), *tables]).writeto(tmp_path / "run.fits")
    with pytest.raises(DataError, match="energies E_MIN and E_MAX are no axis"):
        read_datasets(tmp_path / "run.fits")
