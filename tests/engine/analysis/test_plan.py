"""From a configuration to an analysis, on the simulated store."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.analysis import from_config
from lightpool.analysis.compare_settings import CompareSettings
from lightpool.config import AnalysisConfig
from lightpool.errors import DataError, SettingsError
from lightpool.exclusion import ExclusionMask
from lightpool.reflected import ReflectedRegions
from lightpool.sky import Circle, point
from lightpool.spectra import LogParabola, PowerLaw
from lightpool.wobble import WobbleRegions


def test_settings_follow_the_configuration(config):
    settings = from_config(config).settings
    assert settings.obs_ids == (1001, 1002, 1003, 1004)
    assert settings.reduction.on_region == Circle(83.633, 22.0145, 0.11)
    assert len(settings.reduction.energy) == 16
    np.testing.assert_allclose(settings.reduction.energy_true, np.geomspace(0.1, 50, 41))
    assert settings.reduction.safe_mask == ("aeff-max",)
    assert settings.reduction.aeff_percent == 5
    assert settings.model == PowerLaw(index=2.4, amplitude=3e-11)
    assert settings.source == "crab"
    assert not settings.stacked
    assert settings.fit_range == (pytest.approx(0.7), None)
    np.testing.assert_allclose(settings.flux_points, np.geomspace(1, 20, 5))
    assert settings.ul_sigma == 3


def test_limits_and_systematic_of_the_file(config):
    changed = config.updated(
        {
            "fit": {"alpha_systematic": 0.02, "minos": True, "contours": [["index", "amplitude"]]},
            "flux_points.parameters": {"ul_method": "feldman-cousins"},
        }
    )
    plan = from_config(changed)
    assert plan.settings.alpha_systematic == 0.02
    assert plan.settings.ul_method == "feldman-cousins"
    assert plan.settings.minos
    assert plan.settings.contours == (("index", "amplitude"),)
    assert from_config(AnalysisConfig.from_yaml(plan.config.to_yaml())).settings == plan.settings
    # Additions of ours stay out of files that do without them.
    assert "alpha_systematic" not in config.to_yaml()
    assert "ul_method" not in config.to_yaml()


def test_other_models_and_radii_of_the_file(config):
    models = [{"name": "curved", "type": "SkyModel", "spectral": {"type": "LogParabolaSpectralModel"}}]
    plan = from_config(
        config.updated(
            {
                "compare": {"models": models, "n_toys": 4, "toys_for": ["curved"], "seed": 2},
                "radius_scan": {"radii": ["0.1 deg", "0.2 deg"]},
            }
        )
    )
    assert plan.settings.compare == CompareSettings((("curved", LogParabola()),), 4, ("curved",), 2)
    assert plan.settings.radii == (0.1, 0.2)
    assert from_config(plan.config).settings == plan.settings


def test_safe_mask_methods_bring_their_parameters(config):
    parameters = {"bias_percent": 7, "offset_max": "30 arcmin"}
    changed = config.updated(
        {"datasets.safe_mask": {"methods": ["edisp-bias", "offset-max"], "parameters": parameters}}
    )
    plan = from_config(changed)
    reduction = plan.settings.reduction
    assert reduction.safe_mask == ("edisp-bias", "offset-max")
    assert (reduction.bias_percent, reduction.offset_max) == (7, 0.5)
    assert from_config(AnalysisConfig.from_yaml(plan.config.to_yaml())).settings == plan.settings


def test_responses_that_judge_the_safe_mask(config):
    here = {"irfs": "DL3", "position": {"frame": "icrs", "lon": "83 deg", "lat": "22 deg"}}
    plan = from_config(config.updated({"datasets.safe_mask.parameters": here}))
    reduction = plan.settings.reduction
    assert (reduction.mask_irfs, reduction.mask_offset, reduction.mask_position) == ("DL3", None, (83, 22))
    assert plan.warnings == ()
    assert from_config(AnalysisConfig.from_yaml(plan.config.to_yaml())).settings == plan.settings
    idle = from_config(config.updated({"datasets.safe_mask.parameters": {"fixed_offset": "30 arcmin"}}))
    assert idle.settings.reduction.mask_offset == 0.5
    assert "no effect on a spectrum without irfs: DL3" in idle.warnings[0]


def test_reoptimising_one_component_changes_nothing(config):
    changed = config.updated({"flux_points.parameters.reoptimize": True})
    assert from_config(changed).settings == from_config(config).settings


def test_wobble_regions_and_a_point_from_a_file(config):
    wobble = {"method": "wobble", "parameters": {"n_off_regions": 5, "binsize": "0.02 deg"}}
    changed = config.updated({"datasets.background": wobble, "datasets.on_region.radius": "0 deg"})
    plan = from_config(changed)
    assert plan.settings.reduction.background == WobbleRegions(n_off_regions=5, binsize=0.02)
    assert plan.settings.reduction.on_region == point(83.633, 22.0145)
    assert from_config(AnalysisConfig.from_yaml(plan.config.to_yaml())).settings == plan.settings


def test_true_means_containment_where_the_responses_need_it(config):
    """It stands in every file as the default, so that it cannot be an error for point-like responses."""
    assert from_config(config).settings.reduction.containment_correction is None
    off = config.updated({"datasets.containment_correction": False})
    assert from_config(off).settings.reduction.containment_correction is False


def test_run_and_write_again_from_the_resolved_configuration(config, tmp_path):
    plan = from_config(config)
    first = plan.run()
    first.write(tmp_path / "out", config=plan.config)
    again = from_config(tmp_path / "out" / "config.yaml").run()
    assert again.fit.stat == first.fit.stat
    assert again.cube.drop_attrs().identical(first.cube.drop_attrs())


def test_ids_are_applied_first_and_keep_their_order(config):
    plan = from_config(config.updated({"observations.obs_ids": [1003, 4001, 1001]}))
    assert plan.settings.obs_ids == (1003, 1001)


def test_ids_from_a_file(config, tmp_path):
    (tmp_path / "runs.txt").write_text("# the first night\n1002\n1001, wobble\n\n")
    plan = from_config(config.updated({"observations.obs_file": str(tmp_path / "runs.txt")}))
    assert plan.settings.obs_ids == (1002, 1001)
    assert plan.config.observations.obs_ids == (1002, 1001)
    assert plan.config.observations.obs_file is None


def test_run_list_that_cannot_be_read(config, tmp_path):
    path = tmp_path / "runs.txt"
    path.write_text("1002\nx1001\n")
    changed = config.updated({"observations.obs_file": str(path)})
    with pytest.raises(SettingsError, match=r"runs\.txt, line 2: this is no run number; found 'x1001'"):
        from_config(changed)
    path.write_text("# nothing\n")
    with pytest.raises(SettingsError, match="run list is empty"):
        from_config(changed)
    with pytest.raises(SettingsError, match="runs are listed twice"):
        from_config(changed.updated({"observations.obs_ids": [1001]}))


def test_a_time_range_selects_runs_and_cuts_them(config, demo_store):
    run = demo_store.observation(1001)
    from lightpool.times import to_utc

    middle = run.gti.start.min() + run.gti.ontime / 4
    stop = str(to_utc(middle))
    plan = from_config(config.updated({"observations.obs_time": {"start": None, "stop": stop}}))
    assert plan.settings.obs_ids == (1001,)
    outcome = plan.run()
    assert float(outcome.cube["livetime"][0]) == pytest.approx(run.livetime / 4, rel=1e-6)
    whole = from_config(config.updated({"observations.obs_ids": [1001]})).run()
    assert 0 < float(outcome.cube["counts"].sum()) < 0.6 * float(whole.cube["counts"].sum())


def test_nothing_selected(config):
    far = config.updated({"observations.obs_cone.lat": "-80 deg"})
    with pytest.raises(DataError, match="no run is left by the selection"):
        from_config(far)


def test_options_of_the_reflected_regions(config):
    options = {"min_distance": "0.1 rad", "max_region_number": 5}
    plan = from_config(config.updated({"datasets.background.parameters": options}))
    regions = plan.settings.reduction.background
    assert regions.min_distance == pytest.approx(0.1)
    assert regions.max_region_number == 5
    assert regions.angle_increment == ReflectedRegions().angle_increment


def test_models_from_a_file_beside_the_configuration(config, tmp_path):
    component = (
        "- {name: crab, spectral: {type: PowerLawSpectralModel, parameters: [{name: index, value: 2.2}]}}\n"
    )
    (tmp_path / "model.yaml").write_text("components:\n" + component)
    path = tmp_path / "config.yaml"
    changed = config.updated({"models": None, "general.models_file": "model.yaml"})
    changed.write(path)
    plan = from_config(path)
    assert plan.settings.model["index"].value == 2.2
    assert plan.config.general.models_file is None
    assert plan.config.models["components"][0]["name"] == "crab"
    with pytest.raises(SettingsError, match=r"general\.models_file: no such file"):
        from_config(changed.updated({"general.models_file": "nowhere.yaml"}))
    with pytest.raises(SettingsError, match="models are given twice"):
        from_config(config.updated({"general.models_file": "model.yaml"}))


def test_without_models_the_points_are_said_to_be_missing(config):
    plan = from_config(config.updated({"models": None}))
    assert plan.settings.flux_points is None
    outcome = plan.run()
    assert outcome.fit is None
    assert outcome.warnings[0].startswith("flux_points.energy is set but there is no model")


def test_exclusion_inline(config):
    circles = [{"lon": "84.5 deg", "lat": "22 deg", "radius": "0.3 deg"}]
    plan = from_config(config.updated({"datasets.background.exclusion": circles}))
    assert plan.settings.reduction.exclusion == (Circle(84.5, 22, 0.3),)


@pytest.mark.data
def test_exclusion_mask_of_the_tutorial(config, data_root, monkeypatch):
    monkeypatch.setenv("GAMMAPY_DATA", str(data_root))
    name = "$GAMMAPY_DATA/joint-crab/exclusion/exclusion_mask_crab.fits.gz"
    plan = from_config(config.updated({"datasets.background.exclusion": name}))
    (mask,) = plan.settings.reduction.exclusion
    assert isinstance(mask, ExclusionMask)
    assert plan.config.datasets.background.exclusion == name


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("datasets.type", "3d", "method does not go with datasets of type 3d; found 'reflected'"),
        ("datasets.background.method", "ring", "method does not go with datasets of type 1d; found 'ring'"),
        ("datasets.background.method", "wobbel", "Did you mean 'wobble'"),
        ("datasets.background.parameters", {"n_off_regions": 3}, r"parameters\.n_off_regions: this option"),
        (
            "datasets.background",
            {"method": "wobble", "parameters": {"min_distance": "0.1 deg"}},
            r"parameters\.min_distance: this option of the background 'wobble' is not",
        ),
        (
            "datasets.background",
            {"method": "wobble", "parameters": {"n_off_regions": 0}},
            r"datasets\.background\.parameters: n_off_regions is out of range; found 0",
        ),
        ("datasets.background.method", None, "background method is missing"),
        ("datasets.background.parameters", {"r_in": "0.5 deg"}, r"parameters\.r_in: this option"),
        ("datasets.safe_mask.methods", ["edisp-bais"], "Did you mean 'edisp-bias'"),
        ("datasets.safe_mask.parameters", {"irfs": "DL5"}, r"irfs: unknown value.*Did you mean 'DL"),
        (
            "datasets.safe_mask.parameters",
            {"irfs": "DL3", "position": {"lon": "83 deg"}},
            r"parameters\.position\.lat: a position needs this key",
        ),
        (
            "datasets.safe_mask.parameters",
            {"fixed_offset": "1 deg", "position": {"lon": "83 deg", "lat": "22 deg"}},
            "judged at two places",
        ),
        ("general.datasets_file", "d.yaml", r"general\.datasets_file: no such file"),
        ("time_resolved", {"shared": ["index"]}, "time_resolved: there are no time intervals; expected"),
        ("time_resolved", {"duration": "0 s"}, "time_resolved: duration must be positive"),
        (
            "time_resolved",
            {"method": "nights"},
            r"time_resolved\.method: unknown value.*Did you mean 'night'",
        ),
        (
            "time_resolved",
            {"method": "night", "sigma": 5},
            "time_resolved: time binning by night has no sigma",
        ),
        ("time_resolved", {"start": "2004-01-01"}, "time_resolved: time binning by duration needs duration"),
        (
            "time_resolved",
            {"duration": "15 min", "start": "2006-07-30", "stop": "2006-07-29"},
            "time_resolved: the time to be cut runs backwards or has no length",
        ),
        (
            "time_resolved",
            {"duration": "15 min", "start": "tonight"},
            r"time_resolved\.start: this is not a date",
        ),
        (
            "time_resolved",
            {"method": "run", "flux_range": {"min": "1 TeV"}},
            r"time_resolved\.flux_range: the flux range needs both ends",
        ),
        (
            "light_curve",
            {"time_intervals": {"start": ["2004-12-04", "2004-12-05"], "stop": "2004-12-05"}},
            r"light_curve\.time_intervals: each time interval needs .*; found 2 start and 1 stop",
        ),
        (
            "light_curve",
            {"energy_edges": {"min": "1 TeV"}},
            r"light_curve\.energy_edges\.max: an energy axis",
        ),
        ("light_curve", {"method": "run", "source": "crabb"}, r"light_curve\.source: no model has this name"),
        (
            "light_curve",
            {"method": "run", "parameters": {"n_sigma": 3}},
            r"light_curve\.parameters\.n_sigma: errors",
        ),
        ("flux_points.parameters", {"ul_method": "rolk"}, "Did you mean 'rolke'"),
        ("fit.contours", [["index"]], r"fit\.contours\[0\]\[1\]: field required"),
        ("compare", {"n_toys": 5}, r"compare\.models: there is no model to compare"),
        ("compare.models", ["a"], r"compare\.models: these are no models"),
        (
            "compare.models",
            [{"name": "a", "spectral": {"type": "PowerLawSpectralModel"}}] * 2,
            r"compare\.models: models to compare need names of their own; found a more than once",
        ),
        ("compare.models", [{"name": "a"}], r"compare\.models: \[0\]\.spectral: a component needs"),
        (
            "compare",
            {
                "models": [{"name": "a", "spectral": {"type": "PowerLawSpectralModel"}}],
                "toys_for": ["b"],
            },
            r"compare\.toys_for: no model has this name; found 'b'; expected a",
        ),
        ("compare.n_toys", -1, r"compare\.n_toys: .*greater than or equal to 0"),
        ("radius_scan.radii", ["0.2 deg", "0.1 deg"], r"radius_scan\.radii: radii must increase"),
        ("radius_scan.radii", ["0 deg"], r"radius_scan\.radii: radii must be positive"),
        ("fit.alpha_systematic", 0.5, r"fit\.alpha_systematic: .*0\.2"),
        ("flux_points.parameters", {"n_sigma": 2}, "errors of more or less than one standard deviation"),
        ("flux_points.energy", {"min": "50 TeV", "max": "90 TeV"}, "outside the data; found 50 to 90 TeV"),
        ("flux_points.energy", {"nbins": None}, r"flux_points\.energy: an energy axis needs nbins"),
        ("flux_points.source", "crabb", r"flux_points\.source: no model has this name.*Did you mean 'crab'"),
        ("datasets.on_region", {"lon": None, "lat": None, "radius": None}, "the ON region is missing"),
        ("datasets.on_region.radius", None, r"datasets\.on_region\.radius: a circle needs this key"),
        (
            "datasets.geom.axes.energy.max",
            "0.1 TeV",
            r"axes\.energy: an energy range must be positive and increase",
        ),
        ("observations.datastore", "/nowhere/at/all", r"observations\.datastore: no such file"),
        ("observations.datastore", "$LIGHTPOOL_UNSET_VARIABLE/x", "LIGHTPOOL_UNSET_VARIABLE is not set"),
        ("observations.obs_ids", [99], "99"),
        ("fit.fit_range", {"min": "2 TeV", "max": "1 TeV"}, r"fit\.fit_range: the range is empty"),
    ],
)
def test_what_cannot_be_done_is_said(config, key, value, message):
    with pytest.raises((SettingsError, DataError), match=message):
        from_config(config.updated({key: value}))


def test_several_components_are_refused(config):
    two = [{"name": n, "spectral": {"type": "PowerLawSpectralModel"}} for n in ("a", "b")]
    with pytest.raises(SettingsError, match=r"sum of several components is not available.*a, b"):
        from_config(config.updated({"models": {"components": two}}))


def test_required_pieces_that_a_run_lacks(config):
    """Simulated runs have no RAD_MAX but do have a background model."""
    plan = from_config(config.updated({"observations.required_irf": ["aeff", "bkg"]}))
    assert plan.settings.required == ("aeff", "bkg")
    plan.run()


def test_skip_is_handed_on(config):
    assert from_config(config.updated({"observations.on_error": "skip"})).settings.skip_damaged
