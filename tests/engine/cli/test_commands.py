"""The commands as a shell sees them: status, one message on stderr, whole output or none."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from lightpool.cli import group, main
from lightpool.config import AnalysisConfig

CONFIG = """
observations:
    datastore: {store}
    obs_cone: {{frame: icrs, lon: 83.633 deg, lat: 22.0145 deg, radius: 2 deg}}
datasets:
    geom:
        axes:
            energy: {{min: 0.5 TeV, max: 30 TeV, nbins: 12}}
            energy_true: {{min: 0.1 TeV, max: 50 TeV, nbins: 30}}
    on_region: {{frame: icrs, lon: 83.633 deg, lat: 22.0145 deg, radius: 0.11 deg}}
    background: {{method: reflected}}
flux_points: {{energy: {{min: 1 TeV, max: 20 TeV, nbins: 4}}}}
models: [{{name: crab, spectral: {{type: PowerLawSpectralModel}}}}]
"""


@pytest.fixture
def config(demo_path, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(store=demo_path))
    return path


def call(*args):
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(arg) for arg in args])


def failure(result):
    """Return the one message of a failed command."""
    assert result.exit_code == 1, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    assert result.stdout == ""
    return lines[0]


def change(config, **keys):
    changed = AnalysisConfig.read(config).updated(
        {key.replace("__", "."): value for key, value in keys.items()}
    )
    changed.write(config, overwrite=True)
    return config


def test_run(config, tmp_path):
    result = call("run", config, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Results are in" in result.stdout
    assert "The fit converged" in result.stdout
    assert result.stderr == ""  # no terminal, no progress
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [entry["obs_id"] for entry in summary["observations"]] == [1001, 1002, 1003, 1004]
    assert summary["fit"]["success"]
    assert (tmp_path / "out" / "ogip" / "pha_stacked.fits").is_file()
    assert (tmp_path / "out" / "flux_points.ecsv").is_file()


def test_second_run_needs_overwrite(config, tmp_path):
    out = tmp_path / "out"
    assert call("run", config, "-o", out).exit_code == 0
    before = (out / "summary.json").read_bytes()
    assert "out: the output directory exists already" in failure(call("run", config, "-o", out))
    assert (out / "summary.json").read_bytes() == before
    assert call("run", config, "-o", out, "--overwrite").exit_code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.yaml", "out"]


def test_warnings_go_to_stderr_and_into_the_summary(config, tmp_path):
    result = call("run", change(config, models=None), "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stderr.startswith("Warning: flux_points.energy is set but there is no model")
    warnings = json.loads((tmp_path / "out" / "summary.json").read_text())["warnings"]
    assert warnings == [result.stderr.strip().removeprefix("Warning: ")]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"observations__datastore": "/nowhere"}, "observations.datastore: no such file"),
        ({"observations__obs_ids": [99]}, "99"),
        ({"datasets__type": "3d"}, "method does not go with datasets of type 3d; found 'reflected'"),
        ({"time_resolved__duration": "-15 min"}, "time_resolved: duration must be positive"),
        ({"flux_points__source": "crb"}, "flux_points.source: no model has this name"),
        ({"models": [{"name": "a", "spectral": {"type": "PowerLow"}}]}, "Did you mean PowerLaw?"),
        ({"flux_points__energy": {"min": "40 TeV", "max": "90 TeV"}}, "flux-point edges lie outside"),
        (
            {
                "datasets__geom__axes__energy": {"min": "300 TeV", "max": "400 TeV"},
                "flux_points__energy": {"min": None, "max": None, "nbins": None},
            },
            "there are no events in the ON and OFF regions",
        ),
        ({"general__log__level": "loud"}, "general.log.level: no such log level"),
    ],
)  # fmt: skip
def test_failures_are_one_message_and_no_output(config, tmp_path, keys, message):
    assert message in failure(call("run", change(config, **keys), "-o", tmp_path / "out"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.yaml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fit: {fit_rnage: {}}", "fit.fit_rnage: unknown key. Did you mean 'fit.fit_range'?"),
        ("fit: [", "line 1, column 7: this is not valid YAML"),
        (
            "datasets: {on_region: {lon: 3 TeV}}",
            "datasets.on_region.lon: this is not an angle; found '3 TeV'",
        ),
        ("just text", "this is not a configuration"),
    ],
)
def test_files_that_are_no_configuration(tmp_path, text, message):
    (tmp_path / "c.yaml").write_text(text)
    assert message in failure(call("run", tmp_path / "c.yaml", "-o", tmp_path / "out"))


def test_missing_configuration(tmp_path):
    assert "none.yaml: no such configuration file" in failure(
        call("run", tmp_path / "none.yaml", "-o", "out")
    )


def test_output_that_cannot_be_written(config, tmp_path):
    (tmp_path / "file").touch()
    assert "is no directory" in failure(call("run", config, "-o", tmp_path / "file" / "out"))


@pytest.mark.parametrize(
    "args",
    [
        (), ("run",), ("run", "c.yaml", "--outptu", "x"), ("runn",),
        ("run", "c.yaml", "-o", "x", "--workers", "0"),
        ("run", "c.yaml", "-o", "x", "--workers", "2", "--scheduler", "tcp://a:1"),
        ("simulate",), ("simulate", "demo", "-o", "x", "--seed", "-1"), ("check",), ("download", "cta"),
    ],
)  # fmt: skip
def test_wrong_usage_is_status_2(args):
    assert call(*args).exit_code == 2


def test_output_is_required_unless_the_file_names_it(config, tmp_path):
    result = call("run", config)
    assert result.exit_code == 2
    assert "--output" in result.stderr
    result = call("run", change(config, general__outdir=str(tmp_path / "named")))
    assert result.exit_code == 0
    assert (tmp_path / "named" / "cube.nc").is_file()


def test_workers_find_the_same(config, tmp_path):
    for name, n in (("one", 1), ("two", 2)):
        assert call("run", config, "-o", tmp_path / name, "--workers", n).exit_code == 0
    one, two = (json.loads((tmp_path / name / "summary.json").read_text()) for name in ("one", "two"))
    for values in (one, two):
        del values["timing_s"]
    assert two == one


def test_a_scheduler_that_is_not_there(config, tmp_path):
    message = failure(call("run", config, "-o", tmp_path / "out", "--scheduler", "tcp:/localhost"))
    assert "--scheduler: " in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["before", "after"])
def test_debug_shows_the_traceback(tmp_path, place):
    args = ["run", str(tmp_path / "none.yaml"), "-o", str(tmp_path / "out")]
    args = ["--debug", *args] if place == "before" else [*args, "--debug"]
    result = call(*args)
    assert type(result.exception).__name__ == "SettingsError"


def test_a_bug_is_no_traceback_either(config, tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("lightpool.analysis.selected_runs.reduce_with", broken)
    message = failure(call("run", config, "-o", tmp_path / "out"))
    assert "ZeroDivisionError: oops" in message
    assert "--debug" in message
    assert not (tmp_path / "out").exists()


def test_log_file(config, tmp_path):
    log = tmp_path / "run.log"
    change(
        config, general__log={"filename": str(log), "level": "info", "format": "%(levelname)s %(message)s"}
    )
    assert call("run", config, "-o", tmp_path / "out").exit_code == 0
    text = log.read_text()
    assert "INFO 4 runs: 1001, 1002, 1003, 1004" in text
    assert "INFO results are in" in text
    change(config, observations__obs_ids=[99])
    failure(call("run", config, "-o", tmp_path / "out2"))
    assert "ERROR" in log.read_text()
    left = [h for h in logging.getLogger("lightpool.run").handlers if isinstance(h, logging.FileHandler)]
    assert all(h.baseFilename != str(log) for h in left)


def test_log_that_cannot_be_written(config, tmp_path):
    change(config, general__log={"filename": str(tmp_path / "no" / "run.log")})
    assert "the log cannot be written" in failure(call("run", config, "-o", tmp_path / "out"))
    change(config, general__log={"filename": str(tmp_path / "run.log"), "format": "%(nonsense"})
    assert "general.log.format" in failure(call("run", config, "-o", tmp_path / "out"))
    change(config, general__log={"filename": None, "filemode": "r"})
    assert call("run", config, "-o", tmp_path / "out").exit_code == 0


def test_check(demo_path, tmp_path):
    result = call("check", demo_path)
    assert result.exit_code == 0
    assert "1001" in result.stdout
    assert failure(call("check", tmp_path / "nowhere"))


def test_check_of_a_damaged_store_is_status_1(demo_path, tmp_path):
    import shutil

    shutil.copytree(demo_path, tmp_path / "store")
    next((tmp_path / "store" / "data").glob("*1002*")).unlink()
    result = call("check", tmp_path / "store")
    assert result.exit_code == 1
    assert "1002" in result.stdout


SCENE = """
name: One short run
sources: [{name: Lamp, lon: 329.7 deg, lat: -30.2 deg, spectrum: {index: 2.5, amplitude: 3.0e-11}}]
runs: [{target: Lamp, obs_id: 7, start: "2006-07-29T23:26:00", n: 1, duration: 1 min}]
"""


def test_simulate_a_scene(tmp_path):
    (tmp_path / "scene.yaml").write_text(SCENE)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        result = call("simulate", tmp_path / "scene.yaml", "--output", tmp_path / name, "--seed", seed)
        assert result.exit_code == 0, result.output
    a, b, c = (next((tmp_path / name / "data").iterdir()).read_bytes() for name in "abc")
    assert a == b != c
    assert "exists already" in failure(call("simulate", tmp_path / "scene.yaml", "-o", tmp_path / "a"))
    assert call("simulate", tmp_path / "scene.yaml", "-o", tmp_path / "a", "--overwrite").exit_code == 0


def test_simulate_the_demo_is_the_default(tmp_path, monkeypatch):
    import lightpool.simulate

    asked = {}
    monkeypatch.setattr(
        lightpool.simulate, "simulate_demo", lambda output, **options: asked.update(options, to=output)
    )
    assert call("simulate", "--output", tmp_path / "x", "--seed", 3).exit_code == 0
    assert (asked["to"], asked["seed"], asked["overwrite"]) == (tmp_path / "x", 3, False)


class Plugin:
    """An entry point of another package."""

    def __init__(self, value):
        self.name, self.value, self.module, self._value = "extra", "other:extra", "other", value

    def load(self):
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


@pytest.mark.parametrize(
    ("value", "message"),
    [(ImportError("no module other"), "cannot be loaded from other:extra"), (3, "is no click command")],
)
def test_broken_plugin_harms_only_itself(monkeypatch, value, message):
    monkeypatch.setattr(group, "_plugins", lambda: {"extra": Plugin(value)})
    assert "extra" in call("--help").stdout
    assert message in failure(call("extra"))


def test_dashboard_is_found_by_its_entry_point():
    result = call("dashboard", "--help")
    assert result.exit_code == 0
    assert "--port" in result.stdout
    assert "--debug" in result.stdout


def shell(*args, **environment):
    return subprocess.run(
        [sys.executable, "-m", "lightpool.cli", *map(str, args)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment}, timeout=120,
    )  # fmt: skip


def test_as_a_program(config, tmp_path):
    assert "Usage: lightpool" in shell("--help").stdout
    assert "lightpool, version" in shell("--version").stdout
    done = shell("run", config, "-o", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    failed = shell("run", config, "-o", tmp_path / "out")
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: ")
    assert "Traceback" not in failed.stderr
    debug = shell("--debug", "run", config, "-o", tmp_path / "out")
    assert debug.returncode == 1
    assert "Traceback" in debug.stderr


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom lightpool.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = ('numpy', 'astropy', 'xarray', 'pydantic', 'voila', 'lightpool_dashboard')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip().endswith("[]")


def test_progress_is_shown_on_a_terminal_only(monkeypatch, capsys):
    from lightpool.cli.progress import StageBar

    with StageBar() as bar:
        bar.update("read", 1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with StageBar() as bar:
        bar.update("flux_points", 1, 2)
    assert "flux points" in capsys.readouterr().err
    with StageBar(in_bytes=True) as bar:
        bar.update("download", 1_500_000, 3_000_000)
    assert "1.50M/3.00MB" in capsys.readouterr().err


RING = """
observations: {{datastore: {store}, obs_ids: [3001, 3002]}}
datasets:
    type: 3d
    geom:
        wcs:
            skydir: {{frame: icrs, lon: 228.53 deg, lat: -59.16 deg}}
            width: {{width: 2 deg, height: 2 deg}}
            binsize: 0.05 deg
        axes: {{energy: {{min: 0.6 TeV, max: 20 TeV, nbins: 4}}}}
    background: {{method: ring, parameters: {{r_in: 0.5 deg, width: 0.2 deg}}}}
"""


def test_maps_are_made_and_said(demo_path, tmp_path):
    path = tmp_path / "ring.yaml"
    path.write_text(RING.format(store=demo_path))
    result = call("run", path, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "2 runs on 40 x 40 pixels: counts" in result.stdout
    assert (tmp_path / "out" / "maps" / "sqrt_ts.fits").is_file()
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["maps"]["n_bins"] == 1600
