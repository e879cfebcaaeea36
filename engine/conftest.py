"""What the examples of the docstrings stand on: a simulated store, and what follows from it.

They say ``lp`` for the package, ``store``, ``runs``, ``cube``, ``result`` and ``points`` for what its own
example makes, and ``maps`` for what that of `sky_maps` makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

CONFIG = """
observations:
    datastore: demo
    obs_ids: [1001, 1002, 1003, 1004]
datasets:
    geom:
        axes:
            energy: {min: 0.5 TeV, max: 40 TeV, nbins: 10}
            energy_true: {min: 0.1 TeV, max: 100 TeV, nbins: 30}
    on_region: {frame: icrs, lon: 83.633 deg, lat: 22.014 deg, radius: 0.11 deg}
    background: {method: reflected}
    safe_mask: {methods: [aeff-max], parameters: {aeff_percent: 10}}
models: [{name: crab, spectral: {type: PowerLawSpectralModel}}]
"""


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the folder that the examples run in, and the names that they begin with."""
    import lightpool as lp
    from lightpool.simulate import simulate_demo

    folder = tmp_path_factory.mktemp("examples")
    store = lp.DataStore(simulate_demo(folder / "demo"))
    (folder / "crab.yaml").write_text(CONFIG, encoding="utf-8")
    runs = store.select(target="Crab Nebula (simulated)")
    cube = lp.reduce(
        runs,
        on_region=lp.circle("83.633 deg", "22.014 deg", "0.11 deg"),
        energy=lp.energy_edges("0.5 TeV", "40 TeV", per_decade=5),
        energy_true=lp.energy_edges("0.1 TeV", "100 TeV", per_decade=10),
    )
    result = lp.fit(cube, lp.PowerLaw())
    points = lp.flux_points(cube, result.model, lp.energy_edges("1 TeV", "30 TeV", n=4))
    maps = lp.sky_maps(
        store.select(target="MSH 15-52 (simulated)"),
        geometry=lp.MapGeometry(228.53, -59.16, width=(3.0, 3.0), binsize=0.1),
        energy=lp.energy_edges("1 TeV", "10 TeV", n=5),
        exclusion=lp.circle("228.53 deg", "-59.16 deg", "0.3 deg"),
    )
    names = {"lp": lp, "store": store, "runs": runs, "cube": cube, "result": result, "points": points}
    return folder, names | {"maps": maps}


@pytest.fixture(autouse=True)
def _in_the_example(
    request: pytest.FixtureRequest, doctest_namespace: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, names = request.getfixturevalue("examples")
    doctest_namespace.update(names)
    monkeypatch.chdir(folder)
