"""Every safe mask of the public H.E.S.S. runs, bin by bin as gammapy has it."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from gammapy.data import DataStore
from gammapy.datasets import SpectrumDataset
from gammapy.makers import ReflectedRegionsBackgroundMaker, SafeMaskMaker, SpectrumDatasetMaker
from gammapy.maps import MapAxis, RegionGeom
from regions import CircleSkyRegion

import lightpool as lp

TARGETS = {
    "Crab": ((83.633, 22.014, 0.11), (23523, 23526, 23559, 23592)),
    "PKS 2155-304": ((329.7169, -30.2256, 0.15), (33787, 33788, 33789)),
}
AXES = {"fine": (0.1, 40, 27, 0.05, 100, 67), "coarse": (0.2, 30, 11, 0.1, 80, 24)}
RULES = [
    ("aeff-default", {}),
    ("aeff-max", {"aeff_percent": 0.1}),
    ("aeff-max", {"aeff_percent": 30}),
    ("edisp-bias", {"bias_percent": 1}),
    ("edisp-bias", {"bias_percent": 5}),
    ("edisp-bias", {"bias_percent": 10}),
    ("edisp-bias", {"bias_percent": 30}),
    ("offset-max", {"offset_max": 0.6}),
    ("offset-max", {"offset_max": 3}),
    ("bkg-peak", {}),
    ("aeff-max", {"aeff_percent": 30, "irfs": "DL3", "fixed_offset": 1.3}),
    ("aeff-max", {"aeff_percent": 5, "irfs": "DL3", "position": (83.0, 23.0)}),
    ("edisp-bias", {"bias_percent": 3, "irfs": "DL3", "fixed_offset": 0.2}),
    ("edisp-bias", {"bias_percent": 5, "irfs": "DL3", "position": (330.0, -29.5)}),
]
#: What a rule's options are called here.
NAMES = {"irfs": "mask_irfs", "fixed_offset": "mask_offset", "position": "mask_position"}


@pytest.fixture(scope="module", params=[(t, a) for t in TARGETS for a in AXES], ids=" ".join)
def case(request, data_root):
    """Return what to reduce here, and gammapy's datasets and runs."""
    (lon, lat, radius), ids = TARGETS[request.param[0]]
    low, high, n, true_low, true_high, n_true = AXES[request.param[1]]
    region = CircleSkyRegion(SkyCoord(lon, lat, unit="deg"), radius * u.deg)
    energy = MapAxis.from_energy_bounds(low, high, n, unit="TeV")
    true = MapAxis.from_energy_bounds(true_low, true_high, n_true, unit="TeV", name="energy_true")
    empty = SpectrumDataset.create(RegionGeom.create(region, axes=[energy]), energy_axis_true=true)
    maker = SpectrumDatasetMaker(containment_correction=True, selection=["counts", "exposure", "edisp"])
    runs = DataStore.from_dir(data_root / "hess-dl3-dr1").get_observations(ids)
    off = ReflectedRegionsBackgroundMaker()
    theirs = [(off.run(maker.run(empty.copy(name=str(run.obs_id)), run), run), run) for run in runs]
    ours = {
        "on_region": lp.circle(lon, lat, radius),
        "energy": lp.energy_edges(low, high, n=n),
        "energy_true": lp.energy_edges(true_low, true_high, n=n_true),
    }
    return lp.DataStore(data_root / "hess-dl3-dr1").select(obs_id=ids), ours, theirs


@pytest.mark.parametrize(("rule", "options"), RULES, ids=str)
def test_mask(case, rule, options):
    runs, settings, theirs = case
    if "position" in options and abs(options["position"][0] - runs[0].lon) > 5:
        pytest.skip("the position belongs to the other target")
    ours = {NAMES.get(key, key): lp.point(*v) if key == "position" else v for key, v in options.items()}
    mask = lp.reduce(runs, **settings, safe_mask=rule, **ours)["mask_safe"].to_numpy()[0]
    given = dict(options)
    for key in ("offset_max", "fixed_offset"):
        if key in given:
            given[key] = given[key] * u.deg
    if "position" in given:
        given["position"] = SkyCoord(*given["position"], unit="deg")
    maker = SafeMaskMaker(methods=[rule], **given)
    for row, (dataset, run) in zip(mask, theirs, strict=True):
        expected = maker.run(dataset.copy(name=f"{dataset.name} masked"), run).mask_safe.data.squeeze()
        if rule == "aeff-max" and "irfs" in options:
            # There the threshold is the next edge of the response's own axis, here it is interpolated.
            assert abs(int(np.argmax(row)) - int(np.argmax(expected))) <= 1
            continue
        np.testing.assert_array_equal(row, expected)
