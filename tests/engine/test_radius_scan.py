"""The scan of the ON radius: the same numbers as a reduction at each radius."""

from dataclasses import replace

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.radius_scan import RADII as THEIR_RADII
from lightpool.radius_scan import scan_radius_with
from lightpool.reduction import reduce_with
from lightpool.reduction_settings import ReductionSettings

RADII = (0.05, 0.11, 0.2, 1.5)


@pytest.fixture(scope="module")
def runs(demo_store):
    return demo_store.select(target="Crab Nebula (simulated)")


@pytest.fixture(scope="module")
def settings():
    return ReductionSettings(
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=tuple(lp.energy_edges("0.1 TeV", "40 TeV", per_decade=5)),
        energy_true=tuple(lp.energy_edges("0.05 TeV", "100 TeV", per_decade=10)),
    )


def test_each_radius_is_a_reduction_of_its_own(runs, settings):
    scan = scan_radius_with(runs, settings, RADII)
    for k, radius in enumerate(RADII[:-1]):
        region = replace(settings.on_region, radius=radius)
        cube = reduce_with(tuple(runs), replace(settings, on_region=region))
        total = cube.onoff.cumulative()[-1]
        assert scan.counts[k] == total["counts"]
        assert scan.excess[k] == pytest.approx(total["excess"])
        assert scan.sqrt_ts[k] == pytest.approx(total["sqrt_ts"])
        assert scan.excess_error[k] == pytest.approx(
            np.sqrt(total["counts"] + total["alpha"] ** 2 * total["counts_off"])
        )
        assert scan.n_runs[k] == 4
    assert (np.diff(scan.counts[:-1]) > 0).all()


def test_arguments_as_those_of_reduce_give_the_same(runs, settings):
    given = {name: getattr(settings, name) for name in ("on_region", "energy", "energy_true")}
    one = lp.scan_radius(runs, **given)
    other = scan_radius_with(runs, settings)
    np.testing.assert_array_equal(one.radius, THEIR_RADII)
    np.testing.assert_array_equal(one.sqrt_ts, other.sqrt_ts)
    with pytest.raises(TypeError, match="intervals"):
        lp.scan_radius(runs, intervals=[], **given)


def test_it_prints_as_a_table(runs, settings):
    scan = scan_radius_with(runs, settings, RADII)
    first, head, *rows = repr(scan).splitlines()
    assert (first, head.split(" | ")[0], len(rows)) == ("RadiusScan", "radius [deg]", 4)
    assert rows[1].startswith(f"0.11 | {scan.counts[1]:.0f} | ")
    assert f"largest significance at {scan.radius[scan.best]:g} deg" in scan._repr_html_()


def test_a_region_too_large_for_off_regions_has_no_significance(runs, settings):
    scan = scan_radius_with(runs, settings, RADII)
    assert scan.n_runs[-1] == 0
    assert np.isnan([scan.excess[-1], scan.background[-1], scan.sqrt_ts[-1]]).all()
    assert scan.best == int(np.argmax(scan.sqrt_ts[:-1]))
    assert scan_radius_with(runs, settings, (1.5,)).best is None


def test_it_tells_how_far_it_is_and_can_be_stopped(runs, settings):
    told = []

    def tell(done, total):
        told.append((done, total))
        if done == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        scan_radius_with(runs, settings, RADII, progress=tell)
    assert told == [(0, 4), (1, 4)]


@pytest.mark.parametrize(
    ("radii", "words"), [((), "positive"), ((0.0,), "positive"), ((0.2, 0.1), "increase")]
)
def test_radii_that_make_no_sense(runs, settings, radii, words):
    with pytest.raises(SettingsError, match=words):
        scan_radius_with(runs, settings, radii)


def test_a_point_has_no_radius_to_scan(runs, settings):
    point = replace(settings, on_region=replace(settings.on_region, radius=0.0))
    with pytest.raises(SettingsError, match="radius of a point"):
        scan_radius_with(runs, point, RADII)
