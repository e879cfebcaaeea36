"""The OGIP files hold what the cube holds, in the columns and keywords of the format."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from lightpool.errors import DataError
from lightpool.export.ogip import write_ogip
from lightpool.export.rmf import rmf_table
from lightpool.fits_table import write_fits
from lightpool.reduction import reduce
from lightpool.times import to_utc, tt_offset
from lightpool.yaml_text import load


@pytest.fixture(scope="module")
def folder(joint, tmp_path_factory):
    path = tmp_path_factory.mktemp("joint")
    write_ogip(joint.fitted, path, observations=joint.observations)
    return path


@pytest.fixture(scope="module")
def stacked_folder(stacked, tmp_path_factory):
    path = tmp_path_factory.mktemp("stacked")
    write_ogip(stacked.fitted, path, observations=stacked.observations)
    return path


def test_one_set_for_each_row(folder, stacked_folder):
    kinds = ("", "_arf", "_bkg", "_rmf")
    expected = [f"pha_obs{obs_id}{kind}.fits" for obs_id in (1001, 1002, 1003, 1004) for kind in kinds]
    assert {path.name for path in folder.iterdir()} == {*expected, "datasets.yaml"}
    assert {path.name for path in stacked_folder.iterdir()} == {
        *(f"pha_stacked{kind}.fits" for kind in kinds), "datasets.yaml",
    }  # fmt: skip


def test_list_of_the_sets(folder, stacked_folder):
    listed = load((folder / "datasets.yaml").read_text())["datasets"]
    assert listed[1] == {"name": "1002", "type": "SpectrumDatasetOnOff", "filename": "pha_obs1002.fits"}
    assert len(listed) == 4
    (one,) = load((stacked_folder / "datasets.yaml").read_text())["datasets"]
    assert one["filename"] == "pha_stacked.fits"


def test_pha_columns_and_keywords(folder, joint):
    row = joint.cube.isel(region=0, time=1)
    with fits.open(folder / "pha_obs1002.fits") as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "SPECTRUM", "EBOUNDS", "REGION", "GTI"]
        table, header = hdus["SPECTRUM"].data, hdus["SPECTRUM"].header
        assert [c.format for c in table.columns] == ["I", "J", "I", "E"]
        np.testing.assert_array_equal(table["CHANNEL"], np.arange(16))
        np.testing.assert_array_equal(table["COUNTS"], row["counts"])
        np.testing.assert_array_equal(table["QUALITY"], ~row["mask_safe"].to_numpy())
        np.testing.assert_array_equal(table["BACKSCAL"], row["acceptance"])
        assert table["QUALITY"].any()
        assert not table["QUALITY"].all()
        expected = {
            "HDUCLASS": "OGIP", "HDUCLAS1": "SPECTRUM", "HDUCLAS2": "TOTAL", "HDUCLAS3": "COUNT",
            "HDUCLAS4": "TYPE:1", "HDUVERS": "1.2.1", "OBS_ID": "1002", "AREASCAL": 1, "POISSERR": True,
            "CHANTYPE": "PHA", "DETCHANS": 16, "GROUPING": 0, "TELESCOP": "unknown", "INSTRUME": "unknown",
            "FILTER": "None", "ANCRFILE": "pha_obs1002_arf.fits", "BACKFILE": "pha_obs1002_bkg.fits",
            "RESPFILE": "pha_obs1002_rmf.fits",
        }  # fmt: skip
        assert {key: header[key] for key in expected} == expected
        assert header["EXPOSURE"] == pytest.approx(float(row["livetime"]), rel=1e-14)
        assert {"CORRFILE", "CORRSCAL"} <= set(header)
        np.testing.assert_array_equal(hdus["EBOUNDS"].data["E_MIN"], joint.cube["energy_edges"][:-1])
        np.testing.assert_array_equal(hdus["EBOUNDS"].data["E_MAX"], joint.cube["energy_edges"][1:])
        assert hdus["EBOUNDS"].columns["E_MAX"].unit == "TeV"


def test_background_gives_alpha(folder, joint):
    row = joint.cube.isel(region=0, time=0)
    with fits.open(folder / "pha_obs1001_bkg.fits") as bkg, fits.open(folder / "pha_obs1001.fits") as pha:
        assert [hdu.name for hdu in bkg] == ["PRIMARY", "SPECTRUM", "EBOUNDS", "REGION"]
        assert bkg["SPECTRUM"].header["HDUCLAS2"] == "BKG"
        np.testing.assert_array_equal(bkg["SPECTRUM"].data["COUNTS"], row["counts_off"])
        alpha = pha["SPECTRUM"].data["BACKSCAL"] / bkg["SPECTRUM"].data["BACKSCAL"]
        np.testing.assert_allclose(alpha, joint.cube.onoff.alpha[0, 0], rtol=1e-6)


def test_stacked_alpha_has_no_trace_of_the_format(stacked_folder, stacked):
    with (
        fits.open(stacked_folder / "pha_stacked_bkg.fits") as bkg,
        fits.open(stacked_folder / "pha_stacked.fits") as pha,
    ):
        assert pha["SPECTRUM"].header["OBS_ID"] == "stacked"
        safe = ~pha["SPECTRUM"].data["QUALITY"]
        alpha = pha["SPECTRUM"].data["BACKSCAL"][safe] / bkg["SPECTRUM"].data["BACKSCAL"][safe]
        np.testing.assert_allclose(alpha, stacked.fitted.onoff.alpha.to_numpy()[0, 0][safe], rtol=1e-6)


def test_area_includes_containment(folder, joint):
    row = joint.cube.isel(region=0, time=2)
    with fits.open(folder / "pha_obs1003_arf.fits") as hdus:
        table, header = hdus["SPECRESP"].data, hdus["SPECRESP"].header
        assert hdus["SPECRESP"].columns["SPECRESP"].unit == "m2"
        assert (header["HDUCLAS1"], header["HDUCLAS2"], header["HDUVERS"]) == (
            "RESPONSE",
            "SPECRESP",
            "1.1.0",
        )
        np.testing.assert_allclose(
            table["SPECRESP"] * 1e4 * float(row["livetime"]), row["exposure"], rtol=1e-14
        )
        assert (row["exposure"] < row["edisp_exposure"]).any()
        np.testing.assert_array_equal(table["ENERG_LO"], joint.cube["energy_true_edges"][:-1])


def unpack(hdu):
    """Return the matrix of an RMF extension, read as the format says."""
    matrix = np.zeros((len(hdu.data), hdu.header["DETCHANS"]))
    for i, row in enumerate(hdu.data):
        start = 0
        for first, number in zip(np.atleast_1d(row["F_CHAN"]), np.atleast_1d(row["N_CHAN"]), strict=True):
            first = int(first) - hdu.header["TLMIN4"]
            matrix[i, first : first + number] = row["MATRIX"][start : start + number]
            start += number
        assert start == len(row["MATRIX"])
        assert len(np.atleast_1d(row["N_CHAN"])) == row["N_GRP"]
    return matrix


def test_dispersion_is_unpacked_to_the_same_matrix(folder, joint):
    with fits.open(folder / "pha_obs1004_rmf.fits") as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "MATRIX", "EBOUNDS"]
        matrix = unpack(hdus["MATRIX"])
        np.testing.assert_allclose(matrix, joint.cube["edisp"][0, 3], rtol=1e-6, atol=1e-30)
        assert matrix.sum() > 10
        header = hdus["MATRIX"].header
        assert header["NUMELT"] == np.count_nonzero(matrix.astype("float32"))
        assert header["NUMGRP"] == hdus["MATRIX"].data["N_GRP"].sum()
        assert header["HDUCLAS2"] == "RSP_MATRIX"
        formats = [column.format[:2] for column in hdus["MATRIX"].columns]
        assert formats == ["E", "E", "I", "PI", "PI", "PE"]


def test_dispersion_with_gaps_and_empty_rows(tmp_path):
    edisp = np.array([[0, 0.5, 0.25, 0, 0.125], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0.0], [0, 1e-60, 0, 1, 0]])
    write_fits(tmp_path / "rmf.fits", [rmf_table(edisp, np.geomspace(1, 10, 5))])
    with fits.open(tmp_path / "rmf.fits") as hdus:
        np.testing.assert_array_equal(hdus[1].data["N_GRP"], [2, 0, 1, 1])
        np.testing.assert_allclose(unpack(hdus[1]), np.where(edisp < 1e-40, 0, edisp))


def test_regions_are_where_the_cube_has_them(folder, joint):
    with fits.open(folder / "pha_obs1001.fits") as pha, fits.open(folder / "pha_obs1001_bkg.fits") as bkg:
        on, off = pha["REGION"], bkg["REGION"]
        assert on.data["SHAPE"].tolist() == ["circle"]
        lon, lat = WCS(on.header).all_pix2world(on.data["X"], on.data["Y"], 0)
        assert (lon[0], lat[0]) == pytest.approx((83.633, 22.0145), abs=1e-10)
        assert on.data["R"][0] * 0.1 == pytest.approx(0.11)
        lon, lat = WCS(off.header).all_pix2world(off.data["X"], off.data["Y"], 0)
        used = joint.cube.onoff.off_regions(1001)
        used = used.isel(off_region=np.flatnonzero(used["off_reason"] == ""))
        assert len(lon) == int(joint.cube.onoff.n_off_regions[0]) > 0
        np.testing.assert_allclose(lon, used["off_lon"], atol=1e-9)
        np.testing.assert_allclose(lat, used["off_lat"], atol=1e-9)


def test_good_times(folder, stacked_folder, joint):
    with fits.open(folder / "pha_obs1003.fits") as hdus:
        gti, header = hdus["GTI"].data, hdus["GTI"].header
        reference = tt_offset(header["MJDREFI"], header["MJDREFF"], header["TIMESYS"])
        run = joint.observations[2]
        np.testing.assert_allclose(gti["START"] + reference, run.gti.start, atol=1e-6)
        np.testing.assert_allclose(gti["STOP"] + reference, run.gti.stop, atol=1e-6)
    with fits.open(stacked_folder / "pha_stacked.fits") as hdus:
        gti = hdus["GTI"].data
        assert len(gti) == 4
        assert (np.diff(gti["START"]) > 0).all()
        assert np.sum(gti["STOP"] - gti["START"]) == pytest.approx(sum(r.ontime for r in joint.observations))


def test_pieces_of_one_run_get_names_of_their_own(joint, tmp_path):
    twice = joint.cube.isel(time=[0, 0, 1])
    paths = write_ogip(twice, tmp_path, observations=joint.observations)
    assert [path.name for path in paths] == ["pha_obs1001_0.fits", "pha_obs1001_1.fits", "pha_obs1002.fits"]


def test_spectra_of_other_tools_get_names_that_files_can_have(joint, tmp_path):
    named = joint.cube.isel(time=[0, 1, 2]).drop_vars("obs_id").assign_coords(time=["a/b c", "x", "x"])
    paths = write_ogip(named, tmp_path, observations=())
    assert [path.name for path in paths] == ["pha_obsa_b_c.fits", "pha_obsx_0.fits", "pha_obsx_1.fits"]


def test_good_times_of_a_piece_are_its_own(joint, tmp_path):
    """Two pieces of one run, and what a cube says alone when the runs are not at hand."""
    run, s = joint.observations[0], joint.settings.reduction
    middle = float(run.gti.start.min()) + run.gti.ontime / 3
    ends = to_utc([run.gti.start.min(), middle, run.gti.stop.max()])
    cube = reduce(
        [run], on_region=s.on_region, energy=s.energy, energy_true=s.energy_true,
        intervals=[(ends[0], ends[1]), (ends[1], ends[2])],
    )  # fmt: skip
    for runs in ([run], []):
        folder = tmp_path / str(len(runs))
        paths = write_ogip(cube, folder, observations=runs)
        with fits.open(paths[0]) as first, fits.open(paths[1]) as second:
            for hdus, length in ((first, run.gti.ontime / 3), (second, run.gti.ontime * 2 / 3)):
                (gti,) = hdus["GTI"].data
                assert gti["STOP"] - gti["START"] == pytest.approx(length, abs=1e-5)


def test_run_without_off_region(demo_store, settings, tmp_path):
    from lightpool.analysis import Analysis

    run = demo_store.observation(1001)
    region = type(settings.reduction.on_region)(run.lon, run.lat, 0.3)
    ours = Analysis(demo_store).run(settings.updated(on_region=region, model=None, flux_points=None))
    write_ogip(ours.cube, tmp_path, observations=ours.observations)
    with fits.open(tmp_path / "pha_obs1001_bkg.fits") as bkg, fits.open(tmp_path / "pha_obs1001.fits") as pha:
        assert "REGION" not in bkg
        assert (bkg["SPECTRUM"].data["BACKSCAL"] == 0).all()
        assert pha["SPECTRUM"].data["QUALITY"].all()


def test_several_regions_are_refused(joint, tmp_path):
    two = joint.cube.isel(region=[0, 0])
    with pytest.raises(DataError, match="one region; found 2 regions"):
        write_ogip(two, tmp_path, observations=())
