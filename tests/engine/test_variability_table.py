"""The variability of the simulated flare, with labels."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.simulate import demo_scene
from lightpool.time_statistics import constancy, discrete_correlation, doubling_times, fractional_variance
from lightpool.variability_table import correlation, structure

TRUTH = demo_scene().source("PKS 2155-304")
MODEL = lp.PowerLaw(index=3.0, amplitude=1e-10, reference=0.7)


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="PKS 2155-304 (simulated)"),
        on_region=lp.circle(TRUTH.lon, TRUTH.lat, 0.11),
        energy=lp.energy_edges("0.3 TeV", "20 TeV", n=16),
        energy_true=lp.energy_edges("0.1 TeV", "40 TeV", n=40),
        intervals=lp.TimeBinning.of_duration("10 min"),
    )


@pytest.fixture(scope="module")
def series(cube):
    return lp.time_resolved(cube, MODEL)


@pytest.fixture(scope="module")
def curve(cube):
    return lp.light_curve(cube, lp.fit(cube, MODEL).model, (0.3, 0.7, 3.0))


def seconds(data):
    middle = data["time_start"].values + (data["time_stop"].values - data["time_start"].values) / 2
    return (middle - middle[0]) / np.timedelta64(1, "s")


def test_flux_and_index_of_the_flare(series):
    table = lp.variability(series)
    assert table["quantity"].values.tolist() == ["flux", "index", "amplitude"]
    flux = table.sel(quantity="flux")
    expected = constancy(series["flux"], series["flux_err"])
    assert float(flux["chi2"]) == expected.chi2
    assert float(flux["p_value"]) < 1e-20
    assert float(flux["fvar"]) == fractional_variance(series["flux"], series["flux_err"])[0]
    index = series.sel(parameter="index")
    assert float(table["chi2"].sel(quantity="index")) == constancy(index["value"], index["error"]).chi2
    up, down = doubling_times(seconds(series), series["flux"], series["flux_err"])
    assert float(flux["doubling"]) == up.value
    assert float(flux["halving_err"]) == down.error
    started = flux["doubling_start"].values
    assert (started - series["time_start"].values[0]) / np.timedelta64(1, "s") == pytest.approx(
        up.start + 300
    )
    assert np.isnan(table["doubling"].sel(quantity="index"))
    assert np.isfinite(table["doubling"].sel(quantity="amplitude"))
    assert flux["doubling"].attrs["units"] == "s"


def test_each_band_of_a_light_curve(curve):
    table = lp.variability(curve)
    assert table.sizes == {"band": 2}
    np.testing.assert_allclose(table["e_min"], curve["e_min"])
    for band in (0, 1):
        expected = constancy(curve["flux"][:, band], curve["flux_err"][:, band])
        assert float(table["chi2"][band]) == expected.chi2
        assert int(table["dof"][band]) == expected.dof == int(np.isfinite(curve["flux"][:, band]).sum()) - 1


def test_parameters_that_do_not_move_are_left_out(cube):
    table = lp.variability(lp.time_resolved(cube, MODEL, shared=["index"]))
    assert table["quantity"].values.tolist() == ["flux", "amplitude"]


def test_a_steady_source_is_found_steady(demo_store):
    cube = lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
        intervals=lp.TimeBinning.min_counts(40),
    )
    table = lp.variability(lp.time_resolved(cube, lp.PowerLaw()))
    assert (table["p_value"] > 0.01).all()
    assert (table["fvar"].sel(quantity="flux") < 0.2).all()


def test_structure_grows_with_the_lag(series, curve):
    sf = structure(series, edges=np.arange(0, 7201, 900))
    assert float(sf["structure_function"][-1]) > float(sf["structure_function"][0])
    assert sf["lag"].attrs["units"] == "s"
    assert structure(series, "index").sizes["lag"] == structure(series).sizes["lag"]
    assert (
        int(structure(curve, 0)["n_pairs"].sum())
        == int(np.isfinite(curve["flux"][:, 0]).sum())
        * (int(np.isfinite(curve["flux"][:, 0]).sum()) - 1)
        // 2
    )


def test_bands_of_a_flare_rise_together(curve, series):
    edges = np.arange(-4500, 4501, 600)
    dcf = correlation(curve, 0, 1, edges=edges)
    assert abs(float(dcf["lag"][np.nanargmax(dcf["correlation"].values)])) <= 600
    time = seconds(curve)
    values = [curve[name][:, band] for band in (0, 1) for name in ("flux", "flux_err")]
    _, expected, _, _ = discrete_correlation(time, *values[:2], time, *values[2:], edges=edges)
    np.testing.assert_allclose(dcf["correlation"], expected)
    # Harder when brighter: the index is anticorrelated with the flux.
    both = correlation(series, "flux", "index", edges=[-300, 300])
    assert float(both["correlation"][0]) < 0
    other = correlation(curve, 0, "flux", edges=[-300, 300], with_series=series)
    assert float(other["correlation"][0]) > 0.5


def test_quantities_that_do_not_exist(series, curve):
    with pytest.raises(SettingsError, match="no such quantity; found 'beta'; expected flux, index"):
        structure(series, "beta")
    with pytest.raises(SettingsError, match="no such band; found 7; expected 0, 1"):
        structure(curve, 7)
