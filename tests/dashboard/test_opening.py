"""The page starts from a configuration file, and says what it cannot take from it."""

import pytest
import yaml

from lightpool.errors import SettingsError
from lightpool_dashboard import Dashboard
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


def test_a_file_that_asks_for_maps_is_not_opened(tmp_path, demo_path):
    path = tmp_path / "ring.yaml"
    path.write_text(
        f"""
        observations: {{datastore: {demo_path}, obs_ids: [3001]}}
        datasets:
            type: 3d
            geom: {{wcs: {{skydir: {{lon: 228.53 deg, lat: -59.16 deg, frame: icrs}}}}}}
            background: {{method: ring, parameters: {{r_in: 0.5 deg, width: 0.3 deg}}}}
        """
    )
    with pytest.raises(SettingsError, match=r"opens with a spectrum.*found 3d; expected 1d.*makes the maps"):
        inputs_from_config(path, {"demo": demo_path})
