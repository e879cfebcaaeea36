"""How observing time is cut: every method on simulated runs, what it promises, and what it refuses."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.measurement import measure
from lightpool.pieces import interval_faults
from lightpool.reduction_settings import ReductionSettings
from lightpool.simulate import Instrument, demo_scene, simulate
from lightpool.sky import Circle
from lightpool.spans import spans_of
from lightpool.statistics import li_ma_significance
from lightpool.times import from_utc, to_utc

REDUCTION = ReductionSettings(
    on_region=Circle(329.717, -30.226, 0.11),
    energy=tuple(lp.energy_edges(0.2, 20, n=8)),
    energy_true=tuple(lp.energy_edges(0.1, 40, n=16)),
)
PLAIN = {"on_region": REDUCTION.on_region, "energy": REDUCTION.energy, "energy_true": REDUCTION.energy_true}


@pytest.fixture(scope="module")
def night(demo_store):
    return demo_store.select(target="PKS 2155-304 (simulated)")


@pytest.fixture(scope="module")
def two_nights(demo_store):
    """Two runs of 2004 and two of 2006, of different fields: for what looks at times alone."""
    return demo_store.select(obs_id=[1001, 1002, 2001, 2002])


def rows(runs, binning):
    """Return counts, OFF counts and background by interval in the safe range."""
    cube = lp.reduce(runs, **PLAIN, intervals=binning)
    out = []
    for number in range(cube.sizes["asked"]):
        part = cube.isel(time=cube["interval"].values == number)
        out.append([float(v.where(part["mask_safe"]).sum()) for v in (part["counts"], part["counts_off"])])
        out[-1].append(float(part.onoff.background.where(part["mask_safe"]).sum()))
    return np.array(out)


CUT_FROM_DATA = [
    lp.TimeBinning.per_run(),
    lp.TimeBinning.per_night(),
    lp.TimeBinning.min_significance(5),
    lp.TimeBinning.min_counts(100),
    lp.TimeBinning.bayesian_blocks(),
]


@pytest.mark.parametrize("binning", CUT_FROM_DATA, ids=lambda b: b.method)
def test_what_is_cut_from_the_data_holds_them_all(night, binning):
    cube = lp.reduce(night, **PLAIN, intervals=binning)
    whole = lp.reduce(night, **PLAIN)
    for name in ("counts", "counts_off"):
        np.testing.assert_array_equal(cube[name].sum("time"), whole[name].sum("time"))
    assert float(cube["livetime"].sum()) == pytest.approx(float(whole["livetime"].sum()), abs=1e-3)
    assert set(cube["interval_reason"].values) == {""}


def test_equal_intervals_between_two_times_whether_there_are_data_or_not(night):
    binning = lp.TimeBinning.of_duration("15 min", start="2006-07-29T20:30", stop="2006-07-30T02:30")
    intervals = binning.intervals(night[:1], REDUCTION)
    assert len(intervals) == 24
    assert str(to_utc(intervals[-1][0]))[:19] == "2006-07-30T02:15:00"
    assert all(abs(stop - start - 900) < 1e-6 for start, stop in intervals)


def test_the_last_interval_is_shorter_if_need_be(night):
    binning = lp.TimeBinning.of_duration("1 h", start="2006-07-29T20:30", stop="2006-07-29T22:00")
    lengths = np.diff(binning.intervals(night, REDUCTION), axis=1)[:, 0]
    np.testing.assert_allclose(lengths, [3600, 1800], atol=1e-6)


def test_without_ends_the_intervals_begin_with_each_night_and_pass_over_gaps(two_nights):
    intervals = lp.TimeBinning.of_duration("20 min").intervals(two_nights, REDUCTION)
    spans = spans_of(two_nights, REDUCTION)
    starts = [start for start, _ in intervals]
    assert spans[0].start in starts
    assert spans[2].start in starts
    assert len(intervals) == 6
    after = lp.TimeBinning.of_duration("20 min", start="2006-01-01").intervals(two_nights, REDUCTION)
    grid = (np.array(after) - from_utc("2006-01-01")) / 1200
    np.testing.assert_allclose(grid[:, 0], np.round(grid[:, 0]), atol=1e-6)
    before = lp.TimeBinning.of_duration("20 min", stop="2006-01-01").intervals(two_nights, REDUCTION)
    assert max(stop for _, stop in before) < spans[2].start


def test_an_interval_for_each_run_and_for_each_night(two_nights):
    assert len(lp.TimeBinning.per_run().intervals(two_nights, REDUCTION)) == 4
    assert len(lp.TimeBinning.per_night().intervals(two_nights, REDUCTION)) == 2


def test_runs_at_the_same_time_share_an_interval(night):
    (start, stop), (later, last) = [(s.start, s.stop) for s in spans_of(night[:2], REDUCTION)]
    assert stop < later
    twice = lp.TimeBinning.per_run().intervals([night[0], night[0], night[1]], REDUCTION)
    assert twice == ((start, stop), (later, last))


@pytest.mark.parametrize("sigma", [3.0, 5.0, 12.0])
def test_each_interval_just_reaches_its_significance(night, sigma):
    counts = rows(night, lp.TimeBinning.min_significance(sigma))
    alpha = counts[:, 2] / np.maximum(counts[:, 1], 1)
    several = counts[:, 1] > 0
    reached = li_ma_significance(counts[several, 0], counts[several, 1], alpha[several])
    assert (reached > sigma - 1e-6).all()
    assert len(counts) > 3
    # One ON event less and it would not have been reached: an interval is as short as it can be.
    short = li_ma_significance(counts[several, 0] - 1, counts[several, 1], alpha[several])[:-1]
    assert (short < sigma).all()


def test_each_interval_holds_its_counts_and_the_last_one_the_rest(night):
    counts = rows(night, lp.TimeBinning.min_counts(50))[:, 0]
    assert (counts[:-1] == 50).all()
    assert 50 <= counts[-1] < 100


@pytest.mark.parametrize(
    "binning", [lp.TimeBinning.min_counts(1_000_000), lp.TimeBinning.min_significance(100)]
)
def test_a_night_that_does_not_reach_the_threshold_is_one_interval(night, binning):
    few = night[:2]
    assert binning.intervals(few, REDUCTION) == lp.TimeBinning.per_night().intervals(few, REDUCTION)


def test_blocks_find_the_flare_and_leave_a_steady_source_whole(night, demo_store):
    edges = lp.TimeBinning.bayesian_blocks(0.01).intervals(night, REDUCTION)
    assert 3 < len(edges) < 30
    crab = demo_store.select(target="Crab Nebula (simulated)")
    steady = ReductionSettings(Circle(83.633, 22.0144, 0.11), REDUCTION.energy, REDUCTION.energy_true)
    (whole,) = lp.TimeBinning.bayesian_blocks(0.01).intervals(crab, steady)
    assert whole == lp.TimeBinning.per_night().intervals(crab, steady)[0]


def test_blocks_of_few_events_are_those_of_astropy(night):
    from astropy.stats import bayesian_blocks

    run = night[4]
    measured = measure(run, REDUCTION)
    on = measured.on[(measured.bins[measured.on] >= 0) & measured.mask[measured.bins[measured.on]]]
    expected = bayesian_blocks(run.events.time[on], fitness="events", p0=0.3)[1:-1]
    intervals = lp.TimeBinning.bayesian_blocks(0.3).intervals([run], REDUCTION)
    np.testing.assert_allclose([start for start, _ in intervals[1:]], expected, atol=1e-3)


def test_only_the_observing_time_is_cut(night):
    start, stop = from_utc("2006-07-29T21:00"), from_utc("2006-07-29T23:00")
    within = replace(REDUCTION, time_range=(start, stop))
    for binning in CUT_FROM_DATA:
        intervals = binning.intervals(night, within)
        assert start <= intervals[0][0] < intervals[-1][1] <= stop
    beyond = replace(within, time_range=(0.0, 1.0))
    with pytest.raises(AnalysisError, match="no run has good time to be cut"):
        lp.TimeBinning.per_run().intervals(night, beyond)


def test_cutting_anew_reads_and_measures_nothing(night, monkeypatch):
    lp.reduce(night, **PLAIN)
    for name in ("aperture_of", "effective_area", "containment", "edisp_kernel"):
        monkeypatch.setattr(f"lightpool.measurement.{name}", None)
    for binning in CUT_FROM_DATA:
        lp.reduce(night, **PLAIN, intervals=binning)


@given(
    first=st.integers(0, 13),
    number=st.integers(1, 4),
    binning=st.one_of(
        st.floats(60, 7200).map(lp.TimeBinning.of_duration),
        st.floats(1, 30).map(lp.TimeBinning.min_significance),
        st.integers(1, 500).map(lp.TimeBinning.min_counts),
        st.floats(0.001, 0.5).map(lp.TimeBinning.bayesian_blocks),
        st.sampled_from(CUT_FROM_DATA),
    ),
)
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_intervals_are_in_order_do_not_overlap_and_cover_the_data(night, first, number, binning):
    runs = night[first : first + number]
    intervals = binning.intervals(runs, REDUCTION)
    assert set(interval_faults(intervals)) == {""}
    assert all(a[1] <= b[0] + 1e-9 for a, b in itertools.pairwise(intervals))
    good = sum(run.ontime for run in runs)
    covered = sum(
        max(0.0, min(stop, float(run.gti.stop[0])) - max(start, float(run.gti.start[0])))
        for start, stop in intervals
        for run in runs
    )
    assert covered == pytest.approx(good, abs=1e-3)


REFUSED = {
    "time binning method is not known": lambda: lp.TimeBinning("fortnight"),
    "by significance needs sigma": lambda: lp.TimeBinning("significance"),
    "by night has no sigma": lambda: lp.TimeBinning("night", sigma=5.0),
    "duration must be positive": lambda: lp.TimeBinning.of_duration("0 s"),
    "duration is not a time": lambda: lp.TimeBinning.of_duration("15 TeV"),
    "duration has no unit": lambda: lp.TimeBinning.of_duration("15"),
    "start is not a date": lambda: lp.TimeBinning.of_duration("15 min", start="tonight"),
    "time to be cut runs backwards": lambda: lp.TimeBinning.of_duration(
        "15 min", start="2006-07-30", stop="2006-07-29"
    ),
    "sigma is out of range": lambda: lp.TimeBinning.min_significance(0),
    "sigma must be finite": lambda: lp.TimeBinning.min_significance(float("nan")),
    "counts is out of range": lambda: lp.TimeBinning.min_counts(0),
    "p0 is out of range": lambda: lp.TimeBinning.bayesian_blocks(1),
    "list of time intervals is empty": lambda: lp.TimeBinning.listed([]),
    "start 0 is not a date": lambda: lp.TimeBinning.listed([("now", "then")]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_settings_that_make_no_sense_are_refused(message):
    with pytest.raises(SettingsError, match=message):
        REFUSED[message]()


def test_durations_that_do_not_suit_the_data_are_refused(night):
    with pytest.raises(SettingsError, match=r"too short for the dead-time correction.*found duration 0.05 s"):
        lp.TimeBinning.of_duration("50 ms").intervals(night, REDUCTION)
    many = lp.TimeBinning.of_duration("1 s", start="2006-07-29", stop="2006-07-31")
    with pytest.raises(SettingsError, match="too many time intervals; found 172800"):
        many.intervals(night, REDUCTION)
    with pytest.raises(AnalysisError, match="no run has good time in the time to be cut; found from 2010"):
        lp.TimeBinning.of_duration("1 h", start="2010-01-01").intervals(night, REDUCTION)
    with pytest.raises(AnalysisError, match="no run has good time in the time to be cut; found to 2001"):
        lp.TimeBinning.of_duration("1 h", stop="2001-01-01").intervals(night, REDUCTION)


def test_a_binning_shows_itself_in_utc():
    times = [("2006-07-29T20:30", "2006-07-29T20:45"), ("2006-07-29", "2006-07-29T01:00")]
    listed = lp.TimeBinning.listed(times)
    assert repr(listed) == "TimeBinning('list', 2 from 2006-07-29T00:00:00 to 2006-07-29T20:45:00 UTC)"
    assert repr(lp.TimeBinning.min_counts(50)) == "TimeBinning('counts', counts=50)"


@pytest.mark.parametrize(
    "binning", [*CUT_FROM_DATA, lp.TimeBinning.of_duration("10 min")], ids=lambda b: b.method
)
def test_a_run_without_a_single_event_can_be_cut(dark, binning):
    assert len(dark[0].events) == 0
    cube = lp.reduce(dark, **PLAIN, intervals=binning)
    assert float(cube["livetime"].sum()) == pytest.approx(dark[0].livetime)
    series = lp.time_resolved(cube, lp.PowerLaw())
    assert set(series["reason"].values) == {"There is nothing to fit: not one event."}


@pytest.fixture(scope="module")
def dark(tmp_path_factory):
    """A run of a blind instrument."""
    scene = demo_scene()
    runs = tuple(run for run in scene.runs if run.obs_id == 2001)
    blind = replace(scene, runs=runs, sources=(), instrument=Instrument(background=1e-9))
    return lp.DataStore(simulate(blind, tmp_path_factory.mktemp("dark") / "store", 0)).select()
