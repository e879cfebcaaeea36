"""gammapy reads our OGIP files as the spectra that we wrote, and fits them to the same result."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from gammapy.data import DataStore as PeerStore
from gammapy.datasets import Datasets, SpectrumDatasetOnOff
from gammapy.modeling import Fit
from gammapy.modeling.models import Models

from lightpool.analysis import Analysis, AnalysisSettings
from lightpool.axes import energy_edges
from lightpool.reduction import ReductionSettings
from lightpool.sky import Circle
from lightpool.spectra import PowerLaw

pytestmark = pytest.mark.data
RUNS = (23523, 23526, 23559, 23592)


@pytest.fixture(scope="module")
def settings():
    return AnalysisSettings(
        obs_ids=RUNS,
        reduction=ReductionSettings(
            on_region=Circle(83.633, 22.014, 0.11),
            energy=tuple(energy_edges(0.5, 30, n=20)),
            energy_true=tuple(energy_edges(0.1, 50, n=40)),
            exclusion=(Circle(84.5, 22.6, 0.2),),
        ),
        model=PowerLaw(index=2.6, amplitude=5e-11),
        source="crab",
        flux_points=tuple(energy_edges(1, 20, n=5)),
    )


@pytest.fixture(scope="module", params=["joint", "stacked"])
def written(request, hess_store, settings, tmp_path_factory):
    """Return an outcome and the folder that it was written to."""
    outcome = Analysis(hess_store).run(settings.updated(stacked=request.param == "stacked"))
    return outcome, outcome.write(tmp_path_factory.mktemp("ogip") / request.param)


@pytest.fixture(scope="module")
def read(written):
    """Return each row of our cube beside what the peer reads."""
    outcome, folder = written
    cube = outcome.fitted
    names = [f"obs{i}" for i in RUNS] if cube.sizes["time"] == 4 else ["stacked"]
    sets = [SpectrumDatasetOnOff.read(folder / "ogip" / f"pha_{name}.fits") for name in names]
    return [(cube.isel(region=0, time=i), peer) for i, peer in enumerate(sets)]


def test_counts_mask_and_alpha(read):
    for row, peer in read:
        np.testing.assert_array_equal(peer.counts.data.squeeze(), row["counts"])
        np.testing.assert_array_equal(peer.counts_off.data.squeeze(), row["counts_off"])
        safe = row["mask_safe"].to_numpy()
        np.testing.assert_array_equal(peer.mask_safe.data.squeeze(), safe)
        alpha = (row["acceptance"] / row["acceptance_off"]).to_numpy()
        np.testing.assert_allclose(peer.alpha.data.squeeze()[safe], alpha[safe], rtol=1e-6)
        np.testing.assert_allclose(peer.counts.geom.axes["energy"].edges.to_value("TeV"), row["energy_edges"])


def test_response(read):
    for row, peer in read:
        exposure = peer.exposure.quantity.to_value("cm2 s").squeeze()
        np.testing.assert_allclose(exposure, row["exposure"], rtol=1e-6)
        kernel = peer.edisp.get_edisp_kernel().data
        np.testing.assert_allclose(kernel, row["edisp"], rtol=1e-5, atol=1e-7)
        assert peer.exposure.meta["livetime"].to_value("s") == pytest.approx(float(row["livetime"]))


def test_region_and_good_times(read, written):
    outcome, _ = written
    for row, peer in read:
        region = peer.counts.geom.region
        assert region.center.icrs.ra.deg == pytest.approx(83.633, abs=1e-9)
        assert region.center.icrs.dec.deg == pytest.approx(22.014, abs=1e-9)
        assert region.radius.to_value("deg") == pytest.approx(0.11, rel=1e-6)
        runs = [
            r for r in outcome.observations if "obs_id" not in row.coords or r.obs_id == int(row["obs_id"])
        ]
        assert len(peer.gti.table) == len(runs)
        assert peer.gti.time_sum.to_value("s") == pytest.approx(sum(run.ontime for run in runs))
        start = np.datetime64(peer.gti.time_start.utc.isot[0])
        assert abs(start - row["time_start"].to_numpy()) < np.timedelta64(1, "ms")


def test_times_are_those_of_the_release(read, data_root):
    """The peer's own reading of the GTIs and ours meet."""
    store = PeerStore.from_dir(data_root / "hess-dl3-dr1")
    expected = store.obs(RUNS[0]).gti.time_start.tt.mjd[0]
    assert read[0][1].gti.time_start.tt.mjd.min() == pytest.approx(expected, abs=1e-9)


def test_fit_of_the_files(read, written):
    outcome, folder = written
    sets = Datasets([peer for _, peer in read])
    sets.models = Models.read(folder / "models.yaml")
    result = Fit(optimize_opts={"strategy": 2, "tol": 1e-4}).run(sets)
    ours = outcome.fit
    assert result.total_stat == pytest.approx(ours.stat, abs=2e-3)
    for name in ("index", "amplitude"):
        peer = sets.models.parameters[name]
        assert abs(peer.value - ours.model[name].value) < 0.01 * peer.error
        assert peer.error == pytest.approx(ours.model[name].error, rel=5e-3)


def test_our_models_are_read_with_errors_and_covariance(written):
    outcome, folder = written
    models = Models.read(folder / "models.yaml")
    assert models.names == ["crab"]
    for p in outcome.fit.model.parameters:
        peer = models.parameters[p.name]
        assert peer.quantity.to_value(p.unit) == p.value
        assert u.Quantity(peer.error, peer.unit).to_value(p.unit) == pytest.approx(p.error, rel=1e-12)
        assert peer.frozen == p.frozen
    np.testing.assert_allclose(models.covariance.data, outcome.fit.covariance, rtol=1e-12)
