"""Per-run fits beside the joint one."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.run_fits import fit_runs


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    )


def test_each_row_is_the_fit_of_that_run_alone(cube):
    runs = fit_runs(cube, lp.PowerLaw())
    alone = lp.fit(cube.isel(time=[2]), lp.PowerLaw())
    np.testing.assert_allclose(runs["value"][2], alone.model.values)
    assert float(runs["stat"][2]) == pytest.approx(alone.stat)
    assert runs["obs_id"].values.tolist() == cube["obs_id"].values.tolist()
    assert runs["success"].all()
    # Four runs of one steady source scatter about their joint fit by their own errors.
    joint = lp.fit(cube, lp.PowerLaw())
    amplitude = runs.sel(parameter="amplitude")
    pulls = (amplitude["value"] - joint.model["amplitude"].value) / amplitude["error"]
    assert float((pulls**2).sum()) < 20


def test_a_run_that_cannot_be_fitted_is_kept_with_its_reason(cube):
    unsafe = cube.assign(mask_safe=cube["mask_safe"] & (cube["time"] != 1))
    runs = fit_runs(unsafe, lp.PowerLaw())
    assert runs["success"].values.tolist() == [True, False, True, True]
    assert "safe mask" in str(runs["reason"][1].values)
    assert np.isnan(runs["value"][1]).all()
