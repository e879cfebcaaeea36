from __future__ import annotations

import numpy as np
import pytest

from lightpool_dashboard import marks
from lightpool_dashboard.ticks import linear_ticks, log_range, log_ticks


@pytest.fixture
def scales():
    return {"x": marks.log_scale(0.1, 10), "y": marks.log_scale(1, 10)}


def test_steps_follow_the_edges_and_rest_on_the_floor():
    x, y = marks.steps(np.array([1.0, 2.0, 4.0]), np.array([0.0, 3.0]), floor=0.2)
    assert x.tolist() == [1, 1, 2, 2, 4, 4]
    assert y.tolist() == [0.2, 0.2, 0.2, 3, 3, 0.2]


def test_error_bars_are_one_curve_with_gaps_and_end_at_the_floor():
    x, y = marks.error_bars([1, 2, 3, 4], [0.0, 5.0, 0.1, np.nan], [2.0, 7.0, 0.15, 1.0], floor=0.2)
    assert x.tolist() == [1, 1, 1, 2, 2, 2]
    np.testing.assert_array_equal(y, [0.2, 2, np.nan, 5, 7, np.nan])


def test_spans_and_verticals():
    x, y = marks.spans(np.array([1.0, 5.0]), np.array([2.0, 6.0]), np.array([3.0, 4.0]))
    assert x.tolist() == [1, 2, 2, 5, 6, 6]
    np.testing.assert_array_equal(y, [3, 3, np.nan, 4, 4, np.nan])
    x, y = marks.verticals([0.7, 0.5, 0.7], 1, 9)
    assert x.tolist() == [0.5, 0.5, 0.5, 0.7, 0.7, 0.7]


def test_a_curve_never_ends_in_a_gap_and_an_empty_one_is_hidden(scales):
    line = marks.lines(scales, "#000000")
    marks.put(line, [1, 1, 1], [2, 3, np.nan])
    assert line.y.tolist() == [2, 3]
    assert line.visible
    marks.put(line, [1, 1, 2, 2], [2, 3, np.nan, np.nan])
    assert line.y.tolist() == [2, 3]
    marks.put(line, [1, 1], [np.nan, np.nan])
    assert not line.visible
    marks.put(line, [1, 1], [2, 3])
    marks.put(line, [], [])
    assert not line.visible


def test_the_same_data_again_send_nothing(scales, messages):
    line = marks.lines(scales, "#000000")
    data = [1.0, 1.0, 1.0, 2.0], [2.0, 3.0, np.nan, 4.0]
    marks.put(line, *data)
    messages.clear()
    marks.put(line, *data)
    assert messages == []


def test_ranges_end_on_round_numbers():
    assert log_range(np.array([0.0, np.nan, -3.0]), floor=2, ceiling=7) == (2, 7)
    assert log_range(np.array([0.9, 120.0]), floor=1, ceiling=10) == (0.5, 200.0)
    low, high = log_range(np.array([3.3e-4, 5.2e5]), floor=1, ceiling=10)
    assert (low, high) == (2e-4, 1e6)


def test_ticks_and_labels_of_a_log_axis():
    values, labels = log_ticks(0.5, 50)
    assert values == [0.5, 1, 2, 5, 10, 20, 50]
    assert labels == {"0.5": "0.5", "1": "1", "2": "2", "5": "5", "10": "10", "20": "20", "50": "50"}
    values, labels = log_ticks(1e-4, 1e3)
    assert values == [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1e3]
    assert labels["0.0001"] == "10⁻⁴"
    assert labels["1000"] == "10³"
    assert log_ticks(1e-7, 1e-6)[1]["1e-7"] == "10⁻⁷"  # as JavaScript writes it
    assert log_ticks(1, 1.26)[1] == {"1": "1", "1.1": "1.1", "1.2": "1.2"}
    wide = log_ticks(0.1, 100)[1]
    assert (wide["1"], wide["2"]) == ("1", "")


def test_ticks_of_a_linear_axis():
    assert linear_ticks(-0.05, 1.02, 6).tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert linear_ticks(359.2, 361.0).tolist() == [359.5, 360, 360.5, 361]


def test_an_axis_is_labelled_even_where_its_range_was_right_from_the_start():
    scale = marks.log_scale(0.1, 40)
    for axis in (marks.axis(scale, "one"), marks.axis(scale, "two")):
        marks.set_log_range(axis, 0.1, 40)
        assert axis.tick_labels["0.1"] == "0.1"


def test_axes_that_share_a_scale_have_the_same_ticks():
    scale = marks.log_scale(0.1, 40)
    axes = marks.axis(scale, "one"), marks.axis(scale, "two")
    for axis in axes:
        marks.set_log_range(axis, 1, 200)
    values, labels = log_ticks(1, 200)
    for axis in axes:
        assert axis.tick_values.tolist() == values
        assert axis.tick_labels == labels
    assert (scale.min, scale.max) == (1, 200)


def test_the_labels_of_ticks_are_sent_before_the_ticks(messages):
    axis = marks.axis(marks.linear_scale(0, 1), "x")
    messages.clear()
    marks.set_range(axis, 0, 1, np.array([0.25, 0.75]), {"0.25": "low", "0.75": "high"})
    assert [state for name, state in messages if name == "Axis"] == [("tick_labels",), ("tick_values",)]
    messages.clear()
    marks.set_range(axis, 0, 1, np.array([0.25, 0.75]), {"0.25": "low", "0.75": "high"})
    assert messages == []
