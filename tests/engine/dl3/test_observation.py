"""Runs: what the public files say, what is left out, and what is worth a warning."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.dl3 import DataStore, RadMax
from lightpool.times import to_utc

CRAB = {
    23523: ((83.63333, 21.51444), 7613, 1687, 1581.737, 0.87096),
    23526: ((83.63333, 22.51444), 7581, 1683, 1572.687, 0.70795),
    23559: ((85.25333, 22.01444), 7601, 1686, 1578.123, 0.66069),
    23592: ((82.01333, 22.01444), 7334, 1686, 1581.265, 0.87096),
}


@pytest.mark.parametrize("obs_id", CRAB)
def test_crab_runs(hess_store, obs_id):
    pointing, n_events, ontime, livetime, lo_thres = CRAB[obs_id]
    obs = hess_store.observation(obs_id)
    assert (obs.lon, obs.lat) == pytest.approx(pointing, abs=1e-5)
    assert (len(obs.events), obs.ontime) == (n_events, ontime)
    assert obs.livetime == pytest.approx(livetime, abs=1e-3)
    assert obs.aeff.lo_thres == pytest.approx(lo_thres, abs=1e-5)
    assert obs.aeff.hi_thres == 100
    assert (obs.target, obs.is_point_like, obs.rad_max, obs.warnings) == ("Crab", False, None, ())


def test_shapes_of_the_release(hess_store):
    obs = hess_store.observation(23523)
    assert obs.aeff.values.shape == (6, 96)
    assert obs.edisp.values.shape == (6, 96, 160)
    assert obs.psf.cumulative.shape == (6, 144, 32)
    assert obs.bkg.values.shape == (20, 50, 50)
    np.testing.assert_allclose(obs.aeff.offset.nodes, [0, 0.5, 1, 1.5, 2, 2.5])
    assert obs.aeff.offset.edges[-1] == 2.75
    assert obs.edisp.migra_edges[[0, -1]] == pytest.approx([0.2, 5.0])
    assert obs.bkg.fov_align == "RADEC"
    assert not obs.bkg.mirrored


def test_times_are_terrestrial(hess_store):
    obs = hess_store.observation(20136)
    assert str(to_utc(obs.gti.start[0]))[:23] == "2004-03-26T02:56:42.000"
    assert obs.gti.ontime == 1682


def test_events_are_double_precision_and_not_cut_to_the_good_time(hess_store):
    events = hess_store.observation(23592).events
    assert {a.dtype for a in (events.time, events.lon, events.lat, events.energy)} == {np.dtype(float)}
    gti = hess_store.observation(23592).gti
    assert np.sum((events.time < gti.start[0]) | (events.time > gti.stop[-1])) > 0
    np.testing.assert_allclose(np.linalg.norm(events.xyz, axis=1), 1)


def test_files_of_a_run(hess_store):
    assert [path.name for path in hess_store.observation(23523).files] == [
        "hess_dl3_dr1_obs_id_023523.fits.gz"
    ]


def test_nothing_is_read_before_it_is_asked_for(gadf):
    root = gadf.write(gadf.run())
    obs = DataStore(root).select()[0]
    (root / "data" / "run_1.fits").unlink()
    assert obs.target == "Crab"
    assert obs.zenith == 30
    assert "83.600, 22.500" in obs._repr_html_()


def test_point_like_runs(data_root):
    store = DataStore(data_root / "magic" / "rad_max" / "data")
    obs = store.observation(5029747)
    assert obs.is_point_like
    assert obs.deadc == pytest.approx(0.9915, abs=1e-4)
    assert isinstance(obs.rad_max, RadMax)
    assert obs.rad_max.values.shape == (1, 20)
    assert obs.rad_max.values[0, [0, 10, -1]] == pytest.approx([0.387, 0.1, 0.141], abs=1e-3)
    assert obs.aeff.offset.edges == pytest.approx([0.39, 0.41])
    assert obs.aeff.values.shape == (1, 28)
    assert obs.edisp.migra_edges == pytest.approx(0.1 + 0.495 * np.arange(21))
    assert obs.warnings == ()


def test_rad_max_of_the_header(gadf):
    assert gadf.store(gadf.point_like_run(rad_max=0.12), name="a").observation(1).rad_max == 0.12
    run = gadf.point_like_run(rad_max=None)
    run["EDISP"].header["RAD_MAX"] = 0.13
    assert gadf.store(run, name="b").observation(1).rad_max == 0.13
    assert gadf.store(gadf.point_like_run(rad_max=None), name="c").observation(1).rad_max is None


def test_nearest_rad_max(data_root):
    rad_max = DataStore(data_root / "magic" / "rad_max" / "data").observation(5029747).rad_max
    nodes = rad_max.energy.nodes
    between = np.sqrt(nodes[3] * nodes[4])
    found = rad_max.nearest([nodes[3], between * 0.999, between * 1.001, 1e-6, 1e6], 0.7)
    np.testing.assert_array_equal(found, rad_max.values[0, [3, 3, 4, 0, -1]])


def test_unusable_rows_are_left_out_and_counted(gadf):
    run = gadf.run()
    values = {
        "TIME": [10, 20, np.nan, 40, 50, 60, 70, 80],
        "RA": [83.6, np.nan, 83.6, 83.6, 83.6, 83.6, 83.6, 1e20],
        "DEC": [22.5, 22.5, 22.5, 95.0, 22.5, 22.5, 22.5, 22.5],
        "ENERGY": [1.0, 1.0, 1.0, 1.0, 0.0, -2.0, np.inf, 1.0],
    }
    for name, column in values.items():
        run["EVENTS"].columns[name] = (column, run["EVENTS"].columns[name][1])
    obs = gadf.store(run, index=lambda rows: rows[0].update(EVENT_COUNT=8)).observation(1)
    assert (len(obs.events), obs.events.n_unusable) == (1, 7)
    assert obs.warnings == (
        "run 1: 7 of 8 event rows cannot be used (no number, or energy not positive) and are left out.",
    )


def test_a_run_without_events_is_kept_with_a_word(gadf):
    run = gadf.run()
    for name, (_, unit) in run["EVENTS"].columns.items():
        run["EVENTS"].columns[name] = ([], unit)
    obs = gadf.store(run).observation(1)
    assert len(obs.events) == 0
    assert obs.events.xyz.shape == (0, 3)
    assert obs.livetime == pytest.approx(90)
    said = ("run 1: the event list has 0 rows, the obs-index says 4.", "run 1: the event list is empty.")
    assert obs.warnings == said


def _scale(table, column, factor):
    values, unit = table.columns[column]
    table.columns[column] = (np.asarray(values, dtype=float) * factor, unit)


WARNINGS = {
    "energies in GeV called TeV": (
        lambda run: _scale(run["EVENTS"], "ENERGY", 1e4),
        "run 1: the median event energy 1.5e+04 TeV is far from the effective area's 0.1 to 100 TeV",
    ),
    "areas in cm2 called m2": (
        lambda run: _scale(run["AEFF"], "EFFAREA", 1e4),
        "run 1: the largest effective area is 2e+09 m2; check the unit of EFFAREA.",
    ),
    "good time cut short": (
        lambda run: _scale(run["GTI"], "STOP", 0.5),
        "run 1: the good time sums to 50.0 s, the header says ONTIME 100.0 s.",
    ),
    "dead time fraction in place of DEADC": (
        lambda run: run["EVENTS"].header.update(DEADC=0.1),
        "run 1: DEADC is 0.1000, but LIVETIME / ONTIME is 0.9000.",
    ),
    "pointing not that of the index": (
        lambda run: run["EVENTS"].header.update(DEC_PNT=23.0),
        "run 1: the pointing of the events is 0.50 deg from that of the obs-index.",
    ),
    "one event of another day": (
        lambda run: run["EVENTS"].columns.update(TIME=([10.0, 50.0, 90.0, 1e6], "s")),
        "run 1: 1 events are more than a day outside the good time.",
    ),
    "a drifting telescope": (
        lambda run: run["EVENTS"].header.update(OBS_MODE="DRIFT"),
        "run 1: OBS_MODE is DRIFT, but the pointing is taken as fixed",
    ),
    "one event twice": (
        lambda run: [
            run["EVENTS"].columns.update({name: ([*np.asarray(values)[:3], values[0]], unit)})
            for name, (values, unit) in list(run["EVENTS"].columns.items())
        ],
        "run 1: 1 events are in the list more than once.",
    ),
    "events lost on the way": (
        lambda run: [
            run["EVENTS"].columns.update({name: (values[:3], unit)})
            for name, (values, unit) in list(run["EVENTS"].columns.items())
        ],
        "run 1: the event list has 3 rows, the obs-index says 4.",
    ),
    "response of another run": (
        lambda run: run["AEFF"].header.update(OBS_ID=7),
        "run 1: store/data/run_1.fits[aeff] was made for run 7.",
    ),
}


@pytest.mark.parametrize(("edit", "sentence"), WARNINGS.values(), ids=WARNINGS)
def test_what_is_odd_is_said(gadf, edit, sentence):
    run = gadf.run()
    edit(run)
    obs = gadf.store(run).observation(1)
    assert len(obs.warnings) == 1
    assert obs.warnings[0].startswith(sentence)


def test_only_one_event_out_of_time_does_not_stop_the_run(gadf):
    run = gadf.run()
    run["EVENTS"].columns["TIME"] = ([10.0, 50.0, 90.0, 1e6], "s")
    assert len(gadf.store(run).observation(1).events) == 4


def test_an_event_header_without_reference_takes_that_of_the_gti(gadf):
    run = gadf.run()
    for key in ("MJDREFI", "MJDREFF", "TIMESYS"):
        del run["EVENTS"].header[key]
    obs = gadf.store(run).observation(1)
    np.testing.assert_allclose(obs.events.time - obs.gti.start[0], [10, 50, 90, 120])


def test_utc_reference_is_moved_to_terrestrial_time(gadf):
    tt = gadf.store(name="tt").observation(1).gti.start[0]
    run = gadf.run()
    for table in ("EVENTS", "GTI"):
        run[table].header["TIMESYS"] = "UTC"
    assert gadf.store(run, name="utc").observation(1).gti.start[0] - tt == pytest.approx(64.184)


def test_zenith_from_the_events(gadf):
    obs = gadf.store(index=lambda rows: rows[0].pop("ZEN_PNT")).observation(1)
    assert obs.zenith == 30


def test_several_good_times(gadf):
    run = gadf.run()
    run["GTI"].columns = {"START": ([60.0, 0.0], "s"), "STOP": ([100.0, 60.0], "s")}
    gti = gadf.store(run).observation(1).gti
    assert (len(gti), gti.ontime) == (2, 100)
    assert repr(gti) == "Gti(2 from 2003-12-26T23:58:55 to 2003-12-27T00:00:35 UTC, 100 s)"
