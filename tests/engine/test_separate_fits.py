"""Fits of the parts of a cube beside the joint one."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.separate_fits import fit_each


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    )


def test_each_run_is_the_fit_of_that_run_alone(cube):
    runs = fit_each(cube, lp.PowerLaw(), over="obs_id")
    alone = lp.fit(cube.isel(time=[2]), lp.PowerLaw())
    third = runs.sel(obs_id=int(cube["obs_id"][2]))
    np.testing.assert_allclose(third["value"], alone.model.values)
    assert float(third["stat"]) == pytest.approx(alone.stat)
    assert runs["obs_id"].values.tolist() == cube["obs_id"].values.tolist()
    assert runs["success"].all()
    # Four runs of one steady source scatter about their joint fit by their own errors.
    joint = lp.fit(cube, lp.PowerLaw())
    amplitude = runs.sel(parameter="amplitude")
    pulls = (amplitude["value"] - joint.model["amplitude"].value) / amplitude["error"]
    assert float((pulls**2).sum()) < 20


def test_rows_that_share_a_value_are_fitted_jointly(cube):
    grouped = fit_each(cube.assign_coords(interval=("time", [0, 0, 1, 1])), lp.PowerLaw(), over="interval")
    joint = lp.fit(cube.isel(time=[2, 3]), lp.PowerLaw())
    assert grouped["n_rows"].values.tolist() == [2, 2]
    assert float(grouped["stat"][1]) == pytest.approx(joint.stat)
    assert grouped["time_stop"][0] == cube["time_stop"][:2].max()


def test_a_run_that_cannot_be_fitted_is_kept_with_its_reason(cube):
    unsafe = cube.assign(mask_safe=cube["mask_safe"] & (cube["time"] != 1))
    runs = fit_each(unsafe, lp.PowerLaw())
    assert runs["success"].values.tolist() == [True, False, True, True]
    assert "safe mask" in str(runs["reason"][1].values)
    assert np.isnan(runs["value"][1]).all()


def test_only_coordinates_of_the_time_axis_will_do(cube):
    with pytest.raises(SettingsError, match="no 'energy' on its time axis"):
        fit_each(cube, lp.PowerLaw(), over="energy")
