"""The report behind ``lightpool check``."""

from __future__ import annotations

import numpy as np

from lightpool.dl3 import DataStore
from lightpool.dl3.check import check_store


def statuses(report, obs_id):
    return {name: piece.status for name, piece in report.rows[obs_id].items()}


def test_a_sound_store(gadf):
    report = gadf.store(gadf.run(1), gadf.run(2)).check()
    assert report.ok
    assert statuses(report, 1) == dict.fromkeys(("events", "gti", "aeff", "edisp", "psf", "bkg"), "ok") | {
        "rad_max": "not needed"
    }
    assert str(report).endswith("Every run has what an analysis needs.")


def test_everything_that_can_be_wrong_at_once(gadf):
    runs = [gadf.run(i) for i in (1, 2, 3, 4)]
    del runs[1]["BKG"]
    del runs[2]["GTI"]
    values = np.array(runs[3]["AEFF"].columns["EFFAREA"][0])
    runs[3]["AEFF"].columns["EFFAREA"] = (values * np.nan, "m2")
    report = gadf.store(*runs).check()
    assert not report.ok
    assert statuses(report, 2)["bkg"] == "optional missing"
    assert statuses(report, 3)["gti"] == "required missing"
    assert statuses(report, 4)["aeff"] == "damaged"
    assert statuses(report, 4)["gti"] == "ok"
    text = str(report)
    assert "problem: run 3: the index lists no gti" in text
    assert (
        "problem: run 4: store/data/run_4.fits[aeff]: column EFFAREA has 6 values that are not numbers"
        in text
    )
    assert text.endswith("2 of 4 runs cannot be used as they are.")
    assert "required missing" in report._repr_html_()
    assert repr(report) == f"<StoreReport store: 4 runs, {len(report.problems)} problems>"


def test_a_truncated_file_is_damage_of_all_its_pieces(gadf):
    root = gadf.write(gadf.run(), suffix=".fits.gz")
    path = root / "data" / "run_1.fits.gz"
    path.write_bytes(path.read_bytes()[:-100])
    report = DataStore(root).check()
    assert {report.rows[1][name].status for name in ("events", "gti", "aeff", "edisp", "psf", "bkg")} == {
        "damaged"
    }


def test_warnings_do_not_make_a_store_bad(gadf):
    run = gadf.run()
    run["EVENTS"].columns["ENERGY"] = ([0.5, 1.0, 2.0, -1.0], "TeV")
    report = gadf.store(run).check()
    assert report.ok
    assert "warning: run 1: 1 of 4 event rows cannot be used" in str(report)


def test_a_bad_dead_time_is_damage_of_the_events(gadf):
    run = gadf.run()
    run["EVENTS"].header["DEADC"] = 2.0
    assert statuses(gadf.store(run).check(), 1)["events"] == "damaged"


def test_point_like_stores(gadf, data_root):
    report = gadf.store(gadf.point_like_run(), name="a").check()
    assert report.ok
    assert [statuses(report, 1)[name] for name in ("psf", "bkg", "rad_max")] == [
        "not needed",
        "not needed",
        "ok",
    ]
    report = gadf.store(gadf.point_like_run(rad_max=None), name="b").check()
    assert statuses(report, 1)["rad_max"] == "optional missing"
    magic = DataStore(data_root / "magic" / "rad_max" / "data").check()
    assert magic.ok
    assert statuses(magic, 5029747)["rad_max"] == "ok"


def test_progress_and_nothing_kept(gadf):
    store = gadf.store(gadf.run(1), gadf.run(2))
    seen = []
    check_store(store, progress=seen.append)
    assert seen == [1, 2]
    assert "events" not in vars(store.observation(1))
