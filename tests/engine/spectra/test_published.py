"""Published numbers: the Crab references, decorrelation energies, errors of fluxes, butterflies."""

import math

import astropy.units as u
import numpy as np
import pytest

from lightpool.errors import SettingsError
from lightpool.spectra import CRAB, ExpCutoffPowerLaw, LogParabola, PowerLaw, PowerLaw2, crab_reference


@pytest.mark.parametrize(
    ("name", "flux"),
    [
        ("hess_ecpl", 2.23685e-11),
        ("hess_pl", 2.06695e-11),
        ("hegra", 1.70501e-11),
        ("magic_lp", 1.99746e-11),
        ("magic_ecpl", 2.05783e-11),
        ("meyer", 3.26107e-11 / 1.602176634),
    ],
)
def test_the_flux_of_the_crab_from_1_to_10_tev(name, flux):
    assert crab_reference(name).integral(1, 10) == pytest.approx(flux, rel=3e-6)


def test_every_crab_reference_names_its_paper():
    assert len(CRAB) == 6
    for model, paper in CRAB.values():
        assert 2e-11 < model(1.0) < 5e-11
        assert "(20" in paper


def test_the_inverse_compton_peak_of_the_crab():
    # Meyer et al. (2010): between 50 and 100 GeV.
    assert 0.03 < crab_reference("meyer").e_peak < 0.1


def test_another_crab_is_refused():
    with pytest.raises(SettingsError, match="no such Crab reference; found 'crab'; expected hess_pl"):
        crab_reference("crab")


class TestDecorrelationEnergy:
    COVARIANCE = np.array([[0.01, 3e-14, 0], [3e-14, 4e-24, 0], [0, 0, 0]])

    def test_the_formula(self):
        """Abdo et al. (2009), arXiv:0910.4881, eq. 1."""
        model = PowerLaw(index=2.5, amplitude=2e-11).fitted((2.5, 2e-11, 1.5), self.COVARIANCE)
        expected = 1.5 * math.exp(3e-14 / (2e-11 * 0.01))
        assert model.decorrelation_energy == pytest.approx(expected)
        energy = np.geomspace(0.1, 10, 20001)
        narrowest = energy[np.argmin(model.dnde_error(energy) / model(energy))]
        assert narrowest == pytest.approx(expected, rel=3e-4)

    def test_the_same_spectrum_by_the_general_way(self):
        """A log parabola without curvature, whose curvature is frozen, is a power law."""
        model = PowerLaw().fitted((2.5, 2e-11, 1), self.COVARIANCE)
        covariance = np.zeros((4, 4))
        covariance[np.ix_([2, 0], [2, 0])] = self.COVARIANCE[:2, :2]
        curved = LogParabola().fitted((2e-11, 1, 2.5, 0), covariance)
        assert curved.decorrelation_energy == pytest.approx(model.decorrelation_energy, rel=1e-5)

    def test_none_before_a_fit_or_where_the_error_only_rises(self):
        assert math.isnan(PowerLaw().decorrelation_energy)
        assert math.isnan(LogParabola().decorrelation_energy)
        only_amplitude = np.diag([0, 1e-24, 0])
        assert math.isnan(PowerLaw().fitted((2, 1e-11, 1), only_amplitude).decorrelation_energy)
        only_cut = np.diag([0, 0, 0, 1e-4, 0])
        assert math.isnan(ExpCutoffPowerLaw().fitted((2, 1e-11, 1, 0.1, 1), only_cut).decorrelation_energy)

    def test_without_a_reference_it_is_sought_around_1_tev(self):
        covariance = np.diag([1e-24, 0.01, 0, 0])
        covariance[0, 1] = covariance[1, 0] = 5e-14
        energy = PowerLaw2().fitted((1e-11, 2.4, 0.2, 50), covariance).decorrelation_energy
        assert 0.2 < energy < 5


class TestErrors:
    def test_the_flux_of_pks_2155_from_1_to_10_tev(self):
        """The first interval of the time-resolved tutorial: its fit, and the flux that it prints."""
        model = PowerLaw(index=4.008865600224833, amplitude=1.0214740676015174e-10)
        assert model.integral("1 TeV", "10 TeV") == pytest.approx(3.39200283e-11, rel=1e-4)

    def test_errors_of_fluxes_against_random_draws(self):
        values = np.array([2.0, 4e-11, 1.0, 0.12, 1.0])
        root = np.diag([0.05, 1e-12, 0, 0.01, 0]) @ np.array(
            [[1, 0, 0, 0, 0], [0.4, 0.9, 0, 0, 0], [0, 0, 1, 0, 0], [-0.7, 0, 0, 0.7, 0], [0, 0, 0, 0, 1]]
        )
        model = ExpCutoffPowerLaw().fitted(values, root @ root.T)
        rng = np.random.default_rng(3)
        drawn = [
            ExpCutoffPowerLaw().fitted(values + root @ rng.normal(size=5), model.covariance)
            for _ in range(1500)
        ]
        for name in ("integral", "energy_flux"):
            _, error = getattr(model, f"{name}_error")(0.5, 20)
            scatter = np.std([getattr(m, name)(0.5, 20) for m in drawn])
            assert error == pytest.approx(scatter, rel=0.1)


class TestButterfly:
    def test_values_and_edges(self):
        model = PowerLaw().fitted((2.5, 2e-11, 1), TestDecorrelationEnergy.COVARIANCE)
        energy = np.geomspace(0.5, 20, 7)
        band = model.butterfly(energy)
        np.testing.assert_array_equal(band.dnde, model(energy))
        np.testing.assert_array_equal(band.dnde_error, model.dnde_error(energy))
        np.testing.assert_allclose(band.high - band.low, 2 * band.dnde_error)
        np.testing.assert_allclose(model.butterfly(energy * 1000 * u.GeV).dnde, band.dnde)

    def test_before_a_fit_it_has_no_width(self):
        assert np.isnan(PowerLaw().butterfly([1.0, 2.0]).dnde_error).all()
