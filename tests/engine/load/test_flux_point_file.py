"""Flux points come back as they were written, and other people's tables are read with patience."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import Table

from lightpool.errors import DataError
from lightpool.export.flux_point_file import write_flux_points, write_flux_points_ecsv
from lightpool.fitting import fit
from lightpool.load import read_flux_points
from lightpool.points import flux_points
from lightpool.spectra import PowerLaw

DNDE = u.Unit("cm-2 s-1 TeV-1")
COLUMNS = (
    "e_ref", "e_min", "e_max", "ref_dnde", "ref_flux", "ref_eflux", "ref_e2dnde", "norm", "norm_err",
    "norm_errp", "norm_errn", "norm_ul", "norm_sensitivity", "ts", "sqrt_ts", "stat", "stat_null", "is_ul",
    "success", "reason", "counts", "npred", "npred_excess",
)  # fmt: skip


@pytest.fixture(scope="module")
def points(cube):
    best = fit(cube, PowerLaw(index=2.5, amplitude=3e-11)).model
    return flux_points(cube, best, (0.301, 0.302, 1.0, 3.0, 9.0), ul_sigma=3)


def table(**columns):
    given = {"e_ref": [1.0, 3.0] * u.TeV, "dnde": [2e-11, 1e-12] * DNDE} | columns
    out = Table({name: values for name, values in given.items() if values is not None})
    out.meta["SED_TYPE"] = "dnde"
    return out


def ecsv(path, columns):
    columns.write(path / "points.ecsv", format="ascii.ecsv")
    return path / "points.ecsv"


class TestRoundTrip:
    @pytest.mark.parametrize("ending", ["fits", "ecsv"])
    def test_every_column(self, points, tmp_path, ending):
        path = tmp_path / f"points.{ending}"
        if ending == "fits":
            write_flux_points(points, path, observations=())
        else:
            write_flux_points_ecsv(points, path)
        back = read_flux_points(path, model=points.model)
        for name in COLUMNS:
            np.testing.assert_array_equal(back[name], points[name], err_msg=name)
        assert back.ul_sigma == 3
        assert back.model is points.model
        for name in ("dnde", "e2dnde_ul", "flux_errp", "eflux_sensitivity"):
            np.testing.assert_allclose(back[name], points[name])
        assert repr(back) == repr(points)
        assert back._repr_html_() == points._repr_html_()

    def test_profiles(self, points, tmp_path):
        write_flux_points(points, tmp_path / "points.fits", observations=())
        back = read_flux_points(tmp_path / "points.fits")
        np.testing.assert_array_equal(back["stat_scan"], points["stat_scan"])
        np.testing.assert_array_equal(back.data["norm_scan"], points.data["norm_scan"])
        ours, theirs = (p.fit(PowerLaw(), method="profile") for p in (points, back))
        assert theirs.stat == ours.stat
        assert theirs.model.values == ours.model.values

    def test_what_was_read_is_written_again(self, points, tmp_path):
        write_flux_points_ecsv(points, tmp_path / "one.ecsv")
        once = read_flux_points(tmp_path / "one.ecsv")
        write_flux_points(once, tmp_path / "two.fits", observations=())
        np.testing.assert_array_equal(read_flux_points(tmp_path / "two.fits")["norm_ul"], points["norm_ul"])
        sparse = read_flux_points(ecsv(tmp_path, table()))
        write_flux_points_ecsv(sparse, tmp_path / "three.ecsv")
        np.testing.assert_allclose(
            read_flux_points(tmp_path / "three.ecsv")["dnde"], sparse["dnde"], rtol=1e-14
        )

    @pytest.mark.parametrize("sed_type", ["dnde", "e2dnde", "flux", "eflux", "likelihood"])
    def test_every_sed_type(self, points, tmp_path, sed_type):
        points.to_table(sed_type).write(tmp_path / "points.fits")
        back = read_flux_points(tmp_path / "points.fits", model=points.model)
        for name in ("norm", "norm_errn", "norm_ul", "dnde", "eflux", "e2dnde_errp"):
            np.testing.assert_allclose(back[name], points[name], rtol=1e-12)

    def test_points_read_without_their_model_fit_the_same(self, points, tmp_path):
        write_flux_points(points, tmp_path / "points.fits", observations=())
        back = read_flux_points(tmp_path / "points.fits")
        assert back.model is None
        assert back.fit(PowerLaw()).stat == points.fit(PowerLaw()).stat


class TestLeniency:
    def test_the_least_there_can_be(self, tmp_path):
        back = read_flux_points(ecsv(tmp_path, table()))
        np.testing.assert_allclose(back["dnde"], [2e-11, 1e-12])
        assert np.isnan(back["dnde_err"]).all()
        assert np.isnan(back["flux"]).all()  # no band
        assert not back["is_ul"].any()
        assert back["success"].all()
        assert back.ul_sigma == 2
        assert "nan" not in repr(back) + back._repr_html_()

    def test_duplicated_energies(self, tmp_path):
        back = read_flux_points(ecsv(tmp_path, table(e_ref=[1.0, 1.0] * u.TeV)))
        assert back["e_ref"].tolist() == [1, 1]
        np.testing.assert_allclose(back["dnde"], [2e-11, 1e-12])

    def test_asymmetric_errors_only_and_their_signs(self, tmp_path):
        given = table(dnde_errp=[4e-12, 3e-13] * DNDE, dnde_errn=[-2e-12, -1e-13] * DNDE)
        back = read_flux_points(ecsv(tmp_path, given))
        np.testing.assert_allclose(back["dnde_errn"], [2e-12, 1e-13])
        np.testing.assert_allclose(back["dnde_err"], [3e-12, 2e-13])
        assert back.fit(PowerLaw()).n_points == 2

    def test_symmetric_errors_only(self, tmp_path):
        back = read_flux_points(ecsv(tmp_path, table(dnde_err=[4e-12, 3e-13] * DNDE)))
        np.testing.assert_allclose(back["dnde_errp"], [4e-12, 3e-13])
        np.testing.assert_allclose(back["dnde_errn"], [4e-12, 3e-13])

    def test_limits_stand_where_values_are_missing(self, tmp_path):
        given = Table(table(dnde_ul=[np.nan, 5e-12] * DNDE), masked=True)
        given["dnde"].mask = [False, True]
        back = read_flux_points(ecsv(tmp_path, given))
        assert back["is_ul"].tolist() == [False, True]
        assert back["success"].all()
        assert np.isnan(back["dnde"][1])
        assert back["dnde_ul"][1] == pytest.approx(5e-12)

    def test_a_point_without_anything(self, tmp_path):
        back = read_flux_points(ecsv(tmp_path, table(dnde=[2e-11, np.nan] * DNDE)))
        assert back["success"].tolist() == [True, False]
        assert back["reason"].tolist() == ["", "no value in the file"]
        assert "no value in the file" in repr(back)

    def test_units(self, tmp_path):
        given = table(e_ref=[1000.0, 3000.0] * u.GeV, dnde=[2e-10, 1e-11] * u.Unit("m-2 s-1 GeV-1") * 1e-3)
        np.testing.assert_allclose(read_flux_points(ecsv(tmp_path, given))["dnde"], [2e-14, 1e-15])

    def test_erg_and_photons(self, tmp_path):
        given = Table(
            {"e_ref": [1.0] * u.TeV, "e2dnde": [1.602176634e-11] * u.Unit("erg cm-2 s-1")}
        )  # no SED_TYPE: the columns say it
        assert read_flux_points(ecsv(tmp_path, given))["dnde"] == pytest.approx([1e-11])
        given = Table(
            {"e_min": [1.0] * u.TeV, "e_max": [4.0] * u.TeV, "flux": [3e-11] * u.Unit("ph cm-2 s-1")}
        )
        given.write(tmp_path / "flux.ecsv")
        back = read_flux_points(tmp_path / "flux.ecsv")
        assert back["e_ref"] == pytest.approx([2.0])
        assert back["dnde"] == pytest.approx([3e-11 / (1 - 0.25) / 4])  # of index 2

    def test_flux_with_a_reference(self, tmp_path):
        model = PowerLaw(index=3.0, amplitude=1e-11)
        given = Table(
            {
                "e_min": [1.0] * u.TeV,
                "e_max": [4.0] * u.TeV,
                "flux": [2 * model.integral(1, 4)] / u.cm**2 / u.s,
            }
        )
        back = read_flux_points(ecsv(tmp_path, given), model=model)
        assert back["dnde"] == pytest.approx(2 * model([2.0]))
        placed = back.at("lafferty-wyatt")
        assert placed["dnde"] == pytest.approx(back["flux"] / 3)

    def test_limits_by_significance(self, tmp_path):
        back = read_flux_points(ecsv(tmp_path, table(ts=[25.0, 1.0])))
        assert back["sqrt_ts"].tolist() == [5, 1]
        assert back["is_ul"].tolist() == [False, True]

    def test_confidence_level(self, tmp_path):
        given = table()
        given.meta["UL_CONF"] = 0.95
        assert read_flux_points(ecsv(tmp_path, given)).ul_sigma == pytest.approx(1.96, abs=1e-3)

    def test_a_table_of_another_name(self, tmp_path):
        table().write(tmp_path / "points.fits")
        assert fits.getheader(tmp_path / "points.fits", 1).get("EXTNAME") is None
        assert len(read_flux_points(tmp_path / "points.fits")) == 2

    def test_profiles_at_norms_of_their_own_are_passed_over(self, tmp_path):
        scan = np.array([[0.5, 1.0, 2.0], [0.6, 1.0, 2.0]])
        back = read_flux_points(ecsv(tmp_path, table(norm_scan=scan, stat_scan=scan)))
        assert "stat_scan" not in back


class TestRefusals:
    def refused(self, path, message):
        with pytest.raises(DataError, match=message) as caught:
            read_flux_points(path)
        assert len(str(caught.value).splitlines()) == 1

    def test_no_file(self, tmp_path):
        self.refused(tmp_path / "none.fits", r"none\.fits: the file is missing")

    def test_neither_fits_nor_ecsv(self, tmp_path):
        (tmp_path / "points.txt").write_text("1 2 3\n")
        self.refused(tmp_path / "points.txt", "read from FITS and ECSV files")

    def test_truncated(self, points, tmp_path):
        path = tmp_path / "points.fits"
        write_flux_points(points, path, observations=())
        path.write_bytes(path.read_bytes()[:9000])
        self.refused(path, "truncated or damaged")
        path = ecsv(tmp_path, table())
        path.write_text(path.read_text()[:60])
        self.refused(path, "this ECSV file cannot be read")

    def test_no_flux(self, tmp_path):
        self.refused(
            ecsv(tmp_path, Table({"energy": [1.0] * u.TeV})), "holds no flux points; found columns energy"
        )

    def test_a_missing_column(self, tmp_path):
        self.refused(ecsv(tmp_path, table(e_ref=None)), "column e_ref is missing; found dnde")
        given = Table({"e_ref": [1.0] * u.TeV, "flux": [1e-11] / u.cm**2 / u.s})
        given.write(tmp_path / "flux.ecsv")
        self.refused(tmp_path / "flux.ecsv", "column e_min is missing; found e_ref, flux")
        given = Table({"e_ref": [1.0] * u.TeV, "norm": [1.0]})
        given.write(tmp_path / "norm.ecsv")
        self.refused(tmp_path / "norm.ecsv", "column ref_dnde is missing")

    def test_a_wrong_unit(self, tmp_path):
        self.refused(
            ecsv(tmp_path, table(dnde=[1.0, 2.0] * u.kg)),
            "column dnde has a wrong unit; found 'kg'; expected",
        )
        table(dnde=[1.0, 2.0]).write(tmp_path / "none.ecsv")
        self.refused(tmp_path / "none.ecsv", "column dnde has a wrong unit; found no unit")
        path = tmp_path / "none.ecsv"
        path.write_text(path.read_text().replace("TeV", "quux"))
        self.refused(path, "column e_ref has a wrong unit; found 'quux'")

    def test_energies_that_are_none(self, tmp_path):
        self.refused(
            ecsv(tmp_path, table(e_ref=[0.0, 1.0] * u.TeV)), "column e_ref must be positive; found 0 TeV"
        )

    def test_text_where_numbers_are_meant(self, tmp_path):
        self.refused(ecsv(tmp_path, table(dnde=["a", "b"])), "column dnde is not numeric")

    def test_no_rows(self, tmp_path):
        self.refused(ecsv(tmp_path, table()[:0]), "no point has an energy; found 0 points")
