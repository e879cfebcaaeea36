"""The spectral-analysis tutorial with gammapy, the same work as ours. Argument: the store."""

import sys
import warnings

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from gammapy.data import DataStore
from gammapy.datasets import Datasets, SpectrumDataset
from gammapy.estimators import FluxPointsEstimator
from gammapy.makers import ReflectedRegionsBackgroundMaker, SafeMaskMaker, SpectrumDatasetMaker
from gammapy.maps import MapAxis, RegionGeom, WcsGeom
from gammapy.modeling import Fit
from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, SkyModel
from regions import CircleSkyRegion

warnings.simplefilter("ignore")


def reduced(store_path: str) -> Datasets:
    """Return the four Crab datasets."""
    target = SkyCoord(83.63, 22.01, unit="deg")
    on_region = CircleSkyRegion(target, 0.11 * u.deg)
    rgb_j0521 = CircleSkyRegion(SkyCoord(183.604, -8.708, unit="deg", frame="galactic"), 0.5 * u.deg)
    sky = WcsGeom.create(npix=(150, 150), binsz=0.05, skydir=target.galactic, proj="TAN", frame="icrs")
    energy = MapAxis.from_energy_bounds(0.1, 40, nbin=10, per_decade=True, unit="TeV", name="energy")
    true = MapAxis.from_energy_bounds(0.05, 100, nbin=20, per_decade=True, unit="TeV", name="energy_true")
    empty = SpectrumDataset.create(RegionGeom.create(on_region, axes=[energy]), energy_axis_true=true)
    spectrum = SpectrumDatasetMaker(containment_correction=True, selection=["counts", "exposure", "edisp"])
    background = ReflectedRegionsBackgroundMaker(exclusion_mask=~sky.region_mask([rgb_j0521]))
    safe = SafeMaskMaker(methods=["aeff-max"], aeff_percent=10)
    datasets = Datasets()
    for run in DataStore.from_dir(store_path).get_observations([23523, 23526, 23559, 23592]):
        dataset = spectrum.run(empty.copy(name=str(run.obs_id)), run)
        datasets.append(safe.run(background.run(dataset, run), run))
    return datasets


def fitted(datasets: Datasets) -> tuple:
    """Return the joint fit and ten flux points with everything that the estimator offers."""
    spectrum = ExpCutoffPowerLawSpectralModel(
        index=2, amplitude=1e-12 * u.Unit("cm-2 s-1 TeV-1"), lambda_=0.1 / u.TeV, reference=1 * u.TeV
    )
    datasets.models = [SkyModel(spectral_model=spectrum, name="crab")]
    result = Fit().run(datasets=datasets)
    estimator = FluxPointsEstimator(
        energy_edges=np.geomspace(0.7, 30, 11) * u.TeV, source="crab", selection_optional="all"
    )
    return result, estimator.run(datasets=datasets)


if __name__ == "__main__":
    result, points = fitted(reduced(sys.argv[1]))
    first = points.to_table(sed_type="dnde")["dnde"][0]
    print(
        f"stat {result.total_stat:.2f}, index {result.parameters['index'].value:.4f}, first point {first:.3e}"
    )
