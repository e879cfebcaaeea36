"""Point-like responses against gammapy: an angular cut that depends on energy, and one that does not."""

from __future__ import annotations

import shutil

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table
from gammapy.data import DataStore
from gammapy.datasets import Datasets, SpectrumDataset, SpectrumDatasetOnOff
from gammapy.makers import (
    ReflectedRegionsBackgroundMaker,
    ReflectedRegionsFinder,
    SafeMaskMaker,
    SpectrumDatasetMaker,
    WobbleRegionsFinder,
)
from gammapy.maps import MapAxis, RegionGeom, WcsGeom
from gammapy.modeling import Fit
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from regions import CircleSkyRegion, PointSkyRegion

import lightpool as lp
from lightpool.export.ogip import write_ogip
from lightpool.reflected import ReflectedRegions
from lightpool.wobble import WobbleRegions

CRAB = SkyCoord(83.6333, 22.0144, unit="deg")
RUNS = (5029747, 5029748)
FIXED = 0.14142


@pytest.fixture(scope="module")
def tables(data_root):
    return data_root / "magic" / "rad_max" / "data"


@pytest.fixture(scope="module")
def fixed(tables, tmp_path_factory):
    """Return the same runs with one cut for all energies, in the header instead of a table."""
    path = tmp_path_factory.mktemp("magic") / "fixed"
    shutil.copytree(tables, path)
    path.chmod(0o755)
    for file in path.iterdir():
        file.chmod(0o644)
    index = Table.read(path / "hdu-index.fits.gz")
    index[[kind.strip() != "rad_max" for kind in index["HDU_TYPE"]]].write(
        path / "hdu-index.fits.gz", overwrite=True
    )
    for name in path.glob("*_DL3_*.fits"):
        with fits.open(name, mode="update") as hdus:
            for hdu in hdus:
                if hdu.header.get("HDUCLAS2") in ("EFF_AREA", "EDISP"):
                    hdu.header["RAD_MAX"] = FIXED
    return path


def theirs_of(path, region, finder, *, exclusion=None, energy=(0.1, 10, 10)):
    axis = MapAxis.from_energy_bounds(*energy, unit="TeV")
    true = MapAxis.from_energy_bounds(0.03, 50, 30, unit="TeV", name="energy_true")
    empty = SpectrumDataset.create(RegionGeom.create(region, axes=[axis]), energy_axis_true=true)
    maker = SpectrumDatasetMaker(containment_correction=False, selection=["counts", "exposure", "edisp"])
    off = ReflectedRegionsBackgroundMaker(region_finder=finder, exclusion_mask=exclusion)
    safe = SafeMaskMaker(methods=["aeff-max"], aeff_percent=10)
    datasets = Datasets()
    for run in DataStore.from_dir(path).get_observations(RUNS, required_irf="point-like"):
        datasets.append(safe.run(off.run(maker.run(empty.copy(name=str(run.obs_id)), run), run), run))
    return datasets


def ours_of(path, region, background, *, exclusion=(), energy=(0.1, 10, 10)):
    low, high, n = energy
    return lp.reduce(
        lp.DataStore(path).select(obs_id=RUNS),
        on_region=region,
        energy=lp.energy_edges(low, high, n=n),
        energy_true=lp.energy_edges(0.03, 50, n=30),
        background=background,
        exclusion=exclusion,
        safe_mask="aeff-max",
        aeff_percent=10,
    )


def assert_same(cube, datasets):
    for row, dataset in enumerate(datasets):
        ours = cube.isel(region=0, time=row)
        np.testing.assert_array_equal(ours["counts"], dataset.counts.data.squeeze())
        np.testing.assert_array_equal(ours["mask_safe"], dataset.mask_safe.data.squeeze())
        np.testing.assert_array_equal(ours["acceptance_off"], dataset.acceptance_off.data.squeeze())
        if dataset.counts_off is None:
            assert not ours["counts_off"].any()
        else:
            np.testing.assert_array_equal(ours["counts_off"], dataset.counts_off.data.squeeze())
        exposure = dataset.exposure.quantity.to_value("cm2 s").squeeze()
        np.testing.assert_allclose(ours["exposure"], exposure, rtol=1e-6)
        kernel = dataset.edisp.get_edisp_kernel(energy_axis=dataset.counts.geom.axes["energy"]).data
        np.testing.assert_allclose(ours["edisp"], kernel, atol=2e-7)


@pytest.fixture(scope="module")
def pair(tables):
    theirs = theirs_of(tables, PointSkyRegion(CRAB), WobbleRegionsFinder(n_off_regions=3))
    ours = ours_of(tables, lp.point(CRAB.ra.deg, CRAB.dec.deg), WobbleRegions(n_off_regions=3))
    return ours, theirs


def test_every_bin_with_a_cut_that_depends_on_energy(pair):
    assert_same(*pair)


def test_figures(pair):
    cube, _ = pair
    assert cube["counts"].sum("energy").values.tolist() == [[393, 353]]
    assert cube["counts_off"].sum("energy").values.tolist() == [[220, 144]]
    total = cube.assign(mask_safe=cube["mask_safe"] | True).onoff.cumulative()[-1]
    assert total["excess"] == pytest.approx(624.667, abs=5e-4)
    assert total["sqrt_ts"] == pytest.approx(29.550, abs=5e-4)


@pytest.mark.parametrize("n", [1, 2, 4, 5, 6, 8, 11])
def test_every_number_of_regions_and_their_overlap(tables, n):
    theirs = theirs_of(tables, PointSkyRegion(CRAB), WobbleRegionsFinder(n_off_regions=n))
    assert_same(ours_of(tables, lp.point(83.6333, 22.0144), WobbleRegions(n)), theirs)


@pytest.mark.parametrize("energy", [(0.02, 80, 23), (1, 20, 7), (0.4, 0.9, 3)])
@pytest.mark.parametrize("n", [3, 7])
def test_other_energies(tables, energy, n):
    theirs = theirs_of(tables, PointSkyRegion(CRAB), WobbleRegionsFinder(n), energy=energy)
    assert_same(ours_of(tables, lp.point(83.6333, 22.0144), WobbleRegions(n), energy=energy), theirs)


@pytest.mark.parametrize("n", [3, 5, 9])
def test_a_point_with_one_cut(fixed, n):
    theirs = theirs_of(fixed, PointSkyRegion(CRAB), WobbleRegionsFinder(n_off_regions=n))
    assert_same(ours_of(fixed, lp.point(83.6333, 22.0144), WobbleRegions(n)), theirs)


@pytest.mark.parametrize("n", [3, 5, 7, 9])
def test_a_circle_of_the_cut_with_wobble_regions(fixed, n):
    circle = CircleSkyRegion(CRAB, FIXED * u.deg)
    theirs = theirs_of(fixed, circle, WobbleRegionsFinder(n_off_regions=n))
    assert_same(ours_of(fixed, lp.circle(83.6333, 22.0144, FIXED), WobbleRegions(n)), theirs)


def test_a_circle_of_the_cut_with_reflected_regions(fixed):
    circle = CircleSkyRegion(CRAB, 1.0009 * FIXED * u.deg)
    theirs = theirs_of(fixed, circle, ReflectedRegionsFinder())
    assert_same(ours_of(fixed, lp.circle(83.6333, 22.0144, 1.0009 * FIXED), ReflectedRegions()), theirs)


@pytest.mark.parametrize("kind", ["point", "circle"])
@pytest.mark.parametrize("position", [(84.03, 22.0), (83.28, 22.24), (83.98, 21.8), (84.1, 22.0)])
def test_an_excluded_region(fixed, kind, position):
    hole = CircleSkyRegion(SkyCoord(*position, unit="deg"), 0.2 * u.deg)
    sky = WcsGeom.create(npix=(300, 300), binsz=0.01, skydir=CRAB, proj="TAN", frame="icrs")
    theirs_on = PointSkyRegion(CRAB) if kind == "point" else CircleSkyRegion(CRAB, FIXED * u.deg)
    theirs = theirs_of(fixed, theirs_on, WobbleRegionsFinder(3), exclusion=~sky.region_mask([hole]))
    mask = lp.ExclusionMask.from_circles(
        [lp.circle(*position, 0.2)], lon=CRAB.ra.deg, lat=CRAB.dec.deg, npix=300, pixel=0.01
    )
    on = lp.circle(83.6333, 22.0144, 0 if kind == "point" else FIXED)
    assert_same(ours_of(fixed, on, WobbleRegions(3), exclusion=[mask]), theirs)


@pytest.mark.parametrize("stacked", [False, True], ids=["joint", "stacked"])
def test_fit(pair, stacked):
    cube, datasets = pair
    datasets = (
        Datasets([datasets.stack_reduce()]) if stacked else Datasets([d.copy(name=d.name) for d in datasets])
    )
    spectrum = PowerLawSpectralModel(index=2.5, amplitude=4e-11 * u.Unit("cm-2 s-1 TeV-1"))
    datasets.models = [SkyModel(spectral_model=spectrum, name="crab")]
    result = Fit().run(datasets=datasets)
    ours = lp.fit(lp.stack(cube) if stacked else cube, lp.PowerLaw(index=2.5, amplitude=4e-11))
    assert ours.success
    assert ours.stat == pytest.approx(result.total_stat, abs=1e-3)
    for name in ("index", "amplitude"):
        theirs = getattr(spectrum, name)
        assert ours.model[name].value == pytest.approx(theirs.value, rel=1e-3)
        assert ours.model[name].error == pytest.approx(theirs.error, rel=1e-2)


def test_gammapy_reads_the_points_in_our_ogip_files(pair, tables, tmp_path):
    cube, datasets = pair
    write_ogip(cube, tmp_path, observations=lp.DataStore(tables).select(obs_id=RUNS))
    for dataset in datasets:
        again = SpectrumDatasetOnOff.read(tmp_path / f"pha_obs{dataset.name}.fits")
        assert isinstance(again.counts.geom.region, PointSkyRegion)
        assert again.counts.geom.region.center.separation(CRAB) < 1e-6 * u.deg
        np.testing.assert_array_equal(again.counts_off.data, dataset.counts_off.data)
