"""Synthetic DL3 stores: known truth in, files out."""

from __future__ import annotations

from lightpool.simulate.demo import demo_scene, simulate_demo
from lightpool.simulate.instrument import Instrument
from lightpool.simulate.scene import Run, Scene, wobble_runs
from lightpool.simulate.scene_file import load_scene, scene_from_dict, scene_to_dict
from lightpool.simulate.source import Burst, Source, Spectrum
from lightpool.simulate.writer import simulate

__all__ = [
    "Burst",
    "Instrument",
    "Run",
    "Scene",
    "Source",
    "Spectrum",
    "demo_scene",
    "load_scene",
    "scene_from_dict",
    "scene_to_dict",
    "simulate",
    "simulate_demo",
    "wobble_runs",
]
