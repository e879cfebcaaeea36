from __future__ import annotations

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.plot_data import (
    counts_series,
    flux_series,
    hysteresis,
    parameter_series,
    poisson_interval,
)

INTERVALS = [
    ("2006-07-29T21:00", "2006-07-29T21:20"),  # not in order of time
    ("2006-07-29T20:30", "2006-07-29T20:50"),
    ("2006-07-29T22:50", "2006-07-29T22:40"),
    ("2006-07-29T21:20", "2006-07-29T21:24"),
]


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="PKS 2155-304 (simulated)")[:3],
        on_region=lp.circle(329.717, -30.226, 0.11),
        energy=lp.energy_edges(0.3, 20, n=12),
        energy_true=lp.energy_edges(0.1, 40, n=24),
        intervals=INTERVALS,
    )


@pytest.fixture(scope="module")
def series(cube):
    return lp.time_resolved(cube, lp.PowerLaw(index=3, amplitude=2e-11))


@pytest.fixture(scope="module")
def curve(cube):
    return lp.light_curve(cube, lp.PowerLaw(index=3, amplitude=2e-11), (0.4, 2, 18))


def test_flux_of_spectra_in_order_of_time(series):
    columns = flux_series(series)
    assert columns.number.tolist() == [1, 0, 3]
    assert (np.diff(columns.time) > np.timedelta64(0)).all()
    np.testing.assert_allclose(columns.value, series["flux"].values[columns.number] * 1e11)
    np.testing.assert_allclose(columns.high - columns.value, series["flux_err"].values[columns.number] * 1e11)
    assert (columns.name, columns.unit) == ("flux 1 to 10 TeV", "1e-11 cm-2 s-1")
    assert columns.time[0] == np.datetime64("2006-07-29T20:40")
    assert not columns.is_limit.any()
    ((number, start, stop, reason),) = columns.missing
    assert (number, start) == (2, np.datetime64("2006-07-29T22:50"))
    assert stop < start
    assert "runs backwards" in reason


def test_flux_of_a_band_with_its_limits(curve):
    columns = flux_series(curve, band=1)
    rows = curve.isel(band=1, interval=columns.number)
    np.testing.assert_array_equal(columns.is_limit, rows["is_ul"])
    assert columns.is_limit.any()
    assert not columns.is_limit.all()
    np.testing.assert_allclose(columns.limit, rows["flux_ul"] * 1e11)
    np.testing.assert_allclose(columns.value - columns.low, rows["flux_errn"] * 1e11)
    np.testing.assert_allclose(columns.high - columns.value, rows["flux_errp"] * 1e11)
    assert columns.ul_sigma == 2
    assert "runs backwards" in columns.missing[0][3]


def test_parameters_in_their_units(series):
    index, amplitude = parameter_series(series, "index"), parameter_series(series, "amplitude")
    assert (index.unit, amplitude.unit) == ("", "1e-11 TeV-1 s-1 cm-2")
    value, error = (series[name].sel(parameter="index").values[index.number] for name in ("value", "error"))
    np.testing.assert_allclose(index.value, value)
    np.testing.assert_allclose(index.value - index.low, error)
    np.testing.assert_allclose(
        amplitude.value, series["value"].sel(parameter="amplitude").values[amplitude.number] * 1e11
    )


def test_counts_with_their_poisson_intervals(series, curve):
    columns = counts_series(series)
    np.testing.assert_array_equal(columns.value, series["counts"].values[columns.number])
    low, high = poisson_interval(columns.value)
    np.testing.assert_allclose(columns.low, low)
    np.testing.assert_allclose(columns.high, high)
    assert columns.number.tolist() == [1, 0, 3]
    np.testing.assert_array_equal(counts_series(curve).value, curve["counts"].sum("band").values[[1, 0, 3]])


def test_hysteresis_follows_the_time(series):
    columns = hysteresis(series)
    assert columns.number.tolist() == [1, 0, 3]
    np.testing.assert_array_equal(columns.x.value, flux_series(series).value)
    np.testing.assert_array_equal(columns.y.value, parameter_series(series, "index").value)
    other = hysteresis(series, y="amplitude", x="index")
    assert (other.x.name, other.y.name) == ("index", "amplitude")


def test_what_there_is_not(series, curve):
    with pytest.raises(SettingsError, match="no such band; found 2; expected 0 to 1"):
        flux_series(curve, band=2)
    with pytest.raises(SettingsError, match="no such parameter; found 'beta'; expected index, amplitude"):
        parameter_series(series, "beta")
    with pytest.raises(SettingsError, match="no such parameter; found 'index'; expected a spectrum"):
        parameter_series(curve, "index")
