"""What a run contributes: background and counts on the right pixels, safe ones only."""

import erfa
import numpy as np
import pytest
from scipy.integrate import quad

from lightpool.errors import DataError, SettingsError
from lightpool.maps import ImageSettings, MapGeometry
from lightpool.maps.field_background import expected_background, power_law_integral
from lightpool.maps.field_rotation import field_turns
from lightpool.maps.footprint import event_pixels, footprint
from lightpool.maps.run_images import run_images
from lightpool.sky import lonlat, offset_by, separation, tangent_axes, unit_vectors

ENERGY = (0.5, 2.0, 8.0)
RNG = np.random.default_rng(5)


def a_run(gadf, tables):
    return gadf.store(tables).observation(1)


def values_against(energies):
    """Return BKG values, shape (energy, lon, lat), that follow a steep spectrum and grow with DETX."""
    slope = np.array([1.0, 2.0, 4.0, 8.0])[None, :, None] * np.ones((1, 1, 4))
    return 1e-6 * slope * np.asarray(energies)[:, None, None]


def test_power_law_between_the_edges():
    edges = np.array([0.5, 1.0, 4.0])
    values = 3e-4 * edges[:, None] ** -np.array([0.0, 1.0, 2.7])
    expected = [
        [quad(lambda e, g=g: 3e-4 * e**-g, low, high)[0] for g in (0.0, 1.0, 2.7)]
        for low, high in ((0.5, 1.0), (1.0, 4.0))
    ]
    np.testing.assert_allclose(power_law_integral(values, edges), expected, rtol=1e-10)
    assert power_law_integral(np.array([1.0, 0.0]), np.array([1.0, 2.0]))[0] == 0


def test_background_of_a_flat_field_is_rate_times_ontime_and_solid_angle(gadf):
    run = a_run(gadf, gadf.run())
    geometry = MapGeometry(83.6, 22.5, width=1, binsize=0.1)
    counts = expected_background(run, geometry, 2.5, ENERGY)
    rate = 1e-6 * 1e6  # TeV-1 s-1 sr-1; ontime 100 s, not livetime
    np.testing.assert_allclose(counts[0], rate * 100 * 1.5 * geometry.solid_angle, rtol=1e-5)
    np.testing.assert_allclose(counts[1], rate * 100 * 6.0 * geometry.solid_angle, rtol=1e-5)


@pytest.mark.parametrize("creator", ["", "SASH FITS::EventListWriter"])
def test_detx_grows_toward_falling_ra_but_not_in_the_files_of_the_release(gadf, creator):
    tables = gadf.run()
    tables["BKG"].columns["BKG"] = (values_against([1.0, 1.0, 1.0]), "s-1 MeV-1 sr-1")
    if creator:
        tables["EVENTS"].header |= {"CREATOR": creator, "HDUVERS": "0.2"}
    geometry = MapGeometry(83.6, 22.5, width=2, binsize=0.1)
    image = expected_background(a_run(gadf, tables), geometry, 2.5, ENERGY)[0]
    right, left = image[:, -1].sum(), image[:, 0].sum()  # columns run toward falling RA
    assert (left if creator else right) > 3 * (right if creator else left)


def test_dety_grows_northward(gadf):
    tables = gadf.run()
    tables["BKG"].columns["BKG"] = (values_against([1.0] * 3).swapaxes(1, 2), "s-1 MeV-1 sr-1")
    image = expected_background(
        a_run(gadf, tables), MapGeometry(83.6, 22.5, width=2, binsize=0.1), 2.5, ENERGY
    )[0]
    assert image[-1].sum() > 3 * image[0].sum()


def test_radial_background_depends_on_the_offset_alone(gadf):
    tables = gadf.run()
    bkg = tables["BKG"]
    bkg.header["HDUCLAS4"] = "BKG_2D"
    for name in ("DETX_LO", "DETX_HI", "DETY_LO", "DETY_HI"):
        del bkg.columns[name]
    bkg.columns["THETA_LO"], bkg.columns["THETA_HI"] = ([0.0, 1.0], "deg"), ([1.0, 2.0], "deg")
    bkg.columns["BKG"] = (np.array([[1e-6] * 3, [1e-8] * 3]), "s-1 MeV-1 sr-1")
    geometry = MapGeometry(83.6, 22.5, width=5, binsize=0.1, projection="ZEA")
    counts = expected_background(a_run(gadf, tables), geometry, 5.0, ENERGY)[0]
    rate = counts / geometry.solid_angle / (100 * 1e6 * 1.5)
    offset = separation(*lonlat(geometry.directions), 83.6, 22.5)
    np.testing.assert_allclose(rate[offset < 0.5], 1e-6, rtol=1e-4)  # constant within the first node
    np.testing.assert_allclose(rate[(offset > 1.5) & (offset < 2.5)], 1e-8, rtol=1e-4)
    between = (offset > 0.5) & (offset < 1.5)
    np.testing.assert_allclose(np.log10(rate[between]), -6 - 2 * (offset[between] - 0.5), atol=1e-4)


def altaz_tables(gadf, **pointing):
    tables = gadf.run(**pointing)
    tables["BKG"].header["FOVALIGN"] = "ALTAZ"
    tables["EVENTS"].header |= {"GEOLON": 16.5, "GEOLAT": -23.27, "ALTITUDE": 1835.0}
    tables["GTI"].columns["STOP"] = ([3600.0], "s")
    return tables


def test_the_zenith_is_where_the_local_meridian_says(gadf):
    """The position angle of the zenith against the textbook's parallactic angle, J2000 axes."""
    run = a_run(gadf, altaz_tables(gadf, lon=60.0, lat=-30.0))
    turns = field_turns(run)
    assert sum(turn.share for turn in turns) == pytest.approx(1)
    assert np.abs(np.diff([turn.angle for turn in turns])).max() <= 1.0
    middle = (run.gti.start[0] + run.gti.stop[0]) / 2
    utc = erfa.taiutc(*erfa.tttai(2451545.0, middle / 86400))
    hour = np.degrees(erfa.gmst06(*utc, 2451545.0, middle / 86400)) + 16.5 - 60.0
    h, phi, dec = np.radians(hour), np.radians(-23.27), np.radians(-30.0)
    angle = np.degrees(np.arctan2(np.sin(h), np.tan(phi) * np.cos(dec) - np.sin(dec) * np.cos(h)))
    mean = np.average([turn.angle for turn in turns], weights=[turn.share for turn in turns])
    # Precession, and the mean of a curve against its middle.
    assert (mean - angle + 180) % 360 - 180 == pytest.approx(0, abs=1.0)


def test_a_field_that_turns_with_the_mount(gadf):
    """More background toward the zenith shows on that side of the map."""
    tables = altaz_tables(gadf, lon=60.0, lat=-30.0)
    tables["BKG"].columns["BKG"] = (values_against([1.0] * 3).swapaxes(1, 2), "s-1 MeV-1 sr-1")
    run = a_run(gadf, tables)
    geometry = MapGeometry(60.0, -30.0, width=3, binsize=0.1)
    image = expected_background(run, geometry, 2.5, ENERGY)[0]
    turn = field_turns(run)
    zenith = np.average([t.angle for t in turn], weights=[t.share for t in turn])
    toward, away = (
        geometry.pixels(unit_vectors(*offset_by(60.0, -30.0, zenith + extra, 1.0))) for extra in (0, 180)
    )
    (bright, faint) = (image[int(np.rint(y)), int(np.rint(x))] for x, y in (toward, away))
    assert bright > 3.5 * faint
    # Azimuth grows to the right of the zenith, and the longitude of the field is mirrored.
    tables["BKG"].columns["BKG"] = (values_against([1.0] * 3), "s-1 MeV-1 sr-1")
    image = expected_background(gadf.store(tables, name="other").observation(1), geometry, 2.5, ENERGY)[0]
    left, right = (
        geometry.pixels(unit_vectors(*offset_by(60.0, -30.0, zenith + extra, 1.0))) for extra in (90, -90)
    )
    (bright, faint) = (image[int(np.rint(y)), int(np.rint(x))] for x, y in (left, right))
    assert bright > 3.5 * faint


def test_a_turning_field_needs_the_site(gadf):
    tables = altaz_tables(gadf)
    del tables["EVENTS"].header["GEOLAT"]
    with pytest.raises(DataError, match="GEOLAT"):
        expected_background(a_run(gadf, tables), MapGeometry(83.6, 22.5, width=1), 2.5, ENERGY)


def test_footprint_is_the_square_about_the_pointing(gadf):
    run = a_run(gadf, gadf.run())
    wide = MapGeometry(83.6, 22.5, width=(8, 6), binsize=0.1)
    place = footprint(run, wide, 1.0)
    assert place.shape == (20, 20)
    assert place.rows == slice(20, 40)
    assert place.columns == slice(30, 50)
    assert footprint(run, MapGeometry(85.0, 22.5, width=1), 1.0).shape[1] < 50  # cut at the map's edge
    assert footprint(run, MapGeometry(90.0, 22.5, width=1), 1.0).is_empty
    assert footprint(run, MapGeometry(263.6, -22.5, width=1, projection="TAN"), 1.0).is_empty


def test_events_fall_into_the_nearest_pixel(gadf):
    tables = gadf.run()
    lon, lat = RNG.uniform(82.6, 84.6, 50), RNG.uniform(21.7, 23.3, 50)
    tables["EVENTS"].columns |= {
        "TIME": (np.linspace(0, 90, 50), "s"),
        "RA": (lon, "deg"),
        "DEC": (lat, "deg"),
        "ENERGY": (np.ones(50), "TeV"),
    }
    run = a_run(gadf, tables)
    geometry = MapGeometry(83.5, 22.4, width=1, binsize=0.05)
    pixel = event_pixels(run, geometry, 2.5)
    assert (pixel == -1).any()
    inside = pixel >= 0
    assert inside.any()
    centres = geometry.directions.reshape(-1, 3)
    nearest = np.argmax(centres @ unit_vectors(lon, lat).T, axis=0)
    # At the very border of two pixels the projection and the sphere may differ.
    assert np.mean(nearest[inside] == pixel[inside]) > 0.97


def test_counts_and_background_are_those_of_the_safe_bins(gadf):
    tables = gadf.run()
    tables["AEFF"].header |= {"LO_THRES": 0.9}
    run = a_run(gadf, tables)
    geometry = MapGeometry(83.6, 22.5, width=2, binsize=0.1)
    edges = (0.4, 0.8, 1.6, 3.2, 50.0)
    everything = run_images(run, ImageSettings(geometry, edges, safe_mask=()))
    safe = run_images(run, ImageSettings(geometry, edges))
    assert everything.counts.sum() == 4
    assert safe.counts.sum() == 2  # of 0.5, 1, 2 and 30 TeV the two in bins above 0.9 TeV
    assert safe.safe_bins.tolist() == [False, False, True, True]
    expected = expected_background(run, geometry, 2.5, edges)
    np.testing.assert_allclose(safe.background[0], expected[2:].sum(axis=0), rtol=1e-6)
    np.testing.assert_allclose(everything.background[0], expected.sum(axis=0), rtol=1e-6)


def test_bands_part_the_counts(gadf):
    run = a_run(gadf, gadf.run())
    geometry = MapGeometry(83.6, 22.5, width=2, binsize=0.1)
    settings = ImageSettings(geometry, (0.4, 0.8, 1.6, 3.2, 50.0), bands=(0.8, 3.1, 50.0), safe_mask=())
    assert settings.bands == (0.8, 3.2, 50.0)  # moved to the nearest edges
    assert run_images(run, settings).counts.sum(axis=(1, 2)).tolist() == [2, 1]
    assert settings.band_of_bin.tolist() == [-1, 0, 0, 1]


@pytest.mark.parametrize(
    ("rules", "n_bins"),
    [
        ({"safe_mask": ("aeff-max",), "aeff_percent": 20.0}, 2),
        ({"safe_mask": "bkg-peak"}, 1),
        ({"safe_mask": ("edisp-bias",), "bias_percent": 1e3}, None),
    ],
)
def test_rules_that_judge_energies(gadf, rules, n_bins):
    tables = gadf.run()
    tables["BKG"].columns["BKG"] = (np.full((3, 4, 4), 1e-6), "s-1 MeV-1 sr-1")
    settings = ImageSettings(
        MapGeometry(83.6, 22.5, width=1, binsize=0.1), (0.2, 0.5, 2.0, 8.0, 32.0), **rules
    )
    safe = run_images(a_run(gadf, tables), settings).safe_bins
    # The area grows: its share is reached at some energy, and all above is safe.
    assert safe[-1]
    assert (np.diff(safe.astype(int)) >= 0).all()
    if n_bins:
        assert safe.sum() == n_bins


def test_offset_max_masks_pixels(gadf):
    run = a_run(gadf, gadf.run())
    geometry = MapGeometry(83.6, 22.5, width=3, binsize=0.1)
    near = run_images(run, ImageSettings(geometry, ENERGY, safe_mask=("offset-max",), safe_offset_max=0.7))
    offset = separation(*lonlat(geometry.directions), 83.6, 22.5)
    np.testing.assert_array_equal(near.mask[0], offset < 0.7)
    assert not near.background[0][offset >= 0.7].any()


def test_a_run_without_background_model_is_named_with_what_to_do(gadf):
    tables = gadf.run()
    del tables["BKG"]
    run = a_run(gadf, tables)
    with pytest.raises(DataError) as caught:
        run_images(run, ImageSettings(MapGeometry(83.6, 22.5, width=1), ENERGY))
    text = str(caught.value)
    assert text.startswith("run 1: the run has no background model, which maps need")
    assert "found events, gti, aeff, edisp, psf" in text
    assert "reflected regions, which need none" in text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"geometry": None}, "geometry of the map is missing"),
        ({"energy": (2.0, 1.0)}, "energy edges must increase"),
        ({"bands": (0.5, 0.55, 8.0)}, "an energy band holds no energy bin; found 0.5 to 0.55 TeV"),
        ({"safe_mask": ("lucky",)}, "safe mask method is not known; found 'lucky'"),
        ({"offset_max": 0}, "offset_max is out of range; found 0 deg"),
        ({"safe_offset_max": "200 deg"}, "safe_offset_max is out of range; found 200 deg"),
        ({"aeff_percent": 101}, "aeff_percent is out of range; found 101"),
        ({"flux_index": 11}, "flux_index is out of range; found 11"),
    ],
)
def test_settings_that_cannot_be(given, message):
    with pytest.raises(SettingsError, match=message):
        ImageSettings(**{"geometry": MapGeometry(0, 0, width=1), "energy": ENERGY, **given})


def test_axes_about_a_direction_are_right_handed():
    axes = tangent_axes(30.0, 40.0)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(axes) == pytest.approx(1)
