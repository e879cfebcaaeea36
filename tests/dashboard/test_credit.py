"""Whose data it is stands on the dashboard wherever it is shown, for the store that is shown."""

from __future__ import annotations

import shutil


def test_the_credit_follows_the_store(make, demo_path, tmp_path):
    other = shutil.copytree(demo_path, tmp_path / "release")
    (other / "README.txt").write_text("HESS DL3 DR1, H.E.S.S. collaboration, 2018", encoding="utf-8")
    dashboard = make({"demo": demo_path, "<b>real": other})
    assert "<b>demo</b> Simulated events" in dashboard.credit.box.value
    assert dashboard.credit.box in dashboard.widget.children
    dashboard.state.store = "<b>real"
    assert "&lt;b&gt;real</b> This work made use of data from the H.E.S.S. DL3" in dashboard.credit.box.value


def test_a_store_that_wants_no_credit_takes_no_line(make, demo_path, tmp_path):
    own = shutil.copytree(demo_path, tmp_path / "own")
    (own / "README.txt").unlink()
    assert make(own).credit.box.value == ""
