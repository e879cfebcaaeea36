"""OGIP spectra come back as they were written, in anybody's units, and say what they lack."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.io import fits

from lightpool.errors import DataError, SettingsError
from lightpool.export.ogip import write_ogip
from lightpool.fitting import fit
from lightpool.load import read_ogip
from lightpool.schema import check_cube, cube_warnings
from lightpool.spectra import PowerLaw
from lightpool.stacking import stack

START = PowerLaw(index=2.5, amplitude=3e-11)
FIRST = "pha_obs1001.fits"


def changed(path, hdu, **columns):
    """Replace columns of a table: an array, or an (array, unit) pair; None takes the column out."""
    with fits.open(path) as hdus:
        old = hdus[hdu]
        keep = []
        for column in old.columns:
            name = column.name
            if name not in columns:
                keep.append(fits.Column(name, column.format, column.unit, array=old.data[name]))
            elif columns[name] is not None:
                array, unit = (
                    columns[name] if isinstance(columns[name], tuple) else (columns[name], column.unit)
                )
                keep.append(fits.Column(name, column.format, unit, array=array))
        header = fits.Header(
            {k: v for k, v in old.header.items() if k[:5] not in ("TTYPE", "TFORM", "TUNIT", "NAXIS")}
        )
        new = fits.BinTableHDU.from_columns(keep, header, name=old.name)
        content = io.BytesIO()
        fits.HDUList([new if x is old else x for x in hdus]).writeto(content)
    path.write_bytes(content.getvalue())


def keyword(path, hdu, **values):
    with fits.open(path, mode="update") as hdus:
        for key, value in values.items():
            if value is None:
                del hdus[hdu].header[key]
            else:
                hdus[hdu].header[key] = value


class TestRoundTrip:
    def test_every_number(self, cube, ogip):
        back = read_ogip(ogip)
        check_cube(back)
        for name in ("counts", "counts_off", "acceptance", "acceptance_off", "mask_safe", "livetime"):
            np.testing.assert_array_equal(back[name], cube[name])
        np.testing.assert_allclose(back["exposure"], cube["exposure"], rtol=1e-14)
        np.testing.assert_allclose(back["edisp"], cube["edisp"], rtol=1e-6, atol=1e-30)
        # The files hold one exposure only, that with containment.
        np.testing.assert_array_equal(back["edisp_exposure"], back["exposure"])
        for name in ("energy_edges", "energy_true_edges", "obs_id", "interval"):
            np.testing.assert_array_equal(back[name], cube[name])
        for name in ("time_start", "time_stop"):
            assert (np.abs(back[name] - cube[name]) < np.timedelta64(2, "us")).all()
        for name in ("region_lon", "region_lat", "region_radius"):
            np.testing.assert_allclose(back[name], cube[name], atol=1e-9)
        assert cube_warnings(back) == ()

    def test_off_regions(self, cube, ogip):
        back = read_ogip(ogip)
        np.testing.assert_array_equal(back.onoff.n_off_regions, cube.onoff.n_off_regions)
        ours = cube.onoff.off_regions(1002)
        used = ours["off_reason"].to_numpy() == ""
        np.testing.assert_allclose(
            back.onoff.off_regions(1002)["off_lon"], ours["off_lon"].to_numpy()[used], atol=1e-8
        )

    def test_same_fit(self, cube, ogip):
        ours, back = fit(cube, START), fit(read_ogip(ogip), START)
        assert back.stat == pytest.approx(ours.stat, abs=1e-4)
        assert back.n_bins == ours.n_bins
        for p in ours.model.parameters:
            assert back.model[p.name].value == pytest.approx(p.value, abs=1e-3 * p.error)

    def test_stacked_after_the_files_weighs_with_the_contained_exposure(self, cube, ogip):
        back = fit(stack(read_ogip(ogip)), START)
        contained = fit(stack(cube.assign(edisp_exposure=cube["exposure"])), START)
        assert back.stat == pytest.approx(contained.stat, abs=1e-4)
        assert back.stat != pytest.approx(fit(stack(cube), START).stat, abs=1e-3)

    def test_a_stacked_spectrum(self, cube, observations, tmp_path):
        (path,) = write_ogip(stack(cube), tmp_path, observations=observations)
        back = read_ogip(path)
        assert back["time"].to_numpy().tolist() == ["stacked"]
        assert "obs_id" not in back.coords
        assert fit(back, START).stat == pytest.approx(fit(stack(cube), START).stat, abs=1e-4)
        assert str(back["time_start"].to_numpy()[0])[:16] == str(cube["time_start"].to_numpy().min())[:16]

    def test_pieces_of_a_run_in_several_intervals(self, cube, observations, tmp_path):
        write_ogip(cube.isel(time=[0, 0, 1]), tmp_path, observations=observations)
        back = read_ogip(tmp_path)
        assert back["obs_id"].to_numpy().tolist() == [1001, 1001, 1002]
        assert back["interval"].to_numpy().tolist() == [0, 1, 0]

    def test_a_list_keeps_its_order(self, ogip):
        back = read_ogip([ogip / "pha_obs1003.fits", str(ogip / FIRST)])
        assert back["obs_id"].to_numpy().tolist() == [1003, 1001]


class TestWhatOthersWrite:
    def test_kev_and_cm2(self, cube, ogip):
        path, arf, rmf = ogip / FIRST, ogip / "pha_obs1001_arf.fits", ogip / "pha_obs1001_rmf.fits"
        edges, true = (cube[f"energy{s}_edges"].to_numpy() * 1e9 for s in ("", "_true"))
        with fits.open(arf) as hdus:
            area = hdus[1].data["SPECRESP"] * 1e4
        changed(
            arf,
            "SPECRESP",
            SPECRESP=(area, "cm2"),
            ENERG_LO=(true[:-1], "keV"),
            ENERG_HI=(true[1:], "keV"),
        )
        changed(rmf, "EBOUNDS", E_MIN=(edges[:-1], "keV"), E_MAX=(edges[1:], "keV"))
        expected = read_ogip(ogip / "pha_obs1002.fits")["energy_edges"]
        back = read_ogip(path)
        np.testing.assert_allclose(back["energy_edges"], expected, rtol=1e-12)
        np.testing.assert_allclose(back["exposure"][0, 0], cube["exposure"][0, 0], rtol=1e-12)
        # Without a unit the memos' own are meant: keV and cm2.
        changed(arf, "SPECRESP", SPECRESP=(area, None), ENERG_LO=(true[:-1], None), ENERG_HI=(true[1:], None))
        np.testing.assert_allclose(read_ogip(path)["exposure"], back["exposure"], rtol=1e-12)

    def test_keywords_instead_of_columns(self, cube, ogip):
        path, bkg = ogip / FIRST, ogip / "pha_obs1001_bkg.fits"
        changed(path, "SPECTRUM", BACKSCAL=None, QUALITY=None)
        changed(bkg, "SPECTRUM", BACKSCAL=None)
        keyword(path, "SPECTRUM", BACKSCAL=0.5, QUALITY=0)
        keyword(bkg, "SPECTRUM", BACKSCAL=10.0)
        back = read_ogip(path)
        np.testing.assert_array_equal(back.onoff.alpha, 0.05)
        assert back["mask_safe"].all()

    def test_a_longer_background_and_a_smaller_area(self, ogip):
        path, bkg = ogip / FIRST, ogip / "pha_obs1001_bkg.fits"
        before = read_ogip(path)
        with fits.open(bkg) as hdus:
            livetime = hdus["SPECTRUM"].header["EXPOSURE"]
        keyword(bkg, "SPECTRUM", EXPOSURE=2 * livetime)
        keyword(path, "SPECTRUM", AREASCAL=0.5)
        after = read_ogip(path)
        np.testing.assert_allclose(after.onoff.alpha, before.onoff.alpha / 4)
        np.testing.assert_allclose(after["exposure"], before["exposure"] / 2)
        np.testing.assert_array_equal(after["livetime"], before["livetime"])

    def test_channels_counted_from_one(self, cube, ogip):
        rmf = ogip / "pha_obs1001_rmf.fits"
        expected = read_ogip(ogip / FIRST)["edisp"]
        with fits.open(rmf) as hdus:
            shifted = np.array([row + 1 for row in hdus["MATRIX"].data["F_CHAN"]], dtype=object)
        changed(rmf, "MATRIX", F_CHAN=shifted)
        keyword(rmf, "MATRIX", TLMIN4=1)
        np.testing.assert_array_equal(read_ogip(ogip / FIRST)["edisp"], expected)
        # No TLMIN: the first channel is the one that EBOUNDS begins with.
        keyword(rmf, "MATRIX", TLMIN4=None)
        changed(rmf, "EBOUNDS", CHANNEL=np.arange(1, 17))
        np.testing.assert_array_equal(read_ogip(ogip / FIRST)["edisp"], expected)

    def test_channels_that_a_spectrum_leaves_out_are_not_safe(self, ogip):
        path = ogip / FIRST
        full = read_ogip(path)
        with fits.open(path) as hdus:
            hdus["SPECTRUM"].data = hdus["SPECTRUM"].data[3:14]
            hdus.writeto(path, overwrite=True)
        part = read_ogip(path)
        inside = slice(3, 14)
        np.testing.assert_array_equal(part["counts"][..., inside], full["counts"][..., inside])
        np.testing.assert_array_equal(part["mask_safe"][..., inside], full["mask_safe"][..., inside])
        assert not part["mask_safe"][..., :3].any()
        assert part["counts"][..., 14:].sum() == 0

    def test_no_regions_no_times_and_a_name_that_is_no_number(self, ogip):
        path = ogip / FIRST
        with fits.open(path) as hdus:
            fits.HDUList([hdus[0], hdus["SPECTRUM"]]).writeto(path, overwrite=True)
        keyword(path, "SPECTRUM", OBS_ID="Crab 2006")
        back = read_ogip(path)
        assert back["time"].to_numpy().tolist() == ["Crab 2006"]
        assert np.isnan(back["region_lon"]).all()
        assert "time_start" not in back.coords
        assert fit(stack(back), START).success

    def test_grouping_is_said_to_be_unused(self, ogip):
        path = ogip / FIRST
        with fits.open(path) as hdus:
            grouping = fits.Column("GROUPING", "I", array=np.where(np.arange(16) % 2, -1, 1))
            table = fits.BinTableHDU.from_columns(
                hdus["SPECTRUM"].columns + fits.ColDefs([grouping]), name="SPECTRUM"
            )
            for key in ("ANCRFILE", "RESPFILE", "BACKFILE", "EXPOSURE", "OBS_ID"):
                table.header[key] = hdus["SPECTRUM"].header[key]
            fits.HDUList([hdus[0], table]).writeto(path, overwrite=True)
        (note,) = cube_warnings(read_ogip(path))
        assert "GROUPING is not used" in note


class TestRefusals:
    def refused(self, path, error, message):
        with pytest.raises(error, match=message) as caught:
            read_ogip(path)
        assert len(str(caught.value).splitlines()) == 1

    @pytest.mark.parametrize(
        ("kind", "meaning"), [("arf", "effective area"), ("rmf", "energy dispersion"), ("bkg", "background")]
    )
    def test_a_missing_companion(self, ogip, kind, meaning):
        (ogip / f"pha_obs1001_{kind}.fits").unlink()
        self.refused(ogip / FIRST, DataError, rf"the {meaning} file is missing; found no file .*{kind}\.fits")

    def test_no_companion_is_named(self, ogip):
        keyword(ogip / FIRST, "SPECTRUM", BACKFILE="none")
        self.refused(ogip / FIRST, DataError, "names no background file; found BACKFILE = 'none'")
        keyword(ogip / FIRST, "SPECTRUM", ANCRFILE=None)
        self.refused(ogip / FIRST, DataError, "names no effective area file; found no keyword ANCRFILE")

    def test_a_truncated_file(self, ogip):
        path = ogip / "pha_obs1001_rmf.fits"
        path.write_bytes(path.read_bytes()[:-3000])
        self.refused(ogip / FIRST, DataError, r"pha_obs1001_rmf\.fits: the file is truncated or damaged")

    def test_no_such_file_and_no_fits_file(self, ogip):
        self.refused(ogip / "none.fits", DataError, r"none\.fits: the file is missing")
        (ogip / FIRST).write_text("hello")
        self.refused(ogip / FIRST, DataError, "this is not a FITS file")

    def test_an_effective_area_instead_of_a_spectrum(self, ogip):
        self.refused(
            ogip / "pha_obs1001_arf.fits", DataError, "HDU SPECTRUM is missing; found PRIMARY, SPECRESP"
        )

    @pytest.mark.parametrize(
        ("file", "hdu", "column"),
        [
            ("pha_obs1001.fits", "SPECTRUM", "COUNTS"),
            ("pha_obs1001_arf.fits", "SPECRESP", "SPECRESP"),
            ("pha_obs1001_rmf.fits", "MATRIX", "N_CHAN"),
            ("pha_obs1001_rmf.fits", "EBOUNDS", "E_MAX"),
        ],
    )
    def test_a_missing_column(self, ogip, file, hdu, column):
        changed(ogip / file, hdu, **{column: None})
        self.refused(ogip / FIRST, DataError, rf"{hdu}\]: column {column} is missing; found ")

    def test_no_backscal_at_all(self, ogip):
        changed(ogip / "pha_obs1001_bkg.fits", "SPECTRUM", BACKSCAL=None)
        self.refused(ogip / FIRST, DataError, "header keyword BACKSCAL is missing")

    def test_a_wrong_unit(self, cube, ogip):
        true = cube["energy_true_edges"].to_numpy()
        changed(ogip / "pha_obs1001_arf.fits", "SPECRESP", ENERG_LO=(true[:-1], "m"))
        self.refused(ogip / FIRST, DataError, "column ENERG_LO has a wrong unit; found 'm'; expected 'TeV'")

    def test_area_and_matrix_of_different_axes(self, cube, ogip):
        true = cube["energy_true_edges"].to_numpy() * 1.01
        changed(ogip / "pha_obs1001_arf.fits", "SPECRESP", ENERG_LO=true[:-1], ENERG_HI=true[1:])
        self.refused(
            ogip / FIRST, DataError, "effective area and matrix have different energies; found 32 bins"
        )

    def test_bins_that_do_not_touch(self, cube, ogip):
        high = cube["energy_edges"].to_numpy()[1:].copy()
        high[4] *= 0.9
        changed(ogip / "pha_obs1001_rmf.fits", "EBOUNDS", E_MAX=high)
        self.refused(ogip / FIRST, DataError, r"energy bins do not touch; found E_MAX .*\(row 4\)")

    def test_a_matrix_that_holds_the_area(self, ogip):
        path = ogip / "pha_obs1001_rmf.fits"
        with fits.open(path) as hdus:
            matrix = np.array([row * 1e5 for row in hdus["MATRIX"].data["MATRIX"]], dtype=object)
        changed(path, "MATRIX", MATRIX=matrix)
        self.refused(ogip / FIRST, DataError, "the rows of the matrix are no probabilities")

    def test_a_matrix_row_beyond_the_channels(self, ogip):
        path = ogip / "pha_obs1001_rmf.fits"
        with fits.open(path) as hdus:
            first = np.array([row + 9 for row in hdus["MATRIX"].data["F_CHAN"]], dtype=object)
        changed(path, "MATRIX", F_CHAN=first)
        self.refused(ogip / FIRST, DataError, r"row \d+ of the matrix contradicts itself or EBOUNDS")

    def test_files_with_different_axes(self, ogip):
        path = ogip / "pha_obs1002_rmf.fits"
        with fits.open(path) as hdus:
            edges = hdus["EBOUNDS"].data["E_MIN"] * 1.1, hdus["EBOUNDS"].data["E_MAX"] * 1.1
        changed(path, "EBOUNDS", E_MIN=edges[0], E_MAX=edges[1])
        self.refused(
            ogip, SettingsError, r"1002\.fits: .* the same energy axis; found 0\.33 TeV .*; expected 0\.3 TeV"
        )

    def test_no_files(self, tmp_path):
        self.refused(tmp_path, DataError, "there is no spectrum in this directory")
        self.refused([], SettingsError, "no OGIP file is given")

    def test_an_exposure_of_nothing(self, ogip):
        keyword(ogip / FIRST, "SPECTRUM", EXPOSURE=0.0)
        self.refused(ogip / FIRST, DataError, "EXPOSURE is not positive; found 0 s")

    def test_two_spectra_in_one_table(self, ogip):
        path = ogip / FIRST
        with fits.open(path) as hdus:
            two = fits.BinTableHDU.from_columns(
                [fits.Column("COUNTS", "16J", array=np.ones((2, 16)))],
                hdus["SPECTRUM"].header,
                name="SPECTRUM",
            )
            fits.HDUList([hdus[0], two]).writeto(path, overwrite=True)
        self.refused(path, DataError, r"holds several spectra; found 2 rows of 16 channels")
