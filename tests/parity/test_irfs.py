"""Responses against gammapy 2.1: the same numbers at many energies and offsets, in the axes and beyond."""

from __future__ import annotations

import astropy.units as u
import gammapy.data
import numpy as np
import pytest
from gammapy.irf import Background2D, EnergyDependentMultiGaussPSF, PSFKing
from gammapy.maps import MapAxis

from lightpool.dl3 import DataStore
from lightpool.dl3.background import read_background
from lightpool.dl3.files import FitsFile
from lightpool.dl3.psf import read_psf

ENERGY = np.geomspace(0.004, 300, 97)
OFFSETS = (0.0, 0.1, 0.4, 0.499, 0.5, 1.3, 2.4, 2.6, 2.9)
RADII = (0.025, 0.06, 0.11, 0.3, 0.66)
HESS = [("hess-dl3-dr1", obs_id) for obs_id in (23523, 23526, 23559, 23592, 33787, 20136, 47802)]
MAGIC = [("magic/rad_max/data", obs_id) for obs_id in (5029747, 5029748)]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:astropy")  # gammapy divides by zero


def _load(data_root, store, obs_id):
    kind = "full-enclosure" if "hess" in store else "point-like"
    theirs = gammapy.data.DataStore.from_dir(data_root / store).get_observations([obs_id], required_irf=kind)
    return DataStore(data_root / store).observation(obs_id), theirs[0]


@pytest.fixture(scope="module", params=HESS + MAGIC, ids=lambda run: str(run[1]))
def pair(request, data_root):
    return _load(data_root, *request.param)


@pytest.fixture(scope="module", params=HESS, ids=lambda run: str(run[1]))
def hess_pair(request, data_root):
    return _load(data_root, *request.param)


def test_effective_area(pair):
    ours, theirs = pair
    for offset in OFFSETS:
        expected = theirs.aeff.evaluate(energy_true=ENERGY * u.TeV, offset=offset * u.deg).to_value("m2")
        np.testing.assert_allclose(ours.aeff.at(ENERGY, offset), expected.clip(0), rtol=1e-9, atol=1e-6)


def test_effective_area_at_many_offsets_at_once(pair):
    ours, theirs = pair
    energy, offset = np.meshgrid(ENERGY, OFFSETS, indexing="ij")
    expected = theirs.aeff.evaluate(energy_true=energy * u.TeV, offset=offset * u.deg).to_value("m2")
    np.testing.assert_allclose(ours.aeff.at(energy, offset), expected.clip(0), rtol=1e-9, atol=1e-6)


def test_energy_dispersion(pair):
    ours, theirs = pair
    migra = theirs.edisp.axes["migra"].center
    for offset in OFFSETS:
        expected = theirs.edisp.evaluate(
            energy_true=ENERGY[:, None] * u.TeV, offset=offset * u.deg, migra=migra
        ).to_value("")
        np.testing.assert_allclose(
            ours.edisp.at(ENERGY, offset), expected.clip(0), rtol=1e-9, atol=1e-12 * expected.max() + 1e-15
        )


def test_migration_edges(pair):
    ours, theirs = pair
    np.testing.assert_allclose(ours.edisp.migra_edges, theirs.edisp.axes["migra"].edges.value, rtol=1e-6)


def test_tabulated_containment(hess_pair):
    ours, theirs = hess_pair
    for offset in OFFSETS:
        for radius in RADII:
            expected = theirs.psf.containment(
                energy_true=ENERGY * u.TeV, offset=offset * u.deg, rad=radius * u.deg
            ).to_value("")
            found = ours.psf.containment(ENERGY, offset, radius)
            np.testing.assert_allclose(found, expected.clip(0), rtol=1e-9, atol=1e-12)


def test_background_of_hess(hess_pair):
    ours, theirs = hess_pair
    energy = np.geomspace(0.05, 150, 31)[:, None]
    lon, lat = np.array([0, 0.3, -1.2, 2.3, 2.44, 2.6]), np.array([0, -0.71, 0.5, -0.2, 2.46, 0])
    expected = theirs.bkg.evaluate(energy=energy * u.TeV, fov_lon=lon * u.deg, fov_lat=lat * u.deg)
    expected = expected.to_value("MeV-1 s-1 sr-1")
    np.testing.assert_allclose(ours.bkg.at(energy, lon, lat), expected, rtol=1e-4, atol=1e-30)


def test_background_gaps(hess_pair):
    ours, theirs = hess_pair
    bkg = theirs.bkg  # gammapy reads it anew at each access
    n_filled = np.count_nonzero(bkg.data)
    bkg.interp_missing_data(axis_name="energy")
    np.testing.assert_allclose(ours.bkg.without_gaps().values, bkg.data, rtol=1e-4)
    assert np.count_nonzero(bkg.data) > n_filled or ours.obs_id != 20136


def test_times_and_livetime(pair):
    ours, theirs = pair
    assert ours.livetime == pytest.approx(theirs.observation_live_time_duration.to_value("s"), rel=1e-9)
    start = (theirs.gti.time_start.tt.jd1 - 2451545.0 + theirs.gti.time_start.tt.jd2) * 86400
    np.testing.assert_allclose(ours.gti.start, start, atol=1e-4)
    event_time = theirs.events.time.tt
    np.testing.assert_allclose(
        ours.events.time, (event_time.jd1 - 2451545.0 + event_time.jd2) * 86400, atol=1e-4
    )


AXES = (
    MapAxis.from_energy_bounds("0.05 TeV", "80 TeV", nbin=9, name="energy_true"),
    MapAxis.from_edges([0, 0.6, 1.1, 2.0], unit="deg", name="offset"),
)


def _table(tmp_path, irf):
    irf.to_table_hdu().writeto(tmp_path / "irf.fits")
    file = FitsFile(tmp_path / "irf.fits", "irf.fits")
    return file.table(file.hdu_names[1])


def _containments(ours, theirs):
    for offset in (0.0, 0.3, 0.7, 1.9):
        for radius in (0.01, 0.1, 0.4, 2.0):
            expected = theirs.containment(
                energy_true=ENERGY * u.TeV, offset=offset * u.deg, rad=radius * u.deg
            )
            yield ours.containment(ENERGY, offset, radius), u.Quantity(expected).to_value("")


def test_three_gaussians(tmp_path):
    rng = np.random.default_rng(1)
    shape = (9, 3)
    data = {f"sigma_{i}": rng.uniform(0.02, 0.3, shape) for i in (1, 2, 3)}
    data["sigma_2"][2, 1] = 0  # read as 1
    data |= {"scale": rng.uniform(1, 3, shape), "ampl_2": rng.uniform(0, 0.5, shape)}
    data["ampl_3"] = rng.uniform(0, 0.05, shape)
    units = {f"sigma_{i}": u.deg for i in (1, 2, 3)} | {"scale": u.Unit("sr-1")}
    units |= {"ampl_2": u.Unit(""), "ampl_3": u.Unit("")}
    parameters = np.zeros(
        shape, dtype=[(name, float) for name in EnergyDependentMultiGaussPSF.required_parameters]
    )
    for name, values in data.items():
        parameters[name] = values
    theirs = EnergyDependentMultiGaussPSF(axes=AXES, data=parameters, unit=units)
    table = _table(tmp_path, theirs)
    ours = read_psf(table)
    # gammapy replaces a stored 0 when it reads a file, so its own copy is read back as well.
    theirs = EnergyDependentMultiGaussPSF.read(tmp_path / "irf.fits", hdu=1)
    for found, expected in _containments(ours, theirs):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


def test_king_profile(tmp_path):
    rng = np.random.default_rng(2)
    parameters = np.zeros((9, 3), dtype=[("gamma", float), ("sigma", float)])
    parameters["gamma"], parameters["sigma"] = rng.uniform(2, 2.5, (9, 3)), rng.uniform(0.1, 0.14, (9, 3))
    theirs = PSFKing(axes=AXES, data=parameters, unit={"gamma": u.Unit(""), "sigma": u.deg})
    ours = read_psf(_table(tmp_path, theirs))
    inside = (ENERGY > 0.05) & (ENERGY < 80)  # beyond, parameters extrapolated to nonsense
    for found, expected in _containments(ours, theirs):
        np.testing.assert_allclose(found[inside], expected[inside], rtol=1e-6, atol=1e-9)


def test_background_2d(tmp_path):
    rng = np.random.default_rng(3)
    energy = MapAxis.from_energy_bounds("0.05 TeV", "80 TeV", nbin=9)
    theirs = Background2D(axes=[energy, AXES[1]], data=rng.uniform(1e-9, 1e-3, (9, 3)), unit="s-1 MeV-1 sr-1")
    ours = read_background(_table(tmp_path, theirs))
    at, lon = ENERGY[:, None], np.array([0, 0.3, 0.7, 1.9, 2.1])
    expected = theirs.evaluate(energy=at * u.TeV, offset=lon * u.deg).to_value("MeV-1 s-1 sr-1")
    np.testing.assert_allclose(ours.at(at, lon, 0.0), expected, rtol=1e-5, atol=1e-30)
