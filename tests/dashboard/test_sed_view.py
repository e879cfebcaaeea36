"""The SED beyond the spectrum of all runs: the brushed time, the sliders' curve, profiles, the mouse."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.plot_data import fit_summary, sed_curve, sed_points, sed_residuals
from lightpool_dashboard.views.fit_words import fit_in_words
from lightpool_dashboard.views.profiles import shade

FLARE = "PKS 2155-304 (simulated)"
SPAN = ("2006-07-29T20:40:00", "2006-07-29T21:20:00")


@pytest.fixture
def flare(dashboard):
    """Return a dashboard on the night of the flare."""
    dashboard.state.model = "power-law"
    dashboard.data.target.value = FLARE
    dashboard.schedule.flush()
    return dashboard


def test_the_best_fit_stands_under_the_heading_in_words(dashboard):
    words = fit_in_words(fit_summary(dashboard.state.outcome.fit))
    assert words in dashboard.sed.words.value
    assert words.startswith("index\u00a0")  # no line breaks inside a parameter
    assert "·10⁻¹¹" in words
    assert "reference" not in words  # it is frozen


def test_a_brushed_span_has_its_points_and_band_and_is_named_in_utc(flare):
    flare.state.span = SPAN
    flare.schedule.flush()
    outcome, span = flare.state.span_outcome, flare.sed.span
    expected = sed_points(outcome.points)
    np.testing.assert_allclose(span.points.x, expected.energy[~expected.is_limit])
    np.testing.assert_allclose(span.points.y, expected.value[~expected.is_limit])
    curve = sed_curve(outcome.fit.model, span.model.x[0], span.model.x[-1])
    np.testing.assert_allclose(span.model.y, curve.value[: span.model.y.size], rtol=1e-6)
    assert span.band.y.shape[0] == 2
    assert "2006-07-29 20:40:00 to 21:20:00 UTC" in flare.sed.legend.value
    assert fit_in_words(fit_summary(outcome.fit)) in flare.sed.span_words.value
    assert flare.sed.whole.points.visible  # the other stays
    assert span.points.marker != flare.sed.whole.points.marker
    assert span.points.colors != flare.sed.whole.points.colors
    # The axis holds both.
    assert flare.sed._flux.min <= expected.value[~expected.is_limit].min()
    assert flare.sed._flux.max >= expected.high[~expected.is_limit].max()


def test_without_a_span_its_spectrum_is_gone_and_the_page_says_how_to_get_one(flare):
    flare.state.span = SPAN
    flare.schedule.flush()
    flare.state.span = None
    flare.schedule.flush()
    assert not any(mark.visible for mark in (*flare.sed.span.below, *flare.sed.span.above))
    assert not flare.sed.residuals.points[1].visible
    assert not flare.sed.residuals.errors[1].visible
    assert "Brush the light curve" in flare.sed.span_words.value
    assert "UTC" not in flare.sed.legend.value


def test_a_span_without_data_says_so_in_the_view(flare):
    flare.state.span = ("2019-01-01T00:00:00", "2019-01-01T01:00:00")
    flare.schedule.flush()
    assert "span_outcome" in flare.state.problems
    assert flare.state.status == "ready"


def test_the_residuals_of_the_points_stand_below_on_the_same_energy_axis(dashboard):
    outcome, sed = dashboard.state.outcome, dashboard.sed
    points, model = sed_points(outcome.points), outcome.fit.model
    seen = ~points.is_limit
    below = sed.residuals.points[0]
    np.testing.assert_allclose(below.x, points.energy[seen])
    np.testing.assert_allclose(below.y, sed_residuals(points, model)[seen])
    bars = sed.residuals.errors[0].y
    np.testing.assert_allclose(bars[1::3] - bars[0::3], 2)
    assert below.scales["x"] is sed.whole.points.scales["x"]
    figures = sed.figure, sed.residuals.figure
    sides = [(figure.fig_margin["left"], figure.fig_margin["right"]) for figure in figures]
    assert sides[0] == sides[1]
    limits = below.scales["y"].min, below.scales["y"].max
    assert limits[0] < bars[0::3].min()
    assert limits[1] > bars[1::3].max()


def test_the_energies_are_written_under_the_residuals_for_any_axis(dashboard):
    for view in (dashboard.sed, dashboard.counts):
        assert view.residuals.axis.tick_values.tolist() == view._energy_above.tick_values.tolist()
    dashboard.state.restore({"energy_min": 2.0, "energy_max": 100.0, "points_min": 2.0, "points_max": 90.0})
    dashboard.schedule.flush()
    for view in (dashboard.sed, dashboard.counts):
        axis = view.residuals.axis
        assert axis.tick_values.min() >= 1
        assert axis.tick_values.max() > 40
        assert axis.tick_values.tolist() == view._energy_above.tick_values.tolist()
        assert axis.tick_labels["10"] == "10"
        assert (axis.scale.min, axis.scale.max) <= (2.0, 100.0)


def test_a_brushed_span_has_its_residuals_against_its_own_fit(flare):
    flare.state.span = SPAN
    flare.schedule.flush()
    outcome, sed = flare.state.span_outcome, flare.sed
    points = sed_points(outcome.points)
    whole, span = sed.residuals.points
    np.testing.assert_allclose(span.y, sed_residuals(points, outcome.fit.model)[~points.is_limit])
    assert (span.marker, span.colors) == (sed.span.points.marker, sed.span.points.colors)
    assert (whole.marker, whole.colors) == (sed.whole.points.marker, sed.whole.points.colors)


def test_sliders_draw_a_dashed_curve_beside_the_fit(dashboard):
    assert not dashboard.sed.preview.visible
    dashboard.state.trial = (("index", 3.0), ("amplitude", 2e-11))
    dashboard.schedule.flush()
    preview = dashboard.sed.preview
    curve = sed_curve(dashboard.state.preview.model, preview.x[0], preview.x[-1], n=preview.x.size)
    np.testing.assert_allclose(preview.y, curve.value, rtol=1e-6)
    assert preview.line_style == "dashed"
    assert "sliders" in dashboard.sed.legend.value
    dashboard.state.trial = ()
    dashboard.schedule.flush()
    assert not preview.visible
    assert "sliders" not in dashboard.sed.legend.value


def test_profiles_are_darkest_at_the_best_flux_and_end_at_four_sigma(dashboard):
    points = dashboard.state.outcome.points
    energy, flux = (0.5, 50.0), (1.0, 200.0)
    dark = shade(points, energy, flux)
    rows, columns = dark.shape
    shown = sed_points(points)
    for k in np.flatnonzero(~shown.is_limit):
        column = int(np.log(shown.energy[k] / energy[0]) / np.log(energy[1] / energy[0]) * columns)
        row = np.log(shown.value[k] / flux[0]) / np.log(flux[1] / flux[0]) * rows
        assert abs(int(dark[:, column].argmax()) - row) < 2
        above = shown.value[k] + 7 * (shown.high[k] - shown.value[k])
        far = int(np.log(above / flux[0]) / np.log(flux[1] / flux[0]) * rows)
        if far < rows:
            assert dark[far, column] == 0
    assert (dark[:, : int(0.05 * columns)] == 0).all()  # no point there


def test_profiles_are_drawn_only_when_asked_for(dashboard, messages):
    assert not dashboard.sed.profiles.mark.visible
    dashboard.sed.switch.value = True
    assert dashboard.sed.profiles.mark.visible
    assert bytes(dashboard.sed.profiles.mark.image.value).startswith(b"\x89PNG")
    dashboard.sed.switch.value = False
    messages.clear()
    dashboard.region.radius.value = 0.2
    dashboard.schedule.flush()
    assert not [name for name, _ in messages if name == "Image"]
    assert not dashboard.sed.profiles.mark.visible


def test_the_point_under_the_mouse_shades_its_counts_bins(dashboard):
    sed, counts = dashboard.sed, dashboard.counts
    expected = sed_points(dashboard.state.outcome.points)
    point, limit = np.flatnonzero(~expected.is_limit)[2], np.flatnonzero(expected.is_limit)[0]
    sed.whole.points.hovered_point = 2  # as the browser says it
    assert counts.pointed.visible
    np.testing.assert_allclose(counts.pointed.x, [expected.e_min[point], expected.e_max[point]])
    sed.whole.points.hovered_point = None
    assert not counts.pointed.visible
    sed.whole.limits.hovered_point = 0
    np.testing.assert_allclose(counts.pointed.x, [expected.e_min[limit], expected.e_max[limit]])
    below = sed.residuals.points[0]
    below.hovered_point = 2
    np.testing.assert_allclose(counts.pointed.x, [expected.e_min[point], expected.e_max[point]])
    below.hovered_point = None
    assert not counts.pointed.visible
    assert f"{below.y[2]:+.1f} σ from the fit".replace("-", "−") in below.names[2]
    assert f"√TS {expected.sqrt_ts[point]:.1f}" in sed.whole.points.names[2]
    assert f"below {expected.limit[limit]:.3g}" in sed.whole.limits.names[0]


@pytest.mark.parametrize("index", [99, -3])
def test_a_hover_that_makes_no_sense_is_ignored(dashboard, index):
    dashboard.sed.whole.points.hovered_point = index
    assert dashboard.state.pointed is None
    assert dashboard.state.error == ""
