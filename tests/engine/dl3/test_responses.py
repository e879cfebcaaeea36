"""Responses: SPEC figures, closed forms, outer edges and the layouts that files use."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.axes import energy_edges, log_centres
from lightpool.dl3 import Background2D, Background3D, PsfGauss, PsfKing
from lightpool.errors import DataError
from lightpool.sky import separation

CRAB = (83.63, 22.01)


@pytest.fixture
def crab(hess_store):
    return hess_store.observation(23523)


def offset(obs):
    return float(separation(*CRAB, obs.lon, obs.lat))


# effective area


def test_effective_area_between_nodes_and_beyond_the_edges(gadf):
    aeff = gadf.store().observation(1).aeff
    e1, e2 = np.sqrt(0.1), np.sqrt(10.0)
    assert aeff.at(e1, 0.5) == pytest.approx(1e4)
    assert aeff.at(np.sqrt(e1 * e2), 0.5) == pytest.approx(5.5e4)  # half way in ln E
    assert aeff.at(e1, 1.0) == pytest.approx(7.5e3)
    assert aeff.at(e1, 2.0) == pytest.approx(2.5e3)  # extrapolated to the outer edge
    assert aeff.at(e1, 2.0001) == 0
    assert aeff.at([0.0999, 100.1], 0.5).tolist() == [0, 0]
    assert aeff.at(0.1, 0.5) == 0  # the extrapolation, 1e4 - 0.5 * 9e4, is clipped


def test_effective_area_takes_many_offsets(gadf):
    aeff = gadf.store().observation(1).aeff
    energy, theta = np.array([0.2, 1.0, 20.0]), np.array([0.0, 0.7, 1.9, 2.5])
    together = aeff.at(energy[:, None], theta)
    np.testing.assert_allclose(together, np.stack([aeff.at(energy, t) for t in theta], axis=1))


def test_node_offsets_end_half_a_step_out(crab):
    assert crab.aeff.at(10.0, 2.74) > 0
    assert crab.aeff.at(10.0, 2.76) == 0


def test_thresholds_of_zero_leave_the_side_open(gadf):
    run = gadf.run()
    run["AEFF"].header.update(LO_THRES=0.0)
    aeff = gadf.store(run).observation(1).aeff
    assert (aeff.lo_thres, aeff.hi_thres) == (None, None)


@pytest.mark.parametrize("layout", ["scalar", "flat", "without the axis"])
def test_one_offset_bin_however_it_is_stored(gadf, layout):
    run = gadf.run()
    for name, column in (("AEFF", "EFFAREA"), ("EDISP", "MATRIX")):
        values, unit = run[name].columns[column]
        first = np.asarray(values)[:1]
        stored = {"scalar": first, "flat": first.ravel(), "without the axis": first[0]}[layout]
        run[name].columns[column] = (stored, unit)
        run[name].columns["THETA_LO"] = ([0.3], "deg")
        run[name].columns["THETA_HI"] = ([0.5], "deg")
    obs = gadf.store(run).observation(1)
    nodes = obs.aeff.energy.nodes
    assert obs.aeff.at(nodes, 0.4).tolist() == pytest.approx([1e4, 1e5, 2e5])
    assert obs.aeff.at(nodes, 0.6).tolist() == [0, 0, 0]
    np.testing.assert_allclose(obs.edisp.at(nodes, 0.4), np.tile([0.2, 2.0, 0.1], (3, 1)), rtol=1e-6)


# energy dispersion


def test_dispersion_at_a_node_is_the_cell(gadf):
    run = gadf.run()
    values = np.random.default_rng(1).uniform(0.1, 1, (2, 3, 3))
    run["EDISP"].columns["MATRIX"] = (values, "")
    edisp = gadf.store(run).observation(1).edisp
    np.testing.assert_allclose(edisp.at(edisp.energy.nodes, 1.5), values[1].T, rtol=1e-6)
    half = edisp.at(np.sqrt(edisp.energy.nodes[:1] * edisp.energy.nodes[1:2]), 1.0)[0]
    np.testing.assert_allclose(half, values[:, :, :2].mean(axis=(0, 2)), rtol=1e-6)


def test_dispersion_is_zero_only_where_the_offset_is_out(gadf):
    edisp = gadf.store().observation(1).edisp
    assert np.all(edisp.at([1.0], 2.1) == 0)
    np.testing.assert_allclose(edisp.at([0.001, 1e4], 0.5), np.tile([0.2, 2.0, 0.1], (2, 1)), rtol=1e-6)


def test_dispersion_is_never_negative(gadf):
    run = gadf.run()
    values = np.array(run["EDISP"].columns["MATRIX"][0])
    values[0, 0, 0] = -0.05  # as smoothed tables have it
    run["EDISP"].columns["MATRIX"] = (values, "")
    edisp = gadf.store(run).observation(1).edisp
    assert edisp.values.min() < 0
    assert edisp.at(edisp.energy.nodes, 0.5)[0, 0] == 0


# point spread function


def test_containment_of_the_first_crab_run(crab):
    centres = log_centres(energy_edges("0.05 TeV", "100 TeV", per_decade=20))
    fraction = crab.psf.containment(centres, offset(crab), 0.11)
    assert np.all(fraction[:5] == 0)
    assert fraction[5] == pytest.approx(0.0368, abs=5e-5)
    assert fraction[np.abs(centres - 1.4).argmin()] == pytest.approx(0.6445, abs=1e-4)
    assert fraction[-1] == pytest.approx(0.85, abs=5e-3)


def test_low_energies_hold_less_than_everything(crab):
    whole = crab.psf.cumulative[1, -1]  # 0.5 deg
    assert np.all(whole[:8] == 0)
    assert whole[8:10] == pytest.approx([0.286, 0.762], abs=1e-3)
    assert whole[10:] == pytest.approx(np.ones(22), abs=2e-3)


def test_containment_runs_through_the_upper_edges(gadf):
    psf = gadf.store().observation(1).psf
    fractions = [float(psf.containment(1.0, 0.5, r)) for r in (0.05, 0.1, 0.4)]
    assert fractions == pytest.approx([0.5, 0.8, 1.0])
    assert float(psf.containment(1.0, 0.5, 0.075)) == pytest.approx(0.65)


def test_containment_inside_the_first_bin_is_that_of_a_flat_density(gadf):
    psf = gadf.store().observation(1).psf
    assert float(psf.containment(1.0, 0.5, 0.025)) == pytest.approx(0.5 / 4)
    assert float(psf.containment(1.0, 0.5, 0)) == 0


def test_a_circle_beyond_the_table_holds_the_table(gadf):
    psf = gadf.store().observation(1).psf
    at_edge = float(psf.containment(1.0, 0.5, psf.rad.edges[-1]))
    assert float(psf.containment(1.0, 0.5, 5.0)) == at_edge >= 1


def test_containment_is_zero_outside_energy_and_offset(gadf):
    psf = gadf.store().observation(1).psf
    assert psf.containment([0.09, 101.0], 0.5, 0.1).tolist() == [0, 0]
    assert psf.containment([1.0], 2.1, 0.1).tolist() == [0]


def _parametric(gadf, form, **columns):
    run = gadf.run()
    psf = run["PSF"]
    psf.header["HDUCLAS4"] = form
    for name in ("RPSF", "RAD_LO", "RAD_HI"):
        del psf.columns[name]
    for name, (number, unit) in columns.items():
        psf.columns[name] = (np.full((2, 3), number), unit)
    return gadf.store(run).observation(1).psf


def _gaussians(gadf, sigmas, amplitudes):
    columns = {f"SIGMA_{i}": (sigma, "deg") for i, sigma in enumerate(sigmas, start=1)}
    columns |= {f"AMPL_{i}": (ampl, "") for i, ampl in enumerate(amplitudes, start=2)}
    return _parametric(gadf, "PSF_3GAUSS", SCALE=(30.0, "sr-1"), **columns)


def test_one_gaussian_has_the_closed_form(gadf):
    psf = _gaussians(gadf, (0.05, 0.0, 0.0), (0.0, 0.0))
    assert isinstance(psf, PsfGauss)
    assert psf.containment([1.0], 0.5, 0.05) == pytest.approx(1 - np.exp(-0.5))
    assert np.all(psf.sigmas[1:] == 1)  # a stored 0


def test_three_gaussians_are_weighted_by_their_solid_angle(gadf):
    psf = _gaussians(gadf, (0.05, 0.1, 0.2), (0.5, 0.25))
    r, sigma = 0.11, np.array([0.05, 0.1, 0.2])
    weight = np.array([1, 0.5, 0.25]) * sigma**2
    expected = np.sum(weight * (1 - np.exp(-(r**2) / (2 * sigma**2)))) / weight.sum()
    assert psf.containment([1.0], 0.5, r) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sigmas", "amplitudes", "scale", "message"),
    [
        ((-0.1, 0.1, 0.1), (0, 0), 1.0, "a SIGMA column is negative; found -0.1 deg"),
        ((0.1, 0.1, 0.1), (0, 0), 0.0, "the point spread function is zero everywhere"),
    ],
)
def test_gaussians_that_cannot_be(gadf, sigmas, amplitudes, scale, message):
    columns = {f"SIGMA_{i}": (sigma, "deg") for i, sigma in enumerate(sigmas, start=1)}
    columns |= {f"AMPL_{i}": (ampl, "") for i, ampl in enumerate(amplitudes, start=2)}
    with pytest.raises(DataError, match=message):
        _parametric(gadf, "PSF_3GAUSS", SCALE=(scale, ""), **columns)


@pytest.mark.parametrize(
    ("gamma", "sigma", "message"),
    [
        (2.0, -0.1, "column SIGMA is negative; found -0.1 deg"),
        (0.9, 0.1, "the point spread function is zero everywhere"),
        (2.0, 0.0, "the point spread function is zero everywhere"),
    ],
)
def test_king_profiles_that_cannot_be(gadf, gamma, sigma, message):
    with pytest.raises(DataError, match=message):
        _parametric(gadf, "PSF_KING", GAMMA=(gamma, ""), SIGMA=(sigma, "deg"))


def test_a_rad_max_table_of_zeros(gadf):
    run = gadf.point_like_run(rad_max=None)
    columns = {key: run["AEFF"].columns[key] for key in ("ENERG_LO", "ENERG_HI", "THETA_LO", "THETA_HI")}
    columns["RAD_MAX"] = (np.zeros((2, 3)), "deg")
    run["RAD_MAX"] = type(run["AEFF"])(columns, {"HDUCLAS4": "RAD_MAX_2D"})
    with pytest.raises(DataError, match=r"\[rad_max\]: column RAD_MAX must be positive; found 0 deg"):
        _ = gadf.store(run).observation(1).rad_max


def test_king_profile_has_the_closed_form(gadf):
    psf = _parametric(gadf, "PSF_KING", GAMMA=(2.0, ""), SIGMA=(0.05, "deg"))
    assert isinstance(psf, PsfKing)
    assert psf.containment([1.0], 0.5, 0.1) == pytest.approx(1 - 1 / (1 + 0.1**2 / (4 * 0.05**2)))


def test_king_profile_that_is_none(gadf):
    psf = _parametric(gadf, "PSF_KING", GAMMA=(2.0, ""), SIGMA=(0.05, "deg"))
    values = psf.gamma.copy()
    values[:, 0] = 0.5
    assert PsfKing(psf.energy, psf.offset, values, psf.sigma).containment(psf.energy.nodes, 0.5, 0.1)[0] == 0


# background


def test_background_is_interpolated_in_the_logarithm(gadf):
    run = gadf.run()
    values = np.full((3, 4, 4), 1e-6)
    values[1] = 1e-8
    run["BKG"].columns["BKG"] = (values, "s-1 MeV-1 sr-1")
    bkg = gadf.store(run).observation(1).bkg
    assert isinstance(bkg, Background3D)
    assert bkg.at(1.0, 0.3, -0.2) == pytest.approx(1e-7, rel=1e-5)
    assert bkg.at(1.0, 2.01, 0) == 0
    assert bkg.mirrored


def test_gaps_between_energies_are_bridged(gadf):
    run = gadf.run()
    values = np.full((3, 4, 4), 1e-6)
    values[2] = 1e-8
    values[1, 2, 2] = 0
    values[2, 0, 0] = 0
    run["BKG"].columns["BKG"] = (values, "s-1 MeV-1 sr-1")
    filled = gadf.store(run).observation(1).bkg.without_gaps().values
    assert filled[1, 2, 2] == pytest.approx(1e-7, rel=1e-5)
    assert filled[2, 0, 0] == 0  # beyond the last filled energy


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 1, 0)])
def test_order_of_a_background_cube_is_told_by_its_sizes(gadf, order):
    run = gadf.run()
    cube = np.random.default_rng(1).uniform(1e-7, 1e-6, (3, 4, 2))  # energy, lon, lat
    bkg = run["BKG"]
    bkg.columns["DETY_LO"], bkg.columns["DETY_HI"] = ([-2.0, 0.0], "deg"), ([0.0, 2.0], "deg")
    bkg.columns["BKG"] = (cube.transpose(order), "s-1 MeV-1 sr-1")
    np.testing.assert_allclose(gadf.store(run).observation(1).bkg.values, cube, rtol=1e-6)


def test_of_a_square_field_the_slower_axis_is_detx(gadf):
    run = gadf.run()
    cube = np.random.default_rng(1).uniform(1e-7, 1e-6, (3, 4, 4))
    run["BKG"].columns["BKG"] = (cube, "s-1 MeV-1 sr-1")
    np.testing.assert_allclose(gadf.store(run).observation(1).bkg.values, cube, rtol=1e-6)


def test_background_without_unit(gadf):
    run = gadf.run()
    run["BKG"].columns["BGD"] = (run["BKG"].columns.pop("BKG")[0], "")
    assert gadf.store(run).observation(1).bkg.at(1.0, 0, 0) == pytest.approx(1e-6, rel=1e-5)


@pytest.mark.parametrize("turned", [False, True])
def test_radial_background(gadf, turned):
    run = gadf.run()
    bkg = run["BKG"]
    bkg.header["HDUCLAS4"] = "BKG_2D"
    for name in ("DETX_LO", "DETX_HI", "DETY_LO", "DETY_HI"):
        del bkg.columns[name]
    bkg.columns["THETA_LO"], bkg.columns["THETA_HI"] = ([0.0, 1.0], "deg"), ([1.0, 2.0], "deg")
    cell = np.array([[1e-6, 1e-8]] * 3)
    bkg.columns["BKG"] = (cell.T if turned else cell, "s-1 MeV-1 sr-1")
    found = gadf.store(run).observation(1).bkg
    assert isinstance(found, Background2D)
    assert found.at(1.0, 0.6, 0.8) == pytest.approx(1e-7, rel=1e-3)  # 1 deg from the centre
    assert found.at(1.0, 2.0, 2.0) == 0


@pytest.mark.parametrize("form", ["PSF", "BKG"])
def test_without_class_keyword_the_index_tells_the_form(gadf, form):
    run = gadf.run()
    del run[form].header["HDUCLAS4"]
    named = {"PSF": "psf_table", "BKG": "bkg_3d"}[form]

    def classes(rows):
        for row in rows:
            if row["HDU_NAME"] == form.lower():
                row["HDU_CLASS"] = named

    by_index = gadf.store(run, name="index", hdu_index=classes).observation(1)
    by_columns = gadf.store(run, name="columns").observation(1)
    assert type(getattr(by_index, form.lower())) is type(getattr(by_columns, form.lower()))


def test_reprs(crab):
    assert repr(crab.aeff) == "EffectiveArea(full enclosure, 96 energies x 6 offsets)"
    assert repr(crab.edisp) == "EnergyDispersion(96 energies x 160 migrations x 6 offsets)"
    assert repr(crab.psf) == "PsfTable(32 energies x 6 offsets x 144 radii)"
    assert repr(crab.bkg) == "Background3D(20 energies x 50 x 50, RADEC)"
    assert repr(crab.events) == "Events(7613)"
