"""Hostile files, hostile values, a store that goes away, and two hundred changes: the page stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

HOSTILE_NAME = "<img src=x onerror=window.taken=1>"
HOSTILE_FOLDER = "<b onmouseover=alert(1)>bold<"
SCENE = {
    "sources": [{"name": HOSTILE_NAME, "lon": 83.633, "lat": 22.0144, "spectrum": {"index": 2.5}}],
    "runs": [{"target": HOSTILE_NAME, "obs_id": 1, "start": "2004-12-04T22:08:10", "duration": "5 min"}],
}


def status(page) -> str:
    return page.inner_text(".lp-status [role=status]")


def press(page, key: str, times: int = 1) -> None:
    page.focus(".lp-control-radius [role=slider]")
    for _ in range(times):
        page.keyboard.press(key)


def test_script_in_a_file_stays_text(serve, tmp_path, page, draw):
    from lightpool.simulate import scene_from_dict, simulate

    store = simulate(scene_from_dict(SCENE), tmp_path / HOSTILE_FOLDER)
    server = serve(store)
    draw(page, server.url)
    for place, text in (("control-target select", HOSTILE_NAME), ("control-store select", HOSTILE_FOLDER)):
        assert text in page.inner_text(f".lp-{place}").replace("\xa0", " ")
    assert HOSTILE_NAME in page.inner_text(".lp-view-sky")
    assert page.evaluate("window.taken") is None
    assert page.locator("img[src=x], b[onmouseover]").count() == 0
    assert page.watch.errors == []


def test_a_store_that_goes_away_is_told_and_taken_up_again(serve, demo_path, tmp_path, page, draw, until):
    store = shutil.copytree(demo_path, tmp_path / "data" / "moving")
    server = serve(store, arguments=("--public",))
    draw(page, server.url)
    store.rename(tmp_path / "elsewhere")
    target = page.locator(".lp-control-target select")
    target.select_option("Empty field (simulated)")
    until(lambda: "the file is missing" in status(page), "the sentence")
    assert str(tmp_path) not in page.content()
    (tmp_path / "elsewhere").rename(store)
    press(page, "ArrowRight")
    until(lambda: status(page) == "ready", "the page to recover")
    assert "Empty field" in page.inner_text(".lp-view-sky")
    assert page.watch.errors == []


def test_hostile_values_leave_the_page_alive(demo_server, page, draw, kernel, speak, until):
    draw(page, demo_server.url)
    rounds = [
        ['{"value": -1e308}', '{"value": NaN}', f'{{"index": {10**400}}}'],
        ['{"value": [1e400]}', '{"value": ' + "[" * 2000 + "]" * 2000 + "}", "[]"],
    ]
    for states in rounds:  # apart, so that they are no flood
        said = speak(page, kernel(page), states=states)
        assert said["controls"] > 10
        assert said["code"] == 1005  # the speaker's own end, after the kernel had read it all
        assert {answer["msg_type"] for answer in said["heard"]} <= {"status", "comm_msg", "comm_info_reply"}
    assert kernel(page) in demo_server.kernels()
    # Every control now stands at a limit: no spectrum there, but the page says so, and answers.
    until(lambda: "there are no events" in status(page), "the sentence", 60)
    page.fill(".lp-control-radius input", "999")
    page.press(".lp-control-radius input", "Enter")
    until(lambda: "ON radius 999 deg is outside" in page.inner_text(".lp-dashboard"), "the answer")
    draw(page, demo_server.url)


def test_memory_is_flat_over_two_hundred_changes(demo_server, page, draw, kernel, until):
    """Forty changes fill what is kept by design, the results for settings seen before."""
    draw(page, demo_server.url)
    process = Path("/proc") / str(demo_server.kernel_processes()[kernel(page)])

    def resident_mb() -> float:
        [line] = [line for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    def change(times: int) -> None:
        for k in range(times):
            before = page.inner_text(".lp-summary")
            press(page, "ArrowRight" if k // 10 % 2 == 0 else "ArrowLeft")
            until(lambda before=before: page.inner_text(".lp-summary") != before, "new counts")

    change(40)
    early = resident_mb()
    change(200)
    until(lambda: status(page) == "ready", "the page to come to rest")
    assert resident_mb() - early < 25
    assert page.watch.errors == []
