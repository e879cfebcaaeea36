"""The high-level tutorial: its file as published, on the public data, figure by figure."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lightpool.analysis import from_config
from lightpool.config import AnalysisConfig
from lightpool.onoff import background
from lightpool.statistics import wstat

pytestmark = pytest.mark.data

CONFIG = """
observations:
    datastore: $GAMMAPY_DATA/hess-dl3-dr1
    obs_cone: {frame: icrs, lon: 83.633 deg, lat: 22.014 deg, radius: 5 deg}

datasets:
    type: 1d
    stack: true
    geom:
        axes:
            energy: {min: 0.5 TeV, max: 30 TeV, nbins: 20}
            energy_true: {min: 0.1 TeV, max: 50 TeV, nbins: 40}
    on_region: {frame: icrs, lon: 83.633 deg, lat: 22.014 deg, radius: 0.11 deg}
    containment_correction: true
    safe_mask:
       methods: ['aeff-default', 'aeff-max']
       parameters: {aeff_percent: 0.1}
    background:
        method: reflected
fit:
    fit_range: {min: 1 TeV, max: 20 TeV}

flux_points:
    energy: {min: 1 TeV, max: 20 TeV, nbins: 8}
    source: 'crab'
"""
MODEL = """
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
EXCLUSION = "$GAMMAPY_DATA/joint-crab/exclusion/exclusion_mask_crab.fits.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("high-level")
    (path / "config.yaml").write_text(CONFIG)
    (path / "model.yaml").write_text(MODEL)
    return path


@pytest.fixture(scope="module")
def outcome(folder, data_root):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAMMAPY_DATA", str(data_root))
        config = AnalysisConfig.read(folder / "config.yaml").updated(
            {"datasets.background.exclusion": EXCLUSION, "general.models_file": "model.yaml"}
        )
        plan = from_config(config)
        outcome = plan.run()
        outcome.write(folder / "out", config=plan.config)
    return outcome


@pytest.fixture
def row(outcome):
    """Return the stacked spectrum as plain arrays over energy."""
    cube = outcome.fitted.isel(region=0, time=0)
    names = ("counts", "counts_off", "acceptance", "acceptance_off", "mask_safe", "exposure")
    return {name: cube[name].to_numpy() for name in names}


def test_published_file_runs_unchanged(folder, data_root, monkeypatch):
    monkeypatch.setenv("GAMMAPY_DATA", str(data_root))
    outcome = from_config(folder / "config.yaml").run()
    assert outcome.observations.obs_ids == (23523, 23526, 23559, 23592)
    assert outcome.cube.onoff.cumulative()[-1]["counts"] == 427
    assert outcome.fit is None
    assert outcome.warnings == from_config(folder / "config.yaml").warnings != ()


def test_selection_and_counts(outcome, row):
    assert outcome.observations.obs_ids == (23523, 23526, 23559, 23592)
    total = outcome.cube.onoff.cumulative()[-1]
    assert (total["counts"], total["counts_off"]) == (427, 581)
    assert (row["counts"].sum(), row["counts_off"].sum()) == (427, 581)
    assert len(row["mask_safe"]) == 20
    assert row["mask_safe"].sum() == 18
    assert f"{total['background']:.2f}" == "25.86"
    assert f"{total['excess']:.2f}" == "401.14"
    assert f"{total['sqrt_ts']:.2f}" == "37.04"
    assert f"{total['livetime_s'] / 3600:.1f}" == "1.8"


def test_statistic_before_a_model(outcome, row):
    alpha = outcome.fitted.onoff.alpha.to_numpy()[0, 0]
    safe = row["mask_safe"]
    before = wstat(row["counts"][safe], row["counts_off"][safe], alpha[safe], np.zeros(safe.sum())).sum()
    assert f"{before:.2f}" == "1396.10"
    without_signal = alpha * (row["counts"] + row["counts_off"]) / (1 + alpha)
    assert f"{without_signal[safe].sum():.2f}" == "43.14"
    assert f"{float(background(outcome.fitted).sum()):.2f}" == "25.86"


def test_exposure_and_acceptance(row):
    exposure = row["exposure"][row["exposure"] > 0] / 1e4
    assert f"{exposure.min():.2e}" == "2.90e+07"
    assert f"{exposure.max():.2e}" == "2.64e+09"
    # The present rule of the peer: sums of the runs' acceptances inside their safe masks.
    assert row["acceptance"].sum() == pytest.approx(70, abs=1)
    assert row["acceptance_off"].sum() == pytest.approx(1756, abs=1)


def test_fit(outcome):
    model = outcome.fit.model
    assert outcome.fit.success
    assert outcome.fit.stat == pytest.approx(10.29, abs=0.01)
    assert model["index"].value == pytest.approx(2.676837, rel=1e-4)
    assert model["amplitude"].value == pytest.approx(4.679478e-11, rel=1e-4)
    assert model["index"].error == pytest.approx(0.1035002, rel=2e-3)
    assert model["amplitude"].error == pytest.approx(4.678684e-12, rel=2e-3)


def test_flux_point_edges(outcome):
    published = [
        (1.134, 0.924, 1.392), (1.708, 1.392, 2.096), (2.572, 2.096, 3.156), (3.873, 3.156, 4.753),
        (5.833, 4.753, 7.158), (7.929, 7.158, 8.784), (10.779, 8.784, 13.228), (16.233, 13.228, 19.921),
    ]  # fmt: skip
    ours = np.column_stack([outcome.points[name] for name in ("e_ref", "e_min", "e_max")])
    np.testing.assert_array_equal(np.round(ours, 3), published)


def test_profiles(outcome):
    published = [
        (61.061, 323.310), (137.686, 402.694), (105.216, 245.371), (30.617, 190.044),
        (35.669, 89.296), (5.680, 33.974), (15.247, 34.090), (2.084, 28.509),
    ]  # fmt: skip
    np.testing.assert_allclose(outcome.points["stat_scan"][:, [0, -1]], published, rtol=2e-3)


def test_files_hold_the_figures(folder, outcome):
    summary = json.loads((folder / "out" / "summary.json").read_text())
    assert [entry["n_off_regions"] for entry in summary["observations"]] == [11, 11, 40, 40]
    assert summary["info_table"][-1]["counts"] == 427
    assert summary["fit"]["stat"] == outcome.fit.stat
    again = AnalysisConfig.read(folder / "out" / "config.yaml")
    assert again.datasets.background.exclusion == EXCLUSION
    assert again.models["components"][0]["name"] == "crab"


def test_decorrelation_energy(outcome):
    """Where amplitude and index of the stacked fit are uncorrelated (Abdo et al. 2009, arXiv:0910.4881)."""
    assert outcome.fit.model.decorrelation_energy == pytest.approx(2.148, abs=2e-3)
