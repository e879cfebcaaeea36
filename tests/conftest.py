"""Where the tests find data: the public release, or a simulated store made on the spot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REQUIRE = os.environ.get("LIGHTPOOL_REQUIRE_DATA") == "1"


def find_data_root() -> Path | None:
    """Return the folder that holds hess-dl3-dr1: $LIGHTPOOL_DATA (or its parent), else ../shared/data."""
    candidates = []
    if os.environ.get("LIGHTPOOL_DATA"):
        given = Path(os.environ["LIGHTPOOL_DATA"])
        candidates += [given, given.parent]
    candidates.append(Path(__file__).resolve().parents[2] / "shared" / "data")
    return next(
        (path for path in candidates if (path / "hess-dl3-dr1" / "obs-index.fits.gz").is_file()), None
    )


@pytest.fixture(scope="session")
def data_root() -> Path:
    """Return the folder of the public test data; skip or, where it is required, fail without it."""
    root = find_data_root()
    if root is None:
        message = "the H.E.S.S. DL3 DR1 is neither in $LIGHTPOOL_DATA nor in ../shared/data"
        if REQUIRE:
            pytest.fail(message)
        pytest.skip(message)
    return root


@pytest.fixture(scope="session")
def hess_store(data_root):
    """Return the public H.E.S.S. release as a DataStore."""
    from lightpool.dl3 import DataStore

    return DataStore(data_root / "hess-dl3-dr1")


@pytest.fixture(scope="session")
def reference_root() -> Path:
    """Return the folder of the peer's figures."""
    root = Path(__file__).resolve().parents[2] / "shared" / "reference"
    if not root.is_dir():
        message = "the reference figures are not in ../shared/reference"
        if REQUIRE:
            pytest.fail(message)
        pytest.skip(message)
    return root


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory) -> Path:
    """Return a simulated DL3 store, seed 0."""
    from lightpool.simulate import simulate_demo

    return simulate_demo(tmp_path_factory.mktemp("store") / "demo", seed=0)


@pytest.fixture(scope="session")
def demo_store(demo_path):
    """Return the simulated store as a DataStore."""
    from lightpool.dl3 import DataStore

    return DataStore(demo_path)
