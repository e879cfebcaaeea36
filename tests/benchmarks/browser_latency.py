"""Print how long the page takes from a gesture to the new spectrum: a key on a slider, a moved brush.

    python tests/benchmarks/browser_latency.py [STORE] [--presses N] [--chromium PATH]

It drives headless Chromium; each press asks for a radius that was not computed before, and each brush for a
span of its own. The time runs from the event in the page to the last change of any path in the SED view,
and to the frame after it. The presses are on the store's first target and, where it is there, on PKS 2155-304
with all its runs: those of the flare night, and a few more.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from run import default_store

WATCH = """() => {
  window.lastChange = 0; window.pressed = 0;
  const seen = () => requestAnimationFrame(() => { window.lastChange = performance.now(); });
  new MutationObserver(seen).observe(document.querySelector('.lp-view-sed'),
    {subtree: true, childList: true, attributes: true, attributeFilter: ['d', 'transform']});
  document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
  const moved = event => { if (event.buttons) window.pressed = performance.now(); };
  document.addEventListener('pointermove', moved, true);
}"""


@contextlib.contextmanager
def served(store: Path) -> Iterator[str]:
    """Serve the dashboard on a free port; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "lightpool.cli", "dashboard", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--data", str(store)], stdout=subprocess.DEVNULL, start_new_session=True
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(120):
            with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(url, timeout=60):
                break
            time.sleep(0.5)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=20)


@contextlib.contextmanager
def opened(url: str, chromium: str) -> Iterator[Page]:
    """Open the page; yield it at rest."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(url)
        settled(page)
        page.wait_for_timeout(3000)
        page.evaluate(WATCH)
        yield page
        browser.close()


def settled(page: Page) -> None:
    """Wait until the page has nothing left to do."""
    page.wait_for_function(
        "document.querySelector('.lp-status')?.innerText.includes('ready')", timeout=60_000
    )


def choose(page: Page, part: str) -> bool:
    """Choose the target whose name holds a text, with a power law; return whether there is one."""
    names = [n for n in page.locator(".lp-control-target option").all_inner_texts() if part in n]
    if names:
        page.select_option(".lp-control-target select", label=names[0])
        page.select_option(".lp-control-model select", label="Power law")
        page.wait_for_timeout(2000)
        settled(page)
    return bool(names)


def latency_ms(page: Page) -> float:
    """Return the milliseconds from the last gesture to the last change."""
    page.wait_for_timeout(700)
    return page.evaluate("window.lastChange - window.pressed")


def presses_ms(page: Page, presses: int) -> list[float]:
    """Return the milliseconds of each press on the radius slider."""
    page.locator(".lp-control-radius .noUi-handle, .lp-control-radius input").first.focus()
    out = []
    for _ in range(presses):
        page.keyboard.press("ArrowRight")
        out.append(latency_ms(page))
    return [ms for ms in out if ms > 0]


def brushes_ms(page: Page, brushes: int) -> list[float]:
    """Return the milliseconds of each move of a brush on the light curve."""
    page.locator(".lp-view-time .bqplot").scroll_into_view_if_needed()
    box = page.locator(".lp-view-time .bqplot .overlay").first.bounding_box()
    y = box["y"] + 0.4 * box["height"]
    out = []
    for k in range(brushes):
        x = box["x"] + box["width"] * (0.05 + 0.5 * k / brushes)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 20, y)
        page.wait_for_timeout(300)
        page.mouse.move(x + 0.2 * box["width"], y)
        out.append(latency_ms(page))
        page.mouse.up()
        page.locator(".lp-control-span-clear").click()
        page.wait_for_timeout(300)
    return [ms for ms in out if ms > 0]


def report(what: str, ms: list[float]) -> None:
    """Print median and 95th percentile."""
    ms = sorted(ms)
    p95 = ms[min(len(ms) - 1, int(0.95 * len(ms)))]
    middle = statistics.median(ms)
    print(f"{what}: {len(ms)}, median {middle:.0f} ms, 95th percentile {p95:.0f} ms, worst {ms[-1]:.0f} ms")


def main() -> None:
    """Time presses and brushes."""
    parser = argparse.ArgumentParser(description="Time the page in a browser.")
    parser.add_argument("store", nargs="?", type=Path)
    parser.add_argument("--presses", type=int, default=36)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with served(options.store or default_store()) as url, opened(url, options.chromium) as page:
        report("radius, first target", presses_ms(page, options.presses))
        if choose(page, "2155"):
            report("radius, PKS 2155-304", presses_ms(page, options.presses))
            report("brush, PKS 2155-304", brushes_ms(page, max(options.presses // 3, 1)))


if __name__ == "__main__":
    main()
