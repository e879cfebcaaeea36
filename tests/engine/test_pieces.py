"""Time intervals: how runs are cut, and which intervals make no sense."""

import re

import numpy as np
import pytest
from astropy.time import Time

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.pieces import as_intervals, empty_reasons, interval_faults, pieces_of
from lightpool.schema import cube_warnings
from lightpool.times import to_utc

SETTINGS = {
    "on_region": lp.circle(329.717, -30.226, 0.11),
    "energy": lp.energy_edges(0.2, 20, n=8),
    "energy_true": lp.energy_edges(0.1, 40, n=16),
}


@pytest.fixture(scope="module")
def runs(demo_store):
    return demo_store.select(target="PKS 2155-304 (simulated)")[:3]


def halves(run):
    start, stop = float(run.gti.start.min()), float(run.gti.stop.max())
    middle = (start + stop) / 2
    return ((start, middle), (middle, stop))


def test_pieces_go_interval_by_interval_and_share_the_time_exactly(runs):
    intervals = tuple(half for run in runs for half in halves(run))
    pieces = pieces_of(runs, intervals)
    assert [piece.interval for piece in pieces] == [0, 1, 2, 3, 4, 5]
    assert sum(piece.livetime for piece in pieces) == pytest.approx(sum(run.livetime for run in runs))


def test_an_interval_over_two_runs_has_two_pieces(runs):
    span = (float(runs[0].gti.start.min()), float(runs[1].gti.stop.max()))
    assert [piece.run.obs_id for piece in pieces_of(runs, (span,))] == [run.obs_id for run in runs[:2]]


def test_no_event_is_lost_or_doubled(runs):
    whole = lp.reduce(runs[:1], **SETTINGS)
    # Reaching beyond the good time at both ends takes in the events there, as the whole run does.
    (first, middle), (_, last) = halves(runs[0])
    utc = to_utc([first - 60, middle, last + 60])
    cut = lp.reduce(runs[:1], **SETTINGS, intervals=[(utc[0], utc[1]), (utc[1], utc[2])])
    for name in ("counts", "counts_off"):
        np.testing.assert_array_equal(cut[name].sum("time"), whole[name].sum("time"))
    np.testing.assert_allclose(cut["exposure"].sum("time"), whole["exposure"].sum("time"), rtol=1e-9)
    assert cut.onoff.n_off_regions.values.tolist() == 2 * whole.onoff.n_off_regions.values.tolist()


def test_times_of_any_kind():
    text = as_intervals([("2006-07-29 20:30", "2006-07-29T20:45:00")])
    stamps = as_intervals([(np.datetime64("2006-07-29T20:30"), np.datetime64("2006-07-29T20:45"))])
    astropy = as_intervals([(Time("2006-07-29T20:30"), Time("2006-07-29T20:45"))])
    np.testing.assert_allclose(text, stamps, atol=1e-6)
    np.testing.assert_allclose(text, astropy, atol=1e-6)
    scales = as_intervals([(Time("2006-07-29T20:30").tdb, Time("2006-07-29T20:45").tai)])
    np.testing.assert_allclose(text, scales, atol=1e-4)
    assert as_intervals(text) == text
    assert as_intervals(None) == ()


@pytest.mark.parametrize(
    ("intervals", "message"),
    [
        (["2006-07-29"], "time interval 0 is no pair"),
        ([("tonight", "tomorrow")], "start 0 is not a date"),
        ([("2006-07-29T20:00", "2006-07-29T25:00")], "stop 0 is not a date"),
        ([(Time("2006-07-29T20:00", scale="local"), "2006-07-29T21:00")], "start 0 is not a date"),
        ([(float("nan"), 0.0)], "start 0 is not a date"),
    ],
)
def test_what_is_no_pair_of_times_is_refused(intervals, message):
    with pytest.raises(SettingsError, match=message):
        as_intervals(intervals)


FAULTY = {
    "it runs backwards: 2006-07-29T21:00:00 to 2006-07-29T20:00:00 UTC": ("21:00", "20:00"),
    "it has no length: 2006-07-29T20:00:00": ("20:00", "20:00"),
    r"it overlaps interval 1, .* twice: 2006-07-29T20:40:00 to 2006-07-29T20:45:00 UTC is in both": (
        "20:40",
        "20:50",
    ),
    "it ends before the data begin, at 2006-07-29T20:": ("12:00", "13:00"),
}


@pytest.mark.parametrize("reason", FAULTY)
def test_an_interval_that_makes_no_sense_says_so_and_leaves_the_others_alone(runs, reason):
    start = float(runs[0].gti.start.min())
    begin = str(to_utc(start))[:10]
    faulty = tuple(f"{begin}T{clock}" for clock in FAULTY[reason])
    good = [(f"{begin}T20:15", f"{begin}T20:30"), (f"{begin}T20:30", f"{begin}T20:45")]
    alone = lp.reduce(runs, **SETTINGS, intervals=good)
    cube = lp.reduce(runs, **SETTINGS, intervals=[*good, faulty])
    np.testing.assert_array_equal(cube["counts"], alone["counts"])
    assert cube["interval_reason"].values.tolist()[:2] == ["", ""]
    assert re.match(reason, str(cube["interval_reason"].values[2]))
    (warning,) = (w for w in cube_warnings(cube) if w.startswith("time interval 2"))
    assert str(cube["interval_reason"].values[2]) in warning


def test_a_gap_between_runs_says_that_there_is_no_good_time(runs):
    first, second = (float(runs[0].gti.stop.max()), float(runs[1].gti.start.min()))
    assert second - first > 10
    whole = (float(runs[0].gti.start.min()), first)
    pieces = pieces_of(runs, (whole, (first, second)))
    assert empty_reasons(runs, (whole, (first, second)), pieces) == ("", "no run has good time in it")


def test_what_lies_outside_the_observing_time_does_not_count(runs):
    (first, middle), (_, last) = halves(runs[0])
    pieces = pieces_of(runs[:1], ((first, last),), (first, middle))
    assert [(piece.start, piece.stop) for piece in pieces] == [(first, middle)]
    assert sum(len(piece.keeps(np.arange(len(runs[0].events)))) for piece in pieces) == np.sum(
        (runs[0].events.time >= first) & (runs[0].events.time < middle)
    )
    later = ((middle, last),)
    pieces = pieces_of(runs[:1], later, (first, middle))
    assert pieces == ()
    (reason,) = empty_reasons(runs[:1], later, pieces, (first, middle))
    assert reason.startswith("it lies outside the observing time")


def test_intervals_touch_but_do_not_overlap():
    assert interval_faults(((0.0, 1.0), (1.0, 2.0), (-1.0, 0.0))) == ("", "", "")
    assert [bool(fault) for fault in interval_faults(((0.0, 10.0), (20.0, 30.0), (5.0, 25.0)))] == [
        False,
        False,
        True,
    ]


def test_intervals_outside_the_data_say_where_the_data_are(runs):
    with pytest.raises(
        AnalysisError, match=r"no run has good time.*begins after the data end.*times within 2006-07-29"
    ):
        lp.reduce(runs, **SETTINGS, intervals=[("2010-01-01", "2010-01-02")])
