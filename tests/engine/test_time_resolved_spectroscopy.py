"""The figures of the time-resolved tutorial on the public flare night, piece by piece and fit by fit."""

import json

import numpy as np
import pytest

import lightpool as lp

pytestmark = pytest.mark.data
INTERVALS = lp.TimeBinning.of_duration("15 min", start="2006-07-29T20:30", stop="2006-07-30T02:30")
#: amplitude_err of the first and last ten rows.
PRINTED_ERRORS = [
    1.2923272203680937e-11, 1.1393881668086242e-11, 9.820734654694367e-12, 1.00336861061002e-11,
    1.0859117235629056e-11, 1.1661916367760008e-11, 9.683535101178161e-12, 9.20016447648031e-12,
    8.243742672227972e-12, 8.68588096384626e-12, 8.53849342472254e-12, 5.597194451442478e-12,
    6.166871893629602e-12, 5.871730083414263e-12, 6.9721952295357764e-12, 6.373892759762174e-12,
    6.397035933646679e-12, 5.282951078740491e-12, 5.7115514405510296e-12, 4.579178801616083e-12,
]  # fmt: skip


@pytest.fixture(scope="module")
def reference(reference_root):
    return json.loads((reference_root / "time_resolved_spectroscopy.json").read_text())


@pytest.fixture(scope="module")
def cube(hess_store):
    runs = hess_store.select(cone=(329.71693826, -30.2255890, 2.0))
    assert len(runs) == 21
    return lp.reduce(
        runs,
        on_region=lp.circle("329.71693826 deg", "-30.2255890 deg", "0.11 deg"),
        energy=lp.energy_edges("0.4 TeV", "20 TeV", n=10),
        energy_true=lp.energy_edges("0.1 TeV", "40 TeV", n=20),
        intervals=INTERVALS,
    )


def test_the_34_pieces(cube, reference):
    assert cube.sizes["time"] == 34
    for row, (piece, spectrum) in enumerate(zip(reference["pieces"], reference["obs"], strict=True)):
        ours = cube.isel(region=0, time=row)
        assert int(ours["obs_id"]) == piece["obs_id"]
        for name in ("start", "stop"):
            apart = ours[f"time_{name}"].values - np.datetime64(piece[name])
            assert abs(apart) <= np.timedelta64(1, "ms")
        assert float(ours["livetime"]) == pytest.approx(piece["livetime"], abs=1e-3)
        np.testing.assert_array_equal(ours["counts"], spectrum["counts_spectrum"])
        np.testing.assert_array_equal(ours["counts_off"], spectrum["off_spectrum"])
        np.testing.assert_array_equal(ours["mask_safe"], np.array(spectrum["mask"], dtype=bool))
        np.testing.assert_allclose(ours["exposure"] / 1e4, spectrum["exposure"], rtol=1e-6)


def test_the_second_piece_is_the_one_that_is_printed(cube):
    piece = cube.isel(time=1)
    assert piece["time_start"] == np.datetime64("2006-07-29T20:45:00")
    assert piece["time_stop"] == np.datetime64("2006-07-29T20:52:42")
    assert 0.9 * 462 < float(piece["livetime"]) < 462


def test_the_last_interval_is_the_one_that_is_printed(cube):
    assert cube.sizes["asked"] == 24
    day = np.timedelta64(1, "D")
    last = [
        (cube[name].values[-1] - np.datetime64("1858-11-17")) / day
        for name in ("interval_start", "interval_stop")
    ]
    np.testing.assert_allclose(last, [53946.09375, 53946.10416667], atol=1e-8)


@pytest.fixture(scope="module")
def series(cube):
    return lp.time_resolved(cube, lp.PowerLaw(index=3, amplitude=2e-11))


def test_the_24_fits(series, reference):
    assert series.sizes["interval"] == 24
    assert series["success"].all()
    for k, row in enumerate(reference["rows"]):
        ours = series.isel(interval=k)
        assert float(ours["stat"]) == pytest.approx(row["total_stat"], abs=0.02)
        for name, theirs in row["parameters"].items():
            if theirs["error"] == 0:
                continue
            mine = ours.sel(parameter=name)
            assert float(mine["value"]) == pytest.approx(theirs["value"], abs=0.02 * theirs["error"])
            assert float(mine["error"]) == pytest.approx(theirs["error"], rel=1e-2)


def test_what_the_tutorial_prints(series):
    first = series.isel(interval=0)
    assert float(first["stat"]) == pytest.approx(6.00, abs=0.02)
    assert float(first["value"].sel(parameter="index")) == pytest.approx(4.009, rel=1e-3)
    assert float(first["error"].sel(parameter="index")) == pytest.approx(0.35, abs=0.005)
    assert float(first["value"].sel(parameter="amplitude")) == pytest.approx(1.02e-10, abs=5e-13)
    assert float(first["flux"]) == pytest.approx(3.39200283e-11, rel=1e-3)
    assert float(first["flux_err"]) == pytest.approx(4.59497703e-12, rel=1e-2)
    errors = series["error"].sel(parameter="amplitude").values
    np.testing.assert_allclose(errors[[*range(10), *range(14, 24)]], PRINTED_ERRORS, rtol=1e-2)
