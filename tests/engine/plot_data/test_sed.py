from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import lightpool as lp
from lightpool.plot_data import published_near, sed_curve, sed_points, sed_residuals

ERG = 1.602176634  # per TeV, times 1e12 for the unit of the columns and 1e-12 for 1e-12 TeV


def test_points_are_the_flux_points_in_erg(outcome):
    points, columns = outcome.points, sed_points(outcome.points)
    drawn = np.isin(points["e_ref"], columns.energy)
    np.testing.assert_allclose(columns.value, points["dnde"][drawn] * columns.energy**2 * ERG * 1e12)
    np.testing.assert_allclose(columns.high - columns.value, points["e2dnde_errp"][drawn] * ERG * 1e12)
    np.testing.assert_allclose(columns.value - columns.low, points["e2dnde_errn"][drawn] * ERG * 1e12)
    np.testing.assert_allclose(columns.limit, points["e2dnde_ul"][drawn] * ERG * 1e12)
    np.testing.assert_array_equal(columns.is_limit, points["is_ul"][drawn])
    assert (columns.sqrt_ts[~columns.is_limit] >= 2).all()
    assert columns.is_limit.any()
    assert not columns.is_limit.all()


def test_the_curve_is_the_model_and_its_band_the_propagated_error(outcome):
    model = outcome.fit.model
    curve = sed_curve(model, 0.5, 30, n=40)
    np.testing.assert_allclose(curve.value, model(curve.energy) * curve.energy**2 * ERG * 1e12)
    relative = model.dnde_error(curve.energy) / model(curve.energy)
    np.testing.assert_allclose(np.log(curve.high / curve.value), relative)
    np.testing.assert_allclose(np.log(curve.value / curve.low), relative)


def test_a_model_without_errors_has_no_width_and_one_that_is_not_positive_no_curve():
    curve = sed_curve(lp.PowerLaw(), 1, 10)
    np.testing.assert_array_equal(curve.low, curve.high)
    assert sed_curve(lp.PowerLaw(amplitude=0.0), 1, 10).energy.size == 0


def test_a_residual_is_in_units_of_the_error_on_the_side_of_the_model(outcome):
    columns, model = sed_points(outcome.points), outcome.fit.model
    expected = model(columns.energy) * columns.energy**2 * ERG * 1e12
    above = columns.value > expected
    error = np.where(above, columns.value - columns.low, columns.high - columns.value)
    residual = sed_residuals(columns, model)
    seen = ~columns.is_limit
    np.testing.assert_allclose(residual[seen], ((columns.value - expected) / error)[seen])
    assert (residual[seen & above] > 0).all()
    assert (residual[seen & ~above] < 0).all()


def test_a_limit_and_a_point_without_an_error_have_no_residual(outcome):
    columns, model = sed_points(outcome.points), outcome.fit.model
    np.testing.assert_array_equal(np.isnan(sed_residuals(columns, model)), columns.is_limit)
    bare = dataclasses.replace(columns, low=columns.value, high=columns.value)
    assert np.isnan(sed_residuals(bare, model)).all()


def test_the_published_crab_is_found_by_position_only_near_it():
    published = published_near(83.63, 22.01)
    # SPEC 10: flux from 1 to 10 TeV of hess_ecpl.
    assert published.model.integral(1, 10) == pytest.approx(2.23685e-11, rel=1e-5)
    assert published_near(83.63, 23.0) is None
