"""The light curve, the span that is brushed on it, and the hysteresis: traits in, marks out."""

from __future__ import annotations

import re

import numpy as np
import pytest

import lightpool as lp
from lightpool_dashboard.time_axis import TimeAxis
from lightpool_dashboard.views.series_panels import LONGEST, slope_bars

FLARE = "PKS 2155-304 (simulated)"


@pytest.fixture
def flare(dashboard):
    """Return a dashboard on the night of the flare."""
    dashboard.state.model = "power-law"
    dashboard.data.target.value = FLARE
    dashboard.schedule.flush()
    return dashboard


def seconds(times) -> np.ndarray:
    return np.asarray(times).astype("datetime64[ms]").astype(float) / 1e3


def brush(view, start: float, stop: float, *, moving: bool = False) -> None:
    """Do what the browser does: the selection and whether the mouse is down come in one message."""
    with view.brush.hold_trait_notifications():
        view.brush.brushing = moving
        view.brush.selected = np.array([start, stop])


def test_each_interval_has_its_flux_slope_and_rate(flare):
    series, rows = flare.state.series, flare.time.rows
    curve, spectra = series.curve, series.spectra
    assert curve.sizes["interval"] == 15  # one a run
    flux = curve["flux"].values[:, 0]
    digits = re.search(r"10(\S+) cm", rows.panels.titles.text[0])[1]
    power = int(digits.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    np.testing.assert_allclose(rows.flux.points.y, flux / 10.0**power)
    np.testing.assert_allclose(
        rows.flux.errors.y[1::3], (flux + curve["flux_errp"].values[:, 0]) / 10.0**power
    )
    index = spectra.sel(parameter="index")
    np.testing.assert_allclose(rows.slope.points.y, index["value"])
    np.testing.assert_allclose(rows.slope.errors.y[0::3], index["value"] - index["error"])
    rate = 60 * spectra["excess"] / spectra["livetime"]
    np.testing.assert_allclose(rows.rate.points.y, rate)
    axis = TimeAxis.over(series.start, series.stop)
    start, stop = seconds(curve["time_start"]), seconds(curve["time_stop"])
    np.testing.assert_allclose(rows.flux.widths.x[0::3], axis.place(start))
    np.testing.assert_allclose(rows.flux.widths.x[1::3], axis.place(stop))
    assert flare.time.panels.x_axis.label == "UTC, night of 2006-07-29"
    assert "15 intervals" in flare.time.title.value


def test_the_numbers_are_those_of_the_engine(flare):
    series, outcome = flare.state.series, flare.state.outcome
    settings = outcome.settings
    run = outcome.observations[2]
    alone = flare.controller.library.open("demo").analysis.run(settings.updated(obs_ids=(run.obs_id,)))
    one = series.spectra.isel(interval=2).sel(parameter="index")
    assert float(one["value"]) == pytest.approx(alone.fit.model["index"].value, rel=1e-3)
    assert float(one["error"]) == pytest.approx(alone.fit.model["index"].error, rel=0.02)
    assert series.kept == ()


@pytest.mark.parametrize(
    ("inputs", "n"),
    [
        ({"time_bin": "night"}, 1),
        ({"time_bin": "duration", "time_minutes": 15.0}, 31),
        ({"time_bin": "significance", "time_sigma": 30.0}, None),
        ({"time_bin": "counts", "time_counts": 400}, None),
        ({"time_bin": "blocks"}, None),
    ],
)
def test_the_time_bins_are_those_that_are_chosen(flare, inputs, n):
    by_run = set(flare.state.series.curve["time_start"].values)
    for name, value in inputs.items():
        setattr(flare.state, name, value)
    flare.schedule.flush()
    n_intervals = flare.state.series.curve.sizes["interval"]
    assert n is None or n_intervals == n
    assert set(flare.state.series.curve["time_start"].values) != by_run
    assert flare.time.rows.flux.points.y.size + flare.time.rows.limits.y.size == n_intervals


def test_more_bins_than_the_page_can_show_are_refused_in_words(flare):
    before = flare.time.rows.flux.points.y
    flare.state.time_bin, flare.state.time_minutes = "duration", 1.0
    flare.schedule.flush()
    assert "more time intervals than the page can show" in flare.state.problems["series"]
    np.testing.assert_array_equal(flare.time.rows.flux.points.y, before)


def test_curvature_is_kept_as_in_all_runs(flare):
    flare.state.model = "log-parabola"
    flare.schedule.flush()
    series = flare.state.series
    assert series.slope == "alpha"
    assert series.kept == ("beta",)
    beta = flare.state.outcome.fit.model["beta"].value
    np.testing.assert_allclose(series.spectra.sel(parameter="beta")["value"], beta)
    assert "beta as in all runs" in flare.time.legend.value
    assert flare.time.panels.titles.text[1] == "Alpha"


def test_intervals_without_a_spectrum_are_shown_with_the_reason(flare):
    flare.data.target.value = "Empty field (simulated)"
    flare.state.time_bin, flare.state.time_minutes = "duration", 3.0
    flare.schedule.flush()
    spectra = flare.state.series.spectra
    failed = ~spectra["success"].values
    assert failed.any()
    view = flare.time
    assert view.unfitted.x.size == failed.sum()
    reasons = spectra["reason"].values[failed]
    assert all(reason in name for reason, name in zip(reasons, view.unfitted.names, strict=True))
    assert f"{failed.sum()} without a spectrum" in view.legend.value
    limits = flare.state.series.curve["is_ul"].values[:, 0]
    assert view.rows.limits.x.size == limits.sum() > 0


def test_a_brush_sets_the_span_in_utc_while_it_moves(flare):
    view, state = flare.time, flare.state
    axis = TimeAxis.over(state.series.start, state.series.stop)
    start, stop = np.datetime64("2006-07-29T20:40:00"), np.datetime64("2006-07-29T21:20:00")
    ends = axis.place(seconds([start, stop]))
    brush(view, *ends, moving=True)
    assert state.span == ("2006-07-29T20:40:00", "2006-07-29T21:20:00")
    flare.schedule.flush()
    assert state.span_outcome.settings.reduction.intervals
    assert flare.sed.span.points.visible
    brush(view, ends[0], ends[1] + 0.5)
    assert state.span == ("2006-07-29T20:40:00", "2006-07-29T21:50:00")
    assert not view.shade.visible  # the brush itself shows it
    assert view.fields.start.value == "2006-07-29 20:40:00"


def test_a_slip_of_the_mouse_is_no_span_and_a_click_drops_the_brush(flare):
    view, state = flare.time, flare.state
    brush(view, 1.0, 1.001)
    assert state.span is None
    brush(view, 1.0, 2.0)
    assert state.span is not None
    view.brush.selected = None
    assert state.span is None
    flare.schedule.flush()
    assert state.span_outcome is None


def test_the_span_is_typed_too_and_cleared(flare):
    fields, state = flare.time.fields, flare.state
    fields.start.value = "2006-07-29 22:00"
    assert state.span is None  # half of a span is none
    fields.stop.value = "2006-07-29 23:00"
    assert state.span == ("2006-07-29T22:00", "2006-07-29T23:00")
    shade = flare.time.shade
    axis = TimeAxis.over(state.series.start, state.series.stop)
    expected = axis.place(seconds(np.array(state.span, dtype="datetime64[s]")))
    np.testing.assert_allclose(shade.x, expected)
    flare.schedule.flush()
    assert state.span_outcome is not None
    fields.clear.click()
    assert (state.span, fields.start.value, fields.stop.value) == (None, "", "")
    assert not shade.visible


@pytest.mark.parametrize(
    ("start", "stop", "words"),
    [
        ("yesterday", "2006-07-29 23:00", "From"),
        ("2006-07-29 22:00", "noon <b>", "To"),
        ("2006-07-29 23:00", "2006-07-29 22:00", "must end after it begins"),
    ],
)
def test_times_that_make_no_sense_are_answered(flare, start, stop, words):
    fields = flare.time.fields
    fields.start.value, fields.stop.value = start, stop
    assert words in fields.notice.value
    assert "<b>" not in fields.notice.value
    assert flare.state.span is None
    fields.clear.click()
    assert fields.notice.value == ""


def test_another_span_takes_the_brush_away(flare, messages):
    view = flare.time
    brush(view, 1.0, 2.0)
    flare.state.span = ("2006-07-30T00:00:00", "2006-07-30T01:00:00")
    assert view.shade.visible
    assert view._brushed is None


def test_another_target_forgets_the_span_and_has_an_axis_of_its_own(flare):
    brush(flare.time, 1.0, 2.0)
    flare.schedule.flush()
    flare.data.target.value = "Crab Nebula (simulated)"
    flare.schedule.flush()
    assert flare.state.span is None
    assert "2004-12-04" in flare.time.panels.x_axis.label
    assert not flare.sed.span.points.visible


def test_the_hysteresis_is_numbered_in_the_order_of_time(flare):
    view, spectra = flare.hysteresis, flare.state.series.spectra
    index = spectra.sel(parameter="index")["value"].values
    np.testing.assert_allclose(view.points.y, index)
    np.testing.assert_allclose(view.path.y, index)
    flux = spectra["flux"].values
    np.testing.assert_allclose(view.points.x / view.points.x[0], flux / flux[0])
    assert list(view.numbers.text) == [str(k) for k in range(1, 16)]
    assert (np.diff(view.points.color) > 0).all()
    assert view._slope_axis.label == "Index"
    assert "TeV" in view._flux_axis.label


@pytest.mark.data
def test_the_series_of_real_data_over_years_is_drawn_with_cuts(make, hess_store):
    dashboard = make(hess_store, drawn=False)
    state = dashboard.state
    state.model, state.energy_min, state.bins_per_decade = "power-law", 0.1, 5
    dashboard.schedule.flush()
    state.target = "PKS 2155-304"
    dashboard.schedule.flush()
    assert state.series.curve.sizes["interval"] == 21
    assert dashboard.time.cuts.visible
    assert dashboard.time.panels.x_axis.label == "UTC, time between nights left out"
    x = dashboard.time.rows.flux.points.x
    assert (np.diff(x) > 0).all()
    cut = dashboard.time.cuts.x[0]
    assert (x < cut).sum() == 15  # the night of the flare
    night = [k for k, run in enumerate(state.outcome.observations) if run.obs_id < 40000]
    alone = lp.time_resolved(state.outcome.cube.isel(time=night), state.outcome.fit.model.freeze("reference"))
    np.testing.assert_allclose(
        dashboard.time.rows.slope.points.y[: len(night)],
        alone.sel(parameter="index")["value"].values,
        rtol=0.02,
    )


def test_variability_is_printed_beside_the_curve(flare):
    numbers = lp.variability(flare.state.series.spectra)
    text = flare.time.legend.value
    flux = numbers.sel(quantity="flux")
    assert f"Constant flux: χ²/dof {float(flux['chi2']):.1f}/14, p " in text
    assert f"F_var {float(flux['fvar']):.3f}"[:10] in text
    assert "doubles in" in text
    assert "halves in" in text
    index = numbers.sel(quantity="index")
    assert f"Constant index: χ²/dof {float(index['chi2']):.1f}/14, p = " in text


def test_one_interval_says_nothing_of_variability(flare):
    flare.state.time_bin = "night"
    flare.schedule.flush()
    assert "Constant flux" not in flare.time.legend.value


def test_a_steady_source_has_no_doubling_time(dashboard):
    text = dashboard.time.legend.value
    assert "Constant flux" in text
    assert float(dashboard.state.series.variability["p_value"].sel(quantity="flux")) > 0.01
    assert "doubles" not in text
    assert "no excess variance" in text


def test_a_slope_that_is_not_measured_does_not_flatten_the_others():
    value, error = np.array([2.0, 2.4, 2.2]), np.array([0.1, 0.2, 3e5])
    low, high = slope_bars(value, error, np.array([True, True, True]))
    np.testing.assert_allclose(low, [1.9, 2.2, 2.2 - LONGEST])
    np.testing.assert_allclose(high, [2.1, 2.6, 2.2 + LONGEST])
    low, high = slope_bars(value, error, np.array([True, True, False]))
    np.testing.assert_allclose(low[:2], [1.9, 2.2])
    assert slope_bars(value[:0], error[:0], np.array([], dtype=bool))[0].size == 0
