"""The figures printed by the earlier edition of the tutorial: other bins, no containment, a power law."""

import numpy as np
import pytest

import lightpool as lp

pytestmark = pytest.mark.data

# e_ref, e_min, e_max, norm, ts, stat, errp, errn, ul as printed; counts of the first and last run.
PRINTED = """
0.877 0.701 1.099 0.966 584.992 16.146 0.075 0.072 1.121 61 42
1.276 1.099 1.482 0.990 264.797 10.939 0.120 0.111 1.238 20 25
1.856 1.482 2.323 1.213 350.376 7.844 0.129 0.121 1.478 36 20
2.699 2.323 3.135 1.195 157.668 9.790 0.192 0.174 1.596 11 12
3.924 3.135 4.913 0.861 92.915 22.656 0.167 0.150 1.214 14 8
5.707 4.913 6.629 1.111 63.182 6.505 0.296 0.253 1.749 7 4
8.299 6.629 10.390 1.107 44.347 14.176 0.318 0.271 1.793 5 5
12.068 10.390 14.018 0.771 8.495 11.511 0.476 0.355 1.858 0 0
17.550 14.018 21.971 0.424 3.175 7.712 0.374 0.234 1.333 1 0
"""
NAMES = ("e_ref", "e_min", "e_max", "norm", "ts", "stat", "norm_errp", "norm_errn", "norm_ul")
START = lp.PowerLaw(index=2, amplitude=2e-11)


@pytest.fixture(scope="module")
def cube(hess_store):
    rgb_j0521 = lp.circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")
    return lp.reduce(
        hess_store.select(obs_id=[23523, 23526, 23559, 23592]),
        on_region=lp.circle("83.63 deg", "22.01 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", n=40),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", n=200),
        exclusion=[lp.ExclusionMask.from_circles([rgb_j0521], lon=83.63, lat=22.01)],
        containment_correction=False,
    )


@pytest.fixture(scope="module")
def joint(cube):
    return lp.fit(cube, START)


def test_joint_and_stacked_fit(cube, joint):
    assert joint.stat == pytest.approx(124.41, abs=0.02)
    assert joint.model["amplitude"].value == pytest.approx(2.6900e-11, rel=5e-4)
    assert joint.model["amplitude"].error == pytest.approx(1.234e-12, rel=1e-2)
    stacked = lp.fit(lp.stack(cube), START)
    assert stacked.stat == pytest.approx(29.88, abs=0.02)
    assert stacked.model["amplitude"].value == pytest.approx(2.6933e-11, rel=5e-4)
    assert stacked.model["amplitude"].error == pytest.approx(1.234e-12, rel=1e-2)


def test_flux_points_as_printed(cube, joint):
    points = lp.flux_points(cube, joint.model, np.geomspace(0.7, 30, 11))
    printed = np.array([[float(word) for word in line.split()] for line in PRINTED.strip().splitlines()])
    for column, name in enumerate(NAMES):
        np.testing.assert_allclose(points[name][:9], printed[:, column], rtol=2e-3, atol=6e-4, err_msg=name)
    np.testing.assert_array_equal(points["counts"][:9][:, [0, 3]], printed[:, 9:])
    # The tenth band saw nothing: only its limit and statistic mean anything.
    assert points["e_max"][9] == pytest.approx(29.645, abs=6e-4)
    assert points["norm_ul"][9] == pytest.approx(1.124, rel=5e-3)
    assert points["stat"][9] == pytest.approx(0.524, rel=5e-3)
    assert points["stat_scan"][0, [0, -1]] == pytest.approx([248.571, 934.424], rel=2e-3)
