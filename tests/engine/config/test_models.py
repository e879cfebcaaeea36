from __future__ import annotations

import numpy as np
import pytest

from lightpool.config.covariance_file import read_covariance
from lightpool.config.model_file import models_from, read_models
from lightpool.errors import SettingsError
from lightpool.spectra import PowerLaw
from lightpool.yaml_text import load

# The model of the high-level tutorial, as published, and the fit it writes back.
BEFORE = """
components:
- name: crab
  type: SkyModel
  spectral:
    type: PowerLawSpectralModel
    parameters:
      - name: index
        frozen: false
        scale: 1.0
        unit: ''
        value: 2.6
      - name: amplitude
        frozen: false
        scale: 1.0
        unit: cm-2 s-1 TeV-1
        value: 5.0e-11
      - name: reference
        frozen: true
        scale: 1.0
        unit: TeV
        value: 1.0
"""
AFTER = """
components:
-   name: crab
    type: SkyModel
    spectral:
        type: PowerLawSpectralModel
        parameters:
        -   name: index
            value: 2.676836990200946
            error: 0.10350022010048233
        -   name: amplitude
            value: 4.679478012946556e-11
            unit: cm-2 s-1 TeV-1
            error: 4.678684168406788e-12
        -   name: reference
            value: 1.0
            unit: TeV
covariance: fit_covariance.dat
"""
COVARIANCE = """
|          Parameters |                   0 |                     1 |   2 |
|   crab.spectral.index | 0.01071229555 |  4.0e-13 | 0.0 |
| crab.spectral.amplitude | 4.0e-13 | 2.189e-23 | 0.0 |
| crab.spectral.reference | 0.0 | 0.0 | 0.0 |
"""


def test_tutorial_model():
    (source,) = models_from(load(BEFORE), where="models")
    assert source.name == "crab"
    assert source.spectral == PowerLaw(index=2.6, amplitude=5e-11)


def test_a_bare_list_of_components_will_do():
    assert models_from(load(BEFORE)["components"], where="models")[0].name == "crab"


def test_model_with_covariance(tmp_path):
    (tmp_path / "fit.yaml").write_text(AFTER)
    (tmp_path / "fit_covariance.dat").write_text(COVARIANCE)
    (source,) = read_models(tmp_path / "fit.yaml")
    assert source.spectral["index"].value == 2.676836990200946
    assert source.spectral["index"].error == pytest.approx(0.1035, rel=1e-4)
    assert source.spectral.covariance[0, 1] == 4e-13
    assert source.spectral["reference"].frozen


def test_missing_or_broken_covariance_is_named(tmp_path):
    (tmp_path / "fit.yaml").write_text(AFTER)
    with pytest.raises(SettingsError, match=r"fit_covariance\.dat: no such covariance file"):
        read_models(tmp_path / "fit.yaml")
    (tmp_path / "fit_covariance.dat").write_text("| Parameters | 0 |\n| a | x |\n")
    with pytest.raises(SettingsError, match="no covariance table"):
        read_models(tmp_path / "fit.yaml")
    (tmp_path / "fit_covariance.dat").write_text("| Parameters | 0 |\n| a | 1.0 |\n")
    np.testing.assert_array_equal(read_covariance(tmp_path / "fit_covariance.dat"), [[1.0]])
    with pytest.raises(SettingsError, match=r"does not fit.*found 1 rows; expected 3"):
        read_models(tmp_path / "fit.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "no model components"),
        ("{components: 3}", "no model components"),
        ("[3]", r"m: \[0\]: a component is not a section"),
        ("[{name: a}]", r"\[0\]\.spectral: a component needs a spectral model"),
        ("[{spectral: {type: PowerLaww}}]", "Did you mean PowerLaw"),
        ("[{spectrl: {type: PowerLaw}}]", r"\[0\]\.spectrl: unknown key. Did you mean 'spectral'"),
        (
            "[{spectral: {type: PowerLaw}, spatial: {type: x}}]",
            "spatial model is not available in this version",
        ),
        ("[{type: FoVBackgroundModel, spectral: {type: PowerLaw}}]", "not available in this version"),
        (
            "{components: [{spectral: {type: PowerLaw, parameters: [{name: inde}]}}]}",
            r"m: components\[0\]\.spectral",
        ),
    ],
)
def test_components_that_cannot_be_used(text, message):
    with pytest.raises(SettingsError, match=message):
        models_from(load(text), where="m")
