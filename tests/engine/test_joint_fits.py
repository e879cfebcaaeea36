"""Fits with shared parameters: their algebra, limits, priors, and what cannot be fitted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lightpool as lp
from lightpool.arrow import Arrow
from lightpool.separate_fits import fit_each
from lightpool.spectra import LogParabola
from lightpool.spectra.prior import GaussianPrior


@given(st.integers(1, 6), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2**32 - 1))
def test_an_arrow_is_solved_like_the_whole_matrix(parts, own, shared, seed):
    rng = np.random.default_rng(seed)
    n = own + shared
    if not n:
        return
    roots = rng.normal(size=(parts, n, n + 2))
    hessians = roots @ np.swapaxes(roots, 1, 2) + 0.1 * np.eye(n)
    free = np.concatenate(
        [rng.random((parts, own)) < 0.8, np.tile(rng.random(shared) < 0.8, (parts, 1))], axis=1
    )
    slopes = rng.normal(size=(parts, n))
    whole = np.zeros((parts * own + shared,) * 2)
    slope, loose = np.zeros(len(whole)), np.ones(len(whole), dtype=bool)
    for k in range(parts):
        at = [*range(k * own, (k + 1) * own), *range(parts * own, len(whole))]
        whole[np.ix_(at, at)] += hessians[k]
        slope[at] += slopes[k]
        loose[at] = free[k]
    inverse = np.zeros_like(whole)
    inverse[np.ix_(loose, loose)] = np.linalg.inv(whole[np.ix_(loose, loose)])
    arrow = Arrow(hessians, free, own)
    to_own, to_shared, distance = arrow.step(slopes)
    np.testing.assert_allclose(np.append(to_own.ravel(), to_shared), -inverse @ slope, rtol=1e-6, atol=1e-8)
    assert distance == pytest.approx(0.5 * slope @ inverse @ slope, rel=1e-6, abs=1e-8)
    at = [*range(own), *range(parts * own, len(whole))]
    np.testing.assert_allclose(arrow.inverse()[0], inverse[np.ix_(at, at)], rtol=1e-6, atol=1e-8)


def test_what_does_not_bend_upward_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        Arrow(np.array([[[1.0, 2.0], [2.0, 1.0]]]), np.ones((1, 2), dtype=bool), 1)


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    )


def test_sharing_everything_is_the_joint_fit(cube):
    model = lp.ExpCutoffPowerLaw(index=2, amplitude=1e-11, lambda_=0.05)
    together = lp.fit(cube, model)
    shared = fit_each(cube, model, shared=["index", "amplitude", "lambda_"])
    assert shared["success"].all()
    assert float(shared["stat"].sum()) == pytest.approx(together.stat, abs=1e-4)
    for k in range(cube.sizes["time"]):
        errors = np.sqrt(np.diag(together.covariance))
        pulls = (shared["value"][k] - together.model.values) / np.where(errors > 0, errors, 1)
        np.testing.assert_allclose(pulls, 0, atol=1e-2)
        np.testing.assert_allclose(shared["error"][k], errors, rtol=1e-2)


def test_sharing_a_curvature(cube):
    model = LogParabola(alpha=2.3, beta=0.1, amplitude=1e-11, reference=2.0)
    shared = fit_each(cube, model, shared=["beta"])
    assert shared["success"].all()
    assert len(set(shared["value"].sel(parameter="beta").values.tolist())) == 1
    separate = fit_each(cube, model)
    beta = separate.sel(parameter="beta")
    mean = np.average(beta["value"], weights=beta["error"] ** -2)
    error = float(shared["error"].sel(parameter="beta")[0])
    assert abs(float(shared["value"].sel(parameter="beta")[0]) - mean) < error


def test_limits_hold(cube):
    tight = lp.PowerLaw(index=2.1, amplitude=1e-11).limit("index", 2.0, 2.2)
    shared = fit_each(cube, tight, shared=["index"])
    assert set(shared["value"].sel(parameter="index").values.tolist()) == {2.2}
    frozen = fit_each(cube, lp.PowerLaw(index=2.2, amplitude=1e-11).freeze("index"))
    np.testing.assert_allclose(
        shared["value"].sel(parameter="amplitude"), frozen["value"].sel(parameter="amplitude"), rtol=1e-4
    )


def test_a_prior_of_a_shared_parameter_counts_once(cube):
    prior = GaussianPrior(mu=2.3, sigma=0.01)
    model = lp.PowerLaw(index=2.3, amplitude=1e-11).with_prior("index", prior)
    shared = fit_each(cube, model, shared=["index"])
    joint = fit_each(cube, model, shared=["index", "amplitude"])
    plain = fit_each(cube, lp.PowerLaw(), shared=["index"])
    own = float(plain["error"].sel(parameter="index")[0])
    expected = 1 / np.sqrt(own**-2 + 0.01**-2)
    for found in (shared, joint):
        assert float(found["error"].sel(parameter="index")[0]) == pytest.approx(expected, rel=0.05)
    separate = fit_each(cube, model)
    amplitudes = [x.sel(parameter="amplitude")["value"].values for x in (shared, separate)]
    np.testing.assert_allclose(*amplitudes, rtol=0.02)


def test_a_part_without_counts_leaves_the_others_alone(cube):
    empty = cube.copy(deep=True)
    empty["counts"][:, 1] = 0
    shared = fit_each(empty, lp.PowerLaw(), shared=["index"])
    assert shared["success"].values.tolist() == [True, False, True, True]
    assert str(shared["reason"][1].values) == "There is nothing to fit: not one ON count."
    others = fit_each(cube.isel(time=[0, 2, 3]), lp.PowerLaw(), shared=["index"])
    np.testing.assert_allclose(shared["value"][[0, 2, 3]], others["value"], rtol=1e-6)
