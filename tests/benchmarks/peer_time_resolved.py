"""The time-resolved tutorial with gammapy, the same work as ours. Argument: the store."""

import itertools
import sys
import warnings

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.time import Time
from gammapy.data import DataStore
from gammapy.datasets import Datasets, SpectrumDataset
from gammapy.makers import ReflectedRegionsBackgroundMaker, SafeMaskMaker, SpectrumDatasetMaker
from gammapy.maps import MapAxis, RegionGeom
from gammapy.modeling import Fit
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from regions import CircleSkyRegion

warnings.simplefilter("ignore")
target = SkyCoord(329.71693826, -30.2255890, unit="deg")
store = DataStore.from_dir(sys.argv[1])
cone = {"type": "sky_circle", "frame": "icrs", "lon": target.ra, "lat": target.dec, "radius": 2 * u.deg}
runs = store.get_observations(store.obs_table.select_observations(cone)["OBS_ID"])
edges = Time("2006-07-29T20:30") + np.arange(25) * 15 * u.min
intervals = [Time([low, high]) for low, high in itertools.pairwise(edges)]

energy = MapAxis.from_energy_bounds("0.4 TeV", "20 TeV", nbin=10)
energy_true = MapAxis.from_energy_bounds("0.1 TeV", "40 TeV", nbin=20, name="energy_true")
geom = RegionGeom.create(CircleSkyRegion(target, 0.11 * u.deg), axes=[energy])
empty = SpectrumDataset.create(geom, energy_axis_true=energy_true)
spectrum = SpectrumDatasetMaker(containment_correction=True, selection=["counts", "exposure", "edisp"])
background, safe = ReflectedRegionsBackgroundMaker(), SafeMaskMaker(methods=["aeff-max"], aeff_percent=10)
datasets = Datasets()
for piece in runs.select_time(intervals):
    datasets.append(safe.run(background.run(spectrum.run(empty.copy(), piece), piece), piece))
indices = []
for interval in intervals:
    part = datasets.select_time(time_min=interval[0], time_max=interval[1])
    if len(part):
        power_law = PowerLawSpectralModel(index=3, amplitude=2e-11 * u.Unit("cm-2 s-1 TeV-1"))
        part.models = SkyModel(spectral_model=power_law)
        Fit().run(part)
        indices.append(power_law.index.value)
print(f"{len(indices)} fits of {len(datasets)} pieces, first index {indices[0]:.4f}")
