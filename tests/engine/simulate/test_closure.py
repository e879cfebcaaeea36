"""The engine measures what was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import lightpool as lp
from lightpool.dl3 import DataStore
from lightpool.simulate import demo_scene, simulate
from lightpool.simulate.hdus import object_name
from lightpool.sky import offset_by

SCENE = demo_scene()
AXES = {
    "energy": lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
    "energy_true": lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
}


def cube_of(store, target, radius, *, lon=None, lat=None):
    runs = store.select(target=object_name(target))
    if lon is None:
        source = SCENE.source(target)
        lon, lat = source.lon, source.lat
    return lp.reduce(runs, on_region=lp.circle(lon, lat, radius), **AXES)


def test_the_crab_like_spectrum_comes_back(tmp_path):
    """Over ten skies pulls average to 0, and the truth fits as well as two spare parameters allow."""
    crab = SCENE.source("Crab Nebula")
    scene = replace(SCENE, runs=SCENE.runs[:4], sources=(crab,))
    truth = {"index": 2.3, "amplitude": 4.5e-11, "lambda_": 0.1}
    pulls, excess_of_stat = [], []
    for seed in range(10):
        store = DataStore(simulate(scene, tmp_path / str(seed), seed))
        cube = cube_of(store, "Crab Nebula", 0.11)
        best = lp.fit(cube, lp.ExpCutoffPowerLaw())
        bound = lp.fit(cube, lp.ExpCutoffPowerLaw(**truth).freeze("index", "lambda_"))
        assert best.success
        pulls.append([(best.model[k].value - v) / best.model[k].error for k, v in truth.items()])
        excess_of_stat.append(bound.stat - best.stat)
    assert (np.abs(np.mean(pulls, axis=0)) < 3 / np.sqrt(10)).all(), pulls
    # Each is a chi2 with 2 degrees of freedom: mean 2, variance 4.
    assert abs(np.mean(excess_of_stat) - 2) < 3 * 2 / np.sqrt(10)


def test_the_flare_follows_its_truth_run_by_run(demo_store):
    """Amplitude and index of each run against the truth averaged over it."""
    source = SCENE.source("PKS 2155-304")
    cube = cube_of(demo_store, source.name, 0.11)
    runs = [run for run in SCENE.runs if run.target == source.name]
    assert cube["obs_id"].values.tolist() == [run.obs_id for run in runs]
    found, pulls = [], []
    for i, run in enumerate(runs):
        # Compared at 0.7 TeV, near the middle of the photons, where flux and index hardly correlate.
        model = lp.PowerLaw(index=3.0, amplitude=1e-10, reference=0.7)
        result = lp.fit(cube.isel(time=[i]), model)
        amplitude, index = result.model["amplitude"], result.model["index"]
        low, true, high = source.mean_dnde([0.6, 0.7, 0.8], run.start, run.stop)
        slope = -np.log(high / low) / np.log(0.8 / 0.6)
        found.append([amplitude.value, index.value, true])
        pulls.append([(amplitude.value - true) / amplitude.error, (index.value - slope) / index.error])
    flux, index, truth = np.transpose(found)
    chi2 = np.sum(np.square(pulls), axis=0)
    assert (chi2 < 15 + 3 * np.sqrt(30)).all(), chi2
    assert np.corrcoef(np.log(flux), np.log(truth))[0, 1] > 0.95
    assert np.corrcoef(np.log(flux), index)[0, 1] < -0.5  # harder when brighter


def test_the_nebula_is_seen_and_is_wider_than_a_point(demo_store):
    def excess(target, radius):
        rows = cube_of(demo_store, target, radius).onoff.cumulative()
        return rows[-1]["excess"], rows[-1]["sqrt_ts"]

    inner, _ = excess("MSH 15-52", 0.1)
    outer, significance = excess("MSH 15-52", 0.25)
    assert significance > 8
    assert outer / inner > 1.8
    point_inner, point_outer = excess("Crab Nebula", 0.1)[0], excess("Crab Nebula", 0.25)[0]
    assert point_outer / point_inner < 1.4


def test_the_empty_field_is_empty(demo_store):
    """Significances at 40 positions are drawn from a standard normal distribution."""
    run = next(run for run in SCENE.runs if run.target == "Empty field")
    significance = []
    for distance, n in ((0.5, 10), (1.0, 14), (1.5, 16)):
        for angle in np.arange(n) * 360 / n + 5:
            lon, lat = offset_by(run.target_lon, run.target_lat, angle, distance)
            cube = cube_of(demo_store, "Empty field", 0.11, lon=float(lon), lat=float(lat))
            significance.append(cube.onoff.cumulative()[-1]["sqrt_ts"])
    n = len(significance)
    assert abs(np.mean(significance)) < 4 / np.sqrt(n)
    assert np.std(significance) == pytest.approx(1, abs=4 / np.sqrt(2 * n))
    assert max(significance) < 4
