"""Models compared interval by interval: against comparisons of each alone, and fits that fail."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.comparison import p_of_drop
from lightpool.errors import SettingsError
from lightpool.simulate import demo_scene
from lightpool.spectra import BrokenPowerLaw, LogParabola

TRUTH = demo_scene().source("PKS 2155-304")
MODELS = {
    "pl": lp.PowerLaw(index=3, amplitude=2e-11),
    "broken": BrokenPowerLaw(index1=2.5, index2=3.5, amplitude=2e-11),
    "parabola": LogParabola(amplitude=2e-11, reference=1, alpha=3, beta=0.1),
}


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="PKS 2155-304 (simulated)")[:6],
        on_region=lp.circle(TRUTH.lon, TRUTH.lat, 0.11),
        energy=lp.energy_edges("0.3 TeV", "20 TeV", n=16),
        energy_true=lp.energy_edges("0.1 TeV", "40 TeV", n=40),
        intervals=lp.TimeBinning.per_run(),
    )


@pytest.fixture(scope="module")
def table(cube):
    return lp.compare_each(cube, MODELS)


def test_each_interval_is_a_comparison_of_its_own(cube, table):
    for k in range(6):
        alone = lp.compare(cube.isel(time=[k]), MODELS, n_toys=0)
        for name in MODELS:
            row, score = table.isel(interval=k).sel(model=name), alone[name]
            assert bool(row["success"]) == (score.result is not None)
            if score.result is None:
                assert np.isnan(row["stat"])
                assert str(row["reason"].values) == score.reason
                continue
            assert float(row["stat"]) == pytest.approx(score.result.stat, abs=1e-6)
            assert int(row["dof"]) == score.result.dof
            assert float(row["aic"]) == pytest.approx(score.aic, abs=1e-6)
            assert float(row["bic"]) == pytest.approx(score.bic, abs=1e-6)
            assert str(row["nested_in"].values) == score.nested_in
            np.testing.assert_allclose(row["delta_ts"], score.delta_ts, atol=1e-6)
            np.testing.assert_allclose(row["p_nested"], score.p_nested, rtol=1e-4)
        assert str(table["preferred"].values[k]) == alone.scores[0].name


def test_all_intervals_together(table):
    parabola = table.sel(model="parabola")
    used = np.isfinite(parabola["delta_ts"].values)
    assert float(parabola["delta_ts_sum"]) == pytest.approx(float(parabola["delta_ts"].sum()))
    assert float(parabola["p_sum"]) == pytest.approx(
        p_of_drop(float(parabola["delta_ts_sum"]), int(used.sum()))
    )
    assert np.isnan(table["delta_ts_sum"].sel(model="pl"))
    # The truth is a power law at any moment, and nearly one over a run.
    assert float(parabola["p_sum"]) > 1e-3
    assert "parabola is preferred over pl (p < 0.01) in" in table.attrs["verdict"]


def test_a_fit_that_fails_is_reported_and_the_others_go_on(cube):
    empty = cube.copy(deep=True)
    empty["counts"][:, 2] = 0
    stuck = (
        BrokenPowerLaw(index1=2, index2=4, amplitude=2e-11).limit("ebreak", 100, 200).with_values(ebreak=150)
    )
    table = lp.compare_each(empty, {"pl": MODELS["pl"], "stuck": stuck})
    assert not table["success"].isel(interval=2).any()
    assert "not one ON count" in str(table["reason"].values[2, 0])
    assert str(table["preferred"].values[2]) == ""
    assert table["success"].sel(model="pl").sum() == 5
    failed = ~table["success"].sel(model="stuck").values
    assert failed.sum() > 1
    assert all(str(reason) for reason in table["reason"].sel(model="stuck").values[failed])
    assert np.isnan(table["stat"].sel(model="stuck").values[failed]).all()
    assert "stuck did not converge in" in table.attrs["verdict"]


def test_intervals_without_data_and_models_without_relation(demo_store):
    runs = demo_store.select(target="PKS 2155-304 (simulated)")[:1]
    cube = lp.reduce(
        runs,
        on_region=lp.circle(TRUTH.lon, TRUTH.lat, 0.11),
        energy=lp.energy_edges("0.3 TeV", "20 TeV", n=16),
        energy_true=lp.energy_edges("0.1 TeV", "40 TeV", n=40),
        intervals=[("2006-07-29T20:26", "2006-07-29T20:50"), ("2006-07-29T22:00", "2006-07-29T21:00")],
    )
    table = lp.compare_each(cube, [MODELS["pl"]])
    assert "runs backwards" in str(table["reason"].values[1, 0])
    assert table.attrs["verdict"] == "1 interval could be fitted; no model contains another."
    with pytest.raises(SettingsError, match="no model to compare"):
        lp.compare_each(cube, [])
