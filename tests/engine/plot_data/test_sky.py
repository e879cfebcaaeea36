from __future__ import annotations

import numpy as np
import pytest

from lightpool.plot_data import counts_image, field_of_view, outlines, run_regions, unwrap
from lightpool.sky import Circle, separation


def test_every_event_in_the_field_is_counted_in_its_pixel(outcome):
    image = counts_image(outcome.observations, (83.633, 22.0144), width=5, height=4, n=50)
    expected = np.zeros((50, 50))
    for run in outcome.observations:
        hits, _, _ = np.histogram2d(run.events.lat, run.events.lon, bins=[image.lat_edges, image.lon_edges])
        expected += hits
    np.testing.assert_array_equal(image.counts, expected)
    assert image.lon_edges[-1] - image.lon_edges[0] == pytest.approx(5 / np.cos(np.radians(22.0144)))


def test_only_the_energy_range_is_counted(outcome):
    run = outcome.observations[0]
    image = counts_image([run], (83.633, 22.0144), width=40, height=40, n=2, energy=(1.0, 2.0))
    inside = (run.events.energy >= 1) & (run.events.energy < 2)
    assert image.counts.sum() == image.n_events == inside.sum() > 0


def test_a_field_across_zero_hours_stays_in_one_piece():
    np.testing.assert_allclose(unwrap(np.array([359.5, 0.5, 180.6]), 0.2), [-0.5, 0.5, -179.4])
    lon, _ = outlines([Circle(359.95, 10.0, 0.2)], 0.0)
    assert np.nanmax(lon) - np.nanmin(lon) < 1


def test_outlines_lie_on_their_circles_and_are_parted_by_gaps():
    circles = (Circle(83.6, 22.0, 0.11), Circle(10.0, -60.0, 0.5))
    lon, lat = outlines(circles, 83.6)
    gaps = np.flatnonzero(np.isnan(lat))
    assert np.isfinite(lon).all()
    for circle, part in zip(circles, np.split(np.arange(lon.size), gaps + 1), strict=False):
        part = part[np.isfinite(lat[part])]
        distance = separation(circle.lon, circle.lat, lon[part], lat[part])
        np.testing.assert_allclose(distance, circle.radius, rtol=1e-9)
        assert lat[part[0]] == pytest.approx(lat[part[-1]])
    assert outlines((), 0.0)[0].size == 0


def test_candidates_are_sorted_into_used_and_rejected_with_the_reason(outcome):
    cube = outcome.cube
    regions = run_regions(cube)
    assert [run.obs_id for run in regions] == cube["obs_id"].values.tolist()
    assert [len(run.used) for run in regions] == cube.onoff.n_off_regions.values.tolist()
    rejected = [circle for run in regions for circle in run.rejected]
    assert rejected
    assert {circle.name for circle in rejected} == set(cube["off_reason"].values) - {""}
    assert regions[0].pointing == (float(cube["pointing_lon"][0]), float(cube["pointing_lat"][0]))


def test_the_field_of_view_holds_every_candidate_and_does_not_move_with_the_radius(crab_analysis, outcome):
    view = field_of_view(outcome.cube)
    (west, east), (south, north) = view.lon_range, view.lat_range
    for run in run_regions(outcome.cube):
        for circle in (*run.used, *run.rejected):
            lon, lat = circle.outline()
            assert west < lon.min() < lon.max() < east
            assert south < lat.min() < lat.max() < north
    wider = outcome.settings.updated(on_region=Circle(83.633, 22.0144, 0.2))
    assert field_of_view(crab_analysis.run(wider).cube) == view


def test_a_circle_far_outside_is_not_shown(outcome):
    view = field_of_view(outcome.cube)
    assert view.shows(Circle(83.6, 22.0, 0.3))
    assert not view.shows(Circle(80.44, 21.21, 0.5))
