"""Time-resolved spectra and light curves from a configuration: stages, files, and what is left out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from astropy.table import QTable

import lightpool as lp
from lightpool.analysis import Analysis, AnalysisSettings, from_config
from lightpool.analysis.time_settings import LightCurveSettings, TimeResolvedSettings
from lightpool.config import AnalysisConfig
from lightpool.errors import SettingsError

MODEL = lp.PowerLaw(index=3, amplitude=2e-11)


@pytest.fixture(scope="module")
def config(demo_path):
    return AnalysisConfig.from_dict(
        {
            "observations": {"datastore": str(demo_path), "obs_ids": [2001, 2002, 2003]},
            "datasets": {
                "stack": False,
                "on_region": {
                    "frame": "icrs",
                    "lon": "329.717 deg",
                    "lat": "-30.226 deg",
                    "radius": "0.11 deg",
                },
                "background": {"method": "reflected"},
                "safe_mask": {"methods": ["aeff-max"]},
                "geom": {
                    "axes": {
                        "energy": {"min": "0.3 TeV", "max": "20 TeV", "nbins": 12},
                        "energy_true": {"min": "0.1 TeV", "max": "40 TeV", "nbins": 24},
                    }
                },
            },
            "models": {
                "components": [
                    {
                        "name": "flare",
                        "spectral": {
                            "type": "PowerLawSpectralModel",
                            "parameters": [
                                {"name": "index", "value": 3.0},
                                {"name": "amplitude", "value": 2e-11, "unit": "TeV-1 s-1 cm-2"},
                                {"name": "reference", "value": 1.0, "unit": "TeV"},
                            ],
                        },
                    }
                ]
            },
        }
    )


SECTIONS = {
    "list": ({"time_intervals": {"start": ["2006-07-29T20:30"], "stop": ["2006-07-29 20:45:00"]}}, "list"),
    "duration": ({"duration": "15 min", "start": "2006-07-29T20:30", "stop": "2006-07-29T21:30"}, "duration"),
    "night": ({"method": "night"}, "night"),
    "sigma": ({"sigma": 5}, "significance"),
    "counts": ({"counts": 50}, "counts"),
    "p0": ({"p0": 0.01}, "blocks"),
    "blocks": ({"method": "blocks"}, "blocks"),
    "run": ({"method": "run"}, "run"),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_sections_and_methods(config, name):
    section, method = SECTIONS[name]
    plan = from_config(config.updated({"time_resolved": section, "light_curve": section}))
    assert plan.settings.time_resolved.binning.method == method
    assert plan.settings.light_curve.binning == plan.settings.time_resolved.binning
    again = from_config(AnalysisConfig.from_yaml(plan.config.to_yaml())).settings
    assert again == plan.settings
    assert hash(again) == hash(plan.settings)


def test_the_values_of_the_sections(config):
    changed = config.updated(
        {
            "time_resolved": {
                "duration": "900 s",
                "shared": ["index"],
                "flux_range": {"min": "300 GeV", "max": "3 TeV"},
            },
            "light_curve": {
                "energy_edges": {"min": "1 TeV", "max": "10 TeV", "nbins": 2},
                "refit": True,
                "parameters": {"n_sigma_ul": 3, "ul_method": "rolke"},
            },
        }
    )
    settings = from_config(changed).settings
    assert settings.time_resolved == TimeResolvedSettings(
        lp.TimeBinning.of_duration("15 min"), ("index",), (0.3, 3.0)
    )
    edges = tuple(np.geomspace(1, 10, 3).tolist())
    curve = settings.light_curve
    assert curve.edges == pytest.approx(edges)
    assert (curve.refit, curve.ul_sigma, curve.ul_method) == (True, 3, "rolke")
    # Energies alone are what the tutorials' schema has: one interval for each run.
    assert curve.binning == lp.TimeBinning.per_run()
    # Additions of ours stay out of files that do without them.
    text = config.to_yaml()
    for key in ("time_resolved", "duration", "sigma", "p0", "refit", "shared", "free"):
        assert key not in text


def test_named_parameters_alone_are_free_in_an_interval(config):
    plan = from_config(config.updated({"time_resolved": {"method": "run", "free": ["amplitude"]}}))
    assert plan.settings.time_resolved.free == ("amplitude",)
    outcome = plan.run()
    index = outcome.time_resolved["value"].sel(parameter="index")
    np.testing.assert_array_equal(index, outcome.fit.model["index"].value)
    assert (outcome.time_resolved["error"].sel(parameter="amplitude") > 0).all()
    with pytest.raises(SettingsError, match=r"time_resolved.free.*no parameter 'slope'"):
        from_config(config.updated({"time_resolved": {"method": "run", "free": ["slope"]}}))


def test_the_same_as_by_hand_and_written(config, demo_store, tmp_path):
    section = {"duration": "15 min", "start": "2006-07-29T20:30", "stop": "2006-07-29T22:00"}
    plan = from_config(config.updated({"time_resolved": section, "light_curve": {"method": "run"}}))
    seen = []
    outcome = plan.run(progress=lambda stage, done, total: seen.append(stage))
    cube = lp.reduce(
        demo_store.select(obs_id=[2001, 2002, 2003]),
        on_region=lp.circle(329.717, -30.226, 0.11),
        energy=lp.energy_edges(0.3, 20, n=12),
        energy_true=lp.energy_edges(0.1, 40, n=24),
        intervals=lp.TimeBinning.of_duration("15 min", start="2006-07-29T20:30", stop="2006-07-29T22:00"),
    )
    by_hand = lp.time_resolved(cube, MODEL)
    np.testing.assert_allclose(outcome.time_resolved["value"], by_hand["value"], rtol=1e-9)
    assert {"time_resolved", "light_curve"} < set(seen)
    assert {"cut", "time_resolved", "light_curve"} < set(outcome.timing_s)
    curve = lp.light_curve(outcome.cube, outcome.fit.model)
    np.testing.assert_allclose(outcome.light_curve["flux"], curve["flux"], rtol=1e-2)
    assert "Time-resolved spectra: 6 of 6 time intervals" in outcome.report()

    path = outcome.write(tmp_path / "out")
    assert (path / "variability.ecsv").is_file()
    table = QTable.read(path / "time_resolved.ecsv")
    np.testing.assert_allclose(table["index"], by_hand["value"].sel(parameter="index"), rtol=1e-9)
    assert len(QTable.read(path / "light_curve.ecsv")) == 3
    assert len(QTable.read(path / "light_curve.fits", hdu="FLUXPOINTS")) == 3
    values = json.loads((path / "summary.json").read_text())
    assert len(values["light_curve"]["intervals"]) == 3
    entry = values["time_resolved"]["intervals"][2]
    assert entry["time_start"] == "2006-07-29T21:00:00.000"
    assert entry["parameters"]["index"]["value"] == pytest.approx(float(by_hand["value"][2, 0]))


def test_only_what_a_change_dirties_is_done_again(config):
    plan = from_config(config.updated({"time_resolved": {"method": "run"}, "light_curve": {"method": "run"}}))
    first = plan.run()
    s = plan.settings

    def redone(settings):
        outcome = plan.analysis.run(settings)
        return {stage for stage, seconds in outcome.timing_s.items() if seconds > 0}, outcome

    assert redone(s)[0] == set()
    night = TimeResolvedSettings(lp.TimeBinning.per_night())
    stages, other = redone(s.updated(time_resolved=night))
    assert stages == {"cut", "time_resolved"}
    assert other.time_resolved.sizes["interval"] == 1
    assert other.light_curve is first.light_curve
    stages, _ = redone(s.updated(light_curve=LightCurveSettings(lp.TimeBinning.per_run(), refit=True)))
    assert stages == {"light_curve"}
    stages, _ = redone(s.updated(model=MODEL.freeze("index")))
    assert stages == {"fit", "time_resolved", "light_curve"}
    stages, _ = redone(s.updated(aeff_percent=20))
    assert stages == {"reduce", "fit", "cut", "time_resolved", "light_curve"}


def test_intervals_without_a_result_are_kept_and_told(config, tmp_path):
    times = {
        "start": ["2006-07-29T20:30", "2006-07-29T21:00", "2006-07-01T20:30"],
        "stop": ["2006-07-29T20:45", "2006-07-29T20:50", "2006-07-01T20:45"],
    }
    plan = from_config(
        config.updated({"time_resolved": {"time_intervals": times}, "light_curve": {"time_intervals": times}})
    )
    outcome = plan.run()
    assert outcome.time_resolved["success"].values.tolist() == [True, False, False]
    told = [text for text in outcome.warnings if "time interval" in text]
    assert len(told) == 4
    assert "no spectrum in time interval 1 (2006-07-29T21:00:00 UTC): it runs backwards" in told[0]
    assert "no flux in time interval 2 (2006-07-01T20:30:00 UTC): it ends before the data begin" in told[3]
    table = QTable.read(outcome.write(tmp_path / "out") / "light_curve.ecsv")
    assert table["success"].tolist() == [[True], [False], [False]]
    many = {key: [f"2005-01-{d:02}T0{h}:00" for d in range(1, 13)] for key, h in (("start", 1), ("stop", 2))}
    many = {"start": ["2006-07-29T20:30", *many["start"]], "stop": ["2006-07-29T20:45", *many["stop"]]}
    outcome = from_config(config.updated({"time_resolved": {"time_intervals": many}})).run()
    assert "no spectrum in 2 more time intervals" in outcome.warnings


def test_the_observing_time_limits_the_intervals(config):
    changed = config.updated(
        {
            "observations.obs_time": {"start": "2006-07-29T20:40", "stop": "2006-07-29T21:10"},
            "time_resolved": {"method": "run"},
        }
    )
    series = from_config(changed).run().time_resolved
    assert series.sizes["interval"] == 2
    assert str(series["time_start"].values[0])[:16] == "2006-07-29T20:40"
    assert str(series["time_stop"].values[1])[:16] == "2006-07-29T21:10"


def test_without_a_model_there_is_a_warning(config):
    plan = from_config(config.updated({"time_resolved": {"method": "run"}, "models": None}))
    (warning,) = plan.warnings
    assert warning.startswith("time_resolved or light_curve is set but there is no model")
    assert plan.run().time_resolved is None


def test_reduced_data_keep_their_rows(config, demo_store):
    cube = from_config(config).run().cube
    settings = AnalysisSettings.of_cube(cube, model=MODEL)
    by_run = TimeResolvedSettings(lp.TimeBinning.per_run())
    series = Analysis(cube).run(settings.updated(time_resolved=by_run)).time_resolved
    assert series.sizes["interval"] == 3
    by_night = TimeResolvedSettings(lp.TimeBinning.per_night())
    with pytest.raises(
        SettingsError, match=r"reduced already: their time cannot be cut.*found time binning by night"
    ):
        Analysis(cube).run(settings.updated(time_resolved=by_night))


def test_settings_that_make_no_sense():
    with pytest.raises(SettingsError, match="flux range"):
        TimeResolvedSettings(lp.TimeBinning.per_run(), flux_range=(3, 1))
    with pytest.raises(SettingsError, match="light-curve edges"):
        LightCurveSettings(lp.TimeBinning.per_run(), edges=(3, 1))
    with pytest.raises(SettingsError, match="ul_sigma is out of range"):
        LightCurveSettings(lp.TimeBinning.per_run(), ul_sigma=0)
    with pytest.raises(SettingsError, match="limit method is not known"):
        LightCurveSettings(lp.TimeBinning.per_run(), ul_method="none")
