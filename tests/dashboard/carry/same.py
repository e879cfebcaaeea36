"""What it means that two analyses found the same numbers: bit for bit."""

from __future__ import annotations

import numpy as np
import xarray as xr


def assert_same_cube(one: xr.Dataset, other: xr.Dataset) -> None:
    xr.testing.assert_identical(one.drop_attrs(), other.drop_attrs())


def assert_same_fit(one, other) -> None:
    assert (one.stat, one.nfev, one.n_bins, one.message) == (
        other.stat,
        other.nfev,
        other.n_bins,
        other.message,
    )
    assert one.model == other.model
    np.testing.assert_array_equal(one.covariance, other.covariance)


def assert_same_points(one, other) -> None:
    xr.testing.assert_identical(one.data.drop_attrs(), other.data.drop_attrs())


def assert_same_outcome(one, other) -> None:
    assert_same_cube(one.cube, other.cube)
    assert_same_cube(one.fitted, other.fitted)
    assert_same_fit(one.fit, other.fit)
    assert_same_points(one.points, other.points)
