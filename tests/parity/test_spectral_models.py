"""Spectral models against gammapy 2.1: values, integrals, peaks, errors, and model files both ways."""

from __future__ import annotations

import importlib

import astropy.units as u
import numpy as np
import pytest
import yaml
from gammapy.modeling.models import (
    EBLAbsorptionNormSpectralModel,
    GaussianPrior,
    LogParabolaSpectralModel,
    Models,
    PowerLawSpectralModel,
    SkyModel,
    SpectralModel,
    TemplateSpectralModel,
    UniformPrior,
    create_crab_spectral_model,
)

from lightpool import spectra
from lightpool.config.model_file import Source, models_from, models_to, read_models, write_models

ENERGY = np.geomspace(0.06, 90, 41)
DNDE = u.Unit("cm-2 s-1 TeV-1")
SETTINGS = {
    spectra.PowerLaw: [{}, {"index": 2.6, "amplitude": 4e-11, "reference": 1.7}],
    spectra.PowerLaw2: [{}, {"index": 2.6}, {"index": 1 + 1e-5, "emin": 0.5, "emax": 20}],
    spectra.ExpCutoffPowerLaw: [{}, {"index": 2.2, "lambda_": 0.07, "alpha": 0.7}, {"lambda_": 0.0}],
    spectra.ExpCutoffPowerLaw3FGL: [{}, {"index": 2.2, "ecut": 3.0, "reference": 2.0}],
    spectra.SuperExpCutoffPowerLaw3FGL: [{}, {"index_1": 2.2, "index_2": 0.6, "ecut": 3.0}],
    spectra.SuperExpCutoffPowerLaw4FGL: [{}, {"index_1": 2.2, "index_2": 0.6, "expfactor": 1e-4}],
    spectra.SuperExpCutoffPowerLaw4FGLDR3: [
        {},
        {"index_1": 2.2, "index_2": 0.6, "expfactor": 0.3},
        {"index_2": 0.001, "expfactor": 0.3},
        {"index_2": -0.3, "expfactor": 0.3},
    ],
    spectra.LogParabola: [{}, {"alpha": 2.5, "beta": 0.1, "reference": 1.0}],
    spectra.BrokenPowerLaw: [{}, {"index1": 1.7, "index2": 3.1, "ebreak": 2.0}],
    spectra.SmoothBrokenPowerLaw: [
        {"index1": 1.7, "index2": 3.1, "ebreak": 2.0, "beta": 0.4},
        {"index1": 3.1, "index2": 1.7, "ebreak": 2.0, "reference": 3.0},
    ],
    spectra.Gaussian: [{}, {"mean": 3.0, "sigma": 0.8}],
}
CASES = [(cls, values) for cls, listed in SETTINGS.items() for values in listed]


def peer_of(model):
    """Return gammapy's model of the same type and values."""
    cls = getattr(importlib.import_module("gammapy.modeling.models"), model.type_name)
    return cls(**{p.name: u.Quantity(p.value, p.unit) for p in model.parameters})


@pytest.mark.parametrize(("cls", "values"), CASES)
class TestModels:
    def test_values(self, cls, values):
        model = cls(**values)
        expected = peer_of(model)(ENERGY * u.TeV).to_value(DNDE)
        np.testing.assert_allclose(model(ENERGY), expected, rtol=1e-8, atol=1e-200)

    def test_integrals(self, cls, values):
        model = cls(**values)
        peer = peer_of(model)
        # gammapy integrates a Gaussian exactly, everything else with our nodes.
        rtol = 1e-3 if cls is spectra.Gaussian else 1e-7
        for low, high in ((0.3, 1.1), (1, 10)):
            flux = peer.integral(low * u.TeV, high * u.TeV).to_value("cm-2 s-1")
            energy_flux = peer.energy_flux(low * u.TeV, high * u.TeV).to_value("TeV cm-2 s-1")
            assert model.integral(low, high) == pytest.approx(flux, rel=rtol)
            assert model.energy_flux(low, high) == pytest.approx(energy_flux, rel=rtol)

    def test_defaults_units_and_what_is_frozen(self, cls, values):
        peer = getattr(importlib.import_module("gammapy.modeling.models"), cls.type_name)()
        model = cls()
        assert list(model.names) == peer.parameters.names
        for p in model.parameters:
            theirs = peer.parameters[p.name]
            assert u.Unit(p.unit) == theirs.unit
            assert (p.value, p.frozen) == (theirs.value, theirs.frozen)

    def test_peaks_where_gammapy_knows_them(self, cls, values):
        model = cls(**values)
        peer = peer_of(model)
        if not hasattr(peer, "e_peak"):
            pytest.skip("gammapy has no peak for it")
        expected = peer.e_peak.to_value("TeV")
        if not np.isfinite(expected):
            assert np.isnan(model.e_peak)
        else:
            assert model.e_peak == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", spectra.CRAB)
def test_crab(name):
    expected = create_crab_spectral_model(name)(ENERGY * u.TeV).to_value(DNDE)
    np.testing.assert_allclose(spectra.crab_reference(name)(ENERGY), expected, rtol=1e-8)


def test_template():
    table = np.geomspace(0.05, 100, 25)
    values = spectra.LogParabola(alpha=2.4, beta=0.2)(table)
    expected = TemplateSpectralModel(table * u.TeV, values * DNDE)(ENERGY * u.TeV).to_value(DNDE)
    np.testing.assert_allclose(spectra.Template(table, values)(ENERGY), expected, rtol=1e-8)


class TestAbsorption:
    @pytest.mark.parametrize("redshift", [0.01, 0.033, 0.1, 0.25, 0.8])
    @pytest.mark.parametrize("alpha_norm", [1.0, 1.3])
    def test_values(self, ebl_table, redshift, alpha_norm):
        energy = np.geomspace(0.002, 200, 60)
        peer = EBLAbsorptionNormSpectralModel.read(ebl_table, redshift=redshift, alpha_norm=alpha_norm)
        model = spectra.EblAbsorption.read(ebl_table, redshift=redshift, alpha_norm=alpha_norm)
        expected = peer(energy * u.TeV).to_value("")
        # gammapy takes logarithms in single precision.
        seen = expected > 1e-30
        np.testing.assert_allclose(np.log(model(energy)[seen]), np.log(expected[seen]), rtol=1e-5, atol=1e-5)

    def test_model_files_both_ways(self, ebl_table, tmp_path):
        model = spectra.PowerLaw(index=2.2) * spectra.EblAbsorption.read(ebl_table, redshift=0.2)
        write_models((Source("a", model),), tmp_path / "ours.yaml")
        peer = Models.read(tmp_path / "ours.yaml")["a"].spectral_model
        expected = peer(ENERGY * u.TeV).to_value(DNDE)
        np.testing.assert_allclose(model(ENERGY), expected, rtol=1e-5, atol=1e-9 * expected.max())
        Models([SkyModel(peer, name="a")]).write(tmp_path / "theirs.yaml")
        assert read_models(tmp_path / "theirs.yaml")[0].spectral == model


class TestFittedModels:
    """The same covariance gives the same errors; gammapy 2.1 draws random numbers for some of them."""

    COVARIANCE = np.array([[0.01, 3e-14, 0], [3e-14, 4e-24, 0], [0, 0, 0]])

    def test_decorrelation_energy(self):
        ours = spectra.PowerLaw().fitted((2.5, 2e-11, 1), self.COVARIANCE)
        peer = peer_of(ours)
        peer.covariance = self.COVARIANCE
        assert ours.decorrelation_energy == pytest.approx(peer.pivot_energy.to_value("TeV"), rel=1e-9)

    def test_decorrelation_energy_of_a_curved_spectrum(self):
        covariance = np.zeros((5, 5))
        root = np.diag([0.1, 2e-12, 0.02]) @ np.array([[1, 0, 0], [0.5, 0.9, 0], [-0.6, 0.2, 0.7]])
        covariance[np.ix_([0, 1, 3], [0, 1, 3])] = root @ root.T
        ours = spectra.ExpCutoffPowerLaw().fitted((2.2, 4e-11, 1, 0.1, 1), covariance)
        peer = peer_of(ours)
        peer.covariance = covariance
        # The peer's errors are percentiles of random draws, so that its minimum is one of noise.
        assert ours.decorrelation_energy == pytest.approx(peer.pivot_energy.to_value("TeV"), rel=0.1)

    def test_errors_of_dnde(self):
        ours = spectra.PowerLaw().fitted((2.5, 2e-11, 1), self.COVARIANCE / 100)
        peer = peer_of(ours)
        peer.covariance = self.COVARIANCE / 100
        expected = peer.evaluate_error(ENERGY * u.TeV)[1].to_value(DNDE)
        near = np.abs(np.log(ENERGY)) < 1
        np.testing.assert_allclose(ours.dnde_error(ENERGY)[near], expected[near], rtol=0.03)


class TestModelFiles:
    def test_what_we_write_reads_there(self, tmp_path):
        models = [cls(**values) for cls, values in CASES] + [
            spectra.PowerLaw() + spectra.LogParabola(),
            spectra.PowerLaw(index=2.2).with_prior("index", spectra.GaussianPrior(2, 0.3, weight=2)),
            spectra.PowerLaw().with_prior("amplitude", spectra.UniformPrior(0, 1e-9)),
            spectra.Template([0.01, 1, 1000], [1e-9, 1e-11, 1e-15]),
        ]
        sources = tuple(Source(f"s{i}", model) for i, model in enumerate(models))
        write_models(sources, tmp_path / "ours.yaml")
        for source, theirs in zip(sources, Models.read(tmp_path / "ours.yaml"), strict=True):
            ours, peer = source.spectral, theirs.spectral_model
            expected = peer(ENERGY * u.TeV).to_value(DNDE)
            np.testing.assert_allclose(ours(ENERGY), expected, rtol=1e-8, atol=1e-200)
            for p, q in zip(ours.parameters, peer.parameters, strict=True):
                assert (p.value, p.frozen) == (q.value, q.frozen)
                assert (p.prior is None) == (q.prior is None)

    def test_what_they_write_reads_here(self, tmp_path):
        shared = PowerLawSpectralModel(index=2.4)
        second = LogParabolaSpectralModel()
        second.amplitude = shared.amplitude
        shared.index.prior = GaussianPrior(mu=2, sigma=0.1)
        second.alpha.prior = UniformPrior(min=1, max=3)
        models: list[SpectralModel] = [peer_of(cls(**values)) for cls, values in CASES]
        peers = Models([SkyModel(m, name=f"s{i}") for i, m in enumerate([*models, shared + second])])
        for full_output in (False, True):
            path = tmp_path / f"theirs-{full_output}.yaml"
            path.write_text(peers.to_yaml(full_output=full_output))
            sources = read_models(path)
            for source, peer in zip(sources, peers, strict=True):
                expected = peer.spectral_model(ENERGY * u.TeV).to_value(DNDE)
                np.testing.assert_allclose(source.spectral(ENERGY), expected, rtol=1e-8, atol=1e-200)
            compound = sources[-1].spectral
            assert compound.names == ("index", "amplitude", "reference_1", "reference_2", "alpha", "beta")
            assert compound["index"].prior == spectra.GaussianPrior(2, 0.1)
            assert compound["alpha"].prior == spectra.UniformPrior(1, 3)

    def test_linked_parameters_stay_linked_there_and_only_within_their_source(self):
        ours = [
            (spectra.PowerLaw() + spectra.LogParabola()).link("amplitude_1", "amplitude_2") for _ in range(2)
        ]
        values = models_to(tuple(Source(f"s{i}", model) for i, model in enumerate(ours)))
        peers = Models.from_yaml(yaml.safe_dump({"components": values}))
        first, second = (m.spectral_model for m in peers)
        assert first.model1.amplitude is first.model2.amplitude
        assert first.model1.amplitude is not second.model1.amplitude
        assert models_from(values, where="here")[0].spectral == ours[0]

    def test_a_covariance_of_linked_parameters_reads_here(self, tmp_path):
        first, second = PowerLawSpectralModel(), LogParabolaSpectralModel()
        second.amplitude = first.amplitude
        peers = Models([SkyModel(first + second, name="a")])
        peers.covariance = np.diag(np.arange(1.0, 8.0))
        peers.write(tmp_path / "m.yaml", write_covariance=True)
        (source,) = read_models(tmp_path / "m.yaml")
        np.testing.assert_allclose(np.diag(source.spectral.covariance), [1, 2, 3, 5, 6, 7], rtol=1e-9)


@pytest.fixture(scope="module")
def ebl_table(tmp_path_factory):
    """Return an absorption table in the layout of the published ones: no unit, a redshift twice."""
    from astropy.io import fits
    from astropy.table import Table

    path = tmp_path_factory.mktemp("ebl") / "ebl_test.fits.gz"
    edges = np.geomspace(1e7, 1e11, 81)  # keV
    energy = np.sqrt(edges[:-1] * edges[1:]) * 1e-9
    redshift = np.array([0.01, 0.05, 0.05, 0.1, 0.3, 0.6], dtype="f4")
    depth = np.outer(redshift.astype(float), 10 * energy**0.9)
    tables = {
        "PARAMETERS": Table({"NAME": ["Redshift"], "NUMBVALS": [len(redshift)], "VALUE": [redshift]}),
        "ENERGIES": Table({"ENERG_LO": edges[:-1].astype("f4"), "ENERG_HI": edges[1:].astype("f4")}),
        "SPECTRA": Table({"PARAMVAL": redshift, "INTPSPEC": np.exp(-depth).astype("f4")}),
    }
    hdus = [fits.BinTableHDU(table, name=name) for name, table in tables.items()]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path
