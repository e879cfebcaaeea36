"""gammapy reads our light curves, and its estimator finds the same fluxes."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.time import Time
from gammapy.data import DataStore
from gammapy.datasets import Datasets, SpectrumDataset
from gammapy.estimators import FluxPoints, LightCurveEstimator
from gammapy.makers import ReflectedRegionsBackgroundMaker, SafeMaskMaker, SpectrumDatasetMaker
from gammapy.maps import MapAxis, RegionGeom
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from regions import CircleSkyRegion

import lightpool as lp
from lightpool.export.series_file import write_light_curve, write_light_curve_ecsv

pytestmark = pytest.mark.data
TIMES = [("2006-07-29T20:45", "2006-07-29T21:15"), ("2006-07-29T21:15", "2006-07-29T21:30")]
BANDS = (0.6, 1.5, 8.0)
MODEL = {"index": 3.3, "amplitude": 8e-11}


@pytest.fixture(scope="module")
def runs(hess_store):
    return hess_store.select(obs_id=[33787, 33788, 33789, 33790])


@pytest.fixture(scope="module")
def curve(runs):
    cube = lp.reduce(
        runs,
        on_region=lp.circle("329.71693826 deg", "-30.2255890 deg", "0.11 deg"),
        energy=lp.energy_edges("0.4 TeV", "20 TeV", n=10),
        energy_true=lp.energy_edges("0.1 TeV", "40 TeV", n=20),
        intervals=TIMES,
    )
    return lp.light_curve(cube, lp.PowerLaw(**MODEL), BANDS)


@pytest.fixture(scope="module")
def peer(hess_store):
    store = DataStore.from_dir(hess_store.path)
    target = SkyCoord(329.71693826, -30.2255890, unit="deg")
    energy = MapAxis.from_energy_bounds("0.4 TeV", "20 TeV", nbin=10)
    energy_true = MapAxis.from_energy_bounds("0.1 TeV", "40 TeV", nbin=20, name="energy_true")
    empty = SpectrumDataset.create(
        RegionGeom.create(CircleSkyRegion(target, 0.11 * u.deg), axes=[energy]), energy_axis_true=energy_true
    )
    spectrum = SpectrumDatasetMaker(containment_correction=True, selection=["counts", "exposure", "edisp"])
    background, safe = ReflectedRegionsBackgroundMaker(), SafeMaskMaker(methods=["aeff-max"], aeff_percent=10)
    datasets = Datasets()
    intervals = [Time(list(pair)) for pair in TIMES]
    for piece in store.get_observations([33787, 33788, 33789, 33790]).select_time(intervals):
        dataset = spectrum.run(empty.copy(name=f"{piece.obs_id}-{len(datasets)}"), piece)
        datasets.append(safe.run(background.run(dataset, piece), piece))
    power_law = PowerLawSpectralModel(
        index=MODEL["index"], amplitude=MODEL["amplitude"] * u.Unit("cm-2 s-1 TeV-1")
    )
    datasets.models = SkyModel(spectral_model=power_law, name="source")
    estimator = LightCurveEstimator(
        energy_edges=BANDS * u.TeV, source="source", time_intervals=intervals, selection_optional="all"
    )
    return estimator.run(datasets)


@pytest.mark.filterwarnings("ignore")
def test_the_same_fluxes(curve, peer):
    for name, rtol in {
        "norm": 1e-3, "norm_err": 5e-3, "norm_errp": 5e-3, "norm_errn": 5e-3, "norm_ul": 2e-3, "ts": 1e-3,
    }.items():  # fmt: skip
        theirs = getattr(peer, name).data[:, :, 0, 0]
        np.testing.assert_allclose(curve[name], theirs, rtol=rtol, err_msg=name)
    np.testing.assert_allclose(curve["flux"], peer.flux.quantity[:, :, 0, 0].to_value("cm-2 s-1"), rtol=1e-3)


@pytest.mark.parametrize("name", ["light_curve.fits", "light_curve.ecsv"])
def test_the_peer_reads_the_files(curve, runs, tmp_path, name):
    if name.endswith("fits"):
        write_light_curve(curve, tmp_path / name, observations=runs)
    else:
        write_light_curve_ecsv(curve, tmp_path / name)
    points = FluxPoints.read(tmp_path / name, format="lightcurve")
    for column in ("norm", "norm_err", "norm_ul", "ts"):
        np.testing.assert_allclose(getattr(points, column).data[:, :, 0, 0], curve[column])
    flux = points.dnde.quantity[:, :, 0, 0].to_value("cm-2 s-1 TeV-1")
    np.testing.assert_allclose(flux, curve["norm"] * curve["ref_dnde"], rtol=1e-6)
    times = points.geom.axes["time"].time_min.utc
    assert np.abs((times - Time([pair[0] for pair in TIMES])).to_value("s")).max() < 1e-3
    assert points.n_sigma_ul == pytest.approx(2)
