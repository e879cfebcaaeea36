"""The map on the page: its picture, what is drawn on it, and clicks that move the ON region."""

from __future__ import annotations

import re

import numpy as np
import pytest

import lightpool as lp
from lightpool.maps import ExclusionSearch, RingBackground
from lightpool.plot_data import QUANTITIES
from lightpool.sky import separation


@pytest.fixture
def view(dashboard):
    return dashboard.sky_map


def test_the_map_is_the_engines(dashboard, demo_store):
    outcome, state = dashboard.state.sky_map, dashboard.state
    assert dashboard.state.problems.get("sky_map", "") == ""
    runs = demo_store.select(target=state.target)
    maps = lp.sky_maps(
        runs,
        geometry=lp.MapGeometry(83.633, 22.0144, width="3 deg", binsize="0.02 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=8),
        background=RingBackground(0.5, 0.3),
        exclusion=outcome.settings.exclusion,
        search=ExclusionSearch(),
    )
    np.testing.assert_allclose(outcome.maps["counts"], maps["counts"])
    np.testing.assert_allclose(outcome.maps["counts_off"], maps["counts_off"])
    top = outcome.peaks[0]
    assert separation(top.lon, top.lat, 83.633, 22.0144) < 0.05
    assert top.sqrt_ts > 10


def test_a_ring_slider_redoes_the_map_and_nothing_else(dashboard, view):
    state = dashboard.state
    before, kept = state.sky_map, state.outcome
    picture = bytes(view.picture.mark.image.value)
    dashboard.ring.fields["ring_inner"].value = 0.7
    dashboard.schedule.flush()
    assert state.sky_map is not before
    assert state.outcome is kept
    assert state.sky_map.settings.background.r_in == 0.7
    assert bytes(view.picture.mark.image.value) != picture
    # The two dotted circles have the radii of the ring, in pixels of 0.02 deg.
    centre = [np.nanmean(view.on.x[np.isfinite(view.on.y)]), np.nanmean(view.on.y)]
    shown = np.isfinite(view.ring.y)
    radii = np.hypot(view.ring.x[shown] - centre[0], view.ring.y[shown] - centre[1]) * 0.02
    assert radii.min() == pytest.approx(0.7, abs=0.02)
    assert radii.max() == pytest.approx(1.0, abs=0.02)


def test_dragging_the_region_redoes_no_map(dashboard, view):
    state = dashboard.state
    kept, circle = state.sky_map, view.on.x.copy()
    state.position = (83.8, 22.0)
    dashboard.schedule.flush()
    assert state.sky_map is kept
    assert not np.array_equal(view.on.x, circle)


@pytest.mark.parametrize(
    "quantity", ["sqrt_ts", "excess", "flux", "counts", "background", "acceptance", "alpha"]
)
def test_every_quantity_has_a_picture_and_a_bar_with_its_unit(view, quantity):
    view.quantity.value = quantity
    assert bytes(view.picture.mark.image.value).startswith(b"\x89PNG")
    title, unit = QUANTITIES[quantity]
    assert title in view.legend.value
    assert unit in view.legend.value
    at = [float(number) for number in re.findall(r"left:([\d.]+)%", view.legend.value)]
    assert len(at) >= 2
    assert at == sorted(at)


def test_a_click_near_a_peak_goes_to_the_peak_and_elsewhere_to_the_place(dashboard, view):
    state = dashboard.state
    peak = state.sky_map.peaks[0]
    view._clicked(view.picture.mark, {"data": {"click_x": peak.x + 2.0, "click_y": peak.y - 1.0}})
    assert state.position == pytest.approx((peak.lon, peak.lat), abs=1e-5)
    view._clicked(view.picture.mark, {"data": {"click_x": 20.0, "click_y": 74.5}})
    lon, lat = state.position
    assert separation(lon, lat, 83.633, 22.0144) == pytest.approx(54.5 * 0.02, abs=0.02)
    assert lon > 83.633  # right ascension grows to the left
    dashboard.schedule.flush()
    assert state.outcome.settings.reduction.on_region.lon == lon


@pytest.mark.parametrize(
    "data", [{}, {"click_x": "a", "click_y": 1}, {"click_x": float("nan"), "click_y": 1.0}]
)
def test_a_click_without_a_place_changes_nothing(dashboard, view, data):
    view._clicked(view.picture.mark, {"data": data})
    assert dashboard.state.position is None
    assert dashboard.state.error == ""


def test_the_list_of_peaks_does_the_same_by_keyboard(dashboard, view):
    peak = dashboard.state.sky_map.peaks[0]
    label, place = view.peak.options[1]
    assert f"{peak.sqrt_ts:.1f} σ" in label
    view.peak.value = place
    assert dashboard.state.position == pytest.approx((peak.lon, peak.lat), abs=1e-5)
    assert view.peak.value == ()


def test_the_distribution_says_what_chance_does(dashboard):
    outcome, view = dashboard.state.sky_map, dashboard.distribution
    found = outcome.distributions[0]
    assert f"width {found.std:.3f}" in view.legend.value
    assert view.normal.y.max() == pytest.approx(1 / np.sqrt(2 * np.pi), rel=1e-3)
    assert view.outside.y.max() == pytest.approx(found.density.max())


def test_a_ring_inside_the_correlation_radius_is_a_sentence_in_the_view(dashboard):
    state = dashboard.state
    kept = state.sky_map
    state.ring_inner, state.correlation_radius = 0.2, 0.5
    dashboard.schedule.flush()
    assert "correlation radius" in state.problems["sky_map"]
    assert (state.error, state.sky_map) == ("", kept)
    state.ring_inner = 0.6
    dashboard.schedule.flush()
    assert state.problems.get("sky_map", "") == ""


def test_a_store_without_background_says_so_and_the_spectrum_stays(make, demo_path, tmp_path):
    import shutil

    from astropy.io import fits

    shutil.copytree(demo_path, tmp_path / "bare")
    index = next((tmp_path / "bare").glob("hdu-index.fits*"))
    with fits.open(index) as hdus:
        table = hdus[1].data
        kept = [row["HDU_TYPE"].strip() != "bkg" for row in table]
        new = fits.BinTableHDU(table[np.array(kept)], header=hdus[1].header, name=hdus[1].name)
    new.writeto(index, overwrite=True)
    state = make(tmp_path / "bare").state
    assert state.outcome is not None
    assert "background" in state.problems["sky_map"]
    assert state.error == ""
