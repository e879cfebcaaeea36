"""OGIP files of gammapy 2.1 read here, and ours read there: the same counts, responses and fits."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from gammapy.datasets import Datasets, SpectrumDatasetOnOff
from gammapy.modeling import Fit
from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, SkyModel

from lightpool.axes import energy_edges
from lightpool.export.ogip import write_ogip
from lightpool.fitting import fit
from lightpool.load import read_datasets, read_ogip
from lightpool.reduction import reduce
from lightpool.sky import circle
from lightpool.spectra import ExpCutoffPowerLaw
from lightpool.stacking import stack

RUNS = (23523, 23526, 23559, 23592)
START = ExpCutoffPowerLaw(index=2, amplitude=1e-12, lambda_=0.1)


@pytest.fixture(scope="module")
def ours(hess_store, tmp_path_factory):
    runs = hess_store.select(obs_id=RUNS)
    cube = reduce(
        runs,
        on_region=circle(83.63, 22.01, 0.11),
        energy=energy_edges(0.1, 40, per_decade=10),
        energy_true=energy_edges(0.05, 100, per_decade=20),
        exclusion=[circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")],
    )
    folder = tmp_path_factory.mktemp("ours")
    write_ogip(cube, folder, observations=runs)
    return cube, folder


@pytest.fixture(scope="module")
def theirs(ours):
    """Return the peer's datasets, read from our files."""
    _, folder = ours
    return [SpectrumDatasetOnOff.read(folder / f"pha_obs{run}.fits", format="ogip") for run in RUNS]


def test_our_files_read_there(ours, theirs):
    cube, _ = ours
    for i, dataset in enumerate(theirs):
        row = cube.isel(region=0, time=i)
        assert dataset.name == str(RUNS[i])
        np.testing.assert_array_equal(dataset.counts.data.ravel(), row["counts"])
        np.testing.assert_array_equal(dataset.counts_off.data.ravel(), row["counts_off"])
        np.testing.assert_array_equal(dataset.mask_safe.data.ravel(), row["mask_safe"])
        np.testing.assert_allclose(dataset.acceptance_off.data.ravel(), row["acceptance_off"])
        exposure = dataset.exposure.quantity.to_value("cm2 s").ravel()
        np.testing.assert_allclose(exposure, row["exposure"], rtol=1e-6)
        kernel = dataset.edisp.get_edisp_kernel().pdf_matrix
        np.testing.assert_allclose(kernel, row["edisp"], rtol=1e-5, atol=1e-9)
        region = dataset.counts.geom.region
        assert region.center.icrs.ra.deg == pytest.approx(83.63, abs=1e-6)
        assert region.radius.to_value("deg") == pytest.approx(0.11, rel=1e-6)
        assert dataset.gti.time_sum.to_value("s") == pytest.approx(float(row["livetime"]), rel=0.1)


def test_their_files_read_here(ours, theirs, tmp_path):
    cube, folder = ours
    for dataset in theirs:
        dataset.write(tmp_path / f"pha_obs{dataset.name}.fits", format="ogip")
    ours_again, theirs_again = read_ogip(folder), read_ogip(tmp_path)
    for name in ("counts", "counts_off", "mask_safe", "obs_id"):
        np.testing.assert_array_equal(theirs_again[name], ours_again[name])
    for name in ("acceptance", "acceptance_off", "exposure", "edisp", "livetime"):
        np.testing.assert_allclose(theirs_again[name], ours_again[name], rtol=1e-5, atol=1e-9)
    for name in ("region_lon", "region_lat", "region_radius"):
        np.testing.assert_allclose(theirs_again[name], cube[name], atol=1e-6)
    np.testing.assert_array_equal(theirs_again.onoff.n_off_regions, cube.onoff.n_off_regions)
    for name in ("time_start", "time_stop"):
        assert (np.abs(theirs_again[name] - cube[name]) < np.timedelta64(1, "ms")).all()


def test_the_same_fits_of_the_same_files(ours, theirs):
    _, folder = ours
    cube = read_ogip(folder)
    stacked = Datasets(theirs).stack_reduce(name="stacked")
    for datasets, rows in ((Datasets(theirs), cube), (Datasets([stacked]), stack(cube))):
        spectrum = ExpCutoffPowerLawSpectralModel(
            index=2.2, amplitude=4e-11 * u.Unit("cm-2 s-1 TeV-1"), lambda_=0.1 / u.TeV
        )
        datasets.models = [SkyModel(spectral_model=spectrum)]
        Fit().run(datasets)
        result = fit(rows, START)
        assert result.stat == pytest.approx(datasets.stat_sum(), abs=0.01)
        for name in ("index", "amplitude", "lambda_"):
            parameter = result.model[name]
            assert abs(parameter.value - spectrum.parameters[name].value) < 0.02 * parameter.error


@pytest.mark.parametrize("format", ["gadf", "ogip"])
def test_lists_of_datasets_go_both_ways(ours, theirs, tmp_path, format):
    """Their list of their own format is read here, ours of OGIP spectra there."""
    cube, folder = ours
    if format == "ogip":
        names = [dataset.name for dataset in Datasets.read(folder / "datasets.yaml", checksum=False)]
        assert names == [str(run) for run in RUNS]
        return
    Datasets(theirs).write(tmp_path / "datasets.yaml")
    back = read_datasets(tmp_path / "datasets.yaml")
    assert back["obs_id"].to_numpy().tolist() == list(RUNS)
    for name in ("counts", "counts_off", "mask_safe"):
        np.testing.assert_array_equal(back[name], cube[name])
    assert fit(back, START).stat == pytest.approx(fit(cube, START).stat, abs=2e-3)
    assert fit(stack(back), START).stat == pytest.approx(fit(stack(read_ogip(folder)), START).stat, abs=2e-3)
