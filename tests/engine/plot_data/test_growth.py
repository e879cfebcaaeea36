from __future__ import annotations

import numpy as np
import pytest

from lightpool.plot_data import growth


def test_sums_are_those_of_the_accessor(outcome):
    cube = outcome.cube
    grown, rows = growth(cube), cube.onoff.cumulative()
    for name, key in (("excess", "excess"), ("sqrt_ts", "sqrt_ts"), ("livetime", "livetime_s")):
        np.testing.assert_allclose(getattr(grown, name), [row[key] for row in rows])
    expected = [np.sqrt(row["counts"] + row["alpha"] ** 2 * row["counts_off"]) for row in rows]
    np.testing.assert_allclose(grown.excess_error, expected)
    assert grown.obs_id.tolist() == cube["obs_id"].values.tolist()


def test_a_steady_source_grows_with_time_and_its_root(outcome):
    grown = growth(outcome.cube)
    share = grown.livetime / grown.livetime[-1]
    np.testing.assert_allclose(grown.steady_excess, grown.excess[-1] * share)
    np.testing.assert_allclose(grown.steady_sqrt_ts, grown.sqrt_ts[-1] * np.sqrt(share))


def test_before_the_first_run_with_off_regions_there_is_nothing(outcome):
    cube = outcome.cube.copy(deep=True)
    cube["acceptance_off"][:, 0] = 0
    cube["counts_off"][:, 0] = 0
    cube["mask_safe"][:, 0] = False
    grown = growth(cube)
    assert np.isnan([grown.excess[0], grown.sqrt_ts[0]]).all()
    assert grown.livetime[0] == 0
    assert np.isfinite(grown.sqrt_ts[1:]).all()
    assert grown.livetime[-1] == pytest.approx(cube["livetime"].values[1:].sum())
