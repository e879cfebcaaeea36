"""By which names the page offers stores, and how their data want to be acknowledged."""

from __future__ import annotations

import json
from pathlib import Path

from lightpool_dashboard import stores


def make_store(path: Path, index: str = "hdu-index.fits.gz", readme: str = "") -> Path:
    path.mkdir(parents=True)
    (path / index).touch()
    if readme:
        (path / "README.txt").write_text(readme, encoding="utf-8")
    return path


def test_names_travel_to_the_kernel_as_json(tmp_path):
    offered = {"H.E.S.S. <b>": tmp_path / "a b", "demo": tmp_path}
    text = stores.to_json(offered)
    assert set(json.loads(text)) == set(offered)
    assert stores.configured_stores({stores.STORES_VARIABLE: text}) == offered


def test_without_a_server_the_kernel_looks_for_itself(tmp_path):
    store = make_store(tmp_path / "crab")
    assert stores.configured_stores({"LIGHTPOOL_DATA": str(store)}) == {"crab": store}


def test_data_are_acknowledged_as_they_ask(tmp_path):
    release = "H.E.S.S. DL3 public test data release 1 (HESS DL3 DR1)"
    assert "H.E.S.S. collaboration, 2018" in stores.attribution(make_store(tmp_path / "copy", readme=release))
    assert "H.E.S.S. collaboration, 2018" in stores.attribution(make_store(tmp_path / "hess-dl3-dr1"))
    assert stores.attribution(make_store(tmp_path / "own")) == ""
    assert stores.attribution(make_store(tmp_path / "other", readme="Ours.")) == ""


def test_the_demo_says_that_it_is_simulated(demo_path):
    assert "Simulated" in stores.attribution(demo_path)
