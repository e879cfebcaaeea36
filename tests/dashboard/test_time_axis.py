from __future__ import annotations

import numpy as np
import pytest

from lightpool_dashboard.time_axis import TimeAxis


def seconds(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[s]").astype(float)


@pytest.fixture
def nights():
    """Return the axis of a long night and of two short ones, two years later."""
    start = seconds("2008-08-29T20:00", "2006-07-29T20:20", "2006-07-30T01:00", "2008-08-27T21:00")
    return TimeAxis.over(start, start + 3600 * np.array([1, 4, 3, 0.5]))


def test_one_night_is_linear_in_hours_with_the_date_in_the_label():
    axis = TimeAxis.over(seconds("2006-07-29T20:20"), seconds("2006-07-30T04:10"))
    at = axis.place(seconds("2006-07-29T20:20", "2006-07-29T22:20", "2006-07-30T04:10"))
    np.testing.assert_allclose(at, [0, 2, 7 + 50 / 60])
    assert axis.cuts.size == 0
    assert axis.label == "UTC, night of 2006-07-29"
    places, labels = axis.ticks()
    assert list(labels.values()) == ["", "22:00", "", "00:00", "", "02:00", "", "04:00"]
    expected = seconds("2006-07-29T21:00") + 3600 * np.arange(8)
    np.testing.assert_allclose(axis.time(places), expected, atol=0.01)


def test_a_gap_of_years_takes_little_room(nights):
    assert nights.cuts.size == 2
    low, high = nights.ends
    inside = nights.place(seconds("2006-07-29T20:20", "2006-07-30T04:00", "2008-08-27T21:00"))
    assert low < inside[0] < inside[1] < nights.cuts[0] < inside[2] < high
    assert (inside[1] - inside[0]) / (high - low) > 0.6
    assert (inside[2] - inside[1]) / (high - low) < 0.1


def test_times_come_back_from_their_places(nights):
    times = seconds("2006-07-29T19:00", "2006-07-29T23:11", "2008-08-27T21:15", "2008-08-29T22:00")
    np.testing.assert_allclose(nights.time(nights.place(times)), times, atol=1e-3)
    assert (np.diff(nights.place(np.sort(times))) > 0).all()


def test_each_of_several_nights_has_its_date_in_its_middle(nights):
    places, labels = nights.ticks()
    assert list(labels.values()) == ["2006-07-29", "2008-08-27", ""]  # the last has no room
    middle = nights.places.reshape(-1, 2).mean(axis=1)
    np.testing.assert_allclose(places, middle, atol=1e-6)


def test_many_nights_do_not_crowd_the_labels():
    start = seconds("2004-01-01T20:00") + 86400 * np.arange(60)
    axis = TimeAxis.over(start, start + 1700)
    texts = [text for text in axis.ticks()[1].values() if text]
    assert 3 <= len(texts) <= 7
    width = np.diff(axis.places)[::2].sum() / np.ptp(axis.places)
    assert width > 0.55


def test_a_span_of_minutes_has_minutes_on_its_ticks():
    axis = TimeAxis.over(seconds("2006-07-29T20:20"), seconds("2006-07-29T20:32"))
    labels = list(axis.ticks()[1].values())
    assert len(labels) == 13
    assert labels[::4] == ["20:20", "20:24", "20:28", "20:32"]
    assert sum(map(bool, labels)) == 4
    assert axis.label == "UTC on 2006-07-29"
