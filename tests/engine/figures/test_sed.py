from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.lines import Line2D

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.plot_data import published_near
from lightpool.sed import FluxPoints

ERG = 1.602176634  # per TeV, times 1e12 for the unit of the axis and 1e-12 for 1e-12 TeV


def bars(axes, label):
    """Return the error bars of a name: the data line, the caps and the segments."""
    found = [c for c in axes.containers if c.get_label() == label]
    assert len(found) == 1
    line, caps, collections = found[0].lines
    return line, caps, [np.array(c.get_segments()) for c in collections]


def in_axis_units(points, name):
    return points[name] * ERG * 1e12


def texts(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_points_have_asymmetric_errors_and_energy_bars(points, draw):
    figure = lp.figures.sed_figure(points)
    (axes,) = figure.axes
    line, _, (horizontal, vertical) = bars(axes, "points")
    seen = points["success"] & ~points["is_ul"]
    assert seen.any()
    x, y = line.get_data()
    np.testing.assert_allclose(x, points["e_ref"][seen])
    np.testing.assert_allclose(y, in_axis_units(points, "e2dnde")[seen])
    np.testing.assert_allclose(horizontal[:, 0, 0], points["e_min"][seen])
    np.testing.assert_allclose(horizontal[:, 1, 0], points["e_max"][seen])
    np.testing.assert_allclose(y - vertical[:, 0, 1], in_axis_units(points, "e2dnde_errn")[seen])
    np.testing.assert_allclose(vertical[:, 1, 1] - y, in_axis_units(points, "e2dnde_errp")[seen])
    assert axes.get_xlabel() == "Energy [TeV]"
    assert "erg cm$^{-2}$ s$^{-1}$" in axes.get_ylabel()
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    draw(figure)


def test_limits_are_arrows_that_point_down_from_the_limit(points):
    from matplotlib.markers import CARETDOWNBASE

    limit = points["success"] & points["is_ul"]
    assert limit.any()
    axes = lp.figures.sed_figure(points).axes[0]
    _, caps, (vertical,) = bars(axes, "limits")
    np.testing.assert_allclose(vertical[:, 1, 1], in_axis_units(points, "e2dnde_ul")[limit])
    assert (vertical[:, 0, 1] < vertical[:, 1, 1]).all()
    heads = [cap for cap in caps if cap.get_marker() == CARETDOWNBASE]
    assert len(heads) == 1
    np.testing.assert_allclose(heads[0].get_ydata(), vertical[:, 0, 1])
    _, _, (across,) = bars(axes, "limit widths")
    np.testing.assert_allclose(across[:, 0, 0], points["e_min"][limit])
    np.testing.assert_allclose(across[:, 1, 0], points["e_max"][limit])
    low, high = axes.get_ylim()
    assert low < vertical.min()
    assert high > vertical[..., 1].max()


@pytest.mark.parametrize(
    ("sigma", "method", "words"),
    [
        (2.0, "profile", "95.4 % upper limits (profile likelihood)"),
        (3.0, "feldman-cousins", "99.7 % upper limits (Feldman–Cousins)"),
        (1.0, "rolke", "68.3 % upper limits (Rolke)"),
    ],
)
def test_the_legend_names_method_and_confidence(cube, result, sigma, method, words):
    points = lp.flux_points(cube, result.model, [15, 30, 40], ul_sigma=sigma, ul_method=method)
    assert points["is_ul"].any()
    assert words in texts(lp.figures.sed_figure(points).axes[0])


def test_the_fit_is_the_model_in_its_butterfly(points, result, artist, draw):
    figure = lp.figures.sed_figure(points, result=result, energy=("1 TeV", "20 TeV"))
    axes = figure.axes[0]
    energy, value = artist(axes, "fit").get_data()
    assert (energy[0], energy[-1]) == pytest.approx((1, 20))
    np.testing.assert_allclose(value, result.model(energy) * energy**2 * ERG * 1e12)
    vertices = artist(axes, "butterfly").get_paths()[0].vertices
    error = result.model.dnde_error(energy) / result.model(energy)
    for edge in (value * np.exp(error), value * np.exp(-error)):
        for x, y in zip(energy, edge, strict=True):
            assert np.isclose(vertices, [x, y], rtol=1e-9).all(axis=1).any()
    assert "best fit, 1σ" in texts(axes)
    draw(figure)


def test_residuals_are_in_errors_on_the_side_of_the_model(points, result):
    below = lp.figures.sed_figure(points, result=result).axes[1]
    line, _, (vertical,) = bars(below, "residuals")
    seen = points["success"] & ~points["is_ul"]
    energy, residual = line.get_data()
    np.testing.assert_allclose(energy, points["e_ref"][seen])
    expected = [
        (value - model) / (errp if model > value else errn)
        for value, model, errp, errn in zip(
            points["dnde"][seen],
            result.model(energy),
            points["dnde_errp"][seen],
            points["dnde_errn"][seen],
            strict=True,
        )
    ]
    np.testing.assert_allclose(residual, expected)
    np.testing.assert_allclose(vertical[:, 1, 1] - vertical[:, 0, 1], 2)
    low, high = below.get_ylim()
    assert low < vertical.min()
    assert high > vertical[..., 1].max()
    assert below.get_ylabel() == "Residual [σ]"
    assert below.get_xlabel() == "Energy [TeV]"


def test_references_are_the_published_spectra(points, result, artist, draw):
    figure = lp.figures.sed_figure(points, result=result, references=["hess_ecpl", "hess_pl", "meyer"])
    axes = figure.axes[0]
    for k, name in enumerate(("hess_ecpl", "hess_pl", "meyer")):
        energy, value = artist(axes, f"reference {k}").get_data()
        np.testing.assert_allclose(value, lp.spectra.crab_reference(name)(energy) * energy**2 * ERG * 1e12)
    assert texts(axes)[-3:] == [
        "Crab, Aharonian et al. (2006), hess_ecpl",
        "Crab, Aharonian et al. (2006), hess_pl",
        "Crab, Meyer, Horns & Zechlin (2010)",
    ]
    lines = [artist(axes, f"reference {k}") for k in range(3)]
    assert len({line.get_color() for line in lines}) == 3
    assert len({str(line._dash_pattern) for line in lines}) == 3
    draw(figure)
    one = lp.figures.sed_figure(points, references=published_near(83.63, 22.01), column="double")
    assert texts(one.axes[0])[-1] == "Crab, H.E.S.S. 2006"
    assert one.get_figwidth() == 7.0
    draw(one)


def test_any_fit_or_bare_model_can_be_drawn(points, artist):
    by_points = points.fit(lp.PowerLaw())
    assert lp.figures.sed_figure(points, result=by_points).axes[1].containers
    figure = lp.figures.sed_figure(points, result=lp.PowerLaw(amplitude=3e-11))
    assert "model" in texts(figure.axes[0])
    assert isinstance(artist(figure.axes[0], "fit"), Line2D)


def test_points_of_the_literature_without_bands_or_errors_can_be_drawn(draw):
    nan = np.full(2, np.nan)
    data = xr.Dataset(
        {
            "e_ref": ("point", [1.0, 3.0]),
            "ref_e2dnde": ("point", [1e-11, 1e-11]),
            **{name: ("point", nan) for name in ("e_min", "e_max", "sqrt_ts")},
            **{f"norm_{name}": ("point", nan) for name in ("err", "errp", "errn", "ul")},
            "norm": ("point", [1.0, 0.5]),
            "is_ul": ("point", [False, False]),
            "success": ("point", [True, True]),
            "reason": ("point", ["", ""]),
        }
    )
    figure = lp.figures.sed_figure(FluxPoints(data), result=lp.PowerLaw())
    line, _, _ = bars(figure.axes[0], "points")
    np.testing.assert_allclose(line.get_ydata(), [10 * ERG, 5 * ERG])
    draw(figure)


def test_what_cannot_be_drawn_is_said(points, cube, result):
    with pytest.raises(SettingsError, match="no such Crab reference; found 'hess_xx'"):
        lp.figures.sed_figure(points, references="hess_xx")
    with pytest.raises(SettingsError, match="energy range of the curves is empty; found 10 to 1 TeV"):
        lp.figures.sed_figure(points, result=result, energy=(10, 1))
    nothing = lp.flux_points(cube, result.model, [0.1, 0.15, 0.2])
    with pytest.raises(
        AnalysisError, match="no flux point can be drawn; found no safe energy bin in the band"
    ):
        lp.figures.sed_figure(nothing)
