"""Maps of simulated skies: what was put in comes out; and what cannot be mapped is refused."""

import json

import numpy as np
import pytest
import xarray as xr

import lightpool as lp
from lightpool.errors import AnalysisError, DataError, SettingsError
from lightpool.maps import geometry_of, map_warnings, peaks, significance_distribution
from lightpool.maps.dataset import EXCESS_MAPS, SKY_MAPS
from lightpool.maps.ring_maps import excluded_pixels
from lightpool.sky import separation

GEOMETRY = lp.MapGeometry(30.0, -25.0, width=3, binsize=0.03, projection="TAN")
FIELD = {
    "geometry": GEOMETRY,
    "energy": lp.energy_edges(0.6, 30, n=10),
    "background": lp.RingBackground(0.5, 0.3),
}
SOURCE = (30.2, -24.8)


@pytest.fixture(scope="module")
def runs(bright_field):
    return bright_field.select()


@pytest.fixture(scope="module")
def maps(runs):
    return lp.sky_maps(runs, **FIELD, exclusion=[lp.circle(*SOURCE, 0.3)])


def test_an_empty_field_has_standard_normal_significances(empty_field):
    maps = lp.sky_maps(empty_field.select(), **FIELD)
    excess = lp.excess_map(maps, 0.1)
    found = significance_distribution(maps, excess)
    error = 1 / np.sqrt(found.n_independent)
    assert abs(found.mean) < 4 * error
    assert found.std == pytest.approx(1, abs=4 * error / np.sqrt(2))
    assert found.fit_width == pytest.approx(found.std, abs=0.1)
    assert found.warnings == ()
    assert peaks(excess) == ()
    assert found.n_pixels == found.n_pixels_all == int(maps["mask_safe"].sum())


def test_a_source_comes_out_where_it_was_put_with_its_counts(runs, maps):
    excess = lp.excess_map(maps, 0.15)
    best = peaks(excess)[0]
    assert separation(best.lon, best.lat, *SOURCE) < 0.06
    assert best.sqrt_ts > 15
    # The counts of the disc, against reflected regions of the same radius about the same place.
    cube = lp.reduce(
        runs,
        on_region=lp.circle(best.lon, best.lat, 0.15),
        energy=FIELD["energy"],
        energy_true=lp.energy_edges(0.3, 60, n=30),
        safe_mask="aeff-default",
        exclusion=[lp.circle(*SOURCE, 0.3)],
    )
    total = cube.onoff.cumulative()[-1]
    assert best.excess == pytest.approx(total["excess"], abs=3 * np.sqrt(total["counts"]))
    at = excess.isel(lon=best.x, lat=best.y)
    assert float(at["counts"]) == pytest.approx(total["counts"], rel=0.05)
    assert float(at["flux"]) == pytest.approx(_flux() * 0.9, rel=0.2)  # the disc holds most of it


def _flux():
    """Return the photon flux of the source over the energies of the map, cm-2 s-1."""
    return lp.PowerLaw(index=2.4, amplitude=2e-11).integral(0.6, 30)


def test_an_unexcluded_source_is_told_by_the_width(runs):
    maps = lp.sky_maps(runs, **FIELD)
    found = significance_distribution(maps, lp.excess_map(maps, 0.1))
    assert found.std > 1.2
    (sentence,) = found.warnings
    assert "instead of 1" in sentence
    assert "exclude more" in sentence


def test_the_search_finds_what_to_exclude_and_then_rests(runs, maps):
    found = lp.sky_maps(runs, **FIELD, search=True)
    inside = excluded_pixels(GEOMETRY, (lp.circle(*SOURCE, 0.12),))
    beyond = ~excluded_pixels(GEOMETRY, (lp.circle(*SOURCE, 0.7),))
    excluded = found["excluded"].to_numpy()
    assert excluded[inside].all()
    assert not excluded[beyond].any()
    (sentence,) = [text for text in map_warnings(found) if "exclusion search" in text]
    assert f"added {excluded.sum()} pixels" in sentence
    assert "rounds" in sentence
    assert "still growing" not in sentence
    # With what it found given, it finds nothing more.
    mask = lp.ExclusionMask(~excluded, GEOMETRY.wcs)
    again = lp.sky_maps(runs, **FIELD, exclusion=[mask], search=True)
    np.testing.assert_array_equal(again["excluded"], found["excluded"])
    # And the background is as without the source.
    width = significance_distribution(found, lp.excess_map(found, 0.1)).std
    assert width == pytest.approx(significance_distribution(maps, lp.excess_map(maps, 0.1)).std, abs=0.08)


def test_a_search_that_may_not_end_says_so(runs):
    found = lp.sky_maps(runs, **FIELD, search=lp.ExclusionSearch(most=1))
    assert any("still growing after 1 rounds" in text for text in map_warnings(found))


def test_bands_add_up(runs, maps):
    edges = FIELD["energy"]
    parted = lp.sky_maps(
        runs, **FIELD, exclusion=[lp.circle(*SOURCE, 0.3)], bands=[edges[0], edges[4], edges[10]]
    )
    assert parted["counts"].dims == ("energy", "lat", "lon")
    np.testing.assert_array_equal(parted["counts"].sum("energy"), maps["counts"])
    np.testing.assert_array_equal(parted["counts_off"].sum("energy"), maps["counts_off"])
    np.testing.assert_allclose(parted["acceptance"].sum("energy"), maps["acceptance"], rtol=1e-6)
    excess = lp.excess_map(parted, 0.1)
    assert excess["sqrt_ts"].dims == ("energy", "lat", "lon")
    assert {peak.band for peak in peaks(excess)} == {0, 1}
    # Fluxes of a power law of the assumed index would be alike; of a steeper one the lower band has more.
    best = peaks(excess)[0]
    low, high = excess["flux"].to_numpy()[:, best.y, best.x]
    assert low > high > 0


def test_runs_add_up(runs):
    """The sum has the counts of its runs, and alpha n_off of the sum is the sum of alpha n_off."""
    parts = [lp.sky_maps([run], **FIELD) for run in runs[:3]]
    total = lp.sky_maps(runs[:3], **FIELD)
    for name in ("counts", "counts_off", "acceptance", "exposure", "exposure_band"):
        np.testing.assert_allclose(total[name], sum(part[name] for part in parts), rtol=1e-6)
    background = sum((p["acceptance"] / p["acceptance_off"] * p["counts_off"]).fillna(0) for p in parts)
    summed = total["acceptance"] / total["acceptance_off"] * total["counts_off"]
    known = (total["counts_off"] > 0).to_numpy()
    np.testing.assert_allclose(summed.to_numpy()[known], background.to_numpy()[known], rtol=1e-9)
    assert total["obs_id"].to_numpy().tolist() == [run.obs_id for run in runs[:3]]
    np.testing.assert_allclose(total["run_background"], [float(b.sum()) for b in _backgrounds(parts)])


def _backgrounds(parts):
    return [p["acceptance"] / p["acceptance_off"] * p["counts_off"] for p in parts]


def test_exposure_is_area_times_livetime_at_the_offset_of_the_pixel(runs):
    run = runs[0]
    maps = lp.sky_maps([run], **FIELD)
    offset = separation(run.lon, run.lat, maps["pixel_lon"].to_numpy(), maps["pixel_lat"].to_numpy())
    for t in (5, 15):
        energy = float(maps["energy_true"][t])
        expected = run.aeff.at(energy, offset.ravel()).reshape(offset.shape) * 1e4 * run.livetime
        np.testing.assert_allclose(maps["exposure"][t], expected, rtol=1e-9)


def test_labels_units_and_a_round_trip(maps, tmp_path):
    assert maps["counts"].dims == ("lat", "lon")
    excess = lp.excess_map(maps, 0.1, ul_sigma=2)
    assert set(maps.data_vars) == set(SKY_MAPS)
    assert set(excess.data_vars) == set(EXCESS_MAPS)
    for dataset, table in ((maps, SKY_MAPS), (excess, EXCESS_MAPS)):
        for name, variable in table.items():
            assert dataset[name].attrs["long_name"] == variable.long_name
            assert dataset[name].attrs.get("units", "") == variable.units
    assert json.loads(maps.attrs["wcs"])["CTYPE1"] == "RA---TAN"
    maps.to_netcdf(tmp_path / "maps.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "maps.nc", engine="h5netcdf") as opened:
        assert geometry_of(opened) == GEOMETRY
        xr.testing.assert_identical(lp.excess_map(opened, 0.1, ul_sigma=2).load(), excess)


def test_what_is_excluded_or_unknown_is_not_a_number(maps):
    outside = lp.excess_map(maps, 0.1, outside=True)
    excluded = maps["excluded"].to_numpy()
    for name in outside.data_vars:
        assert np.isnan(outside[name].to_numpy()[excluded]).all()
        assert np.isfinite(outside[name].to_numpy()[~excluded]).all()


def test_upper_limits_cover(maps):
    excess = lp.excess_map(maps, 0.1, ul_sigma=2)
    assert (excess["excess_ul"] > excess["excess"]).all()
    best = peaks(excess)[0]
    at = excess.isel(lon=best.x, lat=best.y)
    expected = lp.limits.upper_limit(float(at["counts"]), float(at["counts_off"]), float(at["alpha"]))
    assert float(at["excess_ul"]) == pytest.approx(expected)
    assert float(at["flux_ul"] / at["flux"]) == pytest.approx(float(at["excess_ul"] / at["excess"]))


def test_correlated_off_counts_give_the_same_excess_about(maps):
    plain, twice = lp.excess_map(maps, 0.1), lp.excess_map(maps, 0.1, correlate_off=True)
    assert float(twice["counts_off"].sum()) > 10 * float(plain["counts_off"].sum())
    difference = (plain["background"] - twice["background"]) / plain["background"]
    assert abs(float(difference.median())) < 0.01


def test_an_exclusion_around_everything_leaves_nothing(runs):
    with pytest.raises(AnalysisError) as caught:
        lp.sky_maps(runs, **FIELD, exclusion=[lp.circle(30.0, -25.0, 5.0)])
    assert "no pixel of the map has OFF counts to compare with" in str(caught.value)
    assert "pixels of 8 runs without OFF acceptance" in str(caught.value)
    assert "exclude less" in str(caught.value)


def test_pixels_without_off_are_masked_counted_and_said(runs):
    maps = lp.sky_maps(runs[:1], **FIELD, exclusion=[lp.circle(30.0, -25.0, 1.0)])
    lost = ~maps["mask_safe"].to_numpy()
    assert lost[50, 50]  # its whole ring is excluded
    (sentence,) = [text for text in map_warnings(maps) if "without OFF acceptance" in text]
    assert f"{lost.sum()} of run 1" in sentence
    assert np.isnan(lp.excess_map(maps, 0.1)["sqrt_ts"].to_numpy()[lost]).all()


def test_a_map_that_no_run_touches(runs):
    with pytest.raises(AnalysisError) as caught:
        lp.sky_maps(runs, **{**FIELD, "geometry": lp.MapGeometry(40.0, -25.0, width=1)})
    assert "no run touches the map; found 8 runs; run 1 is not within 2.5 deg of the map" in str(caught.value)
    assert "Check the centre of the map and its frame" in str(caught.value)


def test_a_run_off_the_map_is_left_out_and_said(demo_store):
    runs = demo_store.select(obs_id=[4001, 1001])
    maps = lp.sky_maps(runs, **{**FIELD, "geometry": lp.MapGeometry(30.0, -25.0, width=1)})
    assert maps["obs_id"].to_numpy().tolist() == [4001]
    assert "run 1001 is left out: it is not within 2.5 deg of the map" in map_warnings(maps)


def test_no_run_at_all():
    with pytest.raises(AnalysisError, match="there is no run to map"):
        lp.sky_maps([], **FIELD)


def test_no_safe_energy(runs):
    with pytest.raises(AnalysisError, match="no safe pixel in any run"):
        lp.sky_maps(runs, **{**FIELD, "energy": [0.05, 0.06, 0.07]})


def test_many_runs_on_small_pixels_need_too_much(runs):
    fine = lp.MapGeometry(30.0, -25.0, width=5, binsize=0.002)
    with pytest.raises(SettingsError) as caught:
        lp.sky_maps(runs, **{**FIELD, "geometry": fine})
    assert "2500 x 2500 pixels, 10 energies, 8 runs" in str(caught.value)
    assert "at most 2 GB" in str(caught.value)


def test_a_ring_inside_the_correlation_radius(maps):
    with pytest.raises(SettingsError) as caught:
        lp.excess_map(maps, 0.6)
    assert "the ring lies inside the correlation radius" in str(caught.value)
    assert "found inner radius 0.5 deg, correlation radius 0.6 deg" in str(caught.value)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda maps: lp.excess_map(maps, 0),
            SettingsError,
            "correlation radius is out of range; found 0 deg",
        ),
        (lambda maps: lp.excess_map(maps, ul_sigma=0), SettingsError, "ul_sigma is out of range; found 0"),
        (lambda maps: lp.excess_map(xr.Dataset()), DataError, "these are no sky maps"),
        (lambda maps: lp.excess_map(maps.drop_vars("counts_off")), DataError, "counts_off: these maps lack"),
        (
            lambda maps: lp.ExclusionSearch(low=6),
            SettingsError,
            "thresholds .* out of order; found low 6, high 5",
        ),
        (
            lambda maps: lp.ExclusionSearch(margin=11),
            SettingsError,
            "margin of the exclusion search is",
        ),
        (lambda maps: lp.ExclusionSearch(most=0), SettingsError, "needs a round; found 0"),
    ],
)
def test_what_cannot_be_is_refused(maps, call, error, message):
    with pytest.raises(error, match=message):
        call(maps)


def test_a_background_that_is_no_ring(runs):
    with pytest.raises(SettingsError, match="background of a map is a ring; found 'reflected'"):
        lp.sky_maps(runs, **{**FIELD, "background": "reflected"})
