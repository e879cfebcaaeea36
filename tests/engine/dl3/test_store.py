"""Stores: what they hold, and how they present it."""

from __future__ import annotations

import pytest

CRAB = [23523, 23526, 23559, 23592]


def test_release_totals(hess_store):
    assert len(hess_store.obs_ids) == len(hess_store) == 105
    assert hess_store.runs["n_events"].sum() == 1_046_156
    assert hess_store.runs["ontime"].sum() == pytest.approx(174_801)
    assert hess_store.runs["livetime"].sum() == pytest.approx(161_237, abs=0.5)
    assert hess_store.name == "hess-dl3-dr1"


def test_release_targets(hess_store):
    counts = {name: len(ids) for name, ids in hess_store.targets().items()}
    assert list(counts.items())[:7] == [
        ("PKS 2155-304", 21),
        ("MSH 15-52", 20),
        ("RX J1713.7-3946", 12),
        ("3C 273", 5),
        ("Crab", 4),
        ("Kepler SNR", 4),
        ("NGC 253", 4),
    ]
    assert sum(counts.values()) == 105


@pytest.mark.parametrize("name", ["Crab", "crab nebula", "CRAB_NEBULA"])
def test_a_target_under_each_of_its_names(hess_store, name):
    assert list(hess_store.select(target=name).obs_ids) == CRAB


def test_a_target_with_three_spellings(hess_store):
    assert len(hess_store.select(target="MSH 15-5-02")) == 20
    assert hess_store.observation(20282).target == "MSH 15-52"


def test_a_remark_of_the_index_selects_its_runs(hess_store):
    assert len(hess_store.select(target="PKS 2155-304 (flare)")) == 15


def test_the_same_run_is_read_once(hess_store):
    assert hess_store.observation(23523) is hess_store.select(target="crab")[0]
    assert hess_store.fresh_observation(23523) is not hess_store.observation(23523)


def test_views_escape_what_files_say(gadf):
    evil = "<script>alert(1)</script>"
    store = gadf.store(gadf.run(target=evil))
    for view in (store, store.select(), store.observation(1), store.check()):
        html = view._repr_html_()
        assert "<script" not in html
    assert "&lt;script&gt;" in store._repr_html_()
    assert "&lt;script&gt;" in store.select()._repr_html_()


def test_reprs(hess_store):
    assert repr(hess_store) == "<DataStore hess-dl3-dr1: 105 runs>"
    runs = hess_store.select(target="Crab")
    assert repr(runs) == "<Observations 4: 23523, 23526, 23559, 23592>"
    assert repr(runs[0]) == "<Observation 23523 'Crab'>"
    assert "83.633, 21.514" in runs._repr_html_()
    assert "and 75 more" in hess_store.select()._repr_html_()
    assert "events, gti" in runs[0]._repr_html_() or "aeff, bkg" in runs[0]._repr_html_()


def test_a_slice_of_runs(hess_store):
    runs = hess_store.select(target="Crab")
    assert runs[1:3].obs_ids == (23526, 23559)
    assert type(runs[1:3]) is type(runs)
    assert runs[-1] in runs
