"""The pixels of a map: as astropy has them, and refused when they cannot be."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_area

from lightpool.errors import SettingsError
from lightpool.exclusion import ExclusionMask
from lightpool.maps import MapGeometry
from lightpool.maps.geometry import PROJECTIONS
from lightpool.maps.ring_maps import excluded_pixels
from lightpool.sky import Circle, lonlat, separation, unit_vectors


def test_the_tutorial_map():
    geometry = MapGeometry("228.32 deg", -59.08, width=3 * u.deg, binsize="1.2 arcmin")
    assert geometry.shape == (150, 150)
    assert geometry.header["CRPIX1"] == 75.5
    assert geometry.header["CDELT1"] == pytest.approx(-0.02)
    assert (geometry.header["CRVAL1"], geometry.header["CRVAL2"]) == (228.32, -59.08)
    lon, lat = geometry.lonlat(74.5, 74.5)
    assert separation(lon, lat, 228.32, -59.08) < 1e-9


def test_settings_in_any_spelling_are_one_geometry():
    one = MapGeometry(10, 20, width=2, projection="tan")
    other = MapGeometry("10 deg", 20 * u.deg, width=("2 deg", 2), projection="TAN")
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize("projection", PROJECTIONS)
@pytest.mark.parametrize("frame", ["icrs", "galactic"])
def test_pixels_and_directions_as_in_astropy(projection, frame):
    lat = 20.0 if projection != "CEA" else 30.0
    geometry = MapGeometry(350.0, lat, width=(8, 4), binsize=0.5, projection=projection, frame=frame)
    wcs = WCS(geometry.header)
    rows, columns = np.mgrid[0:8, 0:16]
    sky = wcs.pixel_to_world(columns, rows).icrs
    np.testing.assert_allclose(geometry.directions, unit_vectors(sky.ra.deg, sky.dec.deg), atol=1e-12, rtol=0)
    x, y = geometry.pixels(geometry.directions)
    np.testing.assert_allclose(x, columns, atol=1e-8)
    np.testing.assert_allclose(y, rows, atol=1e-8)


def test_north_is_up_and_east_is_left():
    geometry = MapGeometry(50.0, 40.0, width=1)
    x, y = geometry.pixels(unit_vectors(np.array([50.0, 50.3]), np.array([40.3, 40.0])))
    assert y[0] > 30
    assert x[1] < 20


@pytest.mark.parametrize(("projection", "lat"), [("CAR", -59.0), ("TAN", 80.0), ("ZEA", 10.0)])
def test_solid_angles_are_those_of_the_pixels(projection, lat):
    geometry = MapGeometry(120.0, lat, width=10, binsize=0.1, projection=projection)
    at_centre = geometry.solid_angle[50, 50]
    expected = proj_plane_pixel_area(WCS(geometry.header)) * np.radians(1) ** 2
    assert at_centre == pytest.approx(expected, rel=1e-4)
    if projection == "ZEA":  # equal areas everywhere
        np.testing.assert_allclose(geometry.solid_angle, at_centre, rtol=1e-5)


def test_solid_angles_add_up_to_the_sky_between_parallels():
    geometry = MapGeometry(0.0, 0.0, width=(360, 180), binsize=1)
    assert np.nansum(geometry.solid_angle) == pytest.approx(4 * np.pi, rel=1e-4)


def test_pixels_beyond_the_sky_have_no_direction():
    corner = MapGeometry(0.0, 0.0, width=(360, 180), binsize=5, projection="AIT").directions[0, 0]
    assert np.isnan(corner).all()


def test_directions_that_a_projection_cannot_show_have_no_pixel():
    x, y = MapGeometry(0.0, 0.0, width=2, projection="TAN").pixels(unit_vectors(180.0, 0.0))
    assert np.isnan(x)
    assert np.isnan(y)


@pytest.mark.parametrize("frame", ["icrs", "galactic"])
def test_a_map_serves_as_exclusion_mask(frame):
    geometry = MapGeometry(359.9, 1.0, width=2, frame=frame)
    excluded = np.zeros(geometry.shape, dtype=bool)
    excluded[10:20, 30:60] = True
    mask = ExclusionMask(~excluded, geometry.wcs)
    np.testing.assert_array_equal(excluded_pixels(geometry, (mask,)), excluded)


def test_excluded_pixels_are_those_with_their_centre_in_the_circle():
    geometry = MapGeometry(228.32, -59.08, width=3)
    circle = Circle(228.32, -59.08, 0.4)
    assert excluded_pixels(geometry, (circle,)).sum() == 1264  # as the peer has it
    lon, lat = lonlat(geometry.directions)
    centre = SkyCoord(228.32, -59.08, unit="deg")
    near = SkyCoord(lon, lat, unit="deg").separation(centre).deg < 0.4
    np.testing.assert_array_equal(excluded_pixels(geometry, (circle,)), near)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"projection": "HPX"}, "projection is not known; found 'HPX'; expected CAR, TAN"),
        ({"frame": "fk5"}, "a map cannot have this frame; found 'fk5'; expected icrs, galactic"),
        ({"lat": 91}, "centre of the map is out of range; found lon 10 deg, lat 91 deg"),
        ({"binsize": 0}, "pixel size is out of range; found 0 deg"),
        ({"binsize": "1 TeV"}, "pixel size is not an angle"),
        ({"width": 0.001}, "width of the map is out of range; found 0.001 deg"),
        ({"width": (1, 2, 3)}, "a map has two widths"),
        ({"width": 170, "projection": "TAN"}, "out of range; found 170 deg"),
    ],
)
def test_what_is_no_map_is_refused(given, message):
    with pytest.raises(SettingsError, match=message):
        MapGeometry(**{"lon": 10, "lat": 20, **given})


def test_too_small_pixels_name_the_limit_and_what_would_do():
    with pytest.raises(SettingsError) as caught:
        MapGeometry(10, 20, width=5, binsize=0.0005)
    text = str(caught.value)
    assert "0.0005 deg: 10000 x 10000 pixels, 20 GB" in text
    assert "at most 2 GB" in text
    enough = caught.value.remedy.split()[2]
    assert MapGeometry(10, 20, width=5, binsize=float(enough)).binsize == pytest.approx(0.0016)
