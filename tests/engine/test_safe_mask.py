"""Each rule of the safe mask on arrays whose answer is known, and their combination in a cube."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.safe_mask import (
    aeff_max,
    aeff_max_threshold,
    bkg_peak,
    edisp_bias,
    edisp_bias_threshold,
    energy_bias,
    offset_max,
)
from lightpool.sky import separation

EDGES = np.geomspace(0.1, 10, 9)
CENTRES = np.sqrt(EDGES[:-1] * EDGES[1:])


def test_aeff_max_interpolates_between_energies():
    area, energy = np.array([0, 1, 100, 1000.0]), np.array([0.1, 1, 10, 100])
    assert aeff_max_threshold(area, energy, 1) == pytest.approx(np.sqrt(1 * 10))
    assert aeff_max_threshold(area, energy, 0) == 1  # no crossing: the first energy with any area
    assert aeff_max(area, energy, np.array([1, 3.1, 3.2, 9]), 1).tolist() == [False, False, True]


def test_aeff_max_without_any_area_is_never_safe():
    assert not aeff_max(np.zeros(8), CENTRES, EDGES, 10).any()


def test_bias_is_that_of_the_mean_over_the_axis():
    edisp = np.zeros((2, 8))
    edisp[0, 3:5] = 0.2
    bias = energy_bias(edisp, np.array([1.0, 1.0]), EDGES)
    assert bias[0] == pytest.approx(CENTRES[3:5].mean() - 1)
    assert bias[1] == -1  # nothing reconstructed


def with_bias(bias, energy_true):
    """Return a dispersion of two bins whose mean has the given bias."""
    edges = np.array([1e-4, 1e-3, 1e4])
    low, high = np.sqrt(edges[:-1] * edges[1:])
    share = ((1 + np.asarray(bias)) * energy_true - low) / (high - low)
    return np.stack([1 - share, share], axis=1), edges


def test_edisp_bias_sets_in_where_the_bias_has_fallen_beyond_its_peak():
    energy_true = np.array([0.1, 1, 10, 100])
    edisp, edges = with_bias([0.05, 0.8, 0.2, 0.05], energy_true)
    # Between 10 and 100 TeV, half way in the logarithm, and carried to reconstructed energy.
    assert edisp_bias_threshold(edisp, energy_true, edges, 10) == pytest.approx(1.1 * np.sqrt(1000))
    # The level is crossed below the peak as well, which does not count.
    assert edisp_bias_threshold(edisp, energy_true, edges, 40) == pytest.approx(1.4 * np.sqrt(10))


def test_edisp_bias_takes_the_peak_where_it_never_falls_to_the_level():
    energy_true = np.array([0.1, 1, 10])
    edisp, edges = with_bias([0.01, 0.05, 0.02], energy_true)
    assert edisp_bias_threshold(edisp, energy_true, edges, 10) == pytest.approx(1.1)
    edisp, edges = with_bias([0.3, 0.5, 0.4], energy_true)
    assert edisp_bias_threshold(edisp, energy_true, edges, 10) == pytest.approx(1.1)


def test_edisp_bias_that_turns_negative_or_a_level_of_zero_stay_finite():
    energy_true = np.array([0.1, 1, 10])
    edisp, edges = with_bias([0.5, 0.2, -0.1], energy_true)
    assert 1.1 < edisp_bias_threshold(edisp, energy_true, edges, 10) < 1.2
    assert edisp_bias_threshold(edisp, energy_true, edges, 0) == pytest.approx(10)


def test_edisp_bias_cuts_at_low_edges():
    edisp, _ = with_bias([0.05, 0.8, 0.2, 0.05], np.array([0.1, 1, 10, 100]))
    edges = np.array([1e-4, 1e-3, 1e4])
    assert edisp_bias(edisp, np.array([0.1, 1, 10, 100]), edges, edges, 10).tolist() == [False, False]


def test_offset_max_is_a_strict_limit_for_the_whole_run():
    assert offset_max(1.999, 2.0, EDGES).all()
    assert not offset_max(2.0, 2.0, EDGES).any()


def test_bkg_peak_starts_at_the_highest_bin():
    counts, off = np.array([0, 3, 1, 0.0]), np.array([10, 30, 40, 2.0])
    assert bkg_peak(counts, off, 0.1).tolist() == [False, False, True, True]
    # A strong source counts: the prediction without a model takes its events for background.
    assert bkg_peak(np.array([0, 20, 1, 0.0]), off, 0.1).tolist() == [False, True, True, True]
    assert bkg_peak(np.zeros(4), np.zeros(4), 0.1).all()


@pytest.fixture(scope="module")
def runs(demo_store):
    return demo_store.select(target="Crab Nebula (simulated)")


@pytest.fixture(scope="module")
def settings():
    return {
        "on_region": lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        "energy": lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        "energy_true": lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    }


def safe_bins(runs, settings, **change):
    return lp.reduce(runs, **settings, **change)["mask_safe"].to_numpy()[0]


def test_methods_are_combined_with_and(runs, settings):
    methods = ("aeff-max", "edisp-bias", "bkg-peak")
    single = [safe_bins(runs, settings, safe_mask=name) for name in methods]
    np.testing.assert_array_equal(safe_bins(runs, settings, safe_mask=methods), np.logical_and.reduce(single))
    assert all(mask.any() and not mask.all() for mask in single)


def test_offset_max_leaves_out_the_far_runs(runs, settings):
    region = settings["on_region"]
    offsets = [float(separation(run.lon, run.lat, region.lon, region.lat)) for run in runs]
    limit = (min(offsets) + max(offsets)) / 2
    kept = safe_bins(runs, settings, safe_mask="offset-max", offset_max=f"{limit} deg").any(axis=1)
    assert kept.tolist() == [offset < limit for offset in offsets]
    assert 0 < kept.sum() < len(kept)


def test_a_higher_bias_lets_more_bins_in(runs, settings):
    strict, loose = (
        safe_bins(runs, settings, safe_mask="edisp-bias", bias_percent=percent) for percent in (1, 30)
    )
    assert (loose >= strict).all()
    assert loose.sum() > strict.sum()


@pytest.mark.data
@pytest.mark.parametrize("method", ["aeff-max", "edisp-bias"])
def test_responses_of_the_files_judge_where_they_are_asked(hess_store, settings, method):
    runs = hess_store.select(obs_id=[23523, 23526])

    def first(**change):
        return safe_bins(runs, settings, safe_mask=method, mask_irfs="DL3", **change).argmax(axis=1)

    region = settings["on_region"]
    offset = float(separation(runs[0].lon, runs[0].lat, region.lon, region.lat))
    np.testing.assert_array_equal(first(), first(mask_position=region))
    assert first()[0] == first(mask_offset=f"{offset} deg")[0]
    assert (first(mask_offset=2.2) != first(mask_offset=0)).all()
    # Without mask_irfs the cube's own responses are the judges, wherever.
    own = safe_bins(runs, settings, safe_mask=method)
    np.testing.assert_array_equal(own, safe_bins(runs, settings, safe_mask=method, mask_offset=2.2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias_percent": -1}, "bias_percent is out of range; found -1"),
        ({"bias_percent": float("nan")}, "bias_percent is out of range; found nan"),
        ({"aeff_percent": "ten"}, "aeff_percent is not a number; found 'ten'"),
        ({"mask_irfs": "DL5"}, "mask_irfs is not known; found 'DL5'; expected DL3 or DL4"),
        ({"mask_offset": -1}, "mask_offset is out of range; found -1 deg"),
        ({"mask_offset": 1, "mask_position": lp.point(83, 22)}, "judged at two places"),
        ({"offset_max": 0}, "offset_max is out of range; found 0 deg"),
        ({"offset_max": "3 TeV"}, "offset_max is not an angle"),
    ],
)
def test_parameters_are_checked(runs, settings, change, message):
    with pytest.raises(SettingsError, match=message):
        lp.reduce(runs, **settings, **change)


def test_a_threshold_shuts_out_every_bin_that_begins_below_it(demo_store):
    runs = demo_store.select(target="Crab Nebula (simulated)")
    arguments = {
        "on_region": lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        "energy": lp.energy_edges("0.1 TeV", "10 TeV", per_decade=5),
        "energy_true": lp.energy_edges("0.05 TeV", "30 TeV", per_decade=10),
    }
    free, cut = lp.reduce(runs, **arguments), lp.reduce(runs, threshold="1 TeV", **arguments)
    above = cut["energy_edges"].values[:-1] > 0.999
    np.testing.assert_array_equal(cut["mask_safe"].values, free["mask_safe"].values & above)
    assert cut["mask_safe"].values.any()
    with pytest.raises(SettingsError, match=r"threshold is out of range; found -1 TeV"):
        lp.reduce(runs, threshold=-1.0, **arguments)
