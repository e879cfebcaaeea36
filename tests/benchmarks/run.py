"""Print how long the tutorials take, here and with gammapy where it is installed, as ratios.

    python tests/benchmarks/run.py [STORE] [--runs N]

STORE is the H.E.S.S. DL3 DR1 folder (default: $LIGHTPOOL_DATA/hess-dl3-dr1 or ../shared/data/hess-dl3-dr1).
Whole processes are timed from outside, work in memory from inside; both print the median.
The peer's columns appear with the `parity` extra installed. No test asserts any of this.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
CRAB = [23523, 23526, 23559, 23592]
#: The tutorials that are timed as whole processes: ours_NAME.py beside peer_NAME.py, where the peer has one.
TUTORIALS = (
    "spectral_analysis",
    "earlier_edition",
    "high_level",
    "time_resolved",
    "time_resolved_yaml",
    "ring",
)


def default_store() -> Path:
    """Return the first of the usual places that holds the release."""
    places = [Path(os.environ.get("LIGHTPOOL_DATA", ".")), HERE.parents[2] / "shared" / "data"]
    for place in places:
        for path in (place, place / "hess-dl3-dr1"):
            if (path / "obs-index.fits.gz").is_file():
                return path
    sys.exit("The H.E.S.S. DL3 DR1 was not found; give its folder as the first argument.")


def process_figures(script: str, store: Path, runs: int) -> tuple[float, float, str]:
    """Return the median wall time (s) and the peak memory (MB) of a whole process, and what it printed."""
    seconds, printed, peak = [], "", 0
    for _ in range(runs):
        start = time.perf_counter()
        # Its errors go to this terminal, so that only one pipe is read.
        with subprocess.Popen(
            [sys.executable, str(HERE / script), str(store)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            printed = process.stdout.read().strip()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds.append(time.perf_counter() - start)
        if process.returncode:
            sys.exit(f"{script} failed")
        peak = max(peak, used.ru_maxrss)
    return statistics.median(seconds), peak / 1024, printed.splitlines()[-1]


def median_ms(work: Callable[[int], object], runs: int) -> float:
    """Return the median milliseconds of `work`, called with 0, 1, 2, ...; the first call is not counted."""
    work(0)
    seconds = []
    for k in range(1, runs + 1):
        start = time.perf_counter()
        work(k)
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def new_radius_ms(store: Path) -> float:
    """Return the milliseconds from a new radius to cube, joint fit and ten flux points."""
    import lightpool as lp

    observations = lp.DataStore(store).select(obs_id=CRAB)
    exclusion = [lp.circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")]
    energy = lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10)
    energy_true = lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20)
    bands = lp.energy_edges("0.7 TeV", "30 TeV", n=10)
    start = lp.ExpCutoffPowerLaw(index=2, amplitude=1e-12, lambda_=0.1)

    def work(k: int) -> object:
        region = lp.circle(83.63, 22.01, 0.11 + 1e-4 * k)
        cube = lp.reduce(
            observations, on_region=region, energy=energy, energy_true=energy_true, exclusion=exclusion
        )
        return lp.flux_points(cube, lp.fit(cube, start).model, bands)

    return median_ms(work, 30)


def new_intervals_ms(store: Path) -> float:
    """Return the milliseconds to cut the flare night into 24 other intervals and fit a power law in each."""
    import numpy as np

    import lightpool as lp

    runs = lp.DataStore(store).select(cone=(329.71693826, -30.2255890, 2.0))
    night = [run for run in runs if 33787 <= run.obs_id <= 33801]
    region = lp.circle(329.71693826, -30.2255890, 0.11)
    energy, energy_true = lp.energy_edges(0.4, 20, n=10), lp.energy_edges(0.1, 40, n=20)
    start, length = np.datetime64("2006-07-29T20:30"), np.timedelta64(6, "h")
    model = lp.PowerLaw(index=3, amplitude=2e-11)

    def work(k: int) -> object:
        begin = start + np.timedelta64(k, "s")
        cube = lp.reduce(
            night,
            on_region=region,
            energy=energy,
            energy_true=energy_true,
            intervals=lp.TimeBinning.of_duration("15 min", start=begin, stop=begin + length),
        )
        return lp.time_resolved(cube, model)

    return median_ms(work, 10)


def new_maps_ms(store: Path) -> tuple[float, float]:
    """Return the milliseconds to maps of 20 runs for a new ring, and for a new geometry."""
    import lightpool as lp
    from lightpool.maps import ImageSettings

    source = lp.DataStore(store)
    energy = tuple(lp.energy_edges("0.5 TeV", "10 TeV", n=10).tolist())
    settings = lp.MapSettings(
        source.select(cone=(228.32, -59.08, 2.5)).obs_ids,
        ImageSettings(lp.MapGeometry(228.32, -59.08, width=3, binsize=0.02), energy, energy_true=energy),
        background=lp.RingBackground(0.5, 0.3),
        exclusion=(lp.circle(228.32, -59.08, 0.4),),
        correlation_radius=0.04,
    )
    analysis = lp.MapAnalysis(source)
    ring = median_ms(
        lambda k: analysis.run(settings.updated(background=lp.RingBackground(0.5 + 0.001 * k, 0.3))), 20
    )

    def elsewhere(k: int) -> object:
        geometry = lp.MapGeometry(228.32 + 0.01 * k, -59.08, width=3, binsize=0.02)
        return analysis.run(settings.updated(geometry=geometry))

    return ring, median_ms(elsewhere, 10)


def peer_new_maps_ms(store: Path) -> tuple[float, float]:
    """Return the same with gammapy, each once."""
    sys.path.insert(0, str(HERE))
    from peer_ring import analysis_of, ring_maps

    analysis = analysis_of(str(store))
    start = time.perf_counter()
    analysis.get_datasets()
    reduced = time.perf_counter()
    ring_maps(analysis)
    done = time.perf_counter()
    return 1000 * (done - reduced), 1000 * (done - start)


def peer_new_radius_ms(store: Path) -> float:
    """Return the same with gammapy, once: its datasets are reduced anew, the files are in the page cache."""
    sys.path.insert(0, str(HERE))
    from peer_spectral_analysis import fitted, reduced

    start = time.perf_counter()
    fitted(reduced(str(store)))
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time Lightpool, and gammapy beside it.")
    parser.add_argument("store", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=5, help="whole processes of ours (the peer runs once)")
    options = parser.parse_args()
    store = options.store or default_store()
    with_peer = importlib.util.find_spec("gammapy") is not None

    for name in TUTORIALS:
        process_figures(f"ours_{name}.py", store, 1)  # fills the page cache and compiles
        ours, memory, printed = process_figures(f"ours_{name}.py", store, options.runs)
        print(f"{'whole process, ' + name:<42} ours {ours:8.2f} s {memory:6.0f} MB    {printed}")
        if with_peer and (HERE / f"peer_{name}.py").is_file():
            peer, memory, printed = process_figures(f"peer_{name}.py", store, 1)
            ratio = f"ratio {peer / ours:.0f}"
            print(f"{'':<42} peer {peer:8.2f} s {memory:6.0f} MB    {printed}    {ratio}", flush=True)
    ours_maps = new_maps_ms(store)
    peer_maps = peer_new_maps_ms(store) if with_peer else None
    for i, what in enumerate(("in memory, new ring, 20 runs", "in memory, new map geometry, 20 runs")):
        print(f"{what:<42} ours {ours_maps[i]:8.1f} ms")
        if peer_maps is not None:
            print(f"{'':<42} peer {peer_maps[i]:8.0f} ms    ratio {peer_maps[i] / ours_maps[i]:.0f}")
    night = new_intervals_ms(store)
    print(f"{'in memory, 24 intervals re-cut and re-fitted':<42} ours {night:8.1f} ms")
    live = new_radius_ms(store)
    print(f"{'in memory, new radius to ten flux points':<42} ours {live:8.1f} ms")
    if with_peer:
        peer_live = peer_new_radius_ms(store)
        print(f"{'':<42} peer {peer_live:8.0f} ms    ratio {peer_live / live:.0f}")
    if not with_peer:
        print("gammapy is not installed here; pip install 'lightpool[parity]' adds its column.")


if __name__ == "__main__":
    main()
