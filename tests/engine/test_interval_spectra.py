"""Time-resolved spectroscopy: the truth of a simulated flare, shared parameters, rows without a fit."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.simulate import demo_scene
from lightpool.times import from_utc, to_utc

TRUTH = demo_scene().source("PKS 2155-304")
#: Near the middle of the photons flux and index hardly depend on each other.
MODEL = lp.PowerLaw(index=3.0, amplitude=1e-10, reference=0.7)
SETTINGS = {
    "on_region": lp.circle(TRUTH.lon, TRUTH.lat, 0.11),
    "energy": lp.energy_edges("0.3 TeV", "20 TeV", n=16),
    "energy_true": lp.energy_edges("0.1 TeV", "40 TeV", n=40),
}


@pytest.fixture(scope="module")
def night(demo_store):
    return demo_store.select(target="PKS 2155-304 (simulated)")


@pytest.fixture(scope="module")
def cube(night):
    return lp.reduce(night, **SETTINGS, intervals=lp.TimeBinning.min_significance(12))


@pytest.fixture(scope="module")
def series(cube):
    return lp.time_resolved(cube, MODEL)


def test_the_flare_comes_back_in_every_interval(cube, series):
    """Amplitude, index and flux of each interval against the truth averaged over its pieces."""
    assert series.sizes["interval"] > 30
    assert series["success"].all()
    energy = np.geomspace(1, 10, 200)
    pulls = []
    for k in range(series.sizes["interval"]):
        part = cube.isel(time=cube["interval"].values == k)
        means = [
            TRUTH.mean_dnde(np.array([0.6, 0.7, 0.8, *energy]), from_utc(a), from_utc(b))
            for a, b in zip(part["time_start"].values, part["time_stop"].values, strict=True)
        ]
        dnde = np.average(means, axis=0, weights=part["livetime"].values)
        truth = {"amplitude": dnde[1], "index": -np.log(dnde[2] / dnde[0]) / np.log(0.8 / 0.6)}
        row = series.isel(interval=k)
        pulls.append(
            [
                (float(row["value"].sel(parameter=name)) - true) / float(row["error"].sel(parameter=name))
                for name, true in truth.items()
            ]
        )
        flux = trapezoid(dnde[3:], energy)
        pulls[-1].append((float(row["flux"]) - flux) / float(row["flux_err"]))
    pulls = np.array(pulls)
    n = len(pulls)
    assert (np.abs(pulls.mean(axis=0)) < 4 / np.sqrt(n)).all(), pulls.mean(axis=0)
    assert (np.abs((pulls**2).mean(axis=0) - 1) < 4 * np.sqrt(2 / n)).all(), (pulls**2).mean(axis=0)


def test_each_interval_is_the_fit_of_its_pieces(cube, series):
    part = cube.isel(time=cube["interval"].values == 4)
    alone = lp.fit(part, MODEL)
    row = series.isel(interval=4)
    np.testing.assert_allclose(row["value"], alone.model.values, rtol=1e-9)
    np.testing.assert_allclose(row["covariance"], alone.covariance, rtol=1e-6, atol=1e-40)
    assert float(row["stat"]) == pytest.approx(alone.stat)
    assert int(row["dof"]) == alone.dof
    assert (float(row["flux"]), float(row["flux_err"])) == pytest.approx(
        alone.model.integral_error(1, 10), rel=1e-6
    )
    nothing = lp.fit(part, MODEL.with_values(amplitude=0).freeze("index", "amplitude"))
    assert float(row["ts"]) == pytest.approx(nothing.stat - alone.stat)


def test_what_was_counted_is_that_of_the_table(cube, series):
    part = cube.isel(time=cube["interval"].values == 7)
    total = part.onoff.cumulative()[-1]
    row = series.isel(interval=7)
    for name in ("counts", "counts_off", "alpha", "background", "excess", "sqrt_ts"):
        assert float(row[name]) == pytest.approx(total[name])
    assert float(row["livetime"]) == pytest.approx(total["livetime_s"])


def test_one_index_for_the_night_is_what_a_fit_of_everything_at_once_finds(night):
    """Against MIGRAD on a model whose amplitude is free in each of three intervals."""
    cube = lp.reduce(night[:3], **SETTINGS, intervals=lp.TimeBinning.per_run())
    series = lp.time_resolved(cube, MODEL, shared=["index"])
    assert series["success"].all()
    parts = [cube.isel(time=[k]) for k in range(3)]

    def stat(index):
        fixed = MODEL.with_values(index=index).freeze("index")
        return sum(lp.fit(part, fixed).stat for part in parts)

    index = float(series["value"].sel(parameter="index")[0])
    error = float(series["error"].sel(parameter="index")[0])
    best = stat(index)
    assert best == pytest.approx(float(series["stat"].sum()), abs=1e-6)
    # The profile is lowest here, and rises by one at one standard deviation.
    h = 0.05 * error
    up, down = stat(index + h), stat(index - h)
    assert abs((up - down) / (2 * h)) * error < 0.01
    assert (up + down - 2 * best) / h**2 == pytest.approx(2 / error**2, rel=1e-2)
    for k in range(3):
        assert float(series["value"].sel(parameter="index")[k]) == index
        alone = lp.fit(parts[k], MODEL.with_values(index=index).freeze("index"))
        amplitude = series.isel(interval=k).sel(parameter="amplitude")
        assert float(amplitude["value"]) == pytest.approx(alone.model["amplitude"].value, rel=1e-5)
        assert float(amplitude["error"]) >= 0.999 * alone.model["amplitude"].error


def test_sharing_costs_the_scatter_of_the_separate_values(cube, series):
    shared = lp.time_resolved(cube, MODEL, shared=["index"])
    assert shared.attrs["shared"] == "index"
    index = series.sel(parameter="index")
    weight = index["error"].values ** -2
    mean = np.average(index["value"], weights=weight)
    scatter = float((weight * (index["value"].values - mean) ** 2).sum())
    assert float(shared["stat"].sum() - series["stat"].sum()) == pytest.approx(scatter, rel=0.1)
    assert float(shared["value"].sel(parameter="index")[0]) == pytest.approx(mean, abs=0.1)


def test_rows_without_a_fit_are_kept_and_say_why(night):
    start = to_utc(float(night[0].gti.start[0]))
    minute = np.timedelta64(60, "s")
    second_run = start + 30 * minute + np.timedelta64(20, "s")
    intervals = [
        (start, start + 20 * minute),
        (start + 20 * minute, start + 10 * minute),
        (start + np.timedelta64(3, "D"), start + np.timedelta64(4, "D")),
        (start + 29 * minute, start + 30 * minute),
        (start + 15 * minute, start + 25 * minute),
        (second_run, second_run + np.timedelta64(50, "ms")),
        (start + 31 * minute, start + 50 * minute),
    ]
    cube = lp.reduce(night, **SETTINGS, intervals=intervals)
    for shared in ((), ("index",)):
        series = lp.time_resolved(cube, MODEL, shared=shared)
        reasons = series["reason"].values.tolist()
        assert reasons[0] == reasons[6] == ""
        for k, words in {1: "runs backwards", 2: "after the data end", 3: "no run has good time"}.items():
            assert words in reasons[k]
        assert "overlaps interval 0" in reasons[4]
        assert reasons[5] == "There is nothing to fit: not one event."
        np.testing.assert_array_equal(series["success"], [True, False, False, False, False, False, True])
        np.testing.assert_array_equal(np.isnan(series["flux"]), ~series["success"].values)
        np.testing.assert_array_equal(series["time_start"].values, [a for a, _ in intervals])
    alone = lp.time_resolved(lp.reduce(night, **SETTINGS, intervals=[intervals[0], intervals[6]]), MODEL)
    np.testing.assert_allclose(alone["value"][1], lp.time_resolved(cube, MODEL)["value"][6], rtol=1e-9)


def test_without_intervals_every_row_is_one(night):
    series = lp.time_resolved(lp.reduce(night[:2], **SETTINGS), MODEL)
    assert series["interval"].values.tolist() == [0, 1]
    assert series["time_start"].values.astype("datetime64[s]")[0] == np.datetime64("2006-07-29T20:26:00")


def test_the_result_can_be_kept_in_a_file(series, tmp_path):
    import xarray as xr

    series.to_netcdf(tmp_path / "series.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "series.nc", engine="h5netcdf") as again:
        np.testing.assert_allclose(again["flux"], series["flux"])


def test_a_cube_in_a_file_keeps_its_intervals(night, tmp_path):
    from lightpool.export.cube_file import write_cube

    times = [("2006-07-29T20:30", "2006-07-29T20:45"), ("2006-07-29T21:10", "2006-07-29T21:00")]
    cube = lp.reduce(night[:1], **SETTINGS, intervals=times)
    write_cube(cube, tmp_path / "cube.nc")
    series, again = (lp.time_resolved(c, MODEL) for c in (cube, lp.open_cube(tmp_path / "cube.nc")))
    np.testing.assert_array_equal(series["value"], again["value"])
    assert again["reason"].values.tolist() == series["reason"].values.tolist()
    assert "runs backwards" in str(again["reason"].values[1])
    np.testing.assert_array_equal(again["time_stop"], series["time_stop"])


def test_settings_that_make_no_sense(cube):
    with pytest.raises(SettingsError, match="'reference' is frozen; expected index, amplitude"):
        lp.time_resolved(cube, MODEL, shared=["reference"])
    with pytest.raises(SettingsError, match="'beta' is no parameter of the model"):
        lp.time_resolved(cube, MODEL, shared=["beta"])
    with pytest.raises(SettingsError, match="flux range"):
        lp.time_resolved(cube, MODEL, flux_range=(10, 1))
    with pytest.raises(AnalysisError, match="does not say when its rows were taken"):
        lp.time_resolved(cube.drop_vars(["time_start", "time_stop"]), MODEL)
