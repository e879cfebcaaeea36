"""Print how long a key press on the radius slider takes until the new spectrum is drawn.

    python tests/benchmarks/browser_latency.py [STORE] [--presses N] [--chromium PATH]

It drives headless Chromium; each press asks for a radius that was not computed before. The time runs from the
key event in the page to the last change of any path in the SED view, and to the frame after it.
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

from playwright.sync_api import sync_playwright
from run import default_store

WATCH = """() => {
  window.lastChange = 0; window.pressed = 0;
  const seen = () => requestAnimationFrame(() => { window.lastChange = performance.now(); });
  new MutationObserver(seen).observe(document.querySelector('.lp-view-sed'),
    {subtree: true, childList: true, attributes: true, attributeFilter: ['d', 'transform']});
  document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
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


def latencies_ms(url: str, chromium: str, presses: int) -> list[float]:
    """Return the milliseconds of each press."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(url)
        page.wait_for_function(
            "document.querySelector('.lp-status')?.innerText.includes('ready')", timeout=60_000
        )
        page.wait_for_timeout(3000)
        page.evaluate(WATCH)
        handle = page.locator(".lp-control-radius .noUi-handle, .lp-control-radius input").first
        handle.focus()
        out = []
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(700)
            out.append(page.evaluate("window.lastChange - window.pressed"))
        browser.close()
    return [ms for ms in out if ms > 0]


def main() -> None:
    """Print median and 95th percentile."""
    parser = argparse.ArgumentParser(description="Time the radius slider in a browser.")
    parser.add_argument("store", nargs="?", type=Path)
    parser.add_argument("--presses", type=int, default=36)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with served(options.store or default_store()) as url:
        ms = sorted(latencies_ms(url, options.chromium, options.presses))
    p95 = ms[min(len(ms) - 1, int(0.95 * len(ms)))]
    middle = statistics.median(ms)
    print(
        f"{len(ms)} key presses: median {middle:.0f} ms, 95th percentile {p95:.0f} ms, worst {ms[-1]:.0f} ms"
    )


if __name__ == "__main__":
    main()
