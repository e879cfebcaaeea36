"""Wobble regions: where they lie, what rejects them, and what is said about it."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.off_regions import CONTAINS_POINTING, OVERLAPS_EXCLUSION
from lightpool.schema import cube_warnings
from lightpool.sky import offset_by, separation
from lightpool.wobble import OVERLAPS_ANOTHER, WobbleRegions

CRAB = lp.circle("83.633 deg", "22.0144 deg", "0.11 deg")


@pytest.fixture(scope="module")
def runs(demo_store):
    return demo_store.select(target="Crab Nebula (simulated)")


@pytest.fixture(scope="module")
def settings():
    return {
        "on_region": CRAB,
        "energy": lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        "energy_true": lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    }


def test_regions_lie_at_equal_steps_about_the_pointing(runs, settings):
    cube = lp.reduce(runs, **settings, background=WobbleRegions(n_off_regions=5))
    assert cube.onoff.n_off_regions.values.tolist() == [5] * len(runs)
    assert (cube["acceptance_off"] == 5).all()
    for run in runs:
        regions = cube.onoff.off_regions(run.obs_id)
        lon = np.append(regions["off_lon"], CRAB.lon)
        lat = np.append(regions["off_lat"], CRAB.lat)
        np.testing.assert_allclose(
            separation(run.lon, run.lat, lon, lat),
            separation(run.lon, run.lat, CRAB.lon, CRAB.lat),
            rtol=1e-9,
        )
        # Six corners of a hexagon: neighbours are as far apart as from the pointing.
        neighbours = separation(lon, lat, np.roll(lon, 1), np.roll(lat, 1))
        np.testing.assert_allclose(neighbours, neighbours[0], rtol=1e-6)
        assert set(regions["off_radius"].values) == {CRAB.radius}


def test_counts_are_those_in_the_circles(runs, settings):
    cube = lp.reduce(runs, **settings, background=WobbleRegions(3))
    for row, run in enumerate(runs):
        regions = cube.onoff.off_regions(run.obs_id)
        inside = np.zeros(len(run.events), dtype=bool)
        for lon, lat in zip(regions["off_lon"].values, regions["off_lat"].values, strict=True):
            inside |= separation(lon, lat, run.events.lon, run.events.lat) < CRAB.radius
        expected, _ = np.histogram(run.events.energy[inside], cube["energy_edges"])
        # The raster's circles are round in the tangent plane, not on the sphere: an event may change sides.
        assert abs(cube["counts_off"][0, row].values - expected).sum() <= 1
        assert expected.sum() > 10


def test_the_name_alone_takes_three(runs, settings):
    by_name = lp.reduce(runs, **settings, background="wobble")
    assert by_name.identical(lp.reduce(runs, **settings, background=WobbleRegions(n_off_regions=3)))
    assert by_name.onoff.n_off_regions.values.tolist() == [3] * len(runs)


def test_one_region_lies_opposite(runs, settings):
    cube = lp.reduce(runs[:1], **settings, background=WobbleRegions(1))
    regions, run = cube.onoff.off_regions(runs[0].obs_id), runs[0]
    middle = separation(CRAB.lon, CRAB.lat, float(regions["off_lon"][0]), float(regions["off_lat"][0]))
    assert middle == pytest.approx(2 * separation(run.lon, run.lat, CRAB.lon, CRAB.lat), rel=1e-9)


def test_an_excluded_candidate_is_kept_with_its_reason(runs, settings):
    free = lp.reduce(runs[:1], **settings, background="wobble")
    lon, lat = (float(free[name][1]) for name in ("off_lon", "off_lat"))
    # Just touching, then just not.
    for distance, n in ((0.14, 2), (0.18, 3)):
        hole = lp.circle(*(float(v) for v in offset_by(lon, lat, 33.0, distance)), 0.05)
        cube = lp.reduce(runs[:1], **settings, background="wobble", exclusion=hole)
        assert int(cube.onoff.n_off_regions[0]) == n
        assert (cube["acceptance_off"] == n).all()
        reasons = cube.onoff.off_regions(runs[0].obs_id)["off_reason"].values.tolist()
        assert reasons == ["", OVERLAPS_EXCLUSION if n == 2 else "", ""]
        assert cube["mask_safe"].any()


def test_an_exclusion_of_everything_leaves_no_off_region(runs, settings):
    cube = lp.reduce(runs[:1], **settings, background="wobble", exclusion=lp.circle(83.633, 22.0144, 3))
    assert "each of the 3 positions overlaps an excluded region" in cube_warnings(cube)[0]
    assert not cube["mask_safe"].any()
    assert not cube["acceptance_off"].any()
    assert not cube["counts_off"].any()


def test_overlapping_regions_are_refused_and_the_room_is_said(runs, settings):
    run = runs[0]
    offset = float(separation(run.lon, run.lat, CRAB.lon, CRAB.lat))
    room = int(np.pi / np.arcsin(CRAB.radius / offset)) - 1
    assert int(lp.reduce([run], **settings, background=WobbleRegions(room)).onoff.n_off_regions[0]) == room
    cube = lp.reduce([run], **settings, background=WobbleRegions(room + 1))
    (warning,) = cube_warnings(cube)
    assert f"an ON and {room + 1} OFF regions of 0.11 deg overlap" in warning
    assert f"there is room for {room}" in warning
    assert set(cube["off_reason"].values) == {OVERLAPS_ANOTHER}
    assert int(cube.onoff.n_off_regions[0]) == 0
    assert not cube["mask_safe"].any()


def test_a_region_beside_the_on_region_is_refused_when_the_exclusion_takes_all_others(runs, settings):
    """Only the ON region overlaps what is left, and its gamma rays would be taken for background."""
    run, n = runs[0], 15
    all_of_them = lp.reduce([run], **settings, background=WobbleRegions(n))
    lon, lat = (all_of_them[name].values for name in ("off_lon", "off_lat"))
    # Candidates that overlap the first one's far neighbour and all behind it, up to the last.
    holes = [lp.circle(float(x), float(y), 0.02) for x, y in zip(lon[2:], lat[2:], strict=True)]
    cube = lp.reduce([run], **settings, background=WobbleRegions(n), exclusion=holes)
    assert set(cube["off_reason"].values) == {OVERLAPS_EXCLUSION, OVERLAPS_ANOTHER}
    assert not cube["mask_safe"].any()


def test_an_on_region_on_the_pointing_has_no_off_region(runs, settings):
    run = runs[0]
    cube = lp.reduce([run], **settings | {"on_region": lp.circle(run.lon, run.lat, 0.1)}, background="wobble")
    assert CONTAINS_POINTING in cube_warnings(cube)[0]
    assert len(cube["off_lon"]) == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n_off_regions": 0}, "n_off_regions is out of range; found 0; expected a whole number, 1 to"),
        ({"n_off_regions": 2.5}, "found 2.5"),
        ({"n_off_regions": 100000}, "n_off_regions"),
        ({"n_off_regions": float("nan")}, "found nan"),
        ({"binsize": 0}, "binsize"),
    ],
)
def test_settings_are_checked(values, message):
    with pytest.raises(SettingsError, match=message):
        WobbleRegions(**values)
