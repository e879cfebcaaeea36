"""The events drawn are those that the responses promise."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lightpool.errors import SettingsError
from lightpool.simulate import Burst, Instrument, Run, Source, Spectrum
from lightpool.simulate.events import _interpolate, _largest_in_cells, draw_events
from lightpool.sky import separation

DEADC = 0.9
RUN = Run(7, "Test", 83.6, 22.0, 83.6, 22.5, 2.0e8, 1680.0)
SOURCE = Source("Test", 83.6, 22.0, Spectrum(index=2.4, amplitude=2e-8, lambda_=0.05))


@pytest.fixture(scope="module")
def tables():
    return Instrument().tables(25.0)


def draw(tables, *sources, seed=0, run=RUN):
    return draw_events(run, sources, tables, DEADC, np.random.default_rng(seed))


def pull(found, expected):
    return (found - expected) / np.sqrt(expected)


def expected_counts(tables, source, offset):
    """Flux x effective area x livetime with a sum much finer than the one under test."""
    edges = np.geomspace(tables.energy_edges[0], tables.energy_edges[-1], 40_001)
    energy = np.sqrt(edges[1:] * edges[:-1])
    rate = source.spectrum.dnde(energy) * np.diff(edges) * tables.aeff_at(energy, offset) * 1e4
    return rate.sum() * RUN.ontime * DEADC


def test_events_are_sorted_in_time_and_inside_the_run(tables):
    events = draw(tables, SOURCE)
    assert (np.diff(events.time) >= 0).all()
    assert events.time[0] >= RUN.start
    assert events.time[-1] < RUN.stop
    assert (events.energy > 0).all()
    assert set(np.unique(events.origin)) == {-1, 0}


def test_a_point_source_gives_flux_times_area_times_livetime(tables):
    expected = expected_counts(tables, SOURCE, 0.5)
    found = np.sum(draw(tables, SOURCE).origin == 0)
    assert expected > 100_000
    assert abs(pull(found, expected)) < 4


def test_a_point_source_is_centred_and_as_wide_as_the_psf(tables):
    events = draw(tables, SOURCE)
    mine = events.origin == 0
    lon, lat = events.lon[mine], events.lat[mine]
    rad = separation(SOURCE.lon, SOURCE.lat, lon, lat)
    spread = np.std(lat) / np.sqrt(mine.sum())
    assert abs(np.mean(lat) - SOURCE.lat) < 4 * spread
    assert abs(np.mean(lon) - SOURCE.lon) * np.cos(np.radians(22)) < 4 * spread
    assert 0.06 < np.quantile(rad, 0.68) < 0.1
    assert rad.max() <= 0.6 * (1 + 1e-6)


def test_reconstructed_energies_are_folded_flux(tables):
    """Counts per energy bin against a plain double sum over energy_true and migra."""
    events = draw(tables, SOURCE)
    energy = events.energy[events.origin == 0]
    edges = np.geomspace(0.3, 20, 15)
    fine = np.geomspace(tables.energy_edges[0], tables.energy_edges[-1], 2001)
    true = np.sqrt(fine[1:] * fine[:-1])
    rate = SOURCE.spectrum.dnde(true) * np.diff(fine) * tables.aeff_at(true, 0.5) * 1e4
    log_e = np.log(np.sqrt(tables.energy_edges[1:] * tables.energy_edges[:-1]))
    width = np.diff(tables.migra_edges)
    share = np.array([np.interp(np.log(true), log_e, row) for row in tables.edisp[1].astype(float)])
    share *= width[:, None]
    share /= share.sum(axis=0)
    cumulative = np.vstack([np.zeros(len(true)), np.cumsum(share, axis=0)])
    below = np.array([np.interp(edges / e, tables.migra_edges, cumulative[:, i]) for i, e in enumerate(true)])
    expected = (rate[:, None] * np.diff(below, axis=1)).sum(axis=0) * RUN.ontime * DEADC
    found = np.histogram(energy, edges)[0]
    assert expected.min() > 100
    chi2 = np.sum(pull(found, expected) ** 2)
    assert chi2 < len(expected) + 4 * np.sqrt(2 * len(expected))
    assert abs(pull(found.sum(), expected.sum())) < 4


def test_a_wide_source_is_as_wide_as_it_should_be_and_loses_little(tables):
    wide = replace(SOURCE, size=0.3)
    events = draw(tables, wide)
    mine = events.origin == 0
    # Wide against the PSF: the 39.3 % radius of a round Gaussian is its standard deviation.
    rad = separation(SOURCE.lon, SOURCE.lat, events.lon[mine], events.lat[mine])
    assert np.quantile(rad, 0.393) == pytest.approx(0.3, abs=0.015)
    # Averaged over the Gaussian, the effective area is that of a fine grid of positions.
    steps = np.linspace(-4, 4, 41)
    x, y = np.meshgrid(steps, steps)
    weight = np.exp(-0.5 * (x**2 + y**2))
    offset = np.hypot(0.3 * x, 0.5 + 0.3 * y)
    counts = [expected_counts(tables, wide, r) for r in np.histogram_bin_edges(offset, 24)]
    averaged = np.interp(offset, np.histogram_bin_edges(offset, 24), counts)
    assert abs(pull(mine.sum(), np.sum(weight * averaged) / weight.sum())) < 4


def test_a_flare_follows_its_truth_in_time_and_spectrum(tables):
    flare = replace(
        SOURCE,
        spectrum=Spectrum(index=3.5, amplitude=1e-10),
        bursts=(Burst(RUN.start + 600, 8.0, 100.0, 200.0),),
        hardening=1.0,
    )
    events = draw(tables, flare)
    mine = events.origin == 0
    edges = np.linspace(RUN.start, RUN.stop, 29)
    fine = np.geomspace(tables.energy_edges[0], tables.energy_edges[-1], 1001)
    energy = np.sqrt(fine[1:] * fine[:-1])
    weight = np.diff(fine) * tables.aeff_at(energy, 0.5) * 1e4 * DEADC
    rate = [flare.mean_dnde(energy, *span) @ weight for span in pairwise(edges)]
    expected = np.array(rate) * 60
    found = np.histogram(events.time[mine], edges)[0]
    assert np.sum(pull(found, expected) ** 2) < 28 + 4 * np.sqrt(56)
    peak = np.abs(events.time - RUN.start - 600) < 60
    late = events.time > RUN.start + 1300
    hard = events.energy > 1.5
    assert np.mean(hard[mine & peak]) > 1.5 * np.mean(hard[mine & late])


def test_background_is_the_interpolated_table_times_ontime(tables):
    """Counts per energy and offset against a fine sum over the table as readers interpolate it."""
    many = [draw(tables, seed=seed) for seed in range(6)]
    energy = np.concatenate([events.energy for events in many])
    offset = np.concatenate([separation(RUN.lon, RUN.lat, e.lon, e.lat) for e in many])
    middle = 0.5 * (tables.fov_edges[1:] + tables.fov_edges[:-1])
    log_e = np.log(np.sqrt(tables.bkg_energy_edges[1:] * tables.bkg_energy_edges[:-1]))
    fov = (np.arange(200) + 0.5) / 200 * 5 - 2.5
    fine = np.geomspace(0.1, 100, 193)
    centre = np.sqrt(fine[1:] * fine[:-1])

    def along(values, nodes, at, axis):
        values = np.moveaxis(values, axis, 0)
        i = np.clip(np.searchsorted(nodes, at) - 1, 0, len(nodes) - 2)
        x = ((at - nodes[i]) / (nodes[i + 1] - nodes[i])).reshape(-1, *[1] * (values.ndim - 1))
        return np.moveaxis(values[i] * (1 - x) + values[i + 1] * x, 0, axis)

    table = along(np.log(tables.bkg.astype(float)), middle, fov, 1)
    table = along(along(table, middle, fov, 2), log_e, np.log(centre), 0)
    solid = np.radians(0.025) ** 2 * np.cos(np.radians(fov))[:, None]
    per_cell = np.exp(table) * 1e6 * np.diff(fine)[:, None, None] * solid * RUN.ontime * len(many)
    lat, lon = np.radians(fov)[:, None], np.radians(fov)
    distance = np.degrees(np.arccos(np.cos(lat) * np.cos(lon)))
    offset_edges, energy_edges = np.array([0, 0.5, 1, 1.5, 2, 4]), fine[::24]
    found = np.histogram2d(energy, offset, [energy_edges, offset_edges])[0]
    expected = np.array(
        [
            [
                per_cell[24 * i : 24 * i + 24, (distance >= lo) & (distance < hi)].sum()
                for lo, hi in pairwise(offset_edges)
            ]
            for i in range(8)
        ]
    )
    big = expected > 20
    assert big.sum() > 20
    chi2 = np.sum(pull(found[big], expected[big]) ** 2)
    assert chi2 < big.sum() + 4 * np.sqrt(2 * big.sum())
    assert abs(pull(found.sum(), expected.sum())) < 4


def test_no_rate_in_a_cell_exceeds_the_bound_that_proposes_its_events(tables):
    """Otherwise events would be lost. A rough table, so that the largest value is everywhere in the cells."""
    rng = np.random.default_rng(4)
    log_rate = rng.normal(size=tables.bkg.shape)
    bound = _largest_in_cells(log_rate)
    assert bound.shape == log_rate.shape
    n = 200_000
    log_e = np.log(tables.bkg_energy_edges)
    energy = np.exp(rng.uniform(log_e[0], log_e[-1], n))
    fov_lat, fov_lon = rng.uniform(-2.5, 2.5, (2, n))
    cell = (
        np.searchsorted(tables.bkg_energy_edges, energy) - 1,
        np.searchsorted(tables.fov_edges, fov_lat) - 1,
        np.searchsorted(tables.fov_edges, fov_lon) - 1,
    )
    ratio = _interpolate(log_rate, tables, energy, fov_lat, fov_lon) - bound[cell]
    assert ratio.max() <= 1e-9
    assert ratio.max() > -0.1  # and it is not needlessly far above


def test_background_is_centred_on_the_pointing_even_near_a_pole(tables):
    polar = replace(RUN, lon=10.0, lat=-88.0)
    events = draw(tables, run=polar)
    offset = separation(polar.lon, polar.lat, events.lon, events.lat)
    reference = draw(tables, seed=1)
    same = separation(RUN.lon, RUN.lat, reference.lon, reference.lat)
    assert offset.max() < 3.6
    assert np.median(offset) == pytest.approx(np.median(same), abs=0.05)


def test_a_source_outside_the_field_gives_nothing(tables):
    away = replace(SOURCE, lat=30.0)
    assert not (draw(tables, away).origin == 0).any()


def test_adding_a_source_leaves_the_background_alone(tables):
    alone, both = draw(tables), draw(tables, SOURCE)
    np.testing.assert_array_equal(both.energy[both.origin == -1], alone.energy)


def test_a_slip_in_the_amplitude_does_not_fill_the_memory(tables):
    bright = replace(SOURCE, spectrum=Spectrum(amplitude=1e-4))
    with pytest.raises(SettingsError, match="run 7 would hold too many events"):
        draw(tables, bright)
