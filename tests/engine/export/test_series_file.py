"""Time-resolved spectra and light curves as astropy reads them."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable
from astropy.time import Time

import lightpool as lp
from lightpool.export.columns import Columns, fits_table, write_ecsv
from lightpool.export.series_file import write_light_curve, write_light_curve_ecsv, write_time_resolved
from lightpool.export.variability_file import write_variability
from lightpool.fits_table import write_fits
from lightpool.times import to_utc


@pytest.fixture(scope="module")
def runs(demo_store):
    return demo_store.select(target="PKS 2155-304 (simulated)")[:2]


@pytest.fixture(scope="module")
def cube(runs):
    start = to_utc(float(runs[0].gti.start[0]))
    minute = np.timedelta64(60, "s")
    return lp.reduce(
        runs,
        on_region=lp.circle(329.717, -30.226, 0.11),
        energy=lp.energy_edges(0.3, 20, n=12),
        energy_true=lp.energy_edges(0.1, 40, n=24),
        intervals=[
            (start, start + 15 * minute),
            (start + 15 * minute, start + 55 * minute),
            (start + 90 * minute, start + 70 * minute),
        ],
    )


def test_variability(runs, tmp_path):
    cube = lp.reduce(
        runs,
        on_region=lp.circle(329.717, -30.226, 0.11),
        energy=lp.energy_edges(0.3, 20, n=12),
        energy_true=lp.energy_edges(0.1, 40, n=24),
        intervals=lp.TimeBinning.of_duration("10 min"),
    )
    found = lp.variability(lp.time_resolved(cube, lp.PowerLaw(index=3, amplitude=2e-11)))
    write_variability(found, tmp_path / "variability.ecsv")
    table = QTable.read(tmp_path / "variability.ecsv")
    assert list(table["quantity"]) == ["flux", "index", "amplitude"]
    assert table["doubling"].unit == "s"
    for name in ("n", "mean", "chi2", "dof", "p_value", "fvar", "fvar_err"):
        np.testing.assert_array_equal(table[name], found[name])
    # An index does not double.
    began = table["halving_start"].filled("")
    assert (began[0] != "", began[1]) == (True, "")


def test_time_resolved_spectra(cube, tmp_path):
    series = lp.time_resolved(cube, lp.PowerLaw(index=3, amplitude=2e-11), shared=["index"])
    write_time_resolved(series, tmp_path / "time_resolved.ecsv")
    table = QTable.read(tmp_path / "time_resolved.ecsv")
    assert len(table) == 3
    assert isinstance(table["time_start"], Time)
    assert table["time_start"].scale == "utc"
    apart = (table["time_start"] - Time(series["time_start"].values.astype(str))).to_value("s")
    assert np.abs(apart).max() < 1e-3
    assert table["success"].tolist() == [True, True, False]
    np.testing.assert_allclose(
        table["amplitude_err"].to_value("TeV-1 s-1 cm-2"), series["error"].sel(parameter="amplitude")
    )
    np.testing.assert_allclose(table["flux"].to_value("cm-2 s-1"), series["flux"])
    np.testing.assert_allclose(table["covariance"], series["covariance"])
    assert "runs backwards" in table["reason"][2]
    assert {key: table.meta[key] for key in ("MODEL", "SHARED", "E_MIN")} == {
        "MODEL": "PowerLaw",
        "SHARED": "index",
        "E_MIN": 1.0,
    }


@pytest.mark.parametrize("edges", [(1, 10), (0.5, 1, 10)])
@pytest.mark.parametrize("kind", ["ecsv", "fits"])
def test_light_curve(cube, runs, tmp_path, edges, kind):
    curve = lp.light_curve(cube, lp.PowerLaw(index=3, amplitude=2e-11), edges, ul_sigma=3)
    path = tmp_path / f"light_curve.{kind}"
    if kind == "ecsv":
        write_light_curve_ecsv(curve, path)
        table = QTable.read(path)
    else:
        write_light_curve(curve, path, observations=runs)
        table = QTable.read(path, hdu="FLUXPOINTS")
        assert len(fits.getdata(path, "GTI")) == 2
    assert table["flux"].shape == (3, len(edges) - 1)
    np.testing.assert_allclose(table["flux_ul"].to_value("cm-2 s-1"), curve["flux_ul"])
    np.testing.assert_allclose(table["e_max"].to_value("TeV")[0], curve["e_max"])
    np.testing.assert_array_equal(table["counts"][:, :, 0], curve["counts"])
    assert (table.meta["MJDREFI"], table.meta["TIMESYS"], table.meta["TIMEUNIT"]) == (0, "tt", "d")
    start = Time(table["time_min"].to_value("d"), format="mjd", scale="tt")
    assert np.abs((start - Time(curve["time_start"].values.astype(str))).to_value("s")).max() < 1e-3
    assert table.meta["UL_CONF"] == pytest.approx(0.9973, abs=1e-4)
    assert "runs backwards" in str(table["reason"][2])
    assert str(table["time_start"][0])[:16] == str(curve["time_start"].values[0])[:16]


def test_columns_of_every_kind(tmp_path):
    values = {
        "n": np.array([1, -2]),
        "x": np.array([0.1, np.nan]),
        "yes": np.array([True, False]),
        "word": np.array(['say "hi"', ""]),
        "when": np.array(["2006-07-29T20:29:59.999999999", "2006-07-30"], dtype="datetime64[ns]"),
        "pair": np.array([[1.0, 2.0], [3.0, np.nan]]),
        "box": np.arange(12.0).reshape(2, 2, 3),
    }
    table = Columns(values, {"x": "TeV"}, {"KEY": "value"})
    write_ecsv(table, tmp_path / "t.ecsv")
    write_fits(tmp_path / "t.fits", [fits_table(table, "T")])
    for again in (QTable.read(tmp_path / "t.ecsv"), QTable.read(tmp_path / "t.fits", hdu="T")):
        for name in ("n", "yes", "pair", "box"):
            np.testing.assert_array_equal(again[name], values[name])
        np.testing.assert_array_equal(again["x"].to_value("TeV"), values["x"])
        assert str(again["word"][0]) == 'say "hi"'
        assert again.meta["KEY"] == "value"
    times = QTable.read(tmp_path / "t.ecsv")["when"]
    assert times[0].isot == "2006-07-29T20:30:00.000"
