"""Fits and flux points: closure on simulated counts, honest errors, and what cannot be fitted."""

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.forward import Folded


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(target="Crab Nebula (simulated)"),
        on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    )


TRUTH = lp.ExpCutoffPowerLaw(index=2.3, amplitude=4.5e-11, lambda_=0.1)


def toy(cube, model, rng):
    """Return the cube with counts drawn from what the model predicts."""
    signal = Folded(cube).npred(model).reshape(cube["counts"].shape)
    background = 0.2 * cube["counts_off"].values.mean(axis=1, keepdims=True) + 0.3
    alpha = cube.onoff.alpha.values
    on = rng.poisson(signal + alpha * background).astype(float)
    off = rng.poisson(np.broadcast_to(background, on.shape)).astype(float)
    return cube.assign(counts=cube["counts"].copy(data=on), counts_off=cube["counts_off"].copy(data=off))


def test_the_simulated_crab_comes_back(cube):
    result = lp.fit(cube, TRUTH.with_values(index=2.0, amplitude=1e-12))
    assert result.success
    for name in ("index", "amplitude", "lambda_"):
        p = result.model[name]
        assert abs(p.value - TRUTH[name].value) < 4 * p.error
    assert result.stat / result.dof < 2
    points = lp.flux_points(cube, result.model, np.geomspace(0.7, 20, 9))
    seen = ~points["is_ul"]
    pull = (points["dnde"] - TRUTH(points["e_ref"]))[seen] / points["dnde_err"][seen]
    assert np.abs(pull).max() < 4


def test_errors_agree_with_a_finite_difference_hessian(cube):
    result = lp.fit(cube, TRUTH)
    folded = Folded(cube)
    from lightpool.statistics import wstat

    def stat(values):
        npred = folded.npred(
            TRUTH.with_values(**dict(zip(("index", "amplitude", "lambda_"), values, strict=True)))
        )
        m = folded.mask
        return float(wstat(folded.counts[m], folded.counts_off[m], folded.alpha[m], npred[m]).sum())

    best = np.array([result.model[n].value for n in ("index", "amplitude", "lambda_")])
    steps = np.array([result.model[n].error for n in ("index", "amplitude", "lambda_")]) * 0.05
    hessian = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            for si, sj in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                at = best.copy()
                at[i] += si * steps[i]
                at[j] += sj * steps[j]
                hessian[i, j] += si * sj * stat(at) / 4 / steps[i] / steps[j]
    errors = np.sqrt(np.diag(np.linalg.inv(hessian / 2)))
    np.testing.assert_allclose(
        [result.model[n].error for n in ("index", "amplitude", "lambda_")], errors, rtol=0.01
    )


def test_fit_range_takes_whole_bins(cube):
    result = lp.fit(cube, lp.PowerLaw(), fit_range=("1 TeV", "20 TeV"))
    edges = cube["energy_edges"].values
    inside = (edges[:-1] >= 1) & (edges[1:] <= 20)
    assert result.n_bins == int((cube["mask_safe"].values & inside).sum())
    assert lp.fit(cube, lp.PowerLaw(), fit_range=(None, 20)).n_bins >= result.n_bins


def test_frozen_and_limited_parameters(cube):
    frozen = lp.fit(cube, TRUTH.freeze("lambda_"))
    assert frozen.model["lambda_"].value == 0.1
    assert frozen.n_free == 2
    assert frozen.covariance[3, 3] == 0
    limited = lp.fit(cube, TRUTH.limit("lambda_", 0.4, 1.0).with_values(lambda_=0.5))
    assert limited.model["lambda_"].value == pytest.approx(0.4, abs=1e-3)
    assert any("rests on its limit" in note for note in limited.health)
    nothing = lp.fit(cube, TRUTH.freeze("index", "amplitude", "lambda_"))
    assert nothing.success
    assert "every parameter is frozen" in nothing.message


def test_no_excess_is_said(cube):
    rng = np.random.default_rng(5)
    empty = toy(cube, TRUTH.with_values(amplitude=1e-20), rng)
    result = lp.fit(empty, lp.PowerLaw().freeze("index"))
    amplitude = result.model["amplitude"]
    assert abs(amplitude.value) < 5 * amplitude.error
    assert any("upper limit" in note or "not positive" in note for note in result.health)


def test_without_an_excess_the_shape_stays_where_it_started_and_there_are_limits(cube):
    empty = toy(cube, TRUTH.with_values(amplitude=1e-30), np.random.default_rng(23))
    start = lp.ExpCutoffPowerLaw(index=1.8, lambda_=0.05)
    result = lp.fit(empty, start)
    assert result.message == "The fit did not converge."
    assert "The data do not decide the shape: index, lambda_ stay at the start" in result.health[0]
    for name in ("index", "lambda_"):
        assert result.model[name].value == start[name].value
        assert not result.model[name].frozen
    assert abs(result.model["amplitude"].value) < 1e-12
    assert result.dof == result.n_bins - 3
    points = lp.flux_points(empty, result.model, [1, 3, 10])
    assert points["success"].all()
    assert (points["dnde_ul"] > 0).all()


def test_flux_points_need_no_excess_in_the_model(cube):
    model = lp.PowerLaw(amplitude=3e-12)
    edges = [1, 3, 10]
    one, other = (lp.flux_points(cube, m, edges) for m in (model, model.with_values(amplitude=-3e-12)))
    for name in ("dnde", "dnde_ul", "ref_dnde"):
        np.testing.assert_allclose(one[name], other[name])


def test_not_one_count_is_no_silent_success(cube):
    nothing = cube.assign(counts=0 * cube["counts"], counts_off=0 * cube["counts_off"])
    result = lp.fit(nothing, lp.PowerLaw())
    assert not result.success
    assert "not one ON count" in result.message
    points = lp.flux_points(nothing, lp.PowerLaw(amplitude=1e-11), [1, 3, 10])
    assert points["is_ul"].all()
    assert np.isfinite(points["norm_ul"]).all()
    assert (points["norm_ul"] > 0).all()


def test_no_off_counts_at_all(cube):
    result = lp.fit(cube.assign(counts_off=0 * cube["counts_off"]), TRUTH)
    assert result.success
    assert np.isfinite(result.stat)


def test_all_bins_masked_says_which_mask(cube):
    unsafe = cube.assign(mask_safe=cube["mask_safe"] & False)
    with pytest.raises(AnalysisError, match="the safe mask leaves no bin"):
        lp.fit(unsafe, lp.PowerLaw())
    with pytest.raises(AnalysisError, match=r"no safe bin lies in the fit range 0\.1 to 0\.2 TeV"):
        lp.fit(cube, lp.PowerLaw(), fit_range=(0.1, 0.2))
    with pytest.raises(AnalysisError, match="no energy bin to fit"):
        lp.flux_points(unsafe, lp.PowerLaw(), [1, 3])


@pytest.mark.parametrize(
    ("fit_range", "message"),
    [((3, 1), "fit range is empty"), (5, "no pair"), (("1 deg", "3 TeV"), "not an energy")],
)
def test_a_wrong_fit_range_is_refused(cube, fit_range, message):
    with pytest.raises(SettingsError, match=message):
        lp.fit(cube, lp.PowerLaw(), fit_range=fit_range)


def test_a_start_outside_its_limits_is_refused(cube):
    with pytest.raises(SettingsError, match="start value of index"):
        lp.fit(cube, lp.PowerLaw().limit("index", 3.0, 4.0))


def test_results_print_themselves(cube):
    result = lp.fit(cube, TRUTH)
    assert "stat / dof" in repr(result)
    assert "lambda_" in result._repr_html_()
    points = lp.flux_points(cube, result.model, [1, 3, 10])
    assert "E²dN/dE" in repr(points)
    assert "<table" in points._repr_html_()


class TestFluxPoints:
    def test_conversions_and_table(self, cube):
        points = lp.flux_points(cube, TRUTH, [1, 3, 10])
        np.testing.assert_allclose(points["e2dnde"], points["dnde"] * points["e_ref"] ** 2)
        np.testing.assert_allclose(
            points["flux"] / points["norm"],
            [TRUTH.integral(a, b) for a, b in zip(points["e_min"], points["e_max"], strict=True)],
        )
        table = points.to_table("e2dnde")
        assert str(table["e2dnde"].unit) == "TeV / (s cm2)"
        assert [name for name in table.colnames if name.startswith("e2dnde")] == [
            f"e2dnde{suffix}" for suffix in ("", "_err", "_errp", "_errn", "_ul", "_sensitivity")
        ]
        assert table.meta["UL_CONF"] == pytest.approx(0.9544997)
        assert set(points.to_table("likelihood").colnames) >= {
            "ref_dnde",
            "norm_ul",
            "norm_scan",
            "stat_scan",
        }
        with pytest.raises(SettingsError, match="sed_type"):
            points.to_table("luminosity")
        with pytest.raises(KeyError):
            points["luminosity"]

    def test_bands_narrower_than_a_bin_or_without_safe_bins_are_kept_with_a_reason(self, cube):
        points = lp.flux_points(cube, TRUTH, [0.1, 0.2, 1.0, 1.01, 3])
        assert points["success"].tolist() == [False, True, False, True]
        assert points["reason"][0] == "no safe energy bin in the band"
        assert points["reason"][2] == "the band is narrower than an energy bin"
        assert np.isnan(points["norm"][0])
        assert points["is_ul"][0]

    def test_edges_outside_the_data_are_refused(self, cube):
        with pytest.raises(SettingsError, match="lie outside the data"):
            lp.flux_points(cube, TRUTH, [50, 80])
        with pytest.raises(SettingsError, match="must increase"):
            lp.flux_points(cube, TRUTH, [3, 1])
        with pytest.raises(SettingsError, match="ul_sigma"):
            lp.flux_points(cube, TRUTH, [1, 3], ul_sigma=0)

    def test_a_wider_confidence_gives_a_higher_limit(self, cube):
        two = lp.flux_points(cube, TRUTH, [1, 3, 10])
        three = lp.flux_points(cube, TRUTH, [1, 3, 10], ul_sigma=3)
        assert (three["norm_ul"] > two["norm_ul"]).all()

    def test_limits_by_every_method(self, cube):
        faint = toy(cube, TRUTH.with_values(amplitude=3e-14), np.random.default_rng(6))
        limits = {}
        for method in ("profile", "bounded", "rolke", "feldman-cousins"):
            points = lp.flux_points(faint, TRUTH, np.geomspace(0.6, 30, 6), ul_method=method)
            assert points.ul_method == method
            limits[method] = points["norm_ul"][points["success"]]
            assert np.isfinite(limits[method]).all()
            assert method == "profile" or (limits[method] > 0).all()
        assert (limits["bounded"] >= limits["profile"] - 1e-9).all()
        bright = [lp.flux_points(cube, TRUTH, [0.8, 3], ul_method=m)["norm_ul"][0] for m in limits]
        assert max(bright) < 1.1 * min(bright)
        with pytest.raises(SettingsError, match="limit method is not known"):
            lp.flux_points(cube, TRUTH, [1, 3], ul_method="bayes")

    def test_errors_are_positive_and_limits_lie_above(self, cube):
        rng = np.random.default_rng(11)
        for amplitude in (1e-13, 1e-12, 1e-11):
            data = toy(cube, TRUTH.with_values(amplitude=amplitude), rng)
            points = lp.flux_points(data, TRUTH, np.geomspace(0.5, 30, 15))
            good = points["success"]
            for name in ("norm_err", "norm_errp", "norm_errn"):
                assert (points[name][good] > 0).all()
            assert (points["norm_ul"] > points["norm"])[good].all()
            np.testing.assert_allclose(
                points["ts"][good], np.maximum(points["stat_null"] - points["stat"], 0)[good], atol=1e-9
            )


def test_an_uncertain_alpha_widens_errors_and_limits(cube):
    plain, unsure = (lp.fit(cube, lp.PowerLaw(), alpha_systematic=x) for x in (0.0, 0.05))
    assert unsure.success
    assert unsure.model["amplitude"].error > plain.model["amplitude"].error
    off = np.full(cube["counts"].shape, 5000.0)  # a large background, of which alpha decides the most
    faint = cube.assign(
        counts=cube["counts"].copy(data=np.rint(cube.onoff.alpha.values * off)),
        counts_off=cube["counts_off"].copy(data=off),
    )
    limits = [lp.flux_points(faint, TRUTH, [0.6, 2], alpha_systematic=x)["norm_ul"][0] for x in (0, 0.05)]
    assert limits[1] > 1.3 * limits[0]
    with pytest.raises(SettingsError, match="alpha_systematic"):
        lp.fit(cube, lp.PowerLaw(), alpha_systematic=3)
