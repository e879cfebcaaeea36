"""Light curves: against flux points of each interval, against the truth, and rows without a flux."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.simulate import demo_scene
from lightpool.times import from_utc, to_utc

TRUTH = demo_scene().source("PKS 2155-304")
BANDS = (0.35, 0.8, 2.0, 8.0)
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
    return lp.reduce(night, **SETTINGS, intervals=lp.TimeBinning.of_duration("15 min"))


@pytest.fixture(scope="module")
def best(cube):
    return lp.fit(cube, lp.PowerLaw(index=3, amplitude=2e-11)).model


@pytest.mark.parametrize("method", ["profile", "bounded", "rolke"])
def test_each_interval_is_its_flux_points(cube, best, method):
    curve = lp.light_curve(cube, best, BANDS, ul_sigma=3, ul_method=method)
    assert curve.sizes == {"interval": cube.sizes["asked"], "band": 3}
    for k in (0, 7, cube.sizes["asked"] - 1):
        part = cube.isel(time=cube["interval"].values == k)
        points = lp.flux_points(part, best, BANDS, ul_sigma=3, ul_method=method)
        row = curve.isel(interval=k)
        for name in ("norm", "norm_err", "norm_errp", "norm_errn", "norm_ul", "ts", "stat", "stat_null"):
            np.testing.assert_allclose(row[name], points[name], rtol=1e-8, err_msg=name)
        for name in ("flux", "flux_err", "flux_errp", "flux_errn", "flux_ul", "ref_eflux", "ref_dnde"):
            np.testing.assert_allclose(row[name], points[name], rtol=1e-8, err_msg=name)
        np.testing.assert_array_equal(row["counts"], points["counts"].sum(axis=1))
        np.testing.assert_array_equal(row["is_ul"], points["is_ul"])
        np.testing.assert_allclose(row["e_min"], points["e_min"])
        assert float(row["livetime"]) == pytest.approx(float(part["livetime"].sum()))


def test_excess_is_counts_less_background(cube, best):
    curve = lp.light_curve(cube, best, BANDS)
    part = cube.isel(time=cube["interval"].values == 3)
    energy = part["energy"].values
    inside = (energy > curve["e_min"].values[1]) & (energy < curve["e_max"].values[1])
    table = part.isel(energy=inside)
    row = curve.isel(interval=3, band=1)
    safe = table["mask_safe"]
    assert float(row["counts"]) == float(table["counts"].where(safe).sum())
    assert float(row["excess"]) == pytest.approx(float(table.onoff.excess.where(safe).sum()))


def test_the_flare_comes_back(night):
    """Fluxes of one band against the truth averaged over each interval."""
    cube = lp.reduce(night, **SETTINGS, intervals=lp.TimeBinning.min_counts(100))
    curve = lp.light_curve(cube, lp.PowerLaw(index=3.3, amplitude=5e-11), (0.6, 10.0), refit=True)
    low, high = float(curve["e_min"][0]), float(curve["e_max"][0])
    energy = np.geomspace(low, high, 200)
    truth = []
    for k in range(cube.sizes["asked"]):
        part = cube.isel(time=cube["interval"].values == k)
        means = [
            trapezoid(TRUTH.mean_dnde(energy, from_utc(a), from_utc(b)), energy)
            for a, b in zip(part["time_start"].values, part["time_stop"].values, strict=True)
        ]
        truth.append(np.average(means, weights=part["livetime"].values))
    flux, up, down = (curve[name].values[:, 0] for name in ("flux", "flux_errp", "flux_errn"))
    pulls = (flux - truth) / np.where(flux > truth, down, up)
    n = len(pulls)
    assert n > 40
    assert abs(np.mean(pulls)) < 4 / np.sqrt(n)
    assert abs(np.mean(pulls**2) - 1) < 4 * np.sqrt(2 / n)


def test_a_refitted_shape_is_that_of_the_interval(cube, best):
    curve = lp.light_curve(cube, best, BANDS, refit=True)
    series = lp.time_resolved(cube, best)
    for k in (2, 9):
        part = cube.isel(time=cube["interval"].values == k)
        own = lp.fit(part, best).model
        np.testing.assert_allclose(curve["ref_dnde"][k], own(curve["e_ref"].values), rtol=1e-6)
        np.testing.assert_allclose(curve["norm"][k], lp.flux_points(part, own, BANDS)["norm"], rtol=1e-6)
        assert own["index"].value == pytest.approx(float(series["value"].sel(parameter="index")[k]))
    assert len(set(curve["ref_flux"].values[:, 0])) > 10
    assert len(set(lp.light_curve(cube, best, BANDS)["ref_flux"].values[:, 0])) == 1


def test_an_interval_without_counts_has_a_limit_and_others_say_why(night, best):
    start = to_utc(float(night[0].gti.start[0]))
    second, minute = np.timedelta64(1, "s"), np.timedelta64(60, "s")
    intervals = [
        (start, start + 10 * minute),
        (start + 40 * minute, start + 35 * minute),
        (start + 12 * minute, start + 12 * minute + second),
    ]
    cube = lp.reduce(night, **SETTINGS, intervals=intervals)
    curve = lp.light_curve(cube, best, (3.0, 20.0), ul_method="bounded")
    assert curve["success"].values[:, 0].tolist() == [True, False, True]
    assert "runs backwards" in str(curve["reason"].values[1, 0])
    assert np.isnan(curve["flux"].values[1, 0])
    assert float(curve["counts"][2, 0]) == 0
    assert bool(curve["is_ul"][2, 0])
    # Not one ON and no OFF count: 2 sigma is a rise of 4, so two counts and no fewer.
    exposed = lp.fit(cube.isel(time=[1]), best.freeze("index", "amplitude")).npred
    band = exposed.where(cube["energy"] > curve["e_min"].values[0]).where(cube.isel(time=[1])["mask_safe"])
    assert float(curve["norm_ul"][2, 0]) * float(band.sum()) == pytest.approx(2.0, rel=1e-6)


def test_a_refit_that_fails_says_so(night, best):
    start = to_utc(float(night[0].gti.start[0]))
    minute, moment = np.timedelta64(60, "s"), np.timedelta64(50, "ms")
    intervals = [(start, start + 10 * minute), (start + 12 * minute, start + 12 * minute + moment)]
    cube = lp.reduce(night, **SETTINGS, intervals=intervals)
    curve = lp.light_curve(cube, best, refit=True)
    assert curve["success"].values[:, 0].tolist() == [True, False]
    assert str(curve["reason"].values[1, 0]).startswith("the spectrum of the interval could not be fitted")


def test_bands_that_cannot_be(cube, best):
    curve = lp.light_curve(cube, best, (0.35, 0.36, 0.8))
    assert str(curve["reason"].values[0, 0]) == "the band is narrower than an energy bin"
    assert curve["success"].values[:, 1].all()
    with pytest.raises(SettingsError, match="light-curve edges lie outside the data"):
        lp.light_curve(cube, best, (50, 100))
    with pytest.raises(SettingsError, match="ul_sigma is out of range"):
        lp.light_curve(cube, best, ul_sigma=0)
    with pytest.raises(SettingsError, match="limit method is not known"):
        lp.light_curve(cube, best, ul_method="bayes")
    unsafe = cube.assign(mask_safe=cube["mask_safe"] & False)
    with pytest.raises(AnalysisError, match="no energy bin to fit"):
        lp.light_curve(unsafe, best)
