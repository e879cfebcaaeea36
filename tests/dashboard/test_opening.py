"""The page starts from a configuration file, and says what it cannot take from it."""

import pytest
import yaml

from lightpool.errors import SettingsError
from lightpool.maps import RingBackground
from lightpool_dashboard import Dashboard
from lightpool_dashboard.carry.map_config import map_config
from lightpool_dashboard.map_settings import map_settings
from lightpool_dashboard.opening import inputs_from_config
from lightpool_dashboard.schedule import ManualSchedule

CONFIG = {
    "observations": {"obs_ids": [4001, 4002, 4003]},
    "datasets": {
        "stack": True,
        "geom": {
            "axes": {
                "energy": {"min": "0.5 TeV", "max": "50 TeV", "nbins": 12},
                "energy_true": {"min": "0.1 TeV", "max": "80 TeV", "nbins": 30},
            }
        },
        "on_region": {"frame": "icrs", "lon": "83.6 deg", "lat": "22 deg", "radius": "0.2 deg"},
        "background": {"method": "reflected"},
        "safe_mask": {"methods": ["aeff-max"]},
    },
    "flux_points": {"energy": {"min": "1 TeV", "max": "10 TeV", "nbins": 4}, "source": "crab"},
    "models": [{"name": "crab", "type": "SkyModel", "spectral": {"type": "PowerLawSpectralModel"}}],
}


def written(tmp_path, demo_path, **changes):
    config = {**CONFIG, **changes}
    config["observations"] = {"datastore": str(demo_path), **config["observations"]}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def test_the_first_picture_is_that_of_the_file(tmp_path, demo_path):
    inputs = inputs_from_config(
        written(tmp_path, demo_path, observations={"obs_ids": [1001, 1002]}), {"sim": demo_path}
    )
    schedule = ManualSchedule()
    page = Dashboard({"other": demo_path, "sim": demo_path}, schedule=schedule, start=inputs)
    schedule.flush()
    state = page.state
    assert state.error == ""
    assert (state.store, state.target) == ("sim", "Crab Nebula (simulated)")
    assert (state.radius, state.energy_min, state.energy_max) == (0.2, 0.5, 50)
    assert (state.bins_per_decade, state.model, state.stacked) == (6, "power-law", True)
    assert state.position == (83.6, 22.0)
    assert state.outcome.settings.obs_ids == (1001, 1002)
    assert "the true-energy axis" in state.notices["config"]
    assert state.outcome.settings.flux_points[0] == pytest.approx(1)
    assert len(state.outcome.settings.flux_points) == 5
    page.close()


def said(tmp_path, demo_path, **datasets):
    changed = {**CONFIG["datasets"], **datasets}
    path = written(tmp_path, demo_path, observations={"obs_ids": [1001, 1002]}, datasets=changed)
    return inputs_from_config(path, {"sim": demo_path})["notices"]["config"]


def test_what_the_page_does_otherwise_is_said(tmp_path, demo_path):
    edges = {
        "energy": {"min": "0.5 TeV", "max": "500 TeV", "nbins": 12},
        "energy_true": {"min": "0.05 TeV", "max": "100 TeV", "nbins_per_decade": 20},
    }
    assert said(tmp_path, demo_path, geom={"axes": edges}) == (
        "the page takes its own way where config.yaml sets the energy axis"
    )
    finder = {"method": "reflected", "parameters": {"angle_increment": "0.2 rad", "max_region_number": 5}}
    assert "options of the background" in said(tmp_path, demo_path, background=finder)
    assert "the exposure without containment" in said(tmp_path, demo_path, containment_correction=False)


def test_what_the_page_does_not_offer_is_said(tmp_path, demo_path):
    with pytest.raises(SettingsError, match="datastore is not on the page"):
        inputs_from_config(written(tmp_path, demo_path), {"elsewhere": tmp_path})
    curved = [{"name": "crab", "type": "SkyModel", "spectral": {"type": "GaussianSpectralModel"}}]
    with pytest.raises(SettingsError, match="the page has no Gaussian"):
        inputs_from_config(written(tmp_path, demo_path, models=curved), {"sim": demo_path})


RING = """
observations: {{datastore: {store}, obs_ids: [3001, 3002]}}
datasets:
    type: 3d
    geom:
        wcs:
            skydir: {{lon: 228.53 deg, lat: -59.16 deg, frame: icrs}}
            width: {{width: 2 deg, height: {height}}}
        axes: {{energy: {{min: 0.5 TeV, max: 20 TeV, nbins_per_decade: 8}}}}
    background:
        method: ring
        exclusion: [{{lon: 228.5 deg, lat: -59.2 deg, radius: 0.3 deg}}]
        parameters: {{r_in: 0.6 deg, width: 0.25 deg}}
excess_map: {{correlation_radius: 0.07 deg}}
"""


def test_a_file_that_asks_for_maps_sets_the_map(tmp_path, demo_path):
    path = tmp_path / "ring.yaml"
    path.write_text(RING.format(store=demo_path, height="3 deg"))
    schedule = ManualSchedule()
    page = Dashboard(
        {"other": tmp_path, "sim": demo_path},
        schedule=schedule,
        start=inputs_from_config(path, {"other": tmp_path, "sim": demo_path}),
    )
    schedule.flush()
    state = page.state
    assert (state.error, state.problems) == ("", {})
    assert {3001, 3002} <= set(state.entry.obs_ids)
    images = state.sky_map.settings.images
    assert state.sky_map.settings.obs_ids == (3001, 3002)
    assert (images.energy[0], images.energy[-1], images.geometry.width) == (0.5, 20.0, (2.0, 2.0))
    assert state.sky_map.settings.background == RingBackground(0.6, 0.25)
    assert state.sky_map.settings.correlation_radius == 0.07
    assert [circle[2] for circle in state.exclusion] == [0.3]
    assert not state.map_search
    assert page.ring.fields["ring_inner"].value == 0.6
    assert page.ring.box.children[0].value  # unfolded
    # The page's map is square, and about the target.
    assert "the place, the pixels or the projection of the map" in state.notices["config"]
    page.close()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"map_search": False, "exclusion": ((83.633, 22.0144, 0.3, "Crab"),), "ring_inner": 0.8},
        {"map_energy_min": 1.0, "map_width": 1.5, "left_out": (1002,), "correlation_radius": 0.15},
    ],
)
def test_the_map_of_a_page_opens_the_same_map(dashboard, demo_path, tmp_path, changes):
    state = dashboard.state
    state.restore(changes)
    dashboard.schedule.flush()
    store = dashboard.controller.library.open(state.store)
    map_config(state.inputs(), store).write(tmp_path / "map.yaml")
    start = inputs_from_config(tmp_path / "map.yaml", {state.store: demo_path})
    assert "notices" not in start
    state.restore({"ring_inner": 1.0, "map_search": True, "map_width": 4.0, **start})
    assert map_settings(state.inputs(), store) == dashboard.state.sky_map.settings


def test_other_models_and_radii_than_those_of_the_page_are_said(tmp_path, demo_path):
    path = written(
        tmp_path,
        demo_path,
        observations={"obs_ids": [1001]},
        compare={"models": CONFIG["models"], "n_toys": 5},
        radius_scan={"radii": ["0.1 deg", "0.2 deg"]},
    )
    start = inputs_from_config(path, {"sim": demo_path})
    assert (start["compare"], start["scan"]) == (True, True)
    for words in ("the models to compare", "the simulated data sets", "the radii of the scan"):
        assert words in start["notices"]["config"]


def test_a_range_of_observing_time_is_brushed(tmp_path, demo_path):
    times = {"start": "2004-12-04T22:00:00", "stop": "2004-12-04T22:20:00"}
    path = written(tmp_path, demo_path, observations={"obs_time": times, "obs_ids": []})
    start = inputs_from_config(path, {"sim": demo_path})
    assert start["span"] == (times["start"], times["stop"])
    assert "the range of observing time (it is brushed)" in start["notices"]["config"]
