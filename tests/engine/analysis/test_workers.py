"""Several processes, or a cluster, read and reduce the runs to the same cube."""

from __future__ import annotations

import os
import shutil
import sys

import numpy as np
import pytest

from lightpool.analysis import Analysis, from_config
from lightpool.analysis.workers import workers
from lightpool.dl3 import DataStore
from lightpool.errors import AnalysisError, DataError, SettingsError


@pytest.fixture(scope="module")
def pool():
    with workers(2) as run_map:
        yield run_map


def damaged(demo_path, folder):
    """Return a copy of the Crab runs in which the file of run 1002 is cut short."""
    (folder / "data").mkdir(parents=True)
    for name in ("obs-index.fits.gz", "hdu-index.fits.gz"):
        shutil.copy(demo_path / name, folder)
    for path in (demo_path / "data").glob("*100[1-4]*"):
        shutil.copy(path, folder / "data")
    bad = next((folder / "data").glob("*1002*"))
    bad.write_bytes(bad.read_bytes()[:20000])
    return DataStore(folder)


def same(one, other):
    assert other.cube.identical(one.cube)
    assert other.fit.stat == one.fit.stat
    np.testing.assert_array_equal(other.points["norm_ul"], one.points["norm_ul"])
    assert other.warnings == one.warnings


def test_processes(config, pool, tmp_path):
    plan = from_config(config)
    alone = plan.run()
    told = []
    many = from_config(config).analysis.run(
        plan.settings, run_map=pool, progress=lambda *step: told.append(step)
    )
    same(alone, many)
    assert [step for step in told if step[0] == "read"] == [("read", i, 4) for i in range(5)]
    # Everything that was read came back, so that writing opens no file again.
    assert {"events", "gti", "aeff", "psf"} <= set(vars(many.observations[0]))
    many.write(tmp_path / "out")


def test_a_moved_region_after_work_elsewhere(config, pool):
    """What was measured elsewhere is for one region only."""
    plan = from_config(config)
    plan.analysis.run(plan.settings, run_map=pool)
    moved = plan.settings.updated(on_region=type(plan.settings.reduction.on_region)(83.9, 22.2, 0.15))
    again = plan.analysis.run(moved, run_map=pool)
    assert again.cube.identical(Analysis(DataStore(plan.analysis.store.path)).run(moved).cube)


def test_a_run_that_cannot_be_measured_is_told_by_the_reduction(config, pool):
    plan = from_config(config.updated({"observations.on_error": "skip"}))
    far = plan.settings.updated(obs_ids=(1001, 4001))  # run 4001 looks elsewhere
    ours = plan.analysis.run(far, run_map=pool)
    assert ours.observations.obs_ids == (1001,)
    assert any("run 4001 is left out" in text for text in ours.warnings)


def test_damage_is_told_as_alone(demo_path, config, pool, tmp_path):
    store, settings = damaged(demo_path, tmp_path / "store"), from_config(config).settings
    with pytest.raises(DataError, match="1002") as alone:
        Analysis(store).run(settings)
    with pytest.raises(DataError) as many:
        Analysis(store).run(settings, run_map=pool)
    assert str(many.value) == str(alone.value)
    assert (many.value.what, many.value.where) == (alone.value.what, alone.value.where)
    skipped = Analysis(store).run(settings.updated(skip_damaged=True), run_map=pool)
    assert skipped.observations.obs_ids == (1001, 1003, 1004)


def test_jobs_of_the_configuration(config, monkeypatch):
    asked = []

    def counted(n, scheduler):
        asked.append((n, scheduler))
        return workers(1)

    monkeypatch.setattr("lightpool.analysis.plan.workers", counted)
    plan = from_config(config.updated({"general.n_jobs": 3}))
    plan.run()
    plan.run(processes=2)
    plan.run(scheduler="tcp://host:1")
    assert asked == [(3, None), (2, None), (3, "tcp://host:1")]


def test_a_process_that_ends():
    with pytest.raises(AnalysisError, match="ended before its work was done"):
        with workers(2) as run_map:
            list(run_map(os._exit, [1]))


def test_no_scheduler_there():
    pytest.importorskip("distributed", reason="without dask the message is another, tested next")
    with pytest.raises(SettingsError, match=r"--scheduler: .*reached; found nonsense://x") as error:
        with workers(scheduler="nonsense://x"):
            pass
    assert "tcp://localhost:8786" in str(error.value)


def test_scheduler_without_dask(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r"needs dask\[distributed\].*pip install"):
        with workers(scheduler="tcp://localhost:1"):
            pass


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
    ) as cluster:
        yield cluster


@pytest.mark.filterwarnings("default")  # of a library that opens and closes many sockets
def test_cluster(config, cluster, demo_path, tmp_path):
    plan = from_config(config)
    same(plan.run(), from_config(config).run(scheduler=cluster.scheduler_address))
    store = damaged(demo_path, tmp_path / "store")
    with workers(scheduler=cluster.scheduler_address) as run_map:
        with pytest.raises(DataError, match="1002"):
            Analysis(store).run(plan.settings, run_map=run_map)
