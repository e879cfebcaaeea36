"""The figures that the ring background tutorial prints, and those of its pictures."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.maps import AdaptiveRingBackground, map_warnings, peaks, significance_distribution
from lightpool.statistics import WStat

pytestmark = pytest.mark.data


def test_selection(nebula_runs):
    assert len(nebula_runs) == 20
    assert (nebula_runs.obs_ids[0], nebula_runs.obs_ids[-1]) == (20136, 20368)


def test_sums(nebula_maps):
    maps = nebula_maps
    total = {
        name: float(maps[name].sum()) for name in ("counts", "counts_off", "acceptance", "acceptance_off")
    }
    background = float((maps["acceptance"] / maps["acceptance_off"] * maps["counts_off"]).sum())
    assert total["counts"] == 41803
    assert total["counts_off"] == 87621188  # the peer prints 32-bit sums, within 1e-7
    assert total["acceptance"] == pytest.approx(44755, abs=1)
    assert total["acceptance_off"] == pytest.approx(96374320, rel=1e-6)
    assert background == pytest.approx(40671.90, rel=1e-5)
    assert total["counts"] - background == pytest.approx(1131.10, rel=1e-4)
    assert int(maps["mask_safe"].sum()) == 22500
    assert map_warnings(maps) == ()


def test_statistic(nebula_maps):
    n_on, n_off = (nebula_maps[name].to_numpy() for name in ("counts", "counts_off"))
    alpha = (nebula_maps["acceptance"] / nebula_maps["acceptance_off"]).to_numpy()
    terms = WStat(n_on, n_off, alpha).terms(np.zeros(n_on.shape))
    assert terms.stat.sum() == pytest.approx(26475.50, rel=1e-5)
    assert (alpha * terms.mu_bkg).sum() == pytest.approx(40672.37, rel=1e-5)


def test_exposure(nebula_maps):
    square_metres = nebula_maps["exposure"] / 1e4
    assert f"{float(square_metres.min()):.2e} {float(square_metres.max()):.2e}" == "1.15e+09 1.33e+10"


@pytest.mark.parametrize(("correlate_off", "most"), [(False, 10.0489), (True, 10.0665)])
def test_peak(nebula_maps, correlate_off, most):
    excess = lp.excess_map(nebula_maps, "0.04 deg", correlate_off=correlate_off)
    best = peaks(excess)[0]
    assert best.sqrt_ts == pytest.approx(most, abs=1e-3)
    assert best.sqrt_ts == float(excess["sqrt_ts"].max())
    assert (best.x, best.y) == (72, 72)
    assert best.lon == pytest.approx(228.417448, abs=1e-5)
    assert best.lat == pytest.approx(-59.129964, abs=1e-5)
    if not correlate_off:
        assert best.excess == pytest.approx(69.709, abs=0.001)


def test_distribution(nebula_maps):
    found = significance_distribution(nebula_maps, lp.excess_map(nebula_maps, 0.04))
    assert int(nebula_maps["excluded"].sum()) == 1264
    assert found.n_pixels == 21236
    assert found.n_pixels_all == 22500
    assert found.mean == pytest.approx(-0.010721, abs=1e-4)
    assert found.std == pytest.approx(1.011167, abs=1e-4)
    assert found.fit_width == pytest.approx(1, abs=0.03)
    assert found.fit_mean == pytest.approx(0, abs=0.03)
    assert found.warnings == ()
    assert np.sum(found.density * np.diff(found.edges)) == pytest.approx(1)


def test_wrong_orientation_would_show(nebula_runs, nebula_maps, tutorial, monkeypatch):
    """The mirrored field gives other figures: the tolerances above can tell."""
    from lightpool.maps import field_background

    real = field_background.field_components

    def mirrored(*where):
        along, east, north = real(*where)
        return along, -east, north

    monkeypatch.setattr(field_background, "field_components", mirrored)
    other = lp.sky_maps(
        nebula_runs, **{**tutorial, "geometry": lp.MapGeometry(228.32, -59.08, 3, 0.02, "ARC")}
    )
    assert float(other["acceptance"].sum()) == pytest.approx(44687, abs=5)


def test_search_finds_the_nebula(nebula_runs, tutorial):
    maps = lp.sky_maps(nebula_runs, **{**tutorial, "exclusion": (), "search": True})
    excluded = maps["excluded"].to_numpy()
    assert excluded[72, 72]
    assert 200 < excluded.sum() < 2000
    found = significance_distribution(maps, lp.excess_map(maps, 0.04))
    assert found.std == pytest.approx(1.01, abs=0.03)


def test_adaptive_ring(nebula_runs, nebula_maps, tutorial):
    """A threshold that the first ring meets everywhere changes nothing."""
    ring = AdaptiveRingBackground(0.5, 1.0, 0.3, threshold_alpha=1.0, theta=0.04)
    maps = lp.sky_maps(nebula_runs, **{**tutorial, "background": ring})
    np.testing.assert_array_equal(maps["counts_off"], nebula_maps["counts_off"])
    wider = AdaptiveRingBackground(0.5, 1.0, 0.3, threshold_alpha=0.1, theta=0.22)
    other = lp.sky_maps(nebula_runs, **{**tutorial, "background": wider})
    assert (other["counts_off"].to_numpy() != nebula_maps["counts_off"].to_numpy()).any()
