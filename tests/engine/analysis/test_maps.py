"""Maps from a configuration: settings, stages, files; and what the file cannot ask for."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

import lightpool as lp
from lightpool.analysis import MapAnalysis, MapSettings, from_config
from lightpool.config import AnalysisConfig
from lightpool.errors import AnalysisError, DataError, SettingsError
from lightpool.maps import ImageSettings

TEXT = """
observations:
    datastore: {store}
    obs_ids: [3001, 3002, 3003, 3004]
datasets:
    type: 3d
    stack: false
    geom:
        wcs:
            skydir: {{frame: icrs, lon: 228.53 deg, lat: -59.16 deg}}
            width: {{width: 2.4 deg, height: 2 deg}}
            binsize: 0.04 deg
        axes:
            energy: {{min: 0.6 TeV, max: 20 TeV, nbins: 8}}
            energy_true: {{min: 0.3 TeV, max: 50 TeV, nbins: 20}}
    background:
        method: ring
        parameters: {{r_in: 0.5 deg, width: 0.2 deg}}
        exclusion: [{{lon: 228.53 deg, lat: -59.16 deg, radius: 0.3 deg}}]
excess_map: {{correlation_radius: 0.1 deg}}
"""


BACKGROUND, WCS_KEY = "datasets.background", "datasets.geom.wcs"


@pytest.fixture(scope="module")
def config(demo_path):
    return AnalysisConfig.from_yaml(TEXT.format(store=demo_path))


@pytest.fixture(scope="module")
def plan(config):
    return from_config(config)


@pytest.fixture(scope="module")
def outcome(plan):
    return plan.run()


def test_settings_follow_the_configuration(plan):
    settings = plan.settings
    assert isinstance(settings, MapSettings)
    assert settings.obs_ids == (3001, 3002, 3003, 3004)
    assert settings.background == lp.RingBackground(0.5, 0.2)
    assert settings.exclusion == (lp.circle(228.53, -59.16, 0.3),)
    assert settings.images.geometry == lp.MapGeometry(228.53, -59.16, width=(2.4, 2.0), binsize=0.04)
    np.testing.assert_allclose(settings.images.energy, np.geomspace(0.6, 20, 9))
    np.testing.assert_allclose(settings.images.energy_true, np.geomspace(0.3, 50, 21))
    assert settings.images.safe_mask == ("aeff-default",)
    assert settings.images.offset_max == 2.5
    assert settings.correlation_radius == 0.1
    assert not settings.correlate_off
    assert settings.ul_sigma is None
    assert settings.images.bands == ()


def test_every_option_of_the_file_arrives(config):
    changed = config.updated(
        {
            "observations.obs_time": {"start": "2004-04-14T23:00:00", "stop": "2004-04-14T23:40:00"},
            "observations.on_error": "skip",
            "datasets.geom.wcs.projection": "TAN",
            "datasets.geom.wcs.skydir": {"frame": "galactic", "lon": "320.3 deg", "lat": "-1.2 deg"},
            "datasets.geom.selection.offset_max": "2 deg",
            "datasets.background.parameters": {
                "r_out_max": "1.2 deg", "stepsize": "0.1 deg", "theta": "0.2 deg", "threshold_alpha": 0.2,
                "method": "fixed_r_in",
            },
            "datasets.background.exclusion_search": {"high": 6, "margin": "0.2 deg"},
            "datasets.safe_mask": {
                "methods": ["aeff-max", "offset-max"],
                "parameters": {
                    "aeff_percent": 5, "offset_max": "1.5 deg", "irfs": "DL3", "fixed_offset": "0.5 deg",
                    "threshold": "0.7 TeV",
                },
            },
            "excess_map": {
                "correlation_radius": "0.2 deg",
                "energy_edges": {"min": "0.6 TeV", "max": "20 TeV", "nbins": 2},
                "parameters": {"correlate_off": True, "selection_optional": ["ul"], "n_sigma_ul": 3},
            },
        }
    )  # fmt: skip
    plan = from_config(changed)
    settings = plan.settings
    assert settings.background == lp.AdaptiveRingBackground(0.5, 1.2, 0.2, 0.1, 0.2, 0.2, "fixed_r_in")
    assert settings.search == lp.ExclusionSearch(high=6, margin=0.2)
    assert settings.skip_damaged
    assert settings.correlate_off
    assert settings.ul_sigma == 3
    assert settings.correlation_radius == 0.2
    images = settings.images
    assert (images.geometry.projection, images.geometry.frame) == ("TAN", "galactic")
    assert len(images.bands) == 3
    assert (images.safe_mask, images.aeff_percent) == (("aeff-max", "offset-max"), 5)
    assert (images.offset_max, images.safe_offset_max) == (2, 1.5)
    assert (images.mask_irfs, images.mask_offset, images.threshold) == ("DL3", 0.5, 0.7)
    assert images.time_range[1] - images.time_range[0] == pytest.approx(2400)
    assert from_config(AnalysisConfig.from_yaml(plan.config.to_yaml())).settings == settings
    again = plan.config.to_yaml()
    assert "projection: TAN" in again
    assert "exclusion_search" in again


def test_additions_stay_out_of_files_that_do_without(config):
    text = config.to_yaml()
    for addition in ("projection", "exclusion_search", "correlate_off"):
        assert addition not in text


def test_the_nebula_is_found(outcome):
    best = outcome.peaks[0]
    assert abs(best.lon - 228.53) < 0.2
    assert abs(best.lat + 59.16) < 0.1
    assert best.sqrt_ts > 6
    (found,) = outcome.distributions
    assert found.std == pytest.approx(1, abs=0.15)
    assert outcome.observations.obs_ids == (3001, 3002, 3003, 3004)
    assert "4 runs on 60 x 50 pixels" in outcome.report()
    assert f"peak of {best.sqrt_ts:.2f} sigma" in repr(outcome)


def test_the_same_as_the_functions(plan, outcome):
    s = plan.settings
    maps = lp.sky_maps(
        outcome.observations,
        geometry=s.images.geometry,
        energy=s.images.energy,
        energy_true=s.images.energy_true,
        background=s.background,
        exclusion=s.exclusion,
    )
    xr.testing.assert_identical(maps, outcome.maps)
    xr.testing.assert_identical(lp.excess_map(maps, 0.1), outcome.excess)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, {"read", "images", "exclusion", "transform", "ring", "excess"}),
        ({"correlation_radius": 0.2}, {"read", "images", "exclusion", "transform", "ring"}),
        (
            {"background": lp.RingBackground(0.48, 0.2)},
            {"read", "images", "exclusion", "transform", "exposure"},
        ),
        ({"background": lp.RingBackground(0.7, 0.8)}, {"read", "images", "exclusion", "exposure"}),
        ({"exclusion": ()}, {"read", "images", "exposure"}),
        ({"energy": (0.6, 2.0, 20.0)}, {"read"}),
        ({"obs_ids": (3001,)}, set()),
    ],
)
def test_a_change_redoes_what_depends_on_it(plan, changes, kept):
    analysis = MapAnalysis(plan.analysis.store)
    analysis.run(plan.settings)
    timing = analysis.run(plan.settings.updated(**changes)).timing_s
    assert {stage for stage, seconds in timing.items() if seconds == 0} == kept


def test_what_was_asked_before_is_at_hand(plan, outcome):
    other = plan.settings.updated(correlation_radius=0.2)
    plan.analysis.run(other)
    again = plan.analysis.run(plan.settings)
    assert again.excess is outcome.excess
    assert again.maps is outcome.maps


def test_progress_names_the_stages(plan):
    told = []
    MapAnalysis(plan.analysis.store).run(plan.settings, progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["read", "images", "ring", "excess"]
    assert ("read", 4, 4) in told


def test_reading_in_several_processes_changes_nothing(config, outcome):
    again = from_config(config).run(processes=2)
    xr.testing.assert_identical(again.maps, outcome.maps)


@pytest.fixture(scope="module")
def written(plan, outcome, tmp_path_factory):
    return outcome.write(tmp_path_factory.mktemp("written") / "out", config=plan.config)


def test_images_open_in_astropy_at_the_right_place(written, outcome):
    names = {path.name for path in (written / "maps").iterdir()}
    quantities = ("counts", "background", "acceptance", "exclusion", "excess", "sqrt_ts", "flux")
    assert names == {f"{name}.fits" for name in quantities}
    best = outcome.peaks[0]
    with fits.open(written / "maps" / "sqrt_ts.fits") as hdus:
        image, header = hdus[0].data, hdus[0].header
        wcs = WCS(header)
    assert np.unravel_index(np.nanargmax(image), image.shape) == (best.y, best.x)
    sky = wcs.pixel_to_world(best.x, best.y)
    assert sky.separation(SkyCoord(best.lon, best.lat, unit="deg")).arcsec < 1e-3
    assert header["CORRRAD"] == 0.1
    assert (header["E_MIN"], header["E_MAX"]) == (0.6, 20.0)
    expected = {
        "counts": outcome.maps["counts"],
        "acceptance": outcome.maps["acceptance"],
        "background": outcome.maps["acceptance"]
        / outcome.maps["acceptance_off"]
        * outcome.maps["counts_off"],
        "excess": outcome.excess["excess"],
        "flux": outcome.excess["flux"],
    }
    for name, values in expected.items():
        data, header = fits.getdata(written / "maps" / f"{name}.fits", header=True)
        np.testing.assert_allclose(data, values, err_msg=name)
        assert WCS(header).wcs.compare(wcs.wcs, tolerance=1e-9)
    assert fits.getheader(written / "maps" / "flux.fits")["BUNIT"] == "cm-2 s-1"


def test_the_written_exclusion_serves_the_next_analysis(written, outcome, plan):
    again = from_config(
        plan.config.updated({"datasets.background.exclusion": str(written / "maps/exclusion.fits")})
    )
    np.testing.assert_array_equal(again.run().maps["excluded"], outcome.maps["excluded"])


def test_netcdf_and_configuration_come_back(written, outcome, plan):
    with xr.open_dataset(written / "maps.nc", engine="h5netcdf") as maps:
        xr.testing.assert_equal(maps, outcome.maps)
        xr.testing.assert_identical(lp.excess_map(maps, 0.1).load(), outcome.excess)
        assert json.loads(maps.attrs["provenance"])["obs_ids"] == [3001, 3002, 3003, 3004]
    with xr.open_dataset(written / "excess.nc", engine="h5netcdf") as excess:
        xr.testing.assert_equal(excess, outcome.excess)
    assert from_config(AnalysisConfig.read(written / "config.yaml")).settings == plan.settings


def test_summary(written, outcome):
    values = json.loads((written / "summary.json").read_text())
    assert [row["obs_id"] for row in values["observations"]] == [3001, 3002, 3003, 3004]
    last, total = values["info_table"][-1], values["maps"]
    assert last["name"] == "3004"
    assert last["counts"] == total["counts"] == sum(row["counts"] for row in values["observations"])
    assert last["counts"] == int(outcome.maps["counts"].sum())
    assert last["background"] == pytest.approx(total["background"])
    assert last["livetime_s"] == pytest.approx(sum(run.livetime for run in outcome.observations))
    assert total["n_fit_bins"] == int(outcome.maps["mask_safe"].sum())
    assert total["exposure_max"] == pytest.approx(float(outcome.maps["exposure"].max()) / 1e4)
    assert total["sqrt_ts_max"] == pytest.approx(outcome.peaks[0].sqrt_ts)
    assert values["significance"][0]["std"] == outcome.distributions[0].std
    assert values["peaks"][0]["sqrt_ts"] == outcome.peaks[0].sqrt_ts
    assert values["fit"] is None
    assert set(values["timing_s"]) >= {"read", "images", "ring", "excess"}


def test_bands_are_one_hdu_each(plan, tmp_path):
    settings = plan.settings.updated(bands=(0.6, 2.0, 20.0), ul_sigma=2.0)
    outcome = plan.analysis.run(settings)
    outcome.write(tmp_path / "out")
    with fits.open(tmp_path / "out/maps/flux_ul.fits") as hdus:
        assert len(hdus) == 2
        np.testing.assert_allclose(hdus[1].data, outcome.excess["flux_ul"].isel(energy=1))
        assert hdus[0].header["E_MAX"] == hdus[1].header["E_MIN"]
        assert WCS(hdus[1].header).wcs.ctype[0] == "RA---CAR"
    with fits.open(tmp_path / "out/maps/exclusion.fits") as hdus:
        assert len(hdus) == 1
    assert len(json.loads((tmp_path / "out/summary.json").read_text())["significance"]) == 2


def test_time_range_cuts_runs(plan, demo_store):
    run = demo_store.observation(3002)
    start, stop = float(run.gti.start[0]), float(run.gti.stop[-1])
    half = plan.analysis.run(plan.settings.updated(time_range=(start, (start + stop) / 2)))
    assert half.observations.obs_ids == (3002,)
    assert float(half.maps["run_livetime"][0]) == pytest.approx(run.livetime / 2, rel=1e-6)
    whole = plan.analysis.run(plan.settings.updated(obs_ids=(3002,)))
    np.testing.assert_allclose(half.maps["acceptance"], whole.maps["acceptance"] / 2, rtol=1e-6)
    np.testing.assert_allclose(half.maps["exposure"], whole.maps["exposure"] / 2, rtol=1e-6)
    assert 0.4 < float(half.maps["counts"].sum() / whole.maps["counts"].sum()) < 0.6
    assert "run 3001 is left out: it has no good time in the time range" in half.warnings


def test_everything_excluded_has_no_distribution(plan):
    everything = plan.settings.updated(
        exclusion=(lp.circle(228.53, -59.16, 0.9),), background=lp.RingBackground(1.0, 0.3),
        geometry=lp.MapGeometry(228.53, -59.16, width=1.0, binsize=0.04), offset_max=1.0,
    )  # fmt: skip
    with pytest.raises(AnalysisError, match="no pixel of the map has OFF counts"):
        plan.analysis.run(everything)


def test_runs_without_background_model(demo_path, tmp_path, config):
    """Named, with what to do; and left out if that is wished."""
    store = tmp_path / "store"
    store.mkdir()
    for item in demo_path.iterdir():
        if item.name != "hdu-index.fits.gz":
            (store / item.name).symlink_to(item)
    with fits.open(demo_path / "hdu-index.fits.gz") as hdus:
        rows = hdus[1].data
        kinds = np.char.strip(rows["HDU_TYPE"].astype(str))
        hdus[1].data = rows[~((rows["OBS_ID"] == 3002) & (kinds == "bkg"))]
        hdus.writeto(store / "hdu-index.fits.gz")
    changed = config.updated({"observations.datastore": str(store)})
    with pytest.raises(DataError) as caught:
        from_config(changed).run()
    assert "run 3002: the run has no background model, which maps need" in str(caught.value)
    skipped = from_config(changed.updated({"observations.on_error": "skip"})).run()
    assert skipped.observations.obs_ids == (3001, 3003, 3004)
    assert any(
        text.startswith("run 3002 is left out: run 3002: the run has no back") for text in skipped.warnings
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({f"{BACKGROUND}.method": None}, f"{BACKGROUND}.method: the background method is missing"),
        (
            {f"{BACKGROUND}.method": "reflected", f"{BACKGROUND}.parameters": {"r_in": None, "width": None}},
            "does not go with datasets of type 3d; found 'reflected'; expected ring; or datasets.type: 1d",
        ),
        ({"datasets.type": "1d"}, "found 'ring'; expected reflected, wobble; or datasets.type: 3d"),
        ({f"{BACKGROUND}.method": "fov_background"}, "background method 'fov_background' is not available"),
        ({f"{BACKGROUND}.parameters.r_in": None}, f"{BACKGROUND}.parameters.r_in: the ring needs this key"),
        ({f"{BACKGROUND}.parameters.width": None}, f"{BACKGROUND}.parameters.width: the ring needs this key"),
        ({f"{BACKGROUND}.parameters.theta": "0.2 deg"}, "parameters.theta: this option is one of the"),
        ({f"{BACKGROUND}.parameters.r_in": "0 deg"}, f"{BACKGROUND}.parameters: r_in of the ring is out of"),
        ({f"{BACKGROUND}.parameters.n_off_regions": 3}, "parameters.n_off_regions: this option of"),
        ({f"{WCS_KEY}.skydir": {"lon": None, "lat": None, "frame": None}}, "skydir.lon: the centre of the"),
        ({f"{WCS_KEY}.projection": "HPX"}, f"{WCS_KEY}: the projection is not known; found 'HPX'"),
        ({f"{WCS_KEY}.binsize": "1 arcsec"}, f"{WCS_KEY}: a map with pixels of this size needs too much mem"),
        ({"excess_map.correlation_radius": "0.6 deg"}, "the ring lies inside the correlation radius"),
        ({"excess_map.parameters": {"n_sigma": 2}}, "excess_map.parameters.n_sigma: errors of more or less"),
        ({"excess_map.parameters": {"correlate_of": True}}, "excess_map.parameters.correlate_of.*_off"),
        ({"excess_map.parameters": {"selection_optional": ["sensitivity"]}}, "maps of sensitivity are not"),
        ({"excess_map.parameters": {"selection_optional": ["ull"]}}, "excess_map.parameters.selection"),
        ({"excess_map.energy_edges": {"min": "1 TeV"}}, "excess_map.energy_edges.max"),
        ({"general.datasets_file": "some.yaml"}, "general.datasets_file: maps of reduced data are not avail"),
    ],
)  # fmt: skip
def test_what_the_file_cannot_ask_for(config, changes, message):
    with pytest.raises(SettingsError, match=message.replace("(", r"\(")):
        from_config(config.updated(changes))


def test_sections_without_effect_are_named(config):
    plan = from_config(
        config.updated(
            {
                "models": [{"name": "a", "spectral": {"type": "PowerLawSpectralModel"}}],
                "flux_points.energy": {"min": "1 TeV", "max": "10 TeV", "nbins": 3},
                "time_resolved.duration": "15 min",
                "light_curve.duration": "15 min",
                "datasets.on_region": {"lon": "1 deg", "lat": "2 deg", "radius": "0.1 deg"},
            }
        )
    )
    assert [text.partition(" ")[0] for text in plan.warnings] == [
        "models",
        "flux_points",
        "time_resolved",
        "light_curve",
        "datasets.on_region",
    ]


def test_all_optional_maps_are_those_that_there_are(config):
    plan = from_config(config.updated({"excess_map.parameters": {"selection_optional": "all"}}))
    assert plan.settings.ul_sigma == 2
    assert "asymmetric errors and of sensitivity are not made" in plan.warnings[0]
    assert from_config(AnalysisConfig.from_yaml(plan.config.to_yaml())).settings == plan.settings


def test_a_spectrum_with_an_excess_map_section_runs_and_says_so(demo_path):
    config = AnalysisConfig.from_yaml(
        f"""
        observations: {{datastore: {demo_path}, obs_ids: [1001]}}
        datasets:
            on_region: {{frame: icrs, lon: 83.633 deg, lat: 22.0145 deg, radius: 0.11 deg}}
            background: {{method: reflected}}
        excess_map: {{correlation_radius: 0.2 deg}}
        """
    )
    plan = from_config(config)
    assert plan.warnings == ("this file asks for spectra and gets no map: maps come from datasets.type: 3d",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"radius": 1}, "there is no such setting; found 'radius'"),
        ({"correlation_radius": 0.7}, "the ring lies inside the correlation radius"),
        ({"background": lp.RingBackground(0.05, 0.2)}, "the ring lies inside the correlation radius"),
        ({"obs_ids": (1, 1)}, "a run is selected twice; found 1"),
        ({"ul_sigma": -1}, "ul_sigma is out of range; found -1"),
        ({"mask_irfs": "DL5"}, "mask_irfs is not known; found 'DL5'"),
    ],
)
def test_settings_that_cannot_be(plan, changes, message):
    with pytest.raises(SettingsError, match=message):
        plan.settings.updated(**changes)


def test_no_run_selected(plan):
    with pytest.raises(SettingsError, match="no run is selected"):
        plan.analysis.run(plan.settings.updated(obs_ids=()))


def test_settings_are_values(plan):
    settings = MapSettings((1,), ImageSettings(lp.MapGeometry(0, 0, width=1), (1.0, 2.0)))
    assert settings == settings.updated(correlation_radius="0.1 deg")
    assert len({settings, settings.updated(flux_index=3.0), settings.updated()}) == 2
