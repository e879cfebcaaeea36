"""An analysis starts from what an earlier one wrote, and finds the same."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lightpool.analysis import Analysis, AnalysisSettings, from_config
from lightpool.config import AnalysisConfig
from lightpool.errors import AnalysisError, SettingsError
from lightpool.load import open_cube, read_datasets
from lightpool.sky import Circle


@pytest.fixture
def first(config, tmp_path):
    """Return an outcome that was written to ``out``."""
    plan = from_config(config)
    outcome = plan.run()
    outcome.write(tmp_path / "out", config=plan.config)
    return outcome


@pytest.mark.parametrize("name", ["cube.nc", "ogip/datasets.yaml", "ogip"])
def test_the_same_results_from_files(config, first, tmp_path, name):
    plan = from_config(config.updated({"general.datasets_file": str(tmp_path / "out" / name)}))
    assert plan.warnings == ()
    again = plan.run()
    for p in first.fit.model.parameters:
        assert again.fit.model[p.name].value == pytest.approx(p.value, rel=1e-6)
        assert again.fit.model[p.name].error == pytest.approx(p.error, rel=1e-4)
    np.testing.assert_allclose(again.points["norm"], first.points["norm"], rtol=1e-5)
    assert again.warnings == first.warnings
    assert "4 runs: counts" in again.report()

    again.write(tmp_path / "again", config=plan.config)
    before, after = (json.loads((tmp_path / d / "summary.json").read_text()) for d in ("out", "again"))
    assert after["info_table"] == before["info_table"]
    for old, new in zip(before["observations"], after["observations"], strict=True):
        assert new["obs_id"] == old["obs_id"]
        assert new["n_off_regions"] == old["n_off_regions"]
        assert new["time_start"] == old["time_start"]
    third = from_config(tmp_path / "again" / "config.yaml").run()
    assert third.fit.stat == again.fit.stat


def test_stacked_as_the_file_says(config, first, tmp_path):
    name = str(tmp_path / "out" / "cube.nc")
    stacked = config.updated({"datasets.stack": True})
    ours = from_config(stacked.updated({"general.datasets_file": name})).run()
    assert ours.fitted.sizes["time"] == 1
    assert ours.fit.stat == pytest.approx(from_config(stacked).run().fit.stat, rel=1e-9)


def test_the_cube_keeps_its_history(config, first, tmp_path):
    plan = from_config(config.updated({"general.datasets_file": str(tmp_path / "out" / "cube.nc")}))
    plan.run().write(tmp_path / "again", config=plan.config)
    origin = json.loads(open_cube(tmp_path / "again" / "cube.nc").attrs["provenance"])
    assert origin["obs_ids"] == [1001, 1002, 1003, 1004]
    assert origin["before"]["config"]["general"]["datasets_file"] is None
    assert origin["before"]["files"]


def test_nothing_but_the_reduced_data_is_needed(first, tmp_path):
    text = "models: [{name: a, spectral: {type: PowerLawSpectralModel}}]\nfit: {fit_range: {min: 0.7 TeV}}"
    config = AnalysisConfig.from_yaml(text)
    config = config.updated({"general.datasets_file": str(tmp_path / "out" / "cube.nc")})
    plan = from_config(config.updated({"datasets.stack": False}))
    assert plan.warnings == ()
    assert plan.run().fit.stat == pytest.approx(first.fit.stat, abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"datasets.on_region.radius": "0.2 deg"}, "datasets.on_region"),
        ({"datasets.geom.axes.energy.min": "0.6 TeV"}, "datasets.geom.axes.energy"),
        ({"datasets.geom.axes.energy_true.nbins": 30}, "datasets.geom.axes.energy_true"),
        ({"observations.obs_ids": [1001]}, "observations.obs_ids"),
    ],
)
def test_keys_that_ask_for_other_data_are_named(config, first, tmp_path, changes, key):
    changed = config.updated({"general.datasets_file": str(tmp_path / "out" / "cube.nc"), **changes})
    (sentence,) = from_config(changed).warnings
    assert sentence == f"general.datasets_file: the data are reduced already, {key} has no effect"


def test_flux_points_outside_the_data(config, first, tmp_path):
    name = str(tmp_path / "out" / "cube.nc")
    far = config.updated(
        {"general.datasets_file": name, "flux_points.energy": {"min": "50 TeV", "max": "90 TeV"}}
    )
    with pytest.raises(SettingsError, match="outside the data; found 50 to 90 TeV"):
        from_config(far)


def test_a_cube_from_python(first):
    analysis = Analysis(first.cube)
    settings = AnalysisSettings.of_cube(first.cube, model=first.settings.model, fit_range=(0.7, None))
    assert analysis.run(settings).fit.stat == first.fit.stat
    moved = settings.updated(on_region=Circle(80, 20, 0.1))
    with pytest.raises(SettingsError, match=r"reduced already.*AnalysisSettings\.of_cube"):
        analysis.run(moved)
    with pytest.raises(SettingsError, match="reduced already"):
        analysis.run(settings.updated(obs_ids=(1001,)))
    with pytest.raises(SettingsError, match="no other radius can be tried"):
        analysis.run(settings.updated(radii=(0.1, 0.2)))
    with pytest.raises(AnalysisError, match="has no store"):
        _ = analysis.store


def test_spectra_that_do_not_say_where_they_were_taken(first, tmp_path):
    cube = first.cube.assign_coords(region_lon=("region", [np.nan]))
    settings = AnalysisSettings.of_cube(cube, model=first.settings.model, fit_range=(0.7, None))
    ours = Analysis(cube).run(settings)
    assert ours.fit.stat == first.fit.stat
    folder = ours.write(tmp_path / "nowhere")
    again = read_datasets(folder / "ogip")
    assert np.isnan(again["region_lon"]).all()
    np.testing.assert_array_equal(again["counts"], first.cube["counts"])
