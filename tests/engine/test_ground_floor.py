"""Units, energy edges, times and directions: what goes in is checked, what comes out is right."""

import subprocess
import sys

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from regions import CircleSkyRegion, PointSkyRegion, RectangleSkyRegion

from lightpool.axes import checked_edges, energy_edges, nearest_edges, whole_bins_inside
from lightpool.errors import DataError, SettingsError
from lightpool.sky import Circle, TangentPlane, as_circle, circle, lonlat, offset_by, separation, unit_vectors
from lightpool.times import from_utc, to_mjd, to_utc, tt_offset
from lightpool.units import to_array, to_float

lons, lats = st.floats(0, 359.999), st.floats(-89.9, 89.9)


class TestUnits:
    @pytest.mark.parametrize(
        ("given_value", "unit", "expected"),
        [
            ("500 GeV", "TeV", 0.5),
            ("1e3GeV", "TeV", 1.0),
            (2, "TeV", 2.0),
            (0.3 * u.TeV, "TeV", 0.3),
            ("6 arcmin", "deg", 0.1),
            ("1 erg", "TeV", 0.6241509),
            ("15 min", "s", 900.0),
        ],
    )
    def test_numbers_and_quantities_convert(self, given_value, unit, expected):
        assert to_float(given_value, unit) == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("given_value", "message"),
        [
            ("3 deg", "not an energy"),
            ("3", "has no unit"),
            ("three TeV", "not an energy"),
            (3 * u.deg, "not an energy"),
            (None, "not an energy"),
            (float("nan"), "must be finite"),
            ("3 parsnips", "not an energy"),
        ],
    )
    def test_what_is_no_energy_is_refused_by_name(self, given_value, message):
        with pytest.raises(SettingsError, match=message) as caught:
            to_float(given_value, "TeV", name="threshold")
        assert "threshold" in str(caught.value)

    def test_arrays(self):
        np.testing.assert_allclose(to_array([1, "500 GeV", 2 * u.TeV], "TeV"), [1, 0.5, 2])
        np.testing.assert_allclose(to_array([1, 2] * u.GeV, "TeV"), [1e-3, 2e-3])
        for single in (2.0, 2, "2 TeV", 2 * u.TeV, np.float64(2)):
            np.testing.assert_allclose(to_array(single, "TeV"), [2])
        with pytest.raises(SettingsError, match="not an energy"):
            to_array([1, 2] * u.deg, "TeV")


class TestEnergyEdges:
    @pytest.mark.parametrize(
        ("low", "high", "options", "bins"),
        [
            ("0.1 TeV", "40 TeV", {"per_decade": 10}, 27),
            ("0.05 TeV", "100 TeV", {"per_decade": 20}, 67),
            ("0.1 TeV", "10 TeV", {"per_decade": 10}, 20),
            (0.5, 30, {"n": 20}, 20),
        ],
    )
    def test_tutorials_axes(self, low, high, options, bins):
        edges = energy_edges(low, high, **options)
        assert len(edges) == bins + 1
        assert edges[0] == pytest.approx(to_float(low, "TeV"))
        assert edges[-1] == pytest.approx(to_float(high, "TeV"))
        np.testing.assert_allclose(np.diff(np.log(edges)), np.log(edges[1] / edges[0]))

    @pytest.mark.parametrize(
        ("args", "options", "message"),
        [
            ((1, 1), {"n": 3}, "must be positive and increase"),
            ((-1, 1), {"n": 3}, "must be positive and increase"),
            ((1, 2), {}, "either n or per_decade"),
            ((1, 2), {"n": 3, "per_decade": 3}, "either n or per_decade"),
            ((1, 2), {"n": 0}, "out of range"),
            ((1, 2), {"n": 2.5}, "out of range"),
            ((1, 2), {"n": 10**9}, "out of range"),
            ((1, 2), {"per_decade": -4}, "must be positive"),
        ],
    )
    def test_unusable_axes_are_refused(self, args, options, message):
        with pytest.raises(SettingsError, match=message):
            energy_edges(*args, **options)

    def test_edges_that_do_not_increase_name_the_edge(self):
        with pytest.raises(SettingsError, match=r"found 1 TeV after 2 TeV \(edge 2\)"):
            checked_edges([0.5, 2, 1])
        with pytest.raises(SettingsError, match="at least two"):
            checked_edges([1])
        with pytest.raises(SettingsError, match="positive and finite"):
            checked_edges([0, 1])
        with pytest.raises(SettingsError, match="positive and finite"):
            checked_edges(np.array([1, np.inf]))

    def test_whole_bins_and_nearest_edges(self):
        edges = np.array([1.0, 2, 4, 8])
        np.testing.assert_array_equal(whole_bins_inside(edges, 1.5, 8), [False, True, True])
        np.testing.assert_array_equal(whole_bins_inside(edges, 2, 4), [False, True, False])
        np.testing.assert_array_equal(nearest_edges(edges, np.array([0.1, 2.7, 2.9, 99])), [0, 1, 2, 3])


class TestTimes:
    def test_the_reference_of_the_hess_files_is_the_start_of_2001_in_utc(self):
        start = tt_offset(51910, 0.000742870370370241, "TT")
        assert to_utc(start) == np.datetime64("2001-01-01T00:00:00")
        assert start == pytest.approx(from_utc("2001-01-01"), abs=1e-5)

    @given(st.integers(0, 20 * 365 * 86400))
    def test_utc_there_and_back(self, seconds):
        stamp = np.datetime64("1999-01-01T00:00:00") + np.timedelta64(seconds, "s")
        assert to_utc(from_utc(stamp)) == stamp

    def test_agrees_with_astropy(self):
        for text in ("2006-07-29T20:45:00", "2016-12-31T23:59:59", "2017-01-01T00:00:01.5"):
            assert to_mjd(from_utc(text)) == pytest.approx(Time(text).tt.mjd, abs=1e-11)
            assert from_utc(Time(text)) == pytest.approx(from_utc(text), abs=1e-6)
        assert tt_offset(53402, 0.5, "utc") == pytest.approx(from_utc(Time(53402.5, format="mjd")), abs=1e-5)

    def test_no_date_is_refused(self):
        with pytest.raises(SettingsError, match="start is not a date"):
            from_utc("yesterday", name="start")
        with pytest.raises(SettingsError, match="not a date"):
            from_utc(None)

    def test_an_unknown_scale_is_refused(self):
        with pytest.raises(DataError, match="time scale is not known"):
            tt_offset(51910, 0, "LOCAL")


class TestSky:
    @given(lons, lats, lons, lats)
    def test_separation_and_vectors_agree_with_astropy(self, lon1, lat1, lon2, lat2):
        expected = SkyCoord(lon1, lat1, unit="deg").separation(SkyCoord(lon2, lat2, unit="deg")).deg
        assert separation(lon1, lat1, lon2, lat2) == pytest.approx(expected, abs=1e-9)

    @given(lons, lats)
    def test_galactic_directions_agree_with_astropy_to_a_microarcsecond(self, lon, lat):
        here = circle(lon, lat, 0.1, frame="galactic")
        there = SkyCoord(lon, lat, unit="deg", frame="galactic").icrs
        assert separation(here.lon, here.lat, there.ra.deg, there.dec.deg) * 3600 < 1e-6

    @given(lons, lats, st.floats(0, 360), st.floats(0.001, 5))
    def test_offset_by_goes_as_far_as_asked(self, lon, lat, angle, distance):
        there = offset_by(lon, lat, angle, distance)
        assert separation(lon, lat, *there) == pytest.approx(distance, rel=1e-6)

    @given(lons, st.floats(-80, 80), st.floats(-300, 300), st.floats(-300, 300))
    def test_the_tangent_plane_inverts(self, lon, lat, x, y):
        plane = TangentPlane(lon, lat, 0.01)
        np.testing.assert_allclose(plane.project(plane.directions(x, y)), (x, y), atol=1e-8)

    def test_the_tangent_plane_is_that_of_the_fits_standard(self):
        from astropy.wcs import WCS

        wcs = WCS(naxis=2)
        wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.cdelt = ["RA---TAN", "DEC--TAN"], [83.6, 22], [-0.02, 0.02]
        lon, lat = np.array([83.1, 84.2, 83.6]), np.array([21.5, 22.7, 22.0])
        x, y = wcs.wcs_world2pix(lon, lat, 0)
        ours = TangentPlane(83.6, 22, 0.02).project(unit_vectors(lon, lat))
        np.testing.assert_allclose(ours, (x + 1, y + 1), atol=1e-9)
        assert np.isnan(TangentPlane(0, 0, 0.1).project(unit_vectors(180, 0))).all()

    def test_regions_of_the_regions_package(self):
        centre = SkyCoord(184.55, -5.78, unit="deg", frame="galactic")
        region = as_circle(CircleSkyRegion(centre, 0.11 * u.deg))
        assert region.radius == pytest.approx(0.11)
        assert separation(region.lon, region.lat, centre.icrs.ra.deg, centre.icrs.dec.deg) < 1e-9
        assert as_circle(PointSkyRegion(centre)).radius == 0
        with pytest.raises(SettingsError, match="RectangleSkyRegion"):
            as_circle(RectangleSkyRegion(centre, 1 * u.deg, 1 * u.deg))

    def test_a_circle_out_of_range_is_refused(self):
        with pytest.raises(SettingsError, match="direction is out of range"):
            Circle(10, 95, 0.1)
        with pytest.raises(SettingsError, match="radius is out of range"):
            Circle(10, 5, -0.1)
        with pytest.raises(SettingsError, match="frame is not known"):
            circle(1, 2, 3, frame="atlantic")

    def test_outline_and_lonlat(self):
        region = Circle(359.9, 60, 1)
        np.testing.assert_allclose(separation(359.9, 60, *region.outline(16)), 1)
        np.testing.assert_allclose(lonlat(5 * unit_vectors(350, -20)), (350, -20))
        assert region.contains(359.9, 60.5)
        assert not region.contains(359.9, 61)


def test_importing_the_package_loads_nothing_heavy():
    heavy = ("astropy", "xarray", "scipy", "pydantic")
    code = f"import sys, lightpool; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_takes_the_name_of_a_public_function():
    """``import lightpool.x`` sets an attribute on the package, which must never hide a function."""
    code = (
        "import importlib, pkgutil, types, lightpool\n"
        "for m in pkgutil.iter_modules(lightpool.__path__): importlib.import_module('lightpool.' + m.name)\n"
        "names = [n for n in lightpool._HOME if isinstance(getattr(lightpool, n), types.ModuleType)]\n"
        "assert names == [], names"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
