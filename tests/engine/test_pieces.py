"""Time intervals: how runs are cut, and which intervals make no sense."""

import numpy as np
import pytest
from astropy.time import Time

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.pieces import as_intervals, pieces_of
from lightpool.times import to_utc


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
    settings = {
        "on_region": lp.circle(329.717, -30.226, 0.11),
        "energy": lp.energy_edges(0.2, 20, n=8),
        "energy_true": lp.energy_edges(0.1, 40, n=16),
    }
    whole = lp.reduce(runs[:1], **settings)
    # Reaching beyond the good time at both ends takes in the events there, as the whole run does.
    (first, middle), (_, last) = halves(runs[0])
    utc = to_utc([first - 60, middle, last + 60])
    cut = lp.reduce(runs[:1], **settings, intervals=[(utc[0], utc[1]), (utc[1], utc[2])])
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
    assert as_intervals(None) == ()


@pytest.mark.parametrize(
    ("intervals", "message"),
    [
        ([("2006-07-29T21:00", "2006-07-29T20:00")], "time interval 0 runs backwards"),
        ([("2006-07-29T20:00", "2006-07-29T20:00")], "has no length"),
        (
            [("2006-07-29T20:00", "2006-07-29T21:00"), ("2006-07-29T20:59", "2006-07-29T22:00")],
            "time intervals 0 and 1 overlap",
        ),
        (["2006-07-29"], "time interval 0 is no pair"),
        ([("tonight", "tomorrow")], "start 0 is not a date"),
    ],
)
def test_intervals_that_make_no_sense_are_refused(intervals, message):
    with pytest.raises(SettingsError, match=message):
        as_intervals(intervals)


def test_intervals_outside_the_data_say_where_the_data_are(runs):
    with pytest.raises(AnalysisError, match=r"no run has good time.*expected times within 2006-07-29"):
        pieces_of(runs, as_intervals([("2010-01-01", "2010-01-02")]))
