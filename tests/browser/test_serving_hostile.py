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

ATTACK = """({kernel, values}) => new Promise(done => {
    const url = `ws://${location.host}/api/kernels/${kernel}/channels?session_id=attack`;
    const socket = new WebSocket(url), heard = [];
    let number = 0;
    const say = (type, content) => socket.send(
        `{"channel": "shell", "parent_header": {}, "metadata": {}, "content": ${content}, "header":`
        + ` {"msg_id": "a${number++}", "msg_type": "${type}", "username": "", "session": "attack"}}`);
    const update = (comm, state) => say("comm_msg",
        `{"comm_id": "${comm}", "data": {"method": "update", "buffer_paths": [], "state": ${state}}}`);
    socket.onopen = () => say("comm_info_request", "{}");
    socket.onmessage = event => {
        heard.push(String(event.data));
        const message = JSON.parse(event.data);
        if (message.msg_type !== "comm_info_reply") return;
        const comms = Object.keys(message.content.comms);
        for (const comm of comms)
            for (const value of values)
                update(comm, value);
        setTimeout(() => { socket.close(); done({comms: comms.length, heard}); }, 8000);
    };
})"""


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


def test_hostile_values_leave_the_page_alive(demo_server, page, draw, kernel, until):
    draw(page, demo_server.url)
    values = [
        "1e308",
        "-1e308",
        "1e999",
        "NaN",
        "-1",
        "null",
        '"x"',
        "[]",
        "{}",
        "[1e400, null]",
        str(10**400),
    ]
    states = [f'{{"{name}": {value}}}' for name in ("value", "index") for value in values]
    states += ["[]", "null", '{"nothing": 1}', '{"value": ' + "[" * 5000 + "]" * 5000 + "}"]
    said = page.evaluate(ATTACK, {"kernel": kernel(page), "values": states})
    assert said["comms"] > 50
    assert "Traceback" not in "".join(said["heard"])
    assert kernel(page) in demo_server.kernels()
    for hook, number in (("radius", 0.1), ("energy-min", 0.5), ("energy-max", 50)):
        field = page.locator(f".lp-control-{hook} :is(input, .widget-readout)").first
        field.fill(str(number))
        field.press("Enter")
    until(lambda: status(page) == "ready", "the page to come to rest")
    summary = page.inner_text(".lp-summary")
    press(page, "ArrowRight")
    until(lambda: page.inner_text(".lp-summary") != summary, "new counts")


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
