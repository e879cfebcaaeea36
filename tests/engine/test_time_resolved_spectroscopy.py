"""The figures of the time-resolved tutorial on the public flare night, piece by piece and fit by fit."""

import json

import numpy as np
import pytest

import lightpool as lp
from lightpool.separate_fits import fit_each

pytestmark = pytest.mark.data
START = np.datetime64("2006-07-29T20:30:00")
STEP = np.timedelta64(15, "m")
INTERVALS = [(START + k * STEP, START + (k + 1) * STEP) for k in range(24)]


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


def test_the_24_fits(cube, reference):
    fits = fit_each(cube, lp.PowerLaw(index=3, amplitude=2e-11), over="interval")
    assert fits.sizes["interval"] == 24
    assert fits["success"].all()
    for k, row in enumerate(reference["rows"]):
        ours = fits.isel(interval=k)
        assert float(ours["stat"]) == pytest.approx(row["total_stat"], abs=0.02)
        for name, theirs in row["parameters"].items():
            if theirs["error"] == 0:
                continue
            mine = ours.sel(parameter=name)
            assert float(mine["value"]) == pytest.approx(theirs["value"], abs=0.02 * theirs["error"])
            assert float(mine["error"]) == pytest.approx(theirs["error"], rel=1e-2)
    first = fits.isel(interval=0)
    assert float(first["stat"]) == pytest.approx(6.00, abs=0.02)
    assert float(first["value"].sel(parameter="index")) == pytest.approx(4.009, rel=1e-3)
    assert float(first["error"].sel(parameter="amplitude")) == pytest.approx(1.29232722e-11, rel=1e-2)
    assert float(fits["error"].sel(parameter="amplitude")[-1]) == pytest.approx(4.57917880e-12, rel=1e-2)


def test_the_flux_of_the_first_interval_with_linear_errors(cube):
    first = lp.fit(cube.isel(time=cube["interval"].values == 0), lp.PowerLaw(index=3, amplitude=2e-11))
    flux, error = first.model.integral_error("1 TeV", "10 TeV")
    assert flux == pytest.approx(3.39200283e-11, rel=1e-3)
    assert error == pytest.approx(4.59497703e-12, rel=1e-2)
