"""The tutorial's earlier edition with gammapy, the same work as ours. Argument: the store."""

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
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from regions import CircleSkyRegion

warnings.simplefilter("ignore")
target = SkyCoord(83.63, 22.01, unit="deg")
on_region = CircleSkyRegion(target, 0.11 * u.deg)
rgb_j0521 = CircleSkyRegion(SkyCoord(183.604, -8.708, unit="deg", frame="galactic"), 0.5 * u.deg)
sky = WcsGeom.create(npix=(150, 150), binsz=0.05, skydir=target.galactic, proj="TAN", frame="icrs")
energy = MapAxis.from_energy_bounds(0.1, 40, nbin=40, unit="TeV", name="energy")
true = MapAxis.from_energy_bounds(0.05, 100, nbin=200, unit="TeV", name="energy_true")
empty = SpectrumDataset.create(RegionGeom.create(on_region, axes=[energy]), energy_axis_true=true)
spectrum = SpectrumDatasetMaker(containment_correction=False, selection=["counts", "exposure", "edisp"])
background = ReflectedRegionsBackgroundMaker(exclusion_mask=~sky.region_mask([rgb_j0521]))
safe = SafeMaskMaker(methods=["aeff-max"], aeff_percent=10)
datasets = Datasets()
for run in DataStore.from_dir(sys.argv[1]).get_observations([23523, 23526, 23559, 23592]):
    dataset = spectrum.run(empty.copy(name=str(run.obs_id)), run)
    datasets.append(safe.run(background.run(dataset, run), run))

start = PowerLawSpectralModel(index=2, amplitude=2e-11 * u.Unit("cm-2 s-1 TeV-1"), reference=1 * u.TeV)
datasets.models = [SkyModel(spectral_model=start, name="crab")]
result = Fit().run(datasets=datasets)
estimator = FluxPointsEstimator(
    energy_edges=np.geomspace(0.7, 30, 11) * u.TeV, source="crab", selection_optional="all"
)
points = estimator.run(datasets=datasets).to_table(sed_type="likelihood")
stacked = Datasets([datasets.stack_reduce(name="stacked")])
stacked.models = [SkyModel(spectral_model=start.copy(), name="crab")]
sum_stat = Fit().run(datasets=stacked).total_stat
print(f"stat {result.total_stat:.2f} joint, {sum_stat:.2f} stacked, first norm {points['norm'][0]:.3f}")
