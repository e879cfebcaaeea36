"""Each stage is redone only when it must be, and says what went wrong."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from lightpool.analysis import Analysis, AnalysisSettings
from lightpool.axes import energy_edges
from lightpool.confidence import minos_errors
from lightpool.dl3 import DataStore
from lightpool.errors import AnalysisError, DataError, SettingsError
from lightpool.fitting import fit
from lightpool.points import flux_points
from lightpool.reduction import ReductionSettings, reduce
from lightpool.sky import Circle
from lightpool.spectra import PowerLaw
from lightpool.stacking import stack

CRAB = (1001, 1002, 1003, 1004)
ON = Circle(83.633, 22.0145, 0.11)
POINTS = (0.7, 2.0, 6.0, 20.0)


def settings(**changes):
    reduction = ReductionSettings(
        on_region=ON,
        energy=tuple(energy_edges(0.3, 30, n=16)),
        energy_true=tuple(energy_edges(0.1, 60, n=32)),
    )
    start = AnalysisSettings(CRAB, reduction, PowerLaw(index=2.5, amplitude=3e-11), flux_points=POINTS)
    return start.updated(**changes)


@pytest.fixture
def analysis(demo_store):
    return Analysis(demo_store)


def test_outcome_is_that_of_the_plain_functions(analysis, demo_store):
    ours = analysis.run(settings(fit_range=(0.6, 25.0)))
    s = ours.settings
    cube = reduce(
        demo_store.select(obs_id=CRAB),
        on_region=ON,
        energy=s.reduction.energy,
        energy_true=s.reduction.energy_true,
    )
    result = fit(cube, s.model, fit_range=(0.6, 25.0))
    points = flux_points(cube, result.model, POINTS, fit_range=(0.6, 25.0))
    assert ours.cube.identical(cube)
    assert ours.fitted is ours.cube
    assert ours.fit.model == result.model
    np.testing.assert_array_equal(ours.points["norm"], points["norm"])
    assert ours.observations.obs_ids == CRAB


def test_systematic_and_limits_reach_the_fit_and_the_points(analysis):
    ours = analysis.run(settings(alpha_systematic=0.05, ul_method="feldman-cousins", ul_sigma=3.0))
    result = fit(ours.cube, ours.settings.model, alpha_systematic=0.05)
    points = flux_points(
        ours.cube, result.model, POINTS, alpha_systematic=0.05, ul_method="feldman-cousins", ul_sigma=3.0
    )
    assert ours.fit.model == result.model
    assert ours.fit.alpha_systematic == 0.05
    np.testing.assert_array_equal(ours.points["norm_ul"], points["norm_ul"])
    assert (ours.points["norm_ul"] != analysis.run(settings()).points["norm_ul"]).all()


def test_errors_and_contours_that_follow_the_statistic(analysis, tmp_path):
    asked = settings(minos=True, contours=(("index", "amplitude"),))
    ours = analysis.run(asked)
    down, up = minos_errors(ours.cube, ours.fit, "index")
    assert ours.intervals.errors["index"] == (down, up)
    assert set(ours.intervals.errors) == {"index", "amplitude"}
    one, two = ours.intervals.contours
    assert (one.x, one.y, one.sigma, two.sigma) == ("index", "amplitude", 1, 2)
    assert np.ptp(two.x_values) > 1.5 * np.ptp(one.x_values)
    assert done(analysis.run(asked)) == set()
    assert done(analysis.run(asked.updated(minos=False))) == {"intervals"}
    assert analysis.run(settings()).intervals is None

    fit_summary = json.loads((ours.write(tmp_path / "out") / "summary.json").read_text())["fit"]
    index = next(entry for entry in fit_summary["parameters"] if entry["name"] == "index")
    assert (index["errn"], index["errp"]) == (down, up)
    assert fit_summary["contours"][1]["x_values"] == two.x_values.tolist()
    with pytest.raises(SettingsError, match="reference is frozen"):
        analysis.run(settings(contours=(("index", "reference"),)))


def test_errors_that_cannot_be_had_are_said(analysis):
    stuck = PowerLaw(index=2.5, amplitude=3e-11).limit("index", 2.45, 2.55)
    ours = analysis.run(settings(model=stuck, minos=True, contours=(("index", "amplitude"),)))
    assert "index" not in ours.intervals.errors
    assert any(text.startswith("no asymmetric errors of index: ") for text in ours.warnings)
    assert ours.fit is not None


def test_stacked(analysis):
    ours = analysis.run(settings(stacked=True))
    assert ours.fitted.sizes["time"] == 1
    assert ours.cube.sizes["time"] == 4
    assert ours.fit.stat == fit(stack(ours.cube), ours.settings.model).stat


def test_no_model_no_fit(analysis):
    ours = analysis.run(settings(model=None))
    assert ours.fit is None
    assert ours.points is None
    assert "counts" in ours.report()


def done(outcome):
    """Return the stages that were computed for this outcome."""
    return {stage for stage, seconds in outcome.timing_s.items() if seconds > 0}


def test_only_what_a_setting_dirties_is_redone(analysis):
    first = analysis.run(settings())
    assert done(first) == {"read", "reduce", "fit", "flux_points"}
    assert done(analysis.run(settings())) == set()
    assert done(analysis.run(settings(model=PowerLaw(index=3)))) == {"fit", "flux_points"}
    assert done(analysis.run(settings(flux_points=(1.0, 5.0)))) == {"flux_points"}
    assert done(analysis.run(settings(ul_sigma=3.0))) == {"flux_points"}
    assert done(analysis.run(settings(ul_method="rolke"))) == {"flux_points"}
    assert done(analysis.run(settings(alpha_systematic=0.02))) == {"fit", "flux_points"}
    assert done(analysis.run(settings(fit_range=(1.0, 10.0)))) == {"fit", "flux_points"}
    assert done(analysis.run(settings(stacked=True))) == {"stack", "fit", "flux_points"}
    bigger = analysis.run(settings(on_region=Circle(ON.lon, ON.lat, 0.2)))
    assert done(bigger) == {"reduce", "fit", "flux_points"}
    assert bigger.observations[0] is first.observations[0]
    assert done(analysis.run(settings(obs_ids=CRAB[:2]))) == {"read", "reduce", "fit", "flux_points"}
    back = analysis.run(settings())
    assert done(back) == set()
    assert back.cube is first.cube


def test_no_run_selected(analysis):
    with pytest.raises(SettingsError, match="no run is selected; expected at least one"):
        analysis.run(settings(obs_ids=()))


def test_old_results_are_let_go(analysis):
    for radius in np.linspace(0.1, 0.2, 15):
        analysis.run(settings(on_region=Circle(ON.lon, ON.lat, float(radius)), model=None))
    assert len(analysis._kept["reduce"]) < 15


def test_progress_names_the_stages(analysis):
    told = []
    analysis.run(settings(), progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["read", "reduce", "fit", "flux_points"]
    assert ("read", 4, 4) in told


def test_run_without_off_region_stays_in_the_cube_and_says_why(analysis, demo_store):
    run = demo_store.observation(1001)
    close = Circle(run.lon, run.lat, 0.3)
    ours = analysis.run(settings(on_region=close, model=PowerLaw(), flux_points=None))
    row = ours.cube.isel(region=0, time=0)
    assert (row["acceptance_off"] == 0).all()
    assert not row["mask_safe"].any()
    assert any("run 1001" in text and "pointing" in text for text in ours.warnings)
    assert ours.cube.isel(time=slice(1, None))["mask_safe"].any()


def test_no_run_with_off_region_is_an_error(analysis, demo_store):
    run = demo_store.observation(1001)
    with pytest.raises(AnalysisError, match="no run has an OFF region"):
        analysis.run(settings(on_region=Circle(run.lon, run.lat, 0.3), obs_ids=(1001,)))


def test_energy_range_without_events_is_named(analysis):
    empty = settings(energy=(300.0, 350.0, 400.0), flux_points=None)
    with pytest.raises(
        AnalysisError, match="no events in the ON and OFF regions; found none between 300 and 400 TeV"
    ):
        analysis.run(empty)


def test_flux_point_that_cannot_be_had_is_warned_about(analysis):
    ours = analysis.run(settings(flux_points=(0.31, 0.32, 2.0, 6.0)))
    assert not ours.points["success"].all()
    assert any(text.startswith("no flux point from 0.31 to 0.32 TeV: ") for text in ours.warnings)


@pytest.fixture
def damaged_store(demo_path, tmp_path):
    """Return a copy of the demo store in which the file of run 1002 is cut short."""
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "data").mkdir()
    for name in ("obs-index.fits.gz", "hdu-index.fits.gz"):
        shutil.copy(demo_path / name, folder)
    for obs_id in CRAB:
        shutil.copy(next((demo_path / "data").glob(f"*{obs_id}*")), folder / "data")
    bad = next((folder / "data").glob("*1002*"))
    bad.write_bytes(bad.read_bytes()[:20000])
    return DataStore(folder)


def test_damaged_run_stops_the_analysis(damaged_store):
    with pytest.raises(DataError, match="1002"):
        Analysis(damaged_store).run(settings())


def test_damaged_run_is_left_out_on_request(damaged_store):
    ours = Analysis(damaged_store).run(settings(skip_damaged=True))
    assert ours.observations.obs_ids == (1001, 1003, 1004)
    assert ours.cube.sizes["time"] == 3
    assert any(text.startswith("run 1002 is left out: ") for text in ours.warnings)


def test_nothing_left_after_damaged_runs(damaged_store):
    with pytest.raises(AnalysisError, match=r"no run can be used.*run 1002"):
        Analysis(damaged_store).run(settings(skip_damaged=True, obs_ids=(1002,)))


def test_run_far_from_the_region(analysis):
    """Run 4001 looks elsewhere: its effective area at the Crab is zero."""
    with pytest.raises(DataError, match="run 4001"):
        analysis.run(settings(obs_ids=(1001, 4001)))
    ours = analysis.run(settings(obs_ids=(1001, 4001), skip_damaged=True))
    assert ours.observations.obs_ids == (1001,)
    assert any("run 4001 is left out" in text for text in ours.warnings)
