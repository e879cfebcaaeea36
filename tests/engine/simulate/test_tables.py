"""Interpolation in response tables and draws from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lightpool.simulate import Instrument
from lightpool.simulate.tables import bracket, draw_from_rows, rounded


@pytest.fixture(scope="module")
def tables():
    return Instrument().tables(30.0)


def test_rounding_keeps_four_digits_and_saves_bits():
    values = np.random.default_rng(0).lognormal(size=1000) * 10.0 ** np.arange(-20, 20, 0.04)
    kept = rounded(values)
    np.testing.assert_allclose(kept, values, rtol=1.3e-4)
    assert not (kept.view(np.uint32) & 0x7FF).any()
    assert rounded(np.zeros(3)).tolist() == [0, 0, 0]


def test_bracket_finds_neighbours_and_clips_or_extrapolates():
    nodes = np.array([0.0, 1.0, 3.0])
    below, fraction = bracket(nodes, [0.25, 1.0, 2.0, -1.0, 5.0])
    assert below.tolist() == [0, 1, 1, 0, 1]
    assert fraction.tolist() == [0.25, 0.0, 0.5, 0.0, 1.0]
    assert bracket(nodes, [-1.0, 5.0], extrapolate=True)[1].tolist() == [-1.0, 2.0]


def test_effective_area_is_linear_in_log_energy_and_offset(tables):
    log_e = np.log(np.sqrt(tables.energy_edges[:-1] * tables.energy_edges[1:]))
    for j, offset in ((0, 0.0), (3, 1.5)):
        expected = np.interp(np.log([0.4, 3.0, 20.0]), log_e, tables.aeff[j].astype(float))
        np.testing.assert_allclose(tables.aeff_at([0.4, 3.0, 20.0], offset), expected, rtol=1e-12)
    half_way = 0.5 * (tables.aeff_at(3.0, 0.5) + tables.aeff_at(3.0, 1.0))
    assert tables.aeff_at(3.0, 0.75) == pytest.approx(half_way, rel=1e-12)


def test_beyond_the_last_half_node_nothing_is_seen(tables):
    assert tables.offset_max == 2.75
    assert tables.aeff_at(3.0, 2.74) > 0
    assert tables.aeff_at(3.0, 2.76) == 0


def test_rows_are_drawn_each_from_its_own_histogram():
    content = np.array([[[1.0, 3.0, 0.0], [0.0, 0.0, 2.0]]])  # shape (1, 2, 3)
    row = np.repeat([0, 1], 40_000)
    drawn = draw_from_rows(
        np.random.default_rng(5), content, (np.zeros_like(row), row), np.array([0.0, 1.0, 2.0, 4.0])
    )
    first, second = drawn[:40_000], drawn[40_000:]
    assert first.min() >= 0
    assert first.max() < 2
    assert np.mean(first < 1) == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 40_000))
    assert second.min() >= 2
    assert second.max() < 4
    assert second.mean() == pytest.approx(3.0, abs=4 * 2 / np.sqrt(12 * 40_000))


def test_psf_draws_have_the_containment_of_the_table(tables):
    n, energy, offset = 40_000, 0.9, 0.7
    rad = tables.draw_rad(np.random.default_rng(1), np.full(n, energy), np.full(n, offset))
    # The cumulative sum of the cells at their outer edges, linear in ln E and offset.
    centre = np.radians(0.5 * (tables.rad_edges[1:] + tables.rad_edges[:-1]))
    ring = 2 * np.pi * centre * np.radians(np.diff(tables.rad_edges))
    cumulative = np.cumsum(tables.psf * ring[:, None, None], axis=0)
    log_e = np.log(np.sqrt(tables.psf_energy_edges[:-1] * tables.psf_energy_edges[1:]))
    for edge in (5, 10, 20, 30, 40):
        low, high = (np.interp(np.log(energy), log_e, cumulative[edge - 1, k]) for k in (1, 2))
        expected = 0.6 * low + 0.4 * high
        error = np.sqrt(expected * (1 - expected) / n)
        assert np.mean(rad < tables.rad_edges[edge]) == pytest.approx(expected, abs=4 * error)


def test_inside_a_ring_directions_are_uniform_on_the_sky(tables):
    disc = replace(tables, rad_edges=np.array([0.0, 0.3]), psf=np.ones_like(tables.psf[:1]))
    rad = disc.draw_rad(np.random.default_rng(3), np.full(20_000, 1.0), np.full(20_000, 0.5))
    assert rad.max() <= 0.3
    assert np.mean(rad < 0.3 / np.sqrt(2)) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(20_000))


def test_energy_draws_follow_the_dispersion_of_the_table(tables):
    n, energy, offset = 40_000, 0.35, 1.0
    migra = tables.draw_migra(np.random.default_rng(2), np.full(n, energy), np.full(n, offset))
    log_e = np.log(np.sqrt(tables.energy_edges[:-1] * tables.energy_edges[1:]))
    density = np.array([np.interp(np.log(energy), log_e, row) for row in tables.edisp[2].astype(float)])
    expected = density * np.diff(tables.migra_edges)
    expected *= n / expected.sum()
    found = np.histogram(migra, tables.migra_edges)[0]
    big = expected > 10
    chi2 = np.sum((found[big] - expected[big]) ** 2 / expected[big])
    assert abs(chi2 - big.sum()) < 4 * np.sqrt(2 * big.sum())
