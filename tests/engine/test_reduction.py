"""The cube: closure on simulated data, the edges of what can be asked, and every refusal."""

import json

import numpy as np
import pytest
import xarray as xr

import lightpool as lp
from lightpool.errors import AnalysisError, DataError, SettingsError
from lightpool.off_regions import CONTAINS_POINTING
from lightpool.reflected import ReflectedRegions
from lightpool.schema import check_cube, cube_warnings
from lightpool.sky import separation, unit_vectors

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


@pytest.fixture(scope="module")
def cube(runs, settings):
    return lp.reduce(runs, **settings)


def test_the_cube_keeps_its_schema_and_survives_a_file(cube, tmp_path):
    check_cube(cube)
    assert cube["energy"].attrs["units"] == "TeV"
    assert cube["exposure"].attrs["units"] == "cm2 s"
    cube.to_netcdf(tmp_path / "cube.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "cube.nc", engine="h5netcdf") as again:
        check_cube(again)
        assert again.onoff.cumulative() == cube.onoff.cumulative()
        assert again.onoff.n_off_regions.values.tolist() == cube.onoff.n_off_regions.values.tolist()
        assert lp.fit(again, lp.PowerLaw()).stat == pytest.approx(lp.fit(cube, lp.PowerLaw()).stat)


def test_what_is_no_cube_is_refused(cube):
    with pytest.raises(DataError, match="variable counts_off"):
        check_cube(cube.drop_vars("counts_off"))
    with pytest.raises(DataError, match=r"found dims \('region', 'energy'\)"):
        check_cube(cube.assign(counts=cube["counts"].sum("time")))
    with pytest.raises(DataError, match="wrong unit"):
        check_cube(cube.assign(exposure=cube["exposure"].assign_attrs(units="m2 s")))
    with pytest.raises(DataError, match="coordinate energy_edges"):
        check_cube(cube.drop_vars("energy_edges"))


def test_counts_are_those_of_a_direct_count(runs, cube):
    """Every event inside the circle and inside the axis counts once, whatever the raster does."""
    edges = cube["energy_edges"].values
    for row, run in enumerate(runs):
        inside = separation(CRAB.lon, CRAB.lat, run.events.lon, run.events.lat) < CRAB.radius
        expected, _ = np.histogram(run.events.energy[inside], edges)
        np.testing.assert_array_equal(cube["counts"][0, row], expected)


def test_off_counts_are_those_in_the_union_of_the_off_circles(runs, cube):
    edges = cube["energy_edges"].values
    for row, run in enumerate(runs):
        regions = cube.onoff.off_regions(run.obs_id)
        vectors = unit_vectors(regions["off_lon"].values, regions["off_lat"].values)
        chord = 2 * np.sin(np.radians(CRAB.radius) / 2)
        distance = np.linalg.norm(run.events.xyz[:, None] - vectors, axis=2)
        expected, _ = np.histogram(run.events.energy[(distance < chord).any(axis=1)], edges)
        # The raster's circles are round in the tangent plane, not on the sphere: an event may change sides.
        assert abs(int(cube["counts_off"][0, row].sum()) - expected.sum()) <= 2


def test_off_regions_keep_their_distance(runs, cube):
    for run in runs:
        regions = cube.onoff.off_regions(run.obs_id)
        lon, lat = regions["off_lon"].values, regions["off_lat"].values
        offset = separation(run.lon, run.lat, CRAB.lon, CRAB.lat)
        np.testing.assert_allclose(separation(run.lon, run.lat, lon, lat), offset, rtol=1e-3)
        assert separation(CRAB.lon, CRAB.lat, lon, lat).min() > 2 * CRAB.radius
        neighbours = separation(lon[:-1], lat[:-1], lon[1:], lat[1:])
        assert neighbours.min() > 1.9 * CRAB.radius


def test_edisp_rows_never_gain_events(cube):
    rows = cube["edisp"].sum("energy").values
    assert rows.max() <= 1 + 1e-12
    assert cube["edisp"].values.min() >= 0


def test_dragging_the_region_on_the_pointing_says_why_there_is_no_background(runs, settings):
    run = runs[0]
    cube = lp.reduce([run, runs[1]], **settings | {"on_region": lp.circle(run.lon, run.lat, 0.1)})
    assert float(cube["acceptance_off"][0, 0, 0]) == 0
    assert not cube["mask_safe"][0, 0].any()
    assert not cube["counts_off"][0, 0].any()
    assert f"run {run.obs_id} has no OFF region" in cube_warnings(cube)[0]
    assert CONTAINS_POINTING in cube_warnings(cube)[0]
    assert np.isfinite(cube.onoff.alpha.values).all()
    # The other run is still there to be fitted.
    assert cube["mask_safe"][0, 1].any()


def test_an_exclusion_that_covers_everything_says_so_for_each_candidate(runs, settings):
    everywhere = lp.circle(83.633, 22.0144, 3)
    cube = lp.reduce(runs[:1], **settings, exclusion=everywhere)
    reasons = cube.onoff.off_regions(runs[0].obs_id)["off_reason"].values
    assert len(reasons) > 10
    assert set(reasons) == {"overlaps an excluded region"}
    assert f"all {len(reasons)} candidate positions" in cube_warnings(cube)[0]
    with pytest.raises(AnalysisError, match="no run has an OFF region"):
        lp.fit(cube, lp.PowerLaw())


def test_regions_kept_too_far_apart_say_so(runs, settings):
    cube = lp.reduce(runs[:1], **settings, background=ReflectedRegions(min_distance=3))
    assert "leaves no room" in cube_warnings(cube)[0]


def test_the_number_of_off_regions_can_be_limited(runs, settings):
    cube = lp.reduce(runs, **settings, background=ReflectedRegions(max_region_number=3))
    assert cube.onoff.n_off_regions.values.tolist() == [3, 3, 3, 3]


def test_an_axis_above_all_events_gives_an_empty_but_sound_cube(runs, settings):
    cube = lp.reduce(runs, **settings | {"energy": [200.0, 300.0]})
    assert float(cube["counts"].sum() + cube["counts_off"].sum()) == 0
    assert json.loads(cube.attrs["warnings"]) == []
    assert [row["sqrt_ts"] for row in cube.onoff.cumulative()] == [0, 0, 0, 0]


def test_one_energy_bin_is_enough(runs, settings):
    cube = lp.reduce(runs, **settings | {"energy": [1.0, 10.0]})
    result = lp.fit(cube, lp.PowerLaw(index=2.6).freeze("index"))
    assert result.success
    assert result.n_bins == 4
    assert result.model["amplitude"].value == pytest.approx(4e-11, rel=0.3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"energy": [1, 2, 2]}, "energy edges must increase"),
        ({"energy_true": [2, 1]}, "true energy edges must increase"),
        ({"safe_mask": "aeff-mxa"}, "safe mask method is not known"),
        ({"aeff_percent": 150}, "aeff_percent is out of range"),
        ({"background": "template"}, "background method is not known"),
        ({"on_region": lp.circle(83.6, 22, 0)}, "has no size"),
        ({"on_region": "crab"}, "region of this kind"),
        ({"exclusion": "mask.fits"}, "exclusion must be circles or masks"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(runs, settings, change, message):
    with pytest.raises(SettingsError, match=message):
        lp.reduce(runs, **settings | change)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"angle_increment": 0}, "angle_increment"),
        ({"min_distance": -1}, "cannot be negative"),
        ({"max_region_number": 0}, "max_region_number"),
        ({"binsize": 5}, "binsize"),
    ],
)
def test_reflected_settings_are_checked(values, message):
    with pytest.raises(SettingsError, match=message):
        ReflectedRegions(**values)


def test_no_run_and_a_region_outside_the_field_are_refused(runs, settings):
    with pytest.raises(AnalysisError, match="no run to reduce"):
        lp.reduce([], **settings)
    with pytest.raises(DataError, match=f"run {runs[0].obs_id}.*effective area is zero"):
        lp.reduce(runs, **settings | {"on_region": lp.circle(93, 22, 0.1)})


class TestStack:
    def test_sums_agree_with_the_cumulative_table(self, cube):
        stacked, total = lp.stack(cube), cube.onoff.cumulative()[-1]
        (row,) = stacked.onoff.table()
        for name in ("counts", "counts_off", "alpha", "background", "excess", "sqrt_ts", "livetime_s"):
            assert row[name] == pytest.approx(total[name], rel=1e-9)

    def test_prediction_of_the_stack_is_that_of_its_parts(self, cube):
        """Within the safe range the stacked response folds to the sum of what the runs predict."""
        model = lp.PowerLaw(index=2.5, amplitude=4e-11)
        plain = cube.assign(edisp_exposure=cube["exposure"])
        from lightpool.forward import Folded

        parts = Folded(plain).npred(model)[:, :] * plain["mask_safe"].values[0]
        np.testing.assert_allclose(Folded(lp.stack(plain)).npred(model)[0], parts.sum(axis=0), rtol=1e-9)

    def test_a_stack_of_one_is_that_one(self, cube):
        one = cube.isel(time=[2], off_region=slice(0, 0))
        stacked = lp.stack(one)
        safe = one["mask_safe"].values
        np.testing.assert_allclose(stacked["counts"].values, one["counts"].values * safe)
        np.testing.assert_allclose(stacked.onoff.alpha.values[safe], one.onoff.alpha.values[safe])

    def test_bins_without_off_counts_take_the_overall_ratio(self, cube):
        emptied = cube.assign(counts_off=cube["counts_off"].where(cube["energy"] < 5, 0))
        stacked = lp.stack(emptied)
        assert (stacked.onoff.alpha.values[stacked["mask_safe"].values] > 0).all()
        none = lp.stack(cube.assign(counts_off=0 * cube["counts_off"]))
        inverse = none.onoff.alpha.values[none["mask_safe"].values]
        assert ((inverse > 0) & (inverse < 1)).all()

    def test_a_run_without_safe_bins_adds_no_livetime(self, cube):
        masked = cube.assign(mask_safe=cube["mask_safe"] & (cube["time"] != 1))
        expected = float(cube["livetime"].sum() - cube["livetime"][1])
        assert float(lp.stack(masked)["livetime"][0]) == pytest.approx(expected)
