"""Point-like responses: the region that goes with them, the cut of each event, and every refusal."""

import os
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits

import lightpool as lp
from lightpool.analysis import Analysis, AnalysisSettings
from lightpool.aperture import CircleAperture, CutAperture, aperture_of
from lightpool.dl3.irf_axes import Axis
from lightpool.dl3.rad_max import RadMax
from lightpool.errors import DataError, SettingsError
from lightpool.export.ogip import write_ogip
from lightpool.reduction_settings import ReductionSettings
from lightpool.schema import cube_warnings
from lightpool.sky import separation
from lightpool.wobble import LIES_IN_EXCLUSION, OVERLAPS_ANOTHER, WobbleRegions

CRAB = lp.point("83.633 deg", "22.0144 deg")
AXES = {
    "energy": lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
    "energy_true": lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
}
ENERGY_EDGES = np.geomspace(0.1, 100, 7)
ENERGY = Axis("ENERG", np.sqrt(ENERGY_EDGES[:-1] * ENERGY_EDGES[1:]), ENERGY_EDGES, log=True)
OFFSET = Axis("THETA", np.array([0.5, 1.5]), np.array([0.0, 1.0, 2.0]))
CUTS = np.array([[0.3, 0.2, 0.15, 0.12, 0.1, 0.1], [0.5, 0.4, 0.3, 0.24, 0.2, 0.2]])


@pytest.fixture
def point_like(demo_path):
    """Return runs of the simulated store made point-like, with a cut of one's choice."""

    def make(cut, n=2):
        runs = lp.DataStore(demo_path).select(target="Crab Nebula (simulated)")[:n]
        for run in runs:
            run.aeff = replace(run.aeff, is_point_like=True)
            run.rad_max = cut
        return tuple(runs)

    return make


def offset_of(run):
    return float(separation(run.lon, run.lat, CRAB.lon, CRAB.lat))


def counted(run, lon, lat, cut, edges):
    distance = separation(lon, lat, run.events.lon, run.events.lat)
    return np.histogram(run.events.energy[distance <= cut], edges)[0]


def test_each_event_is_judged_by_the_cut_at_the_nearest_energy(point_like):
    runs = point_like(RadMax(ENERGY, OFFSET, CUTS))
    cube = lp.reduce(runs, on_region=CRAB, **AXES, background=WobbleRegions(2))
    for row, run in enumerate(runs):
        nearest = np.argmin(np.abs(np.log(run.events.energy[:, None] / ENERGY.nodes)), axis=1)
        cut = CUTS[int(offset_of(run) > 1), nearest]
        expected = counted(run, CRAB.lon, CRAB.lat, cut, AXES["energy"])
        np.testing.assert_array_equal(cube["counts"][0, row], expected)
        regions = cube.onoff.off_regions(run.obs_id)
        off = [
            counted(run, lon, lat, cut, AXES["energy"])
            for lon, lat in zip(regions["off_lon"].values, regions["off_lat"].values, strict=True)
        ]
        assert len(off) == 2
        np.testing.assert_array_equal(cube["counts_off"][0, row], np.sum(off, axis=0))
        assert expected.sum() > 20


def test_the_table_is_read_at_the_offset_of_the_region(point_like):
    (run,) = point_like(RadMax(ENERGY, OFFSET, CUTS), n=1)
    far = replace(CRAB, lon=run.lon + 1.3 / np.cos(np.radians(run.lat)), lat=run.lat)
    aperture = aperture_of(run, far)
    assert aperture.offset == pytest.approx(1.3, abs=1e-3)
    assert aperture.reach((5.0, 40.0)) == 0.24
    assert aperture_of(run, CRAB).reach((5.0, 40.0)) == 0.12


def test_the_reach_is_the_largest_cut_that_an_event_in_range_can_meet(point_like):
    (run,) = point_like(RadMax(ENERGY, OFFSET, CUTS), n=1)
    aperture = aperture_of(run, CRAB)
    assert aperture.reach((0.1, 0.2)) == 0.3
    assert aperture.reach((0.4, 0.9)) == 0.2
    assert aperture.reach((10.1, 90.0)) == 0.1
    # Beyond the table its last value holds.
    assert aperture.reach((200.0, 300.0)) == 0.1
    assert aperture.reach((0.01, 0.02)) == 0.3


def test_one_cut_for_all_energies_goes_with_a_point_and_a_circle_alike(point_like):
    runs = point_like(0.12)
    point = lp.reduce(runs, on_region=CRAB, **AXES, background="wobble")
    circle = lp.reduce(runs, on_region=replace(CRAB, radius=0.12), **AXES, background="wobble")
    np.testing.assert_array_equal(point["counts"], circle["counts"])
    assert abs(point["counts_off"] - circle["counts_off"]).sum() <= 2
    np.testing.assert_array_equal(point["exposure"], circle["exposure"])
    assert isinstance(aperture_of(runs[0], CRAB), CutAperture)
    assert isinstance(aperture_of(runs[0], replace(CRAB, radius=0.1201)), CircleAperture)


def test_a_circle_of_the_cut_goes_with_reflected_regions(point_like):
    runs = point_like(0.12)
    cube = lp.reduce(runs, on_region=replace(CRAB, radius=0.12), **AXES)
    assert (cube.onoff.n_off_regions > 5).all()


def test_the_exposure_is_never_corrected_for_containment(point_like):
    runs = point_like(0.12)
    for choice in (None, False):
        cube = lp.reduce(runs, on_region=CRAB, **AXES, background="wobble", containment_correction=choice)
        np.testing.assert_array_equal(cube["exposure"], cube["edisp_exposure"])


def test_full_enclosure_responses_are_corrected_unless_told_otherwise(demo_store):
    runs = demo_store.select(target="Crab Nebula (simulated)")[:1]
    by_default, asked, not_asked = (
        lp.reduce(runs, on_region=replace(CRAB, radius=0.11), **AXES, containment_correction=choice)
        for choice in (None, True, False)
    )
    np.testing.assert_array_equal(by_default["exposure"], asked["exposure"])
    np.testing.assert_array_equal(not_asked["exposure"], not_asked["edisp_exposure"])
    assert (asked["exposure"] < not_asked["exposure"]).any()


def test_a_point_has_radius_zero_in_the_cube_and_survives_stacking_and_a_fit(point_like):
    cube = lp.reduce(point_like(RadMax(ENERGY, OFFSET, CUTS)), on_region=CRAB, **AXES, background="wobble")
    assert cube["region_radius"].values.tolist() == [0]
    assert set(cube["off_radius"].values) == {0}
    assert lp.stack(cube)["region_radius"].values.tolist() == [0]
    assert lp.fit(cube, lp.PowerLaw(index=2.5, amplitude=3e-11)).success


def test_points_stay_points_in_ogip_files(point_like, tmp_path):
    runs = point_like(RadMax(ENERGY, OFFSET, CUTS), n=1)
    cube = lp.reduce(runs, on_region=CRAB, **AXES, background="wobble")
    write_ogip(cube, tmp_path, observations=runs)
    for stem, n in (("pha_obs1001", 1), ("pha_obs1001_bkg", 3)):
        with fits.open(tmp_path / f"{stem}.fits") as hdus:
            assert hdus["REGION"].data["SHAPE"].tolist() == ["point"] * n


def test_points_closer_than_two_cuts_overlap(point_like):
    """Only energies in the range of the analysis matter."""
    (run,) = point_like(RadMax(ENERGY, OFFSET, CUTS), n=1)
    apart = 2 * offset_of(run) * np.sin(np.pi / 6)  # of six points
    assert 2 * 0.2 < apart < 2 * 0.3
    narrow = lp.reduce([run], on_region=CRAB, **AXES | {"energy": [0.4, 1, 40]}, background=WobbleRegions(5))
    assert int(narrow.onoff.n_off_regions[0]) == 5
    wide = lp.reduce([run], on_region=CRAB, **AXES, background=WobbleRegions(5))
    assert int(wide.onoff.n_off_regions[0]) == 0
    assert set(wide["off_reason"].values) == {OVERLAPS_ANOTHER}
    assert not wide["counts_off"].any()
    (warning,) = cube_warnings(wide)
    assert "an ON and 5 OFF regions of 0.3 deg overlap" in warning
    room = int(warning.rpartition("room for ")[2].split()[0])
    fewer = lp.reduce([run], on_region=CRAB, **AXES, background=WobbleRegions(room))
    assert int(fewer.onoff.n_off_regions[0]) == room


def test_no_room_for_any_is_said(point_like):
    (run,) = point_like(0.51, n=1)
    cube = lp.reduce([run], on_region=CRAB, **AXES, background=WobbleRegions(1))
    assert "there is no room for any" in cube_warnings(cube)[0]
    on_axis = lp.reduce([run], on_region=lp.point(run.lon, run.lat), **AXES, background="wobble")
    assert "at 0.00 deg from the pointing" in cube_warnings(on_axis)[0]
    assert "there is no room for any" in cube_warnings(on_axis)[0]


def test_an_excluded_point_is_rejected_and_one_near_by_warns(point_like):
    (run,) = point_like(0.1, n=1)
    free = lp.reduce([run], on_region=CRAB, **AXES, background="wobble")
    lon, lat = (float(free[name][1]) for name in ("off_lon", "off_lat"))
    on_it = lp.reduce([run], on_region=CRAB, **AXES, background="wobble", exclusion=lp.circle(lon, lat, 0.05))
    assert on_it["off_reason"].values.tolist() == ["", LIES_IN_EXCLUSION, ""]
    assert float(on_it["acceptance_off"][0, 0, 0]) == 2
    beside = lp.circle(lon, lat + 0.12, 0.05)
    cube = lp.reduce([run], on_region=CRAB, **AXES, background="wobble", exclusion=beside)
    assert int(cube.onoff.n_off_regions[0]) == 3
    assert cube_warnings(cube) == (
        f"run {run.obs_id}: 1 of 3 OFF regions of 0.1 deg reach into an excluded region",
    )
    assert cube_warnings(free) == ()


class TestRefusals:
    def test_a_circle_with_a_cut_that_depends_on_energy(self, point_like):
        with pytest.raises(
            SettingsError, match=r"run 1001: the angular cut.*a circle cannot follow.*0\.1 deg"
        ):
            lp.reduce(point_like(RadMax(ENERGY, OFFSET, CUTS)), on_region=replace(CRAB, radius=0.1), **AXES)

    @pytest.mark.parametrize("radius", [0.1198, 0.1202, 0.3])
    def test_a_circle_of_another_radius(self, point_like, radius):
        with pytest.raises(SettingsError, match=r"size that the point-like.*radius 0\.12 deg \(RAD_MAX\)"):
            lp.reduce(point_like(0.12), on_region=replace(CRAB, radius=radius), **AXES)

    def test_no_cut_at_all(self, point_like):
        with pytest.raises(DataError, match=r"run 1001: .*do not say their angular cut; found no RAD_MAX"):
            lp.reduce(point_like(None), on_region=CRAB, **AXES, background="wobble")

    def test_reflected_regions_of_a_point(self, point_like):
        with pytest.raises(SettingsError, match=r"reflected regions need.*found a point.*wobble"):
            lp.reduce(point_like(0.12), on_region=CRAB, **AXES)

    def test_an_offset_outside_the_table(self, point_like):
        table = RadMax(ENERGY, Axis("THETA", np.array([1.5]), np.array([1.4, 1.6])), CUTS[:1])
        (run,) = point_like(table, n=1)
        message = rf"outside the RAD_MAX table; found offset {offset_of(run):.3f} deg; expected 1\.4 to 1\.6"
        with pytest.raises(DataError, match=message):
            lp.reduce([run], on_region=CRAB, **AXES, background="wobble")

    def test_containment_correction(self, point_like):
        with pytest.raises(SettingsError, match=r"run 1001: .*nothing to correct.*left out, or False"):
            lp.reduce(
                point_like(0.12), on_region=CRAB, **AXES, background="wobble", containment_correction=True
            )

    def test_a_point_with_full_enclosure_responses(self, demo_store):
        runs = demo_store.select(target="Crab Nebula (simulated)")[:1]
        with pytest.raises(SettingsError, match=r"run 1001: the ON region has no size.*full-enclosure"):
            lp.reduce(runs, on_region=CRAB, **AXES, background="wobble")


@pytest.fixture(scope="module")
def magic(data_root):
    path = data_root / "magic" / "rad_max" / "data"
    if not path.is_dir() and os.environ.get("LIGHTPOOL_REQUIRE_DATA") != "1":
        pytest.skip("the MAGIC runs with a RAD_MAX table are not there")
    return lp.DataStore(path)


REDUCTION = {
    "energy": tuple(lp.energy_edges(0.1, 10, n=10).tolist()),
    "energy_true": tuple(lp.energy_edges(0.03, 50, n=30).tolist()),
    "on_region": lp.point(83.6333, 22.0144),
    "background": WobbleRegions(n_off_regions=3),
}


@pytest.mark.data
def test_the_magic_runs_with_their_table(magic):
    cube = lp.reduce(magic.select(obs_id=[5029747, 5029748]), **REDUCTION, safe_mask="aeff-max")
    assert cube["counts"].sum("energy").values.tolist() == [[393, 353]]
    assert cube["counts_off"].sum("energy").values.tolist() == [[220, 144]]
    total = cube.assign(mask_safe=cube["mask_safe"] | True).onoff.cumulative()[-1]
    assert total["excess"] == pytest.approx(624.667, abs=5e-4)
    assert total["sqrt_ts"] == pytest.approx(29.550, abs=5e-4)


@pytest.mark.data
def test_the_staged_analysis_asks_for_no_psf(magic):
    settings = AnalysisSettings(
        obs_ids=(5029747, 5029748),
        reduction=ReductionSettings(**REDUCTION),
        model=lp.PowerLaw(index=2.5, amplitude=4e-11),
    )
    outcome = Analysis(magic).run(settings)
    assert outcome.fit.success
    assert outcome.fit.model["amplitude"].value == pytest.approx(4e-11, rel=0.3)
