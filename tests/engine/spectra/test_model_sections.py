"""Models as sections of model files: there and back, files of the peer, and every mistake."""

import math

import astropy.units as u
import numpy as np
import pytest

from lightpool.config.model_file import Source, read_models, write_models
from lightpool.errors import SettingsError
from lightpool.spectra import (
    MODELS,
    Compound,
    EblAbsorption,
    EblTable,
    GaussianPrior,
    LogParabola,
    LogUniformPrior,
    MeyerCrab,
    PowerLaw,
    Scale,
    SmoothBrokenPowerLaw,
    Template,
    UniformPrior,
    model_class,
    model_from_dict,
)

TABLE = EblTable(np.array([0.1, 0.2]), np.array([0.1, 1.0, 10.0]), np.array([[1, 0.8, 0.1], [0.9, 0.5, 0.0]]))
CASES = [
    *(cls() for cls in MODELS.values()),
    MeyerCrab(norm=2),
    Template([0.1, 1, 10], [1e-9, 1e-11, 0.0]),
    Scale(LogParabola(alpha=2.3), norm=1.7),
    EblAbsorption(TABLE, redshift=0.15, alpha_norm=1.1),
    PowerLaw(index=2.2) * EblAbsorption(TABLE).free("alpha_norm"),
    PowerLaw() + LogParabola(amplitude=3e-12) - Scale(PowerLaw()),
    (PowerLaw() + LogParabola()).link("amplitude_1", "amplitude_2"),
    PowerLaw()
    .with_prior("index", GaussianPrior(2.1, 0.2, weight=0.5))
    .with_prior("amplitude", UniformPrior(1e-13, 1e-10)),
    SmoothBrokenPowerLaw().free("beta", "reference").limit("beta", 0.1, 3.0).freeze("index1"),
]


@pytest.mark.parametrize("model", CASES, ids=lambda m: type(m).__name__)
def test_there_and_back(model):
    again = model_from_dict(model.to_dict())
    assert again == model
    assert hash(again) == hash(model)
    assert repr(again) == repr(model)
    energy = np.geomspace(0.05, 50, 20)
    np.testing.assert_array_equal(again(energy), model(energy))


def test_what_makes_models_differ():
    table = Template([0.1, 1, 10], [1e-9, 1e-11, 1e-14])
    different = [
        PowerLaw(),
        PowerLaw().with_prior("index", GaussianPrior(2, 1)),
        PowerLaw().with_prior("index", UniformPrior(1, 3)),
        table,
        Template([0.1, 1, 10], [1e-9, 1e-11, 2e-14]),
        Scale(table),
        Scale(PowerLaw()),
        Scale(PowerLaw(index=3)),
        PowerLaw() + LogParabola(),
        PowerLaw() - LogParabola(),
        (PowerLaw() + LogParabola()).link("amplitude_1", "amplitude_2"),
    ]
    for i, first in enumerate(different):
        for j, second in enumerate(different):
            assert (first == second) == (i == j)


class TestFiles:
    def test_a_fit_with_a_shared_parameter_keeps_its_covariance(self, tmp_path):
        model = (PowerLaw() + LogParabola()).link("amplitude_1", "amplitude_2")
        root = np.random.default_rng(1).normal(size=(6, 6))
        fitted = model.fitted(model.values, root @ root.T)
        other = PowerLaw(index=3).fitted((3, 1e-12, 1), np.diag([0.1, 1e-26, 0]))
        write_models((Source("a", fitted), Source("b", other)), tmp_path / "m.yaml")
        assert "a.spectral.model2.amplitude" in (tmp_path / "m_covariance.dat").read_text()
        first, second = read_models(tmp_path / "m.yaml")
        assert first.spectral == model
        np.testing.assert_array_equal(first.spectral.covariance, fitted.covariance)
        np.testing.assert_array_equal(second.spectral.covariance, other.covariance)
        assert first.spectral["amplitude"].error == fitted["amplitude"].error

    def test_the_section_of_a_shared_parameter_as_gammapy_writes_it(self):
        amplitude = {
            "name": "amplitude",
            "value": 2e-12,
            "unit": "TeV-1 s-1 cm-2",
            "error": 0,
            "min": math.nan,
            "max": math.nan,
            "frozen": False,
            "interp": "log",
            "scale_method": "scale10",
            "scale_transform": "lin",
            "link": "amplitude@6Id_FVjH",
        }
        model = model_from_dict(
            {
                "type": "CompoundSpectralModel",
                "model1": {"type": "PowerLawSpectralModel", "parameters": [amplitude]},
                "model2": {"type": "LogParabolaSpectralModel", "parameters": [amplitude]},
                "operator": "add",
            }
        )
        assert model.names == ("index", "amplitude", "reference_1", "reference_2", "alpha", "beta")
        assert model["amplitude"].value == 2e-12
        assert model["reference_1"].frozen
        section = model.to_dict()
        links = [p.get("link") for k in ("model1", "model2") for p in section[k]["parameters"]]
        assert [link for link in links if link] == ["amplitude@6Id_FVjH"] * 2

    def test_a_link_to_another_source_is_kept_as_it_is(self):
        section = {"type": "pl", "parameters": [{"name": "index", "value": 2, "link": "index@x"}]}
        assert model_from_dict(section).to_dict()["parameters"][0]["link"] == "index@x"

    def test_priors_as_gammapy_writes_them(self):
        def prior(kind, **values):
            entries = [{"name": k, "value": v, "unit": ""} for k, v in values.items()]
            return {"type": kind, "parameters": entries, "weight": 1}

        model = model_from_dict(
            {
                "type": "PowerLawSpectralModel",
                "parameters": [
                    {"name": "index", "value": 2.0, "prior": prior("GaussianPrior", mu=2.2, sigma=0.1)},
                    {
                        "name": "amplitude",
                        "value": 1e-11,
                        "unit": "TeV-1 s-1 cm-2",
                        "prior": prior("UniformPrior", min=0, max=1e-10),
                    },
                ],
            }
        )
        assert model["index"].prior == GaussianPrior(2.2, 0.1)
        assert model["amplitude"].prior == UniformPrior(0, 1e-10)

    def test_a_log_uniform_prior_comes_back(self):
        model = PowerLaw().with_prior("amplitude", LogUniformPrior(1e-13, 1e-10, weight=2.0))
        again = model_from_dict(model.to_dict())
        assert again["amplitude"].prior == LogUniformPrior(1e-13, 1e-10, weight=2.0)

    def test_a_prior_has_the_unit_of_its_parameter(self):
        model = model_from_dict(
            {
                "type": "ecpl-3fgl",
                "parameters": [
                    {
                        "name": "ecut",
                        "value": 5000,
                        "unit": "GeV",
                        "prior": {
                            "type": "GaussianPrior",
                            "parameters": [{"name": "mu", "value": 6000}, {"name": "sigma", "value": 500}],
                        },
                    }
                ],
            }
        )
        assert model["ecut"].value == pytest.approx(5)
        assert model["ecut"].prior.mu == pytest.approx(6)
        assert model["ecut"].prior.sigma == pytest.approx(0.5)

    def test_a_template_in_other_units(self):
        model = model_from_dict(
            {
                "type": "TemplateSpectralModel",
                "parameters": [],
                "energy": {"data": [100, 1000], "unit": "GeV"},
                "values": {"data": [3e-10, 3e-14], "unit": "1 / (GeV s cm2)"},
            }
        )
        np.testing.assert_allclose(model(np.array([0.1, 1.0])), [3e-7, 3e-11])

    def test_tables_are_found_beside_the_model_file(self, tmp_path, ebl_file, monkeypatch):
        name = ebl_file.name
        text = f"components: [{{name: a, spectral: {{type: ebl-norm, filename: {name}}}}}]"
        (ebl_file.parent / "m.yaml").write_text(text)
        (source,) = read_models(ebl_file.parent / "m.yaml")
        write_models((source,), tmp_path / "copy.yaml")
        assert read_models(tmp_path / "copy.yaml")[0].spectral == source.spectral
        monkeypatch.setenv("LIGHTPOOL_TEST_TABLES", str(ebl_file.parent))
        section = {"type": "ebl-norm", "filename": f"$LIGHTPOOL_TEST_TABLES/{name}"}
        assert model_from_dict(section) == source.spectral
        monkeypatch.chdir(ebl_file.parent)
        (tmp_path / "elsewhere.yaml").write_text(text)
        assert read_models(tmp_path / "elsewhere.yaml")[0].spectral == source.spectral


def prior_section(**prior):
    return {"type": "pl", "parameters": [{"name": "index", "value": 2, "prior": prior}]}


def inner(**section):
    return {"type": "CompoundSpectralModel", "model1": {"type": "pl"}, **section}


TEMPLATE = {"type": "template", "energy": {"data": [1, 2], "unit": "TeV"}}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (prior_section(type="JeffreysPrior"), "prior of parameter index is of an unknown type.*Jeffreys"),
        (
            prior_section(type="LogUniformPrior", parameters=[{"name": "min", "value": 0}]),
            "two positive values that increase",
        ),
        (prior_section(type="GaussianPrior", parameters=[{"name": "mean"}]), "has no parameter 'mean'"),
        (
            prior_section(type="GaussianPrior", parameters=[{"name": "mu", "value": "two"}]),
            "prior of parameter index holds something that is no number; found 'two'",
        ),
        (
            prior_section(type="GaussianPrior", parameters=[{"name": "sigma", "value": 0}]),
            "needs a finite mu, a positive sigma",
        ),
        (
            prior_section(type="UniformPrior", parameters=[{"name": "min", "value": 3}]),
            "two finite values that increase; found 3 to 1",
        ),
        ({"type": "pl", "parameters": [{"name": "index", "prior": 3}]}, "unknown type; found 3"),
        ({"type": "pl", "parameters": [{"name": "index", "scale": "big"}]}, "index: scale is not a number"),
        ({"type": "pl", "model": {}}, "pl has an unknown key; found 'model'"),
        (inner(model2={"type": "pl"}), "needs 'operator'"),
        (inner(operator="add"), "needs 'model2'"),
        (inner(model2={"type": "pl"}, operator="div"), "cannot be joined in this way; found 'div'"),
        (inner(model2={"type": "plx"}, operator="add"), "spectral model is not known"),
        ({"type": "ScaleSpectralModel"}, "needs the model that it scales"),
        (TEMPLATE, "template needs a table of 'values'"),
        ({**TEMPLATE, "values": {"data": [1, "x"]}}, "table of 'values' holds something that is no number"),
        ({**TEMPLATE, "values": {"data": [1, 2], "unit": "TeV"}}, "parameter values has a wrong unit"),
        ({**TEMPLATE, "values": {"data": [1, 2], "unit": "blobs"}}, "unit of 'values' is not known"),
        ({**TEMPLATE, "values": {"data": [1]}}, "as many values as energies, two or more"),
        ({"type": "ebl-norm"}, "ebl-norm needs a table of 'param'"),
    ],
)
def test_mistakes_are_named(section, message):
    with pytest.raises(SettingsError, match=message):
        model_from_dict(section)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Template([1, 2], [1.0]), "2 energies and 1 values"),
        (lambda: Template([2, 1], [1.0, 1.0]), "must be positive and increase"),
        (lambda: Template([0, 1], [1.0, 1.0]), "must be positive and increase"),
        (lambda: Template([1, 2], [1.0, -1.0]), "finite and not negative"),
        (lambda: Template([1, 2] * u.TeV, [1, 2] * u.TeV), "values of the template has a wrong unit"),
        (lambda: PowerLaw().with_prior("slope", None), "no parameter 'slope'"),
        (
            lambda: PowerLaw().limit("index", 0.0, 1.0).with_prior("index", UniformPrior(2, 3)),
            "outside its limits",
        ),
        (
            lambda: (PowerLaw() + LogParabola()).link("index", "amplitude_1"),
            "index and amplitude_1 differ in unit",
        ),
        (lambda: (PowerLaw() + LogParabola()).link("amplitude", "index"), "no parameter 'amplitude'"),
        (lambda: Compound(PowerLaw(), PowerLaw(), "pow"), "cannot be joined"),
        (lambda: Template([1, 2], [1.0, 1.0])["norm"], "no parameter 'norm'; expected none"),
    ],
)
def test_what_cannot_be_made(make, message):
    with pytest.raises(SettingsError, match=message):
        make()


def test_only_models_can_be_joined():
    with pytest.raises(TypeError):
        PowerLaw() + 1


def test_units_of_a_template_are_converted():
    model = Template([100, 1000] * u.GeV, [3e-10, 3e-14] * u.Unit("GeV-1 s-1 cm-2"))
    np.testing.assert_allclose(model(np.array([0.1, 1.0])), [3e-7, 3e-11])
    np.testing.assert_array_equal(model(np.array([0.09, 1.1])), 0)


def test_every_name_finds_its_model():
    for cls in {*MODELS.values(), Compound, Template, Scale, EblAbsorption, MeyerCrab}:
        assert model_class(cls.type_name) is model_class(cls.tag) is model_class(cls.__name__) is cls
    with pytest.raises(SettingsError, match="Did you mean log-parabola"):
        model_class("log-parabel")
