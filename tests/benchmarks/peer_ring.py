"""The ring background tutorial with gammapy, the same work as ours. Argument: the store."""

import sys
import warnings

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from gammapy.analysis import Analysis, AnalysisConfig
from gammapy.datasets import MapDatasetOnOff
from gammapy.estimators import ExcessMapEstimator
from gammapy.makers import RingBackgroundMaker
from regions import CircleSkyRegion

warnings.simplefilter("ignore")


def analysis_of(store: str) -> Analysis:
    """Return the tutorial's analysis with its runs selected."""
    source = SkyCoord(228.32, -59.08, unit="deg")
    config = AnalysisConfig()
    config.general.log.level = "error"
    config.observations.datastore = store
    config.observations.obs_cone = {
        "frame": "icrs",
        "lon": source.ra,
        "lat": source.dec,
        "radius": 2.5 * u.deg,
    }
    config.datasets.type = "3d"
    config.datasets.geom.wcs.skydir = {"lon": source.ra, "lat": source.dec, "frame": "icrs"}
    config.datasets.geom.wcs.width = {"width": "3 deg", "height": "3 deg"}
    config.datasets.geom.wcs.binsize = "0.02 deg"
    config.datasets.geom.selection.offset_max = 2.5 * u.deg
    config.datasets.geom.axes.energy.min = "0.5 TeV"
    config.datasets.geom.axes.energy.max = "10 TeV"
    config.datasets.geom.axes.energy.nbins = 10
    config.datasets.stack = False
    analysis = Analysis(config)
    analysis.config.datasets.geom.axes.energy_true = analysis.config.datasets.geom.axes.energy
    analysis.get_observations()
    return analysis


def ring_maps(analysis: Analysis) -> tuple:
    """Return the stacked dataset, its maps, and the maps outside the exclusion."""
    geom = analysis.datasets[0].counts.geom
    image = geom.to_image().to_cube([geom.axes["energy"].squash()])
    circle = CircleSkyRegion(SkyCoord(228.32, -59.08, unit="deg"), 0.4 * u.deg)
    allowed = ~image.region_mask([circle])
    ring = RingBackgroundMaker(r_in="0.5 deg", width="0.3 deg", exclusion_mask=allowed)
    true = analysis.datasets[0].exposure.geom.axes["energy_true"]
    stacked = MapDatasetOnOff.create(geom=image, energy_axis_true=true, name="stacked")
    for dataset in analysis.datasets:
        stacked.stack(ring.run(dataset.to_image()))
    estimator = ExcessMapEstimator(0.04 * u.deg, selection_optional=[], correlate_off=False)
    maps = estimator.run(stacked)
    stacked.mask_fit = allowed
    return stacked, maps, estimator.run(stacked)


if __name__ == "__main__":
    analysis = analysis_of(sys.argv[1])
    analysis.get_datasets()
    stacked, maps, outside = ring_maps(analysis)
    off = outside["sqrt_ts"].data
    off = off[np.isfinite(off)]
    total, peak = int(stacked.counts.data.sum()), float(np.nanmax(maps["sqrt_ts"].data))
    print(f"{total} counts, peak {peak:.4f} sigma, outside {off.mean():.4f} +- {off.std():.4f}")
