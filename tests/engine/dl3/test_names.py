"""Names of objects: spellings that mean one, and runs without a name."""

from __future__ import annotations

from lightpool.dl3 import DataStore


def test_spellings_merge_without_positions(gadf):
    store = gadf.store(
        gadf.run(1, target="PSR B1259-63"),
        gadf.run(2, target="psr b1259_63"),
        gadf.run(3, target="PSR B1259+63"),
    )
    assert store.targets() == {"PSR B1259-63": (1, 2), "PSR B1259+63": (3,)}


def test_a_damaged_run_does_not_hide_the_names_of_others(gadf):
    runs = [gadf.run(1), gadf.run(2, target="Vela")]
    root = gadf.write(*runs, index=lambda rows: [row.pop("OBJECT") for row in rows])
    (root / "data" / "run_1.fits").write_bytes(b"")
    assert DataStore(root).targets() == {"unnamed": (1,), "Vela": (2,)}


def test_a_bracketed_remark_may_be_left_out(gadf):
    store = gadf.store(gadf.run(target="Crab Nebula (simulated)"))
    assert store.targets() == {"Crab Nebula (simulated)": (1,)}
    assert store.select(target="crab nebula").obs_ids == (1,)


def test_runs_without_any_name(gadf):
    runs = [gadf.run(i, target="") for i in (1, 2)]
    store = gadf.store(*runs)
    assert list(store.targets().values()) == [(1, 2)]
