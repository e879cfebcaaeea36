"""The responses make sense to a gamma-ray astronomer."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.errors import SettingsError
from lightpool.simulate import Instrument


@pytest.fixture(scope="module", params=[0.0, 20.0, 45.0, 60.0])
def tables(request):
    return Instrument().tables(request.param)


def centres(edges):
    return np.sqrt(edges[:-1] * edges[1:])


def test_effective_area_rises_with_energy_and_falls_with_offset(tables):
    assert (np.diff(tables.aeff, axis=1) >= 0).all()
    assert (np.diff(tables.aeff, axis=0) < 0).all()
    assert 1e5 < tables.aeff.max() < 2e6


def test_dispersion_is_normalised_with_fifteen_percent_width_and_bias_near_threshold(tables):
    migra, width = 0.5 * (tables.migra_edges[1:] + tables.migra_edges[:-1]), np.diff(tables.migra_edges)
    weight = tables.edisp[0] * width[:, None]
    np.testing.assert_allclose(weight.sum(axis=0), 1, rtol=2e-4)
    mean = (weight * migra[:, None]).sum(axis=0)
    rms = np.sqrt((weight * (migra[:, None] - mean) ** 2).sum(axis=0))
    energy = centres(tables.energy_edges)
    at_10_tev, at_threshold = np.argmin(np.abs(energy - 10)), np.argmin(np.abs(energy - tables.lo_thres))
    assert mean[at_10_tev] == pytest.approx(1.0, abs=0.02)
    assert rms[at_10_tev] == pytest.approx(0.15, abs=0.03)
    assert 1.05 < mean[at_threshold] < 1.15
    assert mean[0] > 1.15


def test_psf_is_normalised_and_two_thirds_lie_within_seven_hundredths_of_a_degree():
    tables = Instrument().tables(20.0)
    rad = np.radians(0.5 * (tables.rad_edges[1:] + tables.rad_edges[:-1]))
    ring = 2 * np.pi * rad * np.radians(np.diff(tables.rad_edges))
    cumulative = np.cumsum(tables.psf * ring[:, None, None], axis=0)
    np.testing.assert_allclose(cumulative[-1], 1, rtol=2e-4)
    # A wider PSF contains less at every radius: worse at low energy and at large offset.
    assert (np.diff(cumulative[15], axis=1) > -1e-3).all()
    assert (np.diff(cumulative[15], axis=0) < 0).all()
    one_tev = np.argmin(np.abs(centres(tables.psf_energy_edges) - 1))
    r68 = np.interp(0.68, cumulative[:, 1, one_tev], tables.rad_edges[1:])
    assert r68 == pytest.approx(0.07, abs=0.005)


def test_background_falls_with_offset_and_steeply_with_energy_and_is_round(tables):
    assert (tables.bkg > 0).all()
    middle = tables.bkg[:, 12, 12:]
    assert (np.diff(middle, axis=1) < 0).all()
    energy = centres(tables.bkg_energy_edges)
    above = energy > 2 * tables.lo_thres
    slopes = np.diff(np.log(middle[above, 0])) / np.diff(np.log(energy[above]))
    assert ((slopes < -2) & (slopes > -3.5)).all()
    # The same after any mirror and swap of the axes, so that orientation cannot matter.
    for view in (tables.bkg[:, ::-1], tables.bkg[:, :, ::-1], tables.bkg.transpose(0, 2, 1)):
        np.testing.assert_array_equal(tables.bkg, view)


def test_the_threshold_rises_with_the_zenith_angle():
    thresholds = [Instrument().tables(zenith).lo_thres for zenith in (0, 20, 45, 60)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] == pytest.approx(0.25)
    assert 0.6 < thresholds[2] < 0.7  # as for the H.E.S.S. runs of the Crab


@pytest.mark.parametrize(("name", "value"), [("threshold", 0), ("deadc", 1.5), ("area", float("inf"))])
def test_impossible_instruments_are_refused(name, value):
    with pytest.raises(SettingsError, match=rf"instrument\.{name} is out of range"):
        Instrument(**{name: value})
