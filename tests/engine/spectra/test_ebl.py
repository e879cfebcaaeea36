"""Absorption by the extragalactic background light: the table, between its rows, and beyond."""

import numpy as np
import pytest
from astropy.io import fits

from lightpool.errors import DataError, SettingsError
from lightpool.spectra import EblAbsorption, EblTable, PowerLaw, read_ebl_table


def test_the_table_of_a_file(ebl_file):
    table = read_ebl_table(ebl_file)
    # The file repeats a redshift and says no unit: keV.
    np.testing.assert_allclose(table.redshift, [0.01, 0.05, 0.1, 0.3, 0.6], rtol=1e-6)
    assert table.energy[0] == pytest.approx(0.01 * 10 ** (1 / 40), rel=1e-6)
    assert table.energy[-1] == pytest.approx(100 / 10 ** (1 / 40), rel=1e-6)
    assert table.path == str(ebl_file)


def test_at_the_table_it_is_the_table(ebl_file):
    table = read_ebl_table(ebl_file)
    seen = table.energy < 3
    for row, redshift in enumerate(table.redshift):
        model = EblAbsorption(table, redshift=redshift)
        np.testing.assert_allclose(model(table.energy[seen]), table.transmission[row][seen], rtol=1e-5)


class TestInterpolation:
    TABLE = EblTable(
        np.array([0.1, 0.3]),
        np.array([0.1, 1.0, 10.0]),
        np.exp(-np.array([[0.1, 1.0, 5.0], [0.3, 3.0, 9.0]])),
    )

    def test_the_logarithm_is_linear_in_redshift_and_in_log_energy(self):
        assert EblAbsorption(self.TABLE, redshift=0.2)(1.0) == pytest.approx(np.exp(-2))
        assert EblAbsorption(self.TABLE, redshift=0.1)(10**0.5) == pytest.approx(np.exp(-3))
        assert EblAbsorption(self.TABLE, redshift=0.2)(10**0.5) == pytest.approx(np.exp(-4.5))

    def test_beyond_the_table_it_goes_on_and_never_leaves_0_to_1(self):
        assert EblAbsorption(self.TABLE, redshift=0.4)(1.0) == pytest.approx(np.exp(-4))
        assert EblAbsorption(self.TABLE, redshift=0.1)(100.0) == pytest.approx(np.exp(-9))
        # Extrapolated to low energy the depth turns negative.
        assert EblAbsorption(self.TABLE, redshift=0.1)(0.01) == 1
        np.testing.assert_array_equal(EblAbsorption(self.TABLE).gradient(np.array([0.01]), 0.1, 1.0), 0)

    def test_the_power(self):
        assert EblAbsorption(self.TABLE, alpha_norm=2.0)(1.0) == pytest.approx(np.exp(-2))

    def test_where_a_table_ends_at_zero_nothing_arrives(self):
        table = EblTable(np.array([0.1, 0.2]), np.array([0.1, 1.0]), np.array([[0.5, 0.0], [0.4, 0.0]]))
        assert EblAbsorption(table)(1.0) < 1e-37

    @pytest.mark.parametrize("redshift", [0.13, 0.27, 0.45])
    def test_slopes_match_differences(self, redshift):
        energy = np.geomspace(0.12, 30, 12)
        model = EblAbsorption(self.TABLE, redshift=redshift, alpha_norm=0.8)
        slopes = model.gradient(energy, redshift, 0.8)
        for i in range(2):
            step = 1e-6
            up, down = [redshift, 0.8], [redshift, 0.8]
            up[i] += step
            down[i] -= step
            expected = (model.evaluate(energy, *up) - model.evaluate(energy, *down)) / 2 / step
            np.testing.assert_allclose(slopes[i], expected, rtol=1e-6, atol=1e-9)

    def test_an_absorbed_spectrum(self):
        model = PowerLaw(index=2.2, amplitude=1e-11) * EblAbsorption(self.TABLE, redshift=0.2)
        assert model.norm == "amplitude"
        assert model["redshift"].frozen
        assert model(1.0) == pytest.approx(1e-11 * np.exp(-2))
        assert model.integral(0.2, 10) < PowerLaw(index=2.2, amplitude=1e-11).integral(0.2, 10)


def rewrite(source, path, change):
    with fits.open(source) as hdus:
        change(hdus)
        hdus.writeto(path)
    return path


def drop_column(hdu, name):
    def change(hdus):
        hdus[hdu].columns.del_col(name)

    return change


def unit(name):
    def change(hdus):
        for column in ("ENERG_LO", "ENERG_HI"):
            hdus["ENERGIES"].columns.change_unit(column, name)

    return change


def two_parameters(hdus):
    data = hdus["SPECTRA"].data
    columns = [
        fits.Column("PARAMVAL", "2E", array=np.tile(data["PARAMVAL"][:, None], 2)),
        fits.Column("INTPSPEC", f"{data['INTPSPEC'].shape[1]}E", array=data["INTPSPEC"]),
    ]
    hdus["SPECTRA"] = fits.BinTableHDU.from_columns(columns, name="SPECTRA")


def not_a_number(hdus):
    hdus["SPECTRA"].data["INTPSPEC"][0, 3] = np.nan


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda hdus: hdus.pop("SPECTRA"), "HDU SPECTRA is missing"),
        (drop_column("SPECTRA", "PARAMVAL"), r"\[SPECTRA\]: column PARAMVAL is missing; found INTPSPEC"),
        (drop_column("ENERGIES", "ENERG_HI"), r"\[ENERGIES\]: column ENERG_HI is missing"),
        (unit("deg"), r"\[ENERGIES\]: energies have a wrong unit; found 'deg'; expected keV"),
        (two_parameters, "depends on the redshift alone; found 2 parameters"),
        (not_a_number, "must be finite and not negative"),
    ],
)
def test_files_that_are_no_absorption_table(ebl_file, tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        read_ebl_table(rewrite(ebl_file, tmp_path / "bad.fits", change))


def test_a_unit_in_the_file_counts(ebl_file, tmp_path):
    path = rewrite(ebl_file, tmp_path / "mev.fits", unit("MeV"))
    np.testing.assert_allclose(read_ebl_table(path).energy, read_ebl_table(ebl_file).energy * 1e3)


def test_a_missing_file_and_one_of_another_kind(tmp_path):
    with pytest.raises(DataError, match=r"gone\.fits: there is no such absorption table"):
        EblAbsorption.read(tmp_path / "gone.fits")
    (tmp_path / "text.fits").write_text("tau = 1")
    with pytest.raises(DataError, match="this is no FITS file"):
        EblAbsorption.read(tmp_path / "text.fits")


@pytest.mark.parametrize(
    ("redshift", "energy", "values", "message"),
    [
        ([0.1], [1, 2], [[1, 1]], "two or more of either; found 1 redshifts"),
        ([0.1, 0.2], [1, 2], [[1, 1]], r"values of shape \(1, 2\)"),
        ([0.2, 0.1], [1, 2], [[1, 1], [1, 1]], "redshifts of an absorption table must increase"),
        ([0.1, 0.2], [2, 2], [[1, 1], [1, 1]], "energies of an absorption table must increase"),
        ([0.1, 0.2], [0, 2], [[1, 1], [1, 1]], "must be positive"),
        ([0.1, 0.2], [1, 2], [[1, 1], [1, -1]], "finite and not negative"),
    ],
)
def test_tables_that_cannot_be_interpolated(redshift, energy, values, message):
    with pytest.raises(SettingsError, match=message):
        EblTable(np.array(redshift), np.array(energy), np.array(values))
