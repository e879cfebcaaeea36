"""The embedded demo: a Crab-like source, a flaring blazar, a pulsar-wind nebula and an empty field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lightpool.simulate.scene import Scene, wobble_runs
from lightpool.simulate.source import Burst, Source, Spectrum
from lightpool.simulate.writer import simulate
from lightpool.times import from_utc


def demo_scene() -> Scene:
    """Return the scene of the demo store.

    Positions are those of the real objects and amplitudes are like theirs, so that numbers look
    familiar; everything else is invented. Runs 1001-1004 are Crab-like, 2001-2015 the night of the
    flare, 3001-3006 the extended nebula, 4001-4003 the empty field.
    """
    crab = Source(
        "Crab Nebula", 83.633, 22.0144, Spectrum(index=2.3, amplitude=4.5e-11, lambda_=0.1, reference=1.0)
    )
    flare = Source(
        "PKS 2155-304",
        329.717,
        -30.226,
        Spectrum(index=3.6, amplitude=8e-12),
        bursts=(
            _burst("20:44:00", 12.0, 700, 900),
            _burst("21:38:00", 5.0, 300, 600),
            _burst("22:41:00", 14.0, 350, 500),
            _burst("23:24:00", 4.0, 250, 900),
            _burst("01:22:00", 7.0, 700, 500, day=30),
            _burst("02:55:00", 2.0, 400, 1200, day=30),
        ),
        hardening=0.5,
    )
    nebula = Source("MSH 15-52", 228.53, -59.16, Spectrum(index=2.27, amplitude=5.7e-12), size=0.1)
    runs = (
        *wobble_runs(crab.name, crab.lon, crab.lat, obs_id=1001, start=from_utc("2004-12-04T22:10:00"), n=4),
        *wobble_runs(
            flare.name,
            flare.lon,
            flare.lat,
            obs_id=2001,
            start=from_utc("2006-07-29T20:26:00"),
            n=15,
            pause=140,
        ),
        *wobble_runs(
            nebula.name, nebula.lon, nebula.lat, obs_id=3001, start=from_utc("2004-04-14T23:00:00"), n=6
        ),
        *wobble_runs("Empty field", 30.0, -25.0, obs_id=4001, start=from_utc("2005-10-04T23:00:00"), n=3),
    )
    return Scene("Lightpool demo", runs, (crab, flare, nebula))


def simulate_demo(
    output: Path | str,
    *,
    seed: int = 0,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the demo store and return its path; parameters and errors as `simulate`."""
    return simulate(demo_scene(), output, seed, overwrite=overwrite, progress=progress)


def _burst(clock: str, height: float, rise: float, decay: float, *, day: int = 29) -> Burst:
    return Burst(from_utc(f"2006-07-{day}T{clock}"), height, rise, decay)
