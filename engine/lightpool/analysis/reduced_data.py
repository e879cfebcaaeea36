"""Reduced data that a configuration starts from, and what it says in vain beside them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from lightpool.config import AnalysisConfig
from lightpool.config.paths import find
from lightpool.load import read_datasets

KEY = "general.datasets_file"


def read_reduced(config: AnalysisConfig) -> xr.Dataset | None:
    """Return the cube of ``general.datasets_file``, or None where it is not set.

    Raises
    ------
    SettingsError, DataError
        If it is missing, damaged or holds something else.
    """
    name = config.general.datasets_file
    return None if name is None else read_datasets(find(name, where=KEY, beside=config.directory))


def contradictions(config: AnalysisConfig, cube: xr.Dataset) -> list[str]:
    """Return a sentence for each key that asks for other data than those in the cube."""
    return [f"{KEY}: the data are reduced already, {key} has no effect" for key in _ignored(config, cube)]


def _ignored(config: AnalysisConfig, cube: xr.Dataset) -> Iterator[str]:
    datasets, wanted = config.datasets, config.observations
    if datasets.on_region.is_set:
        circle = datasets.on_region.circle("datasets.on_region")
        asked = [np.nan] * 3 if circle is None else [circle.lon, circle.lat, circle.radius]
        there = [float(cube[f"region_{key}"][0]) for key in ("lon", "lat", "radius")]
        if not np.allclose(asked, there, rtol=0, atol=1e-6):
            yield "datasets.on_region"
    for key, edges in (("energy", "energy_edges"), ("energy_true", "energy_true_edges")):
        axis, where = getattr(datasets.geom.axes, key), f"datasets.geom.axes.{key}"
        if datasets.geom.axes.differs(key) and not _same(axis.edges(where), cube[edges].to_numpy()):
            yield where
    if wanted.obs_ids and "obs_id" in cube.coords and {*wanted.obs_ids} != {*cube["obs_id"].to_numpy()}:
        yield "observations.obs_ids"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-5, atol=0)
