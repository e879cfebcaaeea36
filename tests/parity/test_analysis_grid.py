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
from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, PowerLawSpectralModel, SkyModel
from regions import CircleSkyRegion

import lightpool as lp

CRAB, PKS, MSH = (83.633, 22.014), (329.717, -30.2256), (228.4817, -59.1358)
GRID = {
    "crab, small circle": (CRAB, [23523, 23592], 0.07, (0.2, 30, 8), (0.1, 60, 12), "aeff-max", "pl"),
    "crab, large circle": (CRAB, [23526, 23559], 0.2, (0.1, 40, 15), (0.05, 100, 20), "aeff-default", "ecpl"),
    "flare": (PKS, [33787, 33791, 33795], 0.11, (0.3, 20, 10), (0.1, 40, 15), "aeff-max", "pl"),
    "nebula": (MSH, [20136, 20151, 20282], 0.3, (0.2, 50, 6), (0.1, 80, 10), "aeff-default", "pl"),
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


@pytest.mark.parametrize("name", GRID)
def test_counts_are_equal_and_parameters_agree(hess_store, data_root, name):
    position, ids, radius, energy, energy_true, mask, model = GRID[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = peer(data_root / "hess-dl3-dr1", position, ids, radius, energy, energy_true, mask)
        start = PowerLawSpectralModel if model == "pl" else ExpCutoffPowerLawSpectralModel
        spectrum = start(amplitude=1e-11 * u.Unit("cm-2 s-1 TeV-1"), index=2.5)
        theirs.models = [SkyModel(spectral_model=spectrum, name="source")]
        result = Fit().run(theirs)
    cube = lp.reduce(
        hess_store.select(obs_id=ids),
        on_region=lp.circle(*position, radius),
        energy=lp.energy_edges(*energy[:2], per_decade=energy[2]),
        energy_true=lp.energy_edges(*energy_true[:2], per_decade=energy_true[2]),
        safe_mask=mask,
    )
    for row, dataset in enumerate(theirs):
        ours = cube.isel(region=0, time=row)
        np.testing.assert_array_equal(ours["counts"], dataset.counts.data.squeeze())
        np.testing.assert_array_equal(ours["counts_off"], dataset.counts_off.data.squeeze())
        np.testing.assert_array_equal(ours["mask_safe"], dataset.mask_safe.data.squeeze())
        np.testing.assert_allclose(ours["exposure"] / 1e4, dataset.exposure.data.squeeze(), rtol=1e-6)
    fitted = lp.fit(cube, lp.PowerLaw() if model == "pl" else lp.ExpCutoffPowerLaw())
    assert fitted.success
    # Ours may be lower by what MIGRAD leaves at its default tolerance, never higher.
    assert fitted.stat <= result.total_stat + 1e-3
    assert fitted.stat == pytest.approx(result.total_stat, abs=0.02)
    for p in spectrum.parameters.free_parameters:
        mine = fitted.model[p.name]
        assert abs(mine.value - p.value) < 0.1 * p.error
        assert mine.error == pytest.approx(p.error, rel=0.05)
