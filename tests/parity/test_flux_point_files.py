"""gammapy and astropy read our flux points, with limits and profiles."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import QTable
from gammapy.estimators import FluxPoints as PeerFluxPoints

from lightpool.analysis import Analysis, AnalysisSettings
from lightpool.axes import energy_edges
from lightpool.reduction import ReductionSettings
from lightpool.sky import Circle
from lightpool.spectra import PowerLaw

pytestmark = pytest.mark.data


@pytest.fixture(scope="module", params=[False, True], ids=["joint", "stacked"])
def written(request, hess_store, tmp_path_factory):
    settings = AnalysisSettings(
        obs_ids=(23523, 23526, 23559, 23592),
        reduction=ReductionSettings(
            on_region=Circle(83.633, 22.014, 0.11),
            energy=tuple(energy_edges(0.5, 30, n=20)),
            energy_true=tuple(energy_edges(0.1, 50, n=40)),
        ),
        model=PowerLaw(index=2.6, amplitude=5e-11),
        stacked=request.param,
        flux_points=tuple(energy_edges(1, 29, n=6)),
        ul_sigma=3.0,
    )
    outcome = Analysis(hess_store).run(settings)
    return outcome, outcome.write(tmp_path_factory.mktemp("points") / "out")


@pytest.mark.parametrize("name", ["flux_points.fits", "flux_points.ecsv"])
@pytest.mark.parametrize("kind", ["dnde", "e2dnde", "flux", "eflux"])
def test_every_kind_of_flux(written, name, kind):
    outcome, folder = written
    points = PeerFluxPoints.read(folder / name)
    table = points.to_table(sed_type=kind)
    assert points.n_sigma_ul == pytest.approx(3)
    unit = outcome.points.unit(kind)
    for suffix in ("", "_err", "_errn", "_errp", "_ul"):
        peer = table[f"{kind}{suffix}"].quantity.to_value(unit)
        # The reference model is lost on the way: its integral over a band is that of a template.
        np.testing.assert_allclose(
            peer, outcome.points[f"{kind}{suffix}"], rtol=1e-9 if "dnde" in kind else 0.02
        )
    np.testing.assert_allclose(table["e_min"].quantity.to_value("TeV"), outcome.points["e_min"])
    np.testing.assert_array_equal(table["is_ul"], outcome.points["is_ul"])


def test_columns_as_they_are(written):
    outcome, folder = written
    table = PeerFluxPoints.read(folder / "flux_points.fits").to_table(sed_type="likelihood")
    for name in (
        "norm",
        "norm_err",
        "norm_errn",
        "norm_errp",
        "norm_ul",
        "ts",
        "sqrt_ts",
        "stat",
        "stat_null",
    ):
        np.testing.assert_allclose(table[name], outcome.points[name], rtol=1e-12)
    for name in ("counts", "npred", "npred_excess"):
        assert table[name].shape == outcome.points[name].shape
        np.testing.assert_allclose(table[name], outcome.points[name], rtol=1e-12)
    np.testing.assert_array_equal(table["success"], outcome.points["success"])


def test_profiles(written):
    outcome, folder = written
    points = PeerFluxPoints.read(folder / "flux_points.fits")
    assert points.has_stat_profiles
    np.testing.assert_allclose(points.stat_scan.geom.axes["norm"].center, np.geomspace(0.2, 5, 11))
    np.testing.assert_allclose(points.stat_scan.data.squeeze().reshape(6, 11), outcome.points["stat_scan"])


def test_good_times(written):
    outcome, folder = written
    gti = PeerFluxPoints.read(folder / "flux_points.fits").gti
    assert gti.time_sum.to_value("s") == pytest.approx(sum(run.ontime for run in outcome.observations))


def test_astropy_reads_units(written):
    outcome, folder = written
    for name in ("flux_points.fits", "flux_points.ecsv"):
        table = QTable.read(folder / name, **({"hdu": 1} if name.endswith("fits") else {}))
        np.testing.assert_allclose(table["dnde"].to_value("cm-2 s-1 TeV-1"), outcome.points["dnde"])
        assert table["e_ref"].unit == "TeV"
