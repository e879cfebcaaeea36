"""The figures of the report: which there are, and the time axis without its gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lightpool.radius_scan import scan_radius_with
from lightpool_dashboard.carry.page import Results
from lightpool_dashboard.carry.pictures import clock, pictures


def test_a_figure_for_each_thing_that_there_is(dashboard):
    scan = scan_radius_with(dashboard.outcome.observations, dashboard.settings.reduction, (0.1, 0.2, 0.4))
    whole = replace(dashboard.outcome, light_curve=dashboard.state.series.curve, radius_scan=scan)
    names = ["sky", "counts", "sed", "growth", "light_curve", "radius_scan"]
    assert [p.name for p in pictures(Results(whole))] == names
    *_, last = pictures(Results(whole, sky_map=dashboard.state.sky_map))
    assert last.name == "significance"
    bare = replace(whole, fit=None, points=None, light_curve=None, radius_scan=None)
    assert [p.name for p in pictures(Results(bare))] == ["sky", "counts", "growth"]


def hours(*values: float) -> np.ndarray:
    return np.datetime64("2020-01-01T20:00", "ms") + np.array(values) * np.timedelta64(3_600_000, "ms")


def test_one_night_is_counted_in_hours():
    axis, begin, end, breaks = clock(hours(1, 0), hours(2, 0.5))
    assert axis.label == "Hours since 2020-01-01 20:00 UTC"
    np.testing.assert_allclose([begin, end], [[1, 0], [2, 0.5]])
    assert breaks == []


def test_what_lies_between_nights_is_left_out_and_marked():
    axis, begin, end, breaks = clock(hours(0, 24, 1000), hours(2, 26, 1006))
    np.testing.assert_allclose(end - begin, [2, 2, 6])
    np.testing.assert_allclose(begin, [0, 2.6, 5.2])  # ten hours in all; a gap is 6 % of them
    np.testing.assert_allclose(breaks, [2.3, 4.9])
    assert [text for _, text in axis.ticks()] == ["2020-01-01", "2020-01-02", "2020-02-12"]
    assert axis.low < begin.min() < end.max() < axis.high
