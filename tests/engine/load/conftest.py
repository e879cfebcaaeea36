"""The simulated Crab runs as a cube, and as OGIP files."""

from __future__ import annotations

import pytest

from lightpool.axes import energy_edges
from lightpool.export.ogip import write_ogip
from lightpool.reduction import reduce
from lightpool.sky import Circle

RUNS = (1001, 1002, 1003, 1004)


@pytest.fixture(scope="session")
def observations(demo_store):
    return demo_store.select(obs_id=RUNS)


@pytest.fixture(scope="session")
def cube(observations):
    return reduce(
        observations,
        on_region=Circle(83.633, 22.0145, 0.11),
        energy=energy_edges(0.3, 30, n=16),
        energy_true=energy_edges(0.1, 60, n=32),
        exclusion=(Circle(84.3, 22.3, 0.15),),
    )


@pytest.fixture
def ogip(cube, observations, tmp_path):
    """Return a directory of our own OGIP files, to be changed at will."""
    write_ogip(cube, tmp_path, observations=observations)
    return tmp_path
