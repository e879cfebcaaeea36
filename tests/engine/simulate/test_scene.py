"""Scenes: their checks, their runs, their YAML."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from lightpool.errors import SettingsError
from lightpool.simulate import Run, Scene, demo_scene, load_scene, scene_from_dict, scene_to_dict, wobble_runs
from lightpool.simulate.scene_file import scene_to_yaml
from lightpool.sky import separation
from lightpool.times import from_utc

MINIMAL = {
    "sources": [{"name": "A", "lon": "83.633 deg", "lat": 22.0144, "spectrum": {"index": 2.5}}],
    "runs": [{"target": "A", "obs_id": 1, "start": "2004-12-04T22:08:10"}],
}


def changed(*path, to):
    """Return MINIMAL with one value replaced."""
    mapping = yaml.safe_load(yaml.safe_dump(MINIMAL))
    place = mapping
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return mapping


def test_the_zenith_angle_is_that_of_astropy():
    """astropy 7 for the middle of H.E.S.S. run 23523 of the Crab: zenith angle 48.050, azimuth 22.561 deg."""
    run = Run(1, "Crab", 83.633, 22.014, 83.63333, 21.51444, from_utc("2004-12-04T22:07:06"), 1687)
    zenith, azimuth = Scene("x", (run,)).zenith_azimuth(run)
    assert zenith == pytest.approx(48.050, abs=0.1)
    assert azimuth == pytest.approx(22.561, abs=0.1)


def test_wobble_runs_go_round_the_target_one_after_the_other():
    runs = wobble_runs("A", 100.0, -60.0, obs_id=11, start=1e8, n=5, ontime=100, pause=20, wobble=0.7)
    assert [run.obs_id for run in runs] == [11, 12, 13, 14, 15]
    assert [run.start - 1e8 for run in runs] == [0, 120, 240, 360, 480]
    np.testing.assert_allclose([separation(100, -60, run.lon, run.lat) for run in runs], 0.7)
    north, west, east, south, again = runs
    assert north.lat > -60 > south.lat
    assert west.lon < 100 < east.lon
    assert (again.lon, again.lat) == (north.lon, north.lat)


def test_run_numbers_are_whole_and_may_come_from_numpy():
    start = from_utc("2004-12-04T22:00:00")
    assert (
        wobble_runs("A", 83.6, 22.0, obs_id=np.int64(4), start=np.float64(start), n=np.int64(2))[1].obs_id
        == 5
    )
    for obs_id in (1.5, "1"):
        with pytest.raises(SettingsError, match="obs_id must be a whole number"):
            Run(obs_id, "A", 0, 0, 0, 0, start, 100)
    with pytest.raises(SettingsError, match="obs_id is out of range; found 0"):
        Run(0, "A", 0, 0, 0, 0, start, 100)


def test_a_scene_wants_runs_over_the_horizon_and_unique_names():
    with pytest.raises(SettingsError, match="a scene needs runs; found 0"):
        Scene("x", ())
    runs = wobble_runs("A", 83.6, 22.0, obs_id=1, start=from_utc("2004-12-04T22:00:00"))
    with pytest.raises(SettingsError, match="obs_id 1 is given 2 times"):
        Scene("x", runs + runs)
    source = demo_scene().sources[0]
    with pytest.raises(SettingsError, match="source Crab Nebula is given 2 times"):
        Scene("x", runs, (source, source))
    low = wobble_runs("A", 83.6, 22.0, obs_id=1, start=from_utc("2004-12-04T12:00:00"))
    with pytest.raises(SettingsError, match="run 1 is too low over the horizon; found zenith angle"):
        Scene("x", low)


def test_a_source_is_found_by_name():
    assert demo_scene().source("MSH 15-52").size == 0.1
    with pytest.raises(SettingsError, match="no such source; found 'Vela'"):
        demo_scene().source("Vela")


def test_the_demo_survives_the_way_through_yaml(tmp_path):
    scene = demo_scene()
    assert scene_from_dict(scene_to_dict(scene)) == scene
    text = scene_to_yaml(scene)
    (tmp_path / "scene.yaml").write_text(text)
    again = load_scene(tmp_path / "scene.yaml")
    assert again == scene
    assert scene_to_yaml(again) == text


def test_units_defaults_and_blocks_of_runs():
    scene = scene_from_dict(
        {
            "name": "Night",
            "instrument": {"threshold": "300 GeV", "area": "1e5"},
            "sources": [
                {
                    "name": "A",
                    "lon": "184.557 deg",
                    "lat": "-5.784 deg",
                    "frame": "galactic",
                    "size": "6 arcmin",
                    "spectrum": {"index": 2.5, "amplitude": "1e-7 m-2 s-1 TeV-1", "lambda_": "1e-4 GeV-1"},
                    "bursts": [{"time": "2004-12-04T22:30:00", "height": 2, "rise": "5 min", "decay": 60}],
                    "hardening": 0.5,
                }
            ],
            "runs": [
                {"target": "A", "obs_id": 5, "start": "2004-12-04T22:00:00", "n": 2, "duration": "0.5 h"}
            ],
        }
    )
    source = scene.sources[0]
    assert scene.instrument.threshold == pytest.approx(0.3)
    assert scene.instrument.area == 1e5
    assert scene.instrument.deadc == 0.94
    assert (source.lon, source.lat) == (pytest.approx(83.633, abs=1e-3), pytest.approx(22.0144, abs=1e-3))
    assert source.size == pytest.approx(0.1)
    assert source.spectrum.amplitude == pytest.approx(1e-11)
    assert source.spectrum.lambda_ == pytest.approx(0.1)
    assert (source.bursts[0].rise, source.bursts[0].decay) == (300, 60)
    assert [(run.obs_id, run.ontime) for run in scene.runs] == [(5, 1800), (6, 1800)]
    assert scene.runs[1].start - scene.runs[0].start == pytest.approx(1920)


def test_dates_are_utc_in_every_form_that_yaml_reads():
    plain, zulu, east = (
        scene_from_dict(changed("runs", 0, "start", to=yaml.safe_load(text))).runs[0].start
        for text in ("'2004-12-04T22:08:10'", "2004-12-04T22:08:10Z", "2004-12-04T23:08:10+01:00")
    )
    assert plain == zulu == east == from_utc("2004-12-04T22:08:10")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (changed("souces", to=[]), "scene: unknown key 'souces'. Did you mean 'sources'?"),
        (
            changed("sources", 0, "spectrum", "indx", to=2),
            r"sources\[0\].spectrum: unknown key 'indx'. .* 'index'",
        ),
        (changed("runs", 0, "wobbel", to=1), r"runs\[0\]: unknown key 'wobbel'. Did you mean 'wobble'"),
        (changed("sources", 0, "lon", to="3 TeV"), r"sources\[0\].lon is not an angle"),
        (
            changed("sources", 0, "spectrum", "amplitude", to="3 m"),
            r"amplitude: this must be a number; found '3 m'",
        ),
        (changed("sources", 0, "spectrum", "index", to=True), r"index: this must be a number; found True"),
        (
            changed("sources", 0, "bursts", to=[{"time": "2006-07-29"}]),
            r"bursts\[0\]: key 'height' is missing",
        ),
        (changed("sources", 0, "name", to=3), r"sources\[0\].name: this must be text; found 3"),
        (changed("runs", to=3), "scene.runs: this must be a list; found int"),
        (changed("runs", 0, "target", to="B"), r"runs\[0\]: key 'lon' is missing"),
        (changed("runs", 0, "obs_id", to=1.5), r"runs\[0\].obs_id: this must be a whole number; found 1.5"),
        (changed("runs", 0, "start", to="tonight"), r"runs\[0\].start is not a date; found 'tonight'"),
        (changed("runs", 0, "pointing_lon", to=1), r"runs\[0\]: key 'pointing_lat' is missing"),
        ({"name": "x"}, "scene: key 'runs' is missing"),
        ([], "scene: this must be a mapping of keys; found list"),
    ],
)
def test_mistakes_are_named_with_their_place(mapping, message):
    with pytest.raises(SettingsError, match=message):
        scene_from_dict(mapping)


def test_a_pointing_and_a_wobble_exclude_each_other():
    mapping = changed("runs", 0, "pointing_lon", to=83.0)
    mapping["runs"][0] |= {"pointing_lat": 22.0, "n": 2}
    with pytest.raises(SettingsError, match="n and a pointing exclude each other"):
        scene_from_dict(mapping)


def test_files_that_are_no_scene(tmp_path):
    with pytest.raises(SettingsError, match="the scene cannot be read"):
        load_scene(tmp_path / "missing.yaml")
    (tmp_path / "bad.yaml").write_text("a: [1,\nb: {")
    with pytest.raises(SettingsError, match="the scene is no YAML"):
        load_scene(tmp_path / "bad.yaml")
