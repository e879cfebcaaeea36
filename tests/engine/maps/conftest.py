"""Maps of real and of simulated runs, made once."""

import pytest

import lightpool as lp
from lightpool.dl3 import DataStore
from lightpool.simulate import Scene, Source, Spectrum, simulate, wobble_runs
from lightpool.times import from_utc

TUTORIAL = {
    "geometry": lp.MapGeometry(228.32, -59.08, width=3, binsize=0.02),
    "energy": lp.energy_edges("0.5 TeV", "10 TeV", n=10),
    "energy_true": lp.energy_edges("0.5 TeV", "10 TeV", n=10),
    "background": lp.RingBackground("0.5 deg", "0.3 deg"),
    "exclusion": [lp.circle(228.32, -59.08, 0.4)],
}


@pytest.fixture(scope="session")
def tutorial():
    """Return what the ring background tutorial asks for."""
    return dict(TUTORIAL)


@pytest.fixture(scope="session")
def nebula_runs(hess_store):
    return hess_store.select(cone=(228.32, -59.08, 2.5))


@pytest.fixture(scope="session")
def nebula_maps(nebula_runs):
    """Return the maps of the ring background tutorial."""
    return lp.sky_maps(nebula_runs, **TUTORIAL)


@pytest.fixture(scope="session")
def field(tmp_path_factory):
    """Return a function from a source (or None) to a simulated store of eight wobble runs, seed 0."""

    def make(source: Source | None, n: int = 8):
        runs = wobble_runs("Field", 30.0, -25.0, obs_id=1, start=from_utc("2005-10-04T23:00:00"), n=n)
        scene = Scene("one field", runs, () if source is None else (source,))
        return DataStore(simulate(scene, tmp_path_factory.mktemp("field") / "store", 0))

    return make


@pytest.fixture(scope="session")
def empty_field(field):
    return field(None)


@pytest.fixture(scope="session")
def bright_field(field):
    """Return a store with a point source 0.3 deg from the centre of its field."""
    return field(Source("Off-centre", 30.2, -24.8, Spectrum(index=2.4, amplitude=2e-11)))
