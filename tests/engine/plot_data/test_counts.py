from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from lightpool.plot_data import counts_spectrum, poisson_interval, safe_range


@pytest.mark.parametrize("which", ["outcome", "stacked_outcome"])
def test_columns_are_the_sums_inside_the_safe_ranges(which, request):
    outcome = request.getfixturevalue(which)
    cube, fit = outcome.fitted, outcome.fit
    spectrum = counts_spectrum(cube, fit)
    safe = cube["mask_safe"]
    over = ("region", "time")
    np.testing.assert_array_equal(spectrum.edges, cube["energy_edges"])
    np.testing.assert_array_equal(spectrum.counts, cube["counts"].where(safe, 0).sum(over))
    np.testing.assert_array_equal(spectrum.all_counts, cube["counts"].sum(over))
    np.testing.assert_allclose(spectrum.background, cube.onoff.background.where(safe, 0).sum(over))
    npred = (fit.npred + fit.mu_bkg).where(safe, 0).sum(over).values
    np.testing.assert_allclose(spectrum.npred, npred)
    seen = npred > 0
    np.testing.assert_allclose(
        spectrum.residual[seen], (spectrum.counts[seen] - npred[seen]) / np.sqrt(npred[seen])
    )
    assert np.isnan(spectrum.residual[~seen]).all()


def test_thresholds_are_the_lowest_safe_edges_of_the_runs(outcome):
    spectrum = counts_spectrum(outcome.cube)
    edges, safe = outcome.cube["energy_edges"].values, outcome.cube["mask_safe"].values[0]
    assert spectrum.thresholds.tolist() == [edges[np.flatnonzero(row)[0]] for row in safe]
    assert safe_range(outcome.cube) == (spectrum.thresholds.min(), edges[np.flatnonzero(safe.any(0))[-1] + 1])


def test_before_a_fit_there_is_no_prediction(outcome):
    spectrum = counts_spectrum(outcome.cube)
    assert spectrum.npred is None
    assert spectrum.residual is None


def test_without_a_safe_bin_there_is_no_threshold_and_the_range_is_the_axis(outcome):
    cube = outcome.cube.copy()
    cube["mask_safe"] = cube["mask_safe"] & False
    spectrum = counts_spectrum(cube)
    assert spectrum.thresholds.size == 0
    assert spectrum.counts.sum() == 0 < spectrum.all_counts.sum()
    assert safe_range(cube) == (spectrum.edges[0], spectrum.edges[-1])


@pytest.mark.parametrize("n", [0, 1, 3, 20, 500])
def test_poisson_intervals_have_their_coverage_in_the_tails(n):
    low, high = (float(v) for v in poisson_interval(np.array(float(n))))
    tail = 0.15865525393145707
    assert poisson.cdf(n, high) == pytest.approx(tail)
    if n:
        assert poisson.sf(n - 1, low) == pytest.approx(tail)
    else:
        assert low == 0
