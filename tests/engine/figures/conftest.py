"""Real results on the simulated Crab runs for all tests of the figures, and how they are drawn."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

import lightpool as lp


@pytest.fixture(scope="session")
def excluded():
    return lp.circle("83.2 deg", "22.5 deg", "0.1 deg", name="here not")


@pytest.fixture(scope="session")
def runs(demo_store):
    return demo_store.select(target="Crab Nebula (simulated)")


@pytest.fixture(scope="session")
def cube(runs, excluded):
    return lp.reduce(
        runs,
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
        exclusion=excluded,
    )


@pytest.fixture(scope="session")
def result(cube):
    return lp.fit(cube, lp.ExpCutoffPowerLaw())


@pytest.fixture(scope="session")
def points(cube, result):
    return lp.flux_points(cube, result.model, np.geomspace(0.7, 40, 12))


@pytest.fixture(scope="session")
def draw():
    """Return a function that draws a figure in memory, checks that it is a picture, and returns it."""

    def png(figure):
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=100)
        data = buffer.getvalue()
        assert data.startswith(b"\x89PNG")
        return data

    return png


@pytest.fixture(scope="session")
def artist():
    """Return a function that finds the one artist of some axes with a name."""

    def find(axes, name):
        found = [child for child in axes.get_children() if child.get_gid() == name]
        assert len(found) == 1, f"{len(found)} artists are called {name}"
        return found[0]

    return find
