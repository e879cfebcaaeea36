"""Maps as they are drawn: images, grid lines, circles, contours, the distribution."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.wcs import WCS
from scipy.integrate import trapezoid

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.maps import significance_distribution
from lightpool.plot_data import (
    QUANTITIES,
    circles_on_map,
    contour_lines,
    distribution_columns,
    map_grid,
    map_image,
    on_map,
)
from lightpool.sky import lonlat, separation, to_galactic

GEOMETRY = lp.MapGeometry(228.53, -59.16, width=(2.4, 2.0), binsize=0.05)


@pytest.fixture(scope="module")
def maps(demo_store):
    return lp.sky_maps(
        demo_store.select(obs_id=[3001, 3002, 3003, 3004]),
        geometry=GEOMETRY,
        energy=lp.energy_edges(0.6, 20, n=4),
        background=lp.RingBackground(0.5, 0.3),
        exclusion=[lp.circle(228.53, -59.16, 0.3)],
    )


@pytest.fixture(scope="module")
def excess(maps):
    return lp.excess_map(maps, 0.1, ul_sigma=2)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_quantity_is_an_image(maps, excess, quantity):
    image = map_image(maps, excess, quantity)
    assert image.values.shape == (40, 48)
    assert image.x_range == (-0.5, 47.5)
    assert image.y_range == (-0.5, 39.5)
    assert (image.title, image.unit) == QUANTITIES[quantity]
    known = image.values[np.isfinite(image.values)]
    assert image.low <= known.min() < known.max() <= image.high
    if image.is_signed:
        assert image.low == -image.high


def test_the_values_are_those_of_the_maps(maps, excess):
    np.testing.assert_array_equal(map_image(maps, excess, "sqrt_ts").values, excess["sqrt_ts"])
    np.testing.assert_array_equal(map_image(maps, excess, "counts").values, maps["counts"])
    alpha = maps["acceptance"] / maps["acceptance_off"]
    np.testing.assert_allclose(map_image(maps, excess, "alpha").values, alpha)
    np.testing.assert_allclose(map_image(maps, excess, "background").values, alpha * maps["counts_off"])
    np.testing.assert_array_equal(map_image(maps, excess, "exclusion").values, maps["excluded"].astype(float))


def test_what_is_masked_is_not_shown(maps, excess):
    masked = maps.assign(mask_safe=maps["mask_safe"] & (np.arange(48) < 40))
    for quantity in ("counts", "background", "acceptance", "alpha"):
        image = map_image(masked, excess, quantity)
        assert np.isnan(image.values[:, 40:]).all()
        assert np.isfinite(image.values[:, :40]).all()


def test_an_image_of_nothing_has_a_range(maps, excess):
    image = map_image(maps, excess * np.nan, "excess")
    assert image.low < image.high


def test_unknown_quantities(maps, excess):
    with pytest.raises(SettingsError, match="there is no such map; found 'beauty'; expected sqrt_ts"):
        map_image(maps, excess, "beauty")
    with pytest.raises(SettingsError, match="map of upper limits was not made"):
        map_image(maps, excess.drop_vars("flux_ul"), "flux_ul")


@pytest.mark.parametrize(
    "geometry",
    [
        GEOMETRY,
        lp.MapGeometry(359.9, 1.0, width=3, binsize=0.05, projection="TAN"),
        lp.MapGeometry(0.1, -1.0, width=4, binsize=0.05, frame="galactic"),
        lp.MapGeometry(50.0, 89.0, width=4, binsize=0.05, projection="ZEA"),
    ],
    ids=str,
)
def test_grid_lines_are_lines_of_constant_coordinates(geometry):
    grid = map_grid(geometry)
    known = np.isfinite(grid.x)
    lon, lat = WCS(geometry.header).all_pix2world(grid.x[known], grid.y[known], 0)
    # Each point lies on a round latitude or a round longitude; close to a pole a small error is a
    # large angle of the latter.
    off_lat = np.abs(lat / 0.5 - np.rint(lat / 0.5)) * 0.5
    off_lon = np.abs(lon / 0.5 - np.rint(lon / 0.5)) * 0.5 * np.cos(np.radians(lat))
    assert np.minimum(off_lon, off_lat).max() < 1e-6
    assert (off_lon < 1e-6).any()
    assert (off_lat < 1e-6).any()
    assert grid.lon_labels
    assert grid.lat_labels
    assert grid.lon_name == ("Right ascension" if geometry.frame == "icrs" else "Galactic longitude")


def test_labels_name_the_coordinate_at_the_edge():
    grid = map_grid(GEOMETRY)
    wcs = WCS(GEOMETRY.header)
    for k, labels in enumerate((grid.lon_labels, grid.lat_labels)):
        assert 3 <= len(labels) <= 9
        for label in labels:
            at = wcs.all_pix2world(label.x, label.y, 0)[k]
            assert float(label.text[:-1].replace("−", "-")) == pytest.approx(float(at), abs=1e-3)
    assert {label.y for label in grid.lon_labels} == {-0.5}
    assert {label.x for label in grid.lat_labels} == {-0.5}


def test_labels_go_round_zero():
    texts = [label.text for label in map_grid(lp.MapGeometry(0.0, 0.0, width=3)).lon_labels]
    assert "0.0°" in texts
    assert "359.5°" in texts
    assert not any(text.startswith("−") for text in texts)


def test_circles_are_round_on_the_sky():
    circle = lp.circle(228.3, -59.0, 0.25)
    x, y = circles_on_map(GEOMETRY, [circle, lp.circle(228.6, -59.3, 0.1)])
    assert np.isnan(x).sum() == np.isnan(y).sum() == 2  # one gap after each
    first = slice(0, int(np.flatnonzero(np.isnan(x))[0]))
    distance = separation(228.3, -59.0, *GEOMETRY.lonlat(x[first], y[first]))
    np.testing.assert_allclose(distance, 0.25, rtol=1e-6)
    assert circles_on_map(GEOMETRY, [])[0].size == 0


def test_directions_on_the_map_and_back():
    lon, lat = np.array([228.3, np.nan]), np.array([-59.0, -59.0])
    geometry = lp.MapGeometry(320.4, -1.2, width=2, frame="galactic")
    x, y = on_map(geometry, lon, lat)
    assert np.isnan(x[1])
    back = lonlat(geometry.vectors(x[0], y[0]))
    np.testing.assert_allclose(back, (228.3, -59.0))
    assert to_galactic(geometry.vectors(x[0], y[0])).shape == (3,)


def test_contours_follow_a_level_and_leave_out_what_is_unknown():
    y, x = np.mgrid[0:40, 0:50]
    hill = 10 - np.hypot(x - 20, y - 15)
    hill[15, 30] = np.nan
    lines = contour_lines(hill, [2.0, 6.0, 99.0])
    for level in (2.0, 6.0):
        cx, cy = lines[level]
        known = np.isfinite(cx)
        np.testing.assert_allclose(np.hypot(cx - 20, cy - 15)[known], 10 - level, atol=0.05)
    assert lines[99.0][0].size == 0


def test_the_distribution(maps, excess):
    found = significance_distribution(maps, excess)
    columns = distribution_columns(found)
    assert trapezoid(columns.normal, columns.x) == pytest.approx(1, abs=1e-4)
    assert trapezoid(columns.fit, columns.x) == pytest.approx(1, abs=1e-2)
    np.testing.assert_array_equal(columns.density, found.density)
    assert f"width {found.std:.3f}" in columns.text
    assert f"{found.n_pixels} pixels" in columns.text
    assert columns.warning == " ".join(found.warnings)
    assert columns.x[0] <= columns.edges[0]
