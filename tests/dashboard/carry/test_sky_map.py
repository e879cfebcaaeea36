"""The map of the page, carried on: script, configuration and zip find the same pixels."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from astropy.io import fits

from lightpool.analysis import from_config
from lightpool_dashboard.carry.map_config import map_config
from lightpool_dashboard.carry.script import python_script

CASES = {
    "another ring": {"ring_inner": 0.6, "ring_width": 0.25},
    "circles instead of a search": {"map_search": False, "exclusion": ((83.633, 22.0144, 0.3, "Crab"),)},
    "a part of the energies": {"map_energy_min": 1.0, "map_energy_max": 10.0, "correlation_radius": 0.15},
    "a narrow map without one run": {"map_width": 1.5, "left_out": (1002,), "ring_inner": 0.4},
}


def assert_same_maps(maps, excess, outcome):
    for name in ("counts", "counts_off", "acceptance", "acceptance_off", "excluded"):
        np.testing.assert_array_equal(maps[name], outcome.maps[name])
    np.testing.assert_array_equal(excess["sqrt_ts"], outcome.excess["sqrt_ts"])


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_script_and_configuration_make_the_map_of_the_page(make, tmp_path, capsys, changes):
    dashboard = make()
    state = dashboard.state
    state.restore(changes)
    dashboard.schedule.flush()
    assert state.problems.get("sky_map", "") == ""
    store = dashboard.controller.library.open(state.store)

    names: dict = {}
    exec(compile(python_script(state.inputs(), store), "script", "exec"), names)
    assert_same_maps(names["maps"], names["excess"], state.sky_map)
    assert "Peak(" in capsys.readouterr().out

    map_config(state.inputs(), store).write(tmp_path / "map.yaml")
    plan = from_config(tmp_path / "map.yaml")
    assert plan.settings == state.sky_map.settings
    outcome = plan.run()
    assert_same_maps(outcome.maps, outcome.excess, state.sky_map)


def test_a_page_whose_map_nobody_touched_has_a_short_script(dashboard):
    store = dashboard.controller.library.open(dashboard.state.store)
    assert "sky_maps" not in python_script(dashboard.state.inputs(), store)


def test_the_zip_holds_the_map_at_its_place_on_the_sky(dashboard):
    dashboard.carry.prepare.click()
    dashboard.schedule.flush()
    bundle = dashboard.state.bundle
    with zipfile.ZipFile(io.BytesIO(bundle.zipped)) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("sky_map/sqrt_ts.fits"))
        assert any(n.endswith("sky_map/config.yaml") for n in archive.namelist())
        with fits.open(io.BytesIO(archive.read(name))) as hdus:
            header, values = hdus[0].header, hdus[0].data
    peak = dashboard.state.sky_map.peaks[0]
    assert np.unravel_index(np.nanargmax(values), values.shape) == (peak.y, peak.x)
    assert (header["CRVAL1"], header["CRVAL2"]) == pytest.approx((83.633, 22.0144))
