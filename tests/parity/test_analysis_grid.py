"""The same analyses here and with gammapy, over targets, radii, binnings, masks and models."""

import warnings

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from gammapy.data import DataStore
from gammapy.datasets import Datasets, SpectrumDataset
from gammapy.makers import ReflectedRegionsBackgroundMaker, SafeMaskMaker, SpectrumDatasetMaker
from gammapy.maps import MapAxis, RegionGeom
from gammapy.modeling import Fit
from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    LogParabolaSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)
from regions import CircleSkyRegion

import lightpool as lp

CRAB, PKS, MSH = (83.633, 22.014), (329.717, -30.2256), (228.4817, -59.1358)
SHELL, GALAXY = (258.388, -39.762), (11.888, -25.288)
FLARE = [33787, 33788, 33789, 33790, 33791, 33792]
GRID = {
    "crab, small circle": (CRAB, [23523, 23592], 0.07, (0.2, 30, 8), (0.1, 60, 12), "aeff-max", "pl"),
    "crab, large circle": (CRAB, [23526, 23559], 0.2, (0.1, 40, 15), (0.05, 100, 20), "aeff-default", "ecpl"),
    "flare": (PKS, [33787, 33791, 33795], 0.11, (0.3, 20, 10), (0.1, 40, 15), "aeff-max", "pl"),
    "nebula": (MSH, [20136, 20151, 20282], 0.3, (0.2, 50, 6), (0.1, 80, 10), "aeff-default", "pl"),
    "crab, fine bins": (CRAB, [23523, 23526], 0.11, (0.3, 20, 25), (0.1, 40, 40), "aeff-max", "lp"),
    "crab, coarse bins": (CRAB, [23559, 23592], 0.15, (0.5, 30, 4), (0.2, 50, 8), "edisp-bias", "pl"),
    "long flare": (PKS, FLARE, 0.15, (0.2, 10, 12), (0.1, 20, 24), "aeff-default", "lp"),
    "shell": (SHELL, [20326, 20327], 0.5, (0.3, 40, 8), (0.1, 80, 16), "aeff-max", "ecpl"),
    "nothing there": (
        GALAXY,
        [29024, 29072, 29118],
        0.1,
        (0.2, 30, 6),
        (0.1, 60, 12),
        "aeff-default",
        "norm",
    ),
}
#: Start values that both sides share; of "norm" the amplitude alone is free.
STARTS = {
    "norm": (PowerLawSpectralModel, lp.PowerLaw, {"index": 2.5}),
    "pl": (PowerLawSpectralModel, lp.PowerLaw, {"index": 2.5}),
    "ecpl": (ExpCutoffPowerLawSpectralModel, lp.ExpCutoffPowerLaw, {"index": 2.0, "lambda_": 0.05}),
    "lp": (LogParabolaSpectralModel, lp.spectra.LogParabola, {"alpha": 2.5, "beta": 0.1, "reference": 1.0}),
}


def peer(store, position, ids, radius, energy, energy_true, mask):
    axis = MapAxis.from_energy_bounds(*energy[:2], nbin=energy[2], per_decade=True, unit="TeV", name="energy")
    true = MapAxis.from_energy_bounds(
        *energy_true[:2], nbin=energy_true[2], per_decade=True, unit="TeV", name="energy_true"
    )
    region = CircleSkyRegion(SkyCoord(*position, unit="deg"), radius * u.deg)
    empty = SpectrumDataset.create(RegionGeom.create(region, axes=[axis]), energy_axis_true=true)
    spectrum = SpectrumDatasetMaker(containment_correction=True, selection=["counts", "exposure", "edisp"])
    safe = SafeMaskMaker(methods=[mask], aeff_percent=10)
    datasets = Datasets()
    for run in DataStore.from_dir(store).get_observations(ids):
        dataset = spectrum.run(empty.copy(name=str(run.obs_id)), run)
        datasets.append(safe.run(ReflectedRegionsBackgroundMaker().run(dataset, run), run))
    return datasets


@pytest.mark.parametrize("stacked", [False, True], ids=["joint", "stacked"])
@pytest.mark.parametrize("name", GRID)
def test_counts_are_equal_and_parameters_agree(hess_store, data_root, name, stacked):
    position, ids, radius, energy, energy_true, mask, model = GRID[name]
    theirs_start, ours_start, start = STARTS[model]
    units = {"lambda_": "TeV-1", "reference": "TeV"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = peer(data_root / "hess-dl3-dr1", position, ids, radius, energy, energy_true, mask)
        quantities = {key: value * u.Unit(units.get(key, "")) for key, value in start.items()}
        spectrum = theirs_start(amplitude=1e-11 * u.Unit("cm-2 s-1 TeV-1"), **quantities)
        spectrum.parameters[0].frozen = model == "norm"
        theirs = Datasets([rows.stack_reduce(name="stacked")]) if stacked else rows
        theirs.models = [SkyModel(spectral_model=spectrum, name="source")]
        result = Fit(optimize_opts={"strategy": 2, "tol": 1e-3}).run(theirs)
    cube = lp.reduce(
        hess_store.select(obs_id=ids),
        on_region=lp.circle(*position, radius),
        energy=lp.energy_edges(*energy[:2], per_decade=energy[2]),
        energy_true=lp.energy_edges(*energy_true[:2], per_decade=energy_true[2]),
        safe_mask=mask,
    )
    for row, dataset in enumerate(rows):
        mine = cube.isel(region=0, time=row)
        np.testing.assert_array_equal(mine["counts"], dataset.counts.data.squeeze())
        np.testing.assert_array_equal(mine["counts_off"], dataset.counts_off.data.squeeze())
        np.testing.assert_array_equal(mine["mask_safe"], dataset.mask_safe.data.squeeze())
        np.testing.assert_allclose(mine["exposure"] / 1e4, dataset.exposure.data.squeeze(), rtol=1e-6)
    ours = ours_start(amplitude=1e-11, **start)
    fitted = lp.fit(lp.stack(cube) if stacked else cube, ours.freeze("index") if model == "norm" else ours)
    assert fitted.success
    # Ours may be lower by what MIGRAD leaves at its tolerance, never higher.
    assert fitted.stat <= result.total_stat + 2e-3
    assert fitted.stat == pytest.approx(result.total_stat, abs=0.02)
    for p in spectrum.parameters.free_parameters:
        mine = fitted.model[p.name]
        assert abs(mine.value - p.value) < 0.1 * p.error
        assert mine.error == pytest.approx(p.error, rel=0.05)
