from __future__ import annotations

import numpy as np
import pytest

from lightpool.config import AnalysisConfig
from lightpool.config.problems import known_keys
from lightpool.errors import SettingsError

# The configuration of the high-level tutorial, as published.
TUTORIAL = """
observations:
    datastore: $GAMMAPY_DATA/hess-dl3-dr1
    obs_cone: {frame: icrs, lon: 83.633 deg, lat: 22.014 deg, radius: 5 deg}

datasets:
    type: 1d
    stack: true
    geom:
        axes:
            energy: {min: 0.5 TeV, max: 30 TeV, nbins: 20}
            energy_true: {min: 0.1 TeV, max: 50 TeV, nbins: 40}
    on_region: {frame: icrs, lon: 83.633 deg, lat: 22.014 deg, radius: 0.11 deg}
    containment_correction: true
    safe_mask:
       methods: ['aeff-default', 'aeff-max']
       parameters: {aeff_percent: 0.1}
    background:
        method: reflected
fit:
    fit_range: {min: 1 TeV, max: 20 TeV}

flux_points:
    energy: {min: 1 TeV, max: 20 TeV, nbins: 8}
    source: 'crab'
"""

# What the tutorial prints for it: every key with its default.
TUTORIAL_PRINTED = """
    general:
        log: {level: info, filename: null, filemode: null, format: null, datefmt: null}
        outdir: .
        n_jobs: 1
        datasets_file: null
        models_file: null
    observations:
        datastore: $GAMMAPY_DATA/hess-dl3-dr1
        obs_ids: []
        obs_file: null
        obs_cone: {frame: icrs, lon: 83.633 deg, lat: 22.014 deg, radius: 5.0 deg}
        obs_time: {start: null, stop: null}
        required_irf: [aeff, edisp, psf, bkg]
    datasets:
        type: 1d
        stack: true
        geom:
            wcs:
                skydir: {frame: null, lon: null, lat: null}
                binsize: 0.02 deg
                width: {width: 5.0 deg, height: 5.0 deg}
                binsize_irf: 0.2 deg
            selection: {offset_max: 2.5 deg}
            axes:
                energy: {min: 0.5 TeV, max: 30.0 TeV, nbins: 20}
                energy_true: {min: 0.1 TeV, max: 50.0 TeV, nbins: 40}
        map_selection: [counts, exposure, background, psf, edisp]
        background:
            method: reflected
            exclusion: null
            parameters: {}
        safe_mask:
            methods: [aeff-default, aeff-max]
            parameters: {aeff_percent: 0.1}
        on_region: {frame: icrs, lon: 83.633 deg, lat: 22.014 deg, radius: 0.11 deg}
        containment_correction: true
    fit:
        fit_range: {min: 1.0 TeV, max: 20.0 TeV}
    flux_points:
        energy: {min: 1.0 TeV, max: 20.0 TeV, nbins: 8}
        source: crab
        parameters: {selection_optional: all}
    excess_map:
        correlation_radius: 0.1 deg
        parameters: {}
        energy_edges: {min: null, max: null, nbins: null}
    light_curve:
        time_intervals: {start: null, stop: null}
        energy_edges: {min: null, max: null, nbins: null}
        source: source
        parameters: {selection_optional: all}
"""


def test_tutorial_prints_as_published():
    config = AnalysisConfig.from_yaml(TUTORIAL)
    printed = str(config).removeprefix("AnalysisConfig\n\n")
    assert printed.split() == TUTORIAL_PRINTED.split()


def test_tutorial_comes_back_from_its_own_print():
    config = AnalysisConfig.from_yaml(TUTORIAL)
    assert AnalysisConfig.from_yaml(TUTORIAL_PRINTED) == config
    assert AnalysisConfig.from_yaml(config.to_yaml()) == config


def test_additions_come_back():
    text = """
    observations: {datastore: store, obs_ids: [3, 1], on_error: skip}
    datasets:
      background:
        method: wobble
        parameters: {n_off_regions: 3}
        exclusion:
          - {lon: 83.63 deg, lat: 22.01 deg, radius: 30 arcmin}
          - {lon: 184 deg, lat: -5 deg, radius: 0.1 deg, frame: galactic}
      geom: {axes: {energy: {min: 100 GeV, max: 40 TeV, nbins_per_decade: 10}}}
    time_resolved: {start: 2006-07-29T20:30:00, stop: 2006-07-30T02:30:00, duration: 15 min}
    light_curve: {time_intervals: {start: [2006-07-29 20:30], stop: [2006-07-29 20:45]}}
    models: [{name: a, spectral: {type: PowerLawSpectralModel}}]
    compare: {models: [{name: b, spectral: {type: LogParabolaSpectralModel}}], n_toys: 50, seed: 3}
    radius_scan: {radii: [0.05 deg, 6 arcmin]}
    """
    config = AnalysisConfig.from_yaml(text)
    assert config.observations.obs_ids == (3, 1)
    assert config.datasets.background.exclusion[0].radius == 0.5
    assert config.datasets.geom.axes.energy.min == pytest.approx(0.1)
    assert config.time_resolved.duration == 900.0
    assert config.time_resolved.start == "2006-07-29T20:30:00"
    assert (config.compare.n_toys, config.compare.seed) == (50, 3)
    assert config.radius_scan.radii == (0.05, pytest.approx(0.1))
    assert config.light_curve.time_intervals.stop == ("2006-07-29 20:45",)
    assert AnalysisConfig.from_yaml(config.to_yaml()) == config


def test_no_addition_of_ours_is_written_unless_used():
    """A file that uses none of our keys stays readable for the program whose schema it is."""
    text = AnalysisConfig.from_yaml(TUTORIAL).to_yaml()
    for key in (
        "on_error",
        "nbins_per_decade",
        "time_resolved",
        "models:",
        "duration",
        "compare",
        "radius_scan",
    ):
        assert key not in text


def test_defaults():
    config = AnalysisConfig.from_yaml("")
    assert config.observations.required_irf == ("aeff", "edisp", "psf", "bkg")
    assert config.datasets.safe_mask.methods == ("aeff-default",)
    assert config.datasets.safe_mask.parameters.aeff_percent == 10
    np.testing.assert_allclose(config.datasets.geom.axes.energy.edges("x"), np.geomspace(1, 10, 6))
    np.testing.assert_allclose(config.datasets.geom.axes.energy_true.edges("x"), np.geomspace(0.5, 20, 17))
    assert config.fit.fit_range.limits("x") is None
    assert config.flux_points.source == "source"
    assert config.excess_map.correlation_radius == 0.1


def test_an_empty_section_means_its_defaults():
    assert AnalysisConfig.from_yaml("fit:\ndatasets: {geom: }") == AnalysisConfig()


def test_metadata_of_newer_files_is_read_past():
    config = AnalysisConfig.from_yaml("metadata: {creator: x, date: 2024-01-01}")
    assert "creator" not in config.to_yaml()


@pytest.mark.parametrize(
    ("text", "place", "meant"),
    [
        ("fit: {fit_rnage: {min: 1 TeV}}", "fit.fit_rnage", "fit.fit_range"),
        ("flux_point: {source: a}", "flux_point", "flux_points"),
        ("datasets: {geom: {energy: {}}}", "datasets.geom.energy", "datasets.geom.axes.energy"),
        ("energy: {min: 1 TeV}", "energy", "datasets.geom.axes.energy"),
        ("observations: {obs_id: [1]}", "observations.obs_id", "observations.obs_ids"),
        (
            "datasets: {safe_mask: {parameters: {aeff_percnt: 1}}}",
            "datasets.safe_mask.parameters.aeff_percnt",
            "datasets.safe_mask.parameters.aeff_percent",
        ),
        ("comparison: {models: []}", "comparison", "compare"),
        ("radius_scan: {radi: []}", "radius_scan.radi", "radius_scan.radii"),
        ("compare: {n_toy: 3}", "compare.n_toy", "compare.n_toys"),
        (
            "datasets: {background: {exclusion: [{lon: 1 deg}, {raduis: 1 deg}]}}",
            "datasets.background.exclusion[1].raduis",
            "datasets.background.exclusion[1].radius",
        ),
    ],
)
def test_unknown_key_names_its_place_and_the_nearest_known_one(text, place, meant):
    with pytest.raises(SettingsError) as caught:
        AnalysisConfig.from_yaml(text, where="c.yaml")
    assert str(caught.value).startswith(f"c.yaml: {place}: unknown key")
    assert f"Did you mean '{meant}'?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "found", "expected"),
    [
        (
            "datasets: {geom: {axes: {energy: {min: 1 deg}}}}",
            "datasets.geom.axes.energy.min",
            "'1 deg'",
            "TeV",
        ),
        ("datasets: {geom: {axes: {energy: {min: 1}}}}", "datasets.geom.axes.energy.min", "1", "TeV"),
        ("datasets: {geom: {axes: {energy: {min: [1]}}}}", "datasets.geom.axes.energy.min", "[1]", "TeV"),
        (
            "datasets: {geom: {axes: {energy: {nbins: 1.5}}}}",
            "datasets.geom.axes.energy.nbins",
            "1.5",
            "whole",
        ),
        ("datasets: {on_region: {radius: 0.1 TeV}}", "datasets.on_region.radius", "'0.1 TeV'", "deg"),
        ("datasets: {stack: 1}", "datasets.stack", "1", "true or false"),
        ("datasets: {type: 2d}", "datasets.type", "'2d'", "'1d' or '3d'"),
        ("datasets: 3", "datasets", "3", "section"),
        ("observations: {obs_ids: [a]}", "observations.obs_ids[0]", "'a'", "whole number"),
        ("observations: {obs_time: {start: now}}", "observations.obs_time.start", "'now'", "UTC"),
        ("observations: {on_error: ignore}", "observations.on_error", "'ignore'", "'stop' or 'skip'"),
        ("time_resolved: {duration: 3 TeV}", "time_resolved.duration", "'3 TeV'", "time"),
        ("models: crab", "models", "'crab'", "components"),
        ("general: {n_jobs: 0}", "general.n_jobs", "0", "greater"),
    ],
)
def test_wrong_value_names_its_place_and_what_was_expected(text, place, found, expected):
    with pytest.raises(SettingsError) as caught:
        AnalysisConfig.from_yaml(text)
    message = str(caught.value)
    assert message.startswith(f"{place}: ")
    assert f"found {found}" in message or found in message
    assert expected in message


def test_further_problems_are_named_too():
    with pytest.raises(SettingsError, match=r"Also wrong: datasets\.stack, fit\.x"):
        AnalysisConfig.from_yaml("{datasets: {type: 2d, stack: 1}, fit: {x: 1}}")


def test_unknown_choice_names_the_nearest_one():
    with pytest.raises(SettingsError, match="Did you mean 'reflected'"):
        AnalysisConfig.from_yaml("datasets: {background: {method: reflectd}}")


def test_updated_by_dotted_path_and_by_section():
    config = AnalysisConfig.from_yaml(TUTORIAL)
    changed = config.updated({"datasets.stack": False, "fit": {"fit_range": {"max": "5 TeV"}}})
    assert not changed.datasets.stack
    assert changed.fit.fit_range.limits("x") == (1.0, 5.0)
    assert config.datasets.stack
    with pytest.raises(SettingsError, match=r"datasets\.stak: unknown key"):
        config.updated({"datasets.stak": False})
    with pytest.raises(SettingsError, match=r"datasets\.stack\.now"):
        config.updated({"datasets.stack.now": False})


def test_config_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        AnalysisConfig().datasets.stack = False


@pytest.mark.parametrize(
    ("axis", "place"),
    [
        ("{max: 1 TeV, nbins: 2}", "axis.min"),
        ("{min: 1 TeV, max: 2 TeV}", "axis"),
        ("{min: 3 TeV, max: 2 TeV, nbins: 2}", "axis"),
        ("{min: 1 TeV, max: 2 TeV, nbins: 2, nbins_per_decade: 2}", "axis"),
    ],
)
def test_axis_that_makes_no_edges(axis, place):
    config = AnalysisConfig.from_yaml(f"flux_points: {{energy: {axis}}}")
    with pytest.raises(SettingsError) as caught:
        config.flux_points.energy.edges("axis")
    assert str(caught.value).startswith(f"{place}: ")


def test_axis_per_decade():
    config = AnalysisConfig.from_yaml(
        "flux_points: {energy: {min: 0.1 TeV, max: 40 TeV, nbins_per_decade: 10}}"
    )
    assert len(config.flux_points.energy.edges("x")) == 28


def test_fit_range_may_be_open_on_one_side():
    limits = AnalysisConfig.from_yaml("fit: {fit_range: {min: 1 TeV}}").fit.fit_range.limits("x")
    assert limits == (1.0, None)
    with pytest.raises(SettingsError, match="empty"):
        AnalysisConfig.from_yaml("fit: {fit_range: {min: 2 TeV, max: 1 TeV}}").fit.fit_range.limits("x")


def test_circle_needs_all_its_keys():
    config = AnalysisConfig.from_yaml("datasets: {on_region: {lon: 1 deg, lat: 2 deg}}")
    with pytest.raises(SettingsError, match=r"here\.radius"):
        config.datasets.on_region.circle("here")


def test_quantities_from_python():
    import astropy.units as u

    config = AnalysisConfig().updated(
        {"observations.obs_cone": {"lon": 228.32 * u.deg, "lat": "-59.08 deg", "radius": 150 * u.arcmin}}
    )
    assert config.observations.obs_cone.radius == pytest.approx(2.5)


def test_every_key_has_one_place():
    keys = dict(known_keys(AnalysisConfig))
    assert "datasets.geom.axes.energy.nbins" in keys
    assert "datasets.background.exclusion.lon" in keys
