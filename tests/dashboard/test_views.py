from __future__ import annotations

import logging
import re
import struct
import zlib
from html import escape

import numpy as np
import pytest

from lightpool.plot_data import run_table, sed_curve, sed_points

#: Messages that one move of the radius may cost; more of them is a slower page.
MOST_MESSAGES = 80


def move(dashboard, radius):
    dashboard.region.radius.value = radius
    dashboard.schedule.flush()
    return dashboard.state.outcome


def test_a_move_of_the_radius_redraws_every_view_in_place(dashboard):
    figures = (dashboard.sky.figure, dashboard.counts.figure, dashboard.sed.figure)
    before = [list(figure.marks) for figure in figures]
    arrays = [
        mark.y.copy() for mark in (dashboard.sky.on, dashboard.counts.counts, dashboard.sed.whole.points)
    ]
    move(dashboard, 0.2)
    assert [list(figure.marks) for figure in figures] == before
    after = [mark.y for mark in (dashboard.sky.on, dashboard.counts.counts, dashboard.sed.whole.points)]
    for old, new in zip(arrays, after, strict=True):
        assert old.shape != new.shape or not np.array_equal(old, new, equal_nan=True)


def test_a_move_of_the_radius_costs_few_messages(dashboard, messages):
    move(dashboard, 0.12)
    messages.clear()
    move(dashboard, 0.13)
    assert 10 < len(messages) <= MOST_MESSAGES, messages
    messages.clear()
    dashboard.model.fit.click()
    dashboard.schedule.flush()
    # The same numbers again: only the status line speaks.
    assert {name for name, _ in messages} <= {"HTML"}
    assert len(messages) <= 4


def test_the_sed_is_drawn_before_every_other_figure(dashboard):
    drawings = [draw for result, draw in dashboard._drawings() if result == "outcome"]
    assert drawings.index(dashboard.sed.update) <= 1  # after the line of numbers


def test_counts_marks_are_the_safe_counts_of_the_cube(dashboard):
    outcome = move(dashboard, 0.15)
    cube = outcome.cube
    counts = cube["counts"].where(cube["mask_safe"], 0).sum(("region", "time")).values
    seen = counts > 0
    np.testing.assert_array_equal(dashboard.counts.points.y, counts[seen])
    np.testing.assert_allclose(dashboard.counts.points.x, cube["energy"].values[seen])
    safe = np.flatnonzero(cube["mask_safe"].any(("region", "time")).values)
    np.testing.assert_allclose(
        dashboard.counts.npred.x[[0, -1]], cube["energy_edges"].values[[safe[0], safe[-1] + 1]]
    )
    fit = outcome.fit
    npred = (fit.npred + fit.mu_bkg).where(cube["mask_safe"], 0).sum(("region", "time")).values
    np.testing.assert_allclose(
        dashboard.counts.npred.y[1:-1:2], np.maximum(npred[safe[0] : safe[-1] + 1], 0.2)
    )
    residual = (counts - npred)[npred > 0] / np.sqrt(npred[npred > 0])
    np.testing.assert_allclose(dashboard.counts.residuals.points[0].y, residual)


def test_sed_marks_are_the_flux_points_of_the_engine(dashboard):
    outcome = move(dashboard, 0.15)
    expected, sed = sed_points(outcome.points), dashboard.sed.whole
    shown = ~expected.is_limit
    np.testing.assert_allclose(sed.points.x, expected.energy[shown])
    np.testing.assert_allclose(sed.points.y, expected.value[shown])
    low, high = sed.errors.y[0::3], sed.errors.y[1::3]
    np.testing.assert_allclose(high, expected.high[shown])
    assert (low >= dashboard.sed._flux.min).all()
    assert (sed.limits.y < expected.limit[expected.is_limit].max()).all()
    curve = sed_curve(outcome.fit.model, sed.model.x[0], sed.model.x[-1])
    np.testing.assert_allclose(sed.model.y, curve.value[: sed.model.y.size])
    assert dashboard.sed.reference.visible  # the published Crab


def test_away_from_the_crab_there_is_no_published_spectrum(dashboard):
    dashboard.data.target.value = "PKS 2155-304 (simulated)"
    dashboard.schedule.flush()
    assert not dashboard.sed.reference.visible
    assert "H.E.S.S. 2006" not in dashboard.sed.legend.value


def test_nothing_that_is_not_positive_reaches_a_log_axis(dashboard):
    dashboard.data.target.value = "Empty field (simulated)"
    dashboard.schedule.flush()
    assert dashboard.state.outcome.settings.source == "Empty field (simulated)"
    for view in (dashboard.counts.figure, dashboard.sed.figure):
        for mark in view.marks:
            values = mark.y[np.isfinite(mark.y)]
            assert (values > 0).all(), type(mark)
            assert (mark.x > 0).all()
    for scale in (dashboard.counts._counts, dashboard.sed._flux, dashboard.sed._energy):
        assert 0 < scale.min < scale.max


def test_the_sky_shows_the_regions_of_each_run(dashboard):
    outcome = move(dashboard, 0.12)
    cube, sky = outcome.cube, dashboard.sky
    for off, pointing, obs_id in zip(sky.off, sky.pointings, cube["obs_id"].values, strict=False):
        n = int(((cube["off_obs_id"] == obs_id) & (cube["off_reason"] == "")).sum())
        assert np.isnan(off.y).sum() == n - 1
        k = int(np.flatnonzero(cube["obs_id"] == obs_id)[0])
        assert pointing.x[0] == pytest.approx(float(cube["pointing_lon"][k]))
        assert pointing.y[0] == pytest.approx(float(cube["pointing_lat"][k]))
    assert len({mark.marker for mark in sky.pointings}) == len(sky.pointings)
    assert sky._lon.min > sky._lon.max  # right ascension grows to the left


def test_the_sky_picture_is_a_png_of_the_counts_and_is_sent_once(dashboard, messages):
    data = bytes(dashboard.sky.picture.mark.image.value)
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT") + 4
    length = struct.unpack(">I", data[start - 8 : start - 4])[0]
    raw = np.frombuffer(zlib.decompress(data[start : start + length]), np.uint8).reshape(height, width + 1)
    assert (raw[:, 0] == 0).all()
    assert raw[:, 1:].max() == 255
    peak = np.argwhere(raw[:, 1:] == 255)[0]
    np.testing.assert_allclose(peak, [height / 2, width / 2], atol=4)  # the source, in the middle
    move(dashboard, 0.2)
    assert not [name for name, _ in messages if name == "Image"]


def test_another_target_is_another_picture(dashboard):
    old = dashboard.sky.picture.mark.image  # the browser does not look at new bytes in the same one
    dashboard.data.target.value = "PKS 2155-304 (simulated)"
    dashboard.schedule.flush()
    assert dashboard.sky.picture.mark.image is not old
    assert bytes(dashboard.sky.picture.mark.image.value) != bytes(old.value)


def test_numbers_in_text_are_those_of_the_cube(dashboard):
    outcome = move(dashboard, 0.14)
    total = run_table(outcome.cube).total
    text = re.sub(r"<[^>]*>", "", dashboard.summary.box.value)
    assert f"counts {total.n_on} " in text
    assert f"off counts {total.n_off} " in text
    assert f"excess {total.excess:.1f}" in text
    assert f"significance {total.sqrt_ts:.2f}" in text
    assert "livetime 1.75 h" in text
    rows = re.findall(r"<tr>(.*?)</tr>", dashboard.fit.table.value.split("<tbody>")[1].split("</tbody>")[0])
    assert [re.sub(r"<[^>]*>", " ", row).split()[0] for row in rows] == list(outcome.fit.model.names)
    assert f"{outcome.fit.stat:.2f} / {outcome.fit.dof}" in dashboard.fit.health.value
    assert dashboard.runs.table.value.count("<tr>") == 1 + len(outcome.observations) + 1


def test_text_from_files_is_escaped(make, demo_path):
    from lightpool.dl3 import DataStore

    store = DataStore(demo_path)
    evil = "<img src=x onerror=alert(1)>"
    names = store.runs["object"]
    names[names == "Crab Nebula (simulated)"] = evil
    dashboard = make(store)
    assert dashboard.state.target == evil
    dashboard.state.error = evil
    dashboard.state.notices = {"radius": evil}
    seen = []

    def visit(widget):
        seen.append(str(getattr(widget, "value", "")) if type(widget).__name__ in ("HTML", "Notice") else "")
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(dashboard.widget)
    assert any("&lt;img" in text for text in seen)
    assert not any("<img src=x" in text for text in seen)


def test_status_line_says_ready_working_or_the_error(dashboard):
    def text():
        return re.sub(r"<[^>]*>", "", dashboard.status.box.value)

    assert text() == "ready"
    dashboard.region.radius.value = 0.2
    assert text() == "working"
    dashboard.schedule.flush()
    dashboard.energy.minimum.value = 90
    dashboard.schedule.flush()
    assert text() == dashboard.state.error != ""


def test_a_bug_in_one_view_is_said_and_the_others_are_drawn(dashboard, monkeypatch, caplog):
    def broken(spectrum):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(dashboard.counts, "_draw_residuals", broken)
    with caplog.at_level(logging.ERROR, logger="lightpool_dashboard"):
        outcome = move(dashboard, 0.2)
    assert "CountsView.update" in caplog.text
    assert "internal error (ZeroDivisionError)" in dashboard.status.box.value
    assert dashboard.state.status == "error"
    assert f"<b>{run_table(outcome.cube).total.n_on}</b>" in dashboard.summary.box.value


def test_warnings_stand_in_the_notes_or_beside_the_fit(dashboard):
    assert dashboard.messages.box.layout.display == "none"
    state = dashboard.state
    state.energy_min, state.energy_max, state.points_n = 15.0, 40.0, 10
    dashboard.schedule.flush()
    assert state.outcome.warnings
    for sentence in state.outcome.warnings:
        places = (dashboard.messages.box.value, dashboard.fit.health.value)
        assert sum(escape(sentence) in place for place in places) == 1
    assert (dashboard.messages.box.layout.display == "") == ("<li>" in dashboard.messages.box.value)
