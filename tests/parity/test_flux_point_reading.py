"""Flux points of gammapy 2.1 read here, ours read there, and the same spectra fitted to them."""

from __future__ import annotations

import astropy.units as u
import numpy as np
import pytest
from gammapy.datasets import Datasets, FluxPointsDataset
from gammapy.estimators import FluxPoints as PeerPoints
from gammapy.modeling import Fit
from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, SkyModel

from lightpool.axes import energy_edges
from lightpool.export.flux_point_file import write_flux_points, write_flux_points_ecsv
from lightpool.fitting import fit
from lightpool.load import read_flux_points
from lightpool.points import flux_points
from lightpool.reduction import reduce
from lightpool.sky import circle
from lightpool.spectra import ExpCutoffPowerLaw

START = ExpCutoffPowerLaw(index=2, amplitude=1e-12, lambda_=0.1)


@pytest.fixture(scope="module")
def points(hess_store):
    cube = reduce(
        hess_store.select(obs_id=[23523, 23526, 23559, 23592]),
        on_region=circle(83.63, 22.01, 0.11),
        energy=energy_edges(0.1, 40, per_decade=10),
        energy_true=energy_edges(0.05, 100, per_decade=20),
        exclusion=[circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")],
    )
    return flux_points(cube, fit(cube, START).model, np.geomspace(0.7, 30, 11))


def peer_model(model):
    return ExpCutoffPowerLawSpectralModel(
        index=model["index"].value,
        amplitude=model["amplitude"].value * u.Unit("cm-2 s-1 TeV-1"),
        lambda_=model["lambda_"].value / u.TeV,
    )


@pytest.fixture(scope="module", params=["fits", "ecsv"])
def theirs(points, tmp_path_factory, request):
    """Return our points as the peer reads them."""
    path = tmp_path_factory.mktemp("ours") / f"points.{request.param}"
    if request.param == "fits":
        write_flux_points(points, path, observations=())
    else:
        write_flux_points_ecsv(points, path)
    return PeerPoints.read(path, reference_model=SkyModel(spectral_model=peer_model(points.model)))


def test_our_points_read_there(points, theirs):
    np.testing.assert_allclose(theirs.energy_ref.to_value("TeV"), points["e_ref"])
    for name in ("dnde", "dnde_err", "dnde_errp", "dnde_errn", "dnde_ul", "flux", "eflux", "e2dnde"):
        quantity = getattr(theirs, name).quantity
        unit = {"flux": "cm-2 s-1", "eflux": "TeV cm-2 s-1", "e2dnde": "TeV cm-2 s-1"}.get(
            name, "cm-2 s-1 TeV-1"
        )
        np.testing.assert_allclose(quantity.to_value(unit).ravel(), points[name], rtol=2e-3, err_msg=name)
    np.testing.assert_array_equal(theirs.is_ul.data.ravel(), points["is_ul"])
    assert theirs.n_sigma_ul == pytest.approx(2, abs=1e-3)


@pytest.mark.parametrize("sed_type", ["dnde", "e2dnde", "flux", "eflux", "likelihood"])
@pytest.mark.parametrize("ending", ["fits", "ecsv"])
def test_their_points_read_here(points, theirs, tmp_path, sed_type, ending):
    theirs.to_table(sed_type=sed_type, format="gadf-sed").write(tmp_path / f"points.{ending}")
    back = read_flux_points(tmp_path / f"points.{ending}", model=points.model)
    for name in ("norm", "norm_err", "norm_errp", "norm_errn", "norm_ul", "sqrt_ts", "e_min", "dnde"):
        np.testing.assert_allclose(back[name], points[name], rtol=2e-3, err_msg=name)
    assert back["is_ul"].tolist() == points["is_ul"].tolist()


@pytest.mark.parametrize("method", ["chi2", "profile"])
def test_the_same_fit(points, tmp_path, method):
    write_flux_points(points, tmp_path / "points.fits", observations=())
    reference = SkyModel(spectral_model=peer_model(points.model))
    theirs = PeerPoints.read(tmp_path / "points.fits", reference_model=reference)
    spectrum = peer_model(START.with_values(amplitude=4e-11))
    dataset = FluxPointsDataset(
        data=theirs, models=SkyModel(spectral_model=spectrum, name="source"), stat_type=method
    )
    Fit().run(Datasets([dataset]))
    ours = points.fit(START, method=method)
    assert ours.stat == pytest.approx(dataset.stat_sum(), rel=2e-3, abs=0.01)
    for name in ("index", "amplitude", "lambda_"):
        parameter = ours.model[name]
        assert abs(parameter.value - spectrum.parameters[name].value) < 0.05 * parameter.error
