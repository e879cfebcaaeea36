"""Figures for notebook cells hold what the engine found, and need no dashboard around them."""

from __future__ import annotations

import numpy as np
import pytest

import lightpool as lp
from lightpool.confidence import contour, stat_profile
from lightpool.errors import AnalysisError, SettingsError
from lightpool.plot_data import counts_spectrum, growth, sed_curve, sed_points
from lightpool.spectra import crab_reference
from lightpool_dashboard import plots, theme


@pytest.fixture(scope="module")
def runs(demo_store):
    return demo_store.select(target="Crab Nebula (simulated)")


@pytest.fixture(scope="module")
def cube(runs):
    return lp.reduce(
        runs,
        on_region=lp.circle(83.633, 22.0145, 0.11, name="Crab"),
        energy=lp.energy_edges(0.3, 30, n=16),
        energy_true=lp.energy_edges(0.1, 60, n=32),
    )


@pytest.fixture(scope="module")
def fit(cube):
    return lp.fit(cube, lp.PowerLaw(index=2.5, amplitude=3e-11))


@pytest.fixture(scope="module")
def points(cube, fit):
    return lp.flux_points(cube, fit.model, np.geomspace(0.6, 25, 8))


def texts(widget):
    """Return all HTML below a widget."""
    found = [getattr(widget, "value", "")] if type(widget).__name__ == "HTML" else []
    return "".join(found) + "".join(texts(child) for child in getattr(widget, "children", ()))


def curves(plot, colour, kind="Lines"):
    """Return the visible marks of a colour."""
    drawn = [mark for mark in plot.figure.marks if type(mark).__name__ == kind and mark.visible]
    return [mark for mark in drawn if list(mark.colors)[:1] == [colour]]


def test_counts(cube, fit):
    plot = plots.plot_counts(cube, fit)
    spectrum = counts_spectrum(cube, fit)
    (dots,) = curves(plot, theme.COUNTS, "Scatter")
    np.testing.assert_array_equal(dots.y, spectrum.counts[spectrum.safe & (spectrum.counts > 0)])
    (prediction,) = curves(plot, theme.MODEL)
    assert prediction.y.max() == pytest.approx(spectrum.npred.max())
    alone = plots.plot_counts(cube)
    assert not curves(alone, theme.MODEL)
    figures = [child for child in alone.widget.children[1].children if type(child).__name__ == "Figure"]
    assert figures == [alone.figure]
    assert alone.figure.axes[0].label == "Energy [TeV]"


def test_excess(cube):
    plot = plots.plot_excess(cube)
    (dots,) = curves(plot, theme.COUNTS, "Scatter")
    np.testing.assert_allclose(dots.y, growth(cube).excess)


def test_sky(runs, cube):
    plot = plots.plot_sky(runs, cube, exclusion=lp.circle(84.2, 22.3, 0.2, name="star"))
    assert "Sky: Crab" in texts(plot.widget)
    assert "excluded: star" in texts(plot.widget)
    assert bytes(plot.figure.marks[0].image.value).startswith(b"\x89PNG")


def test_sed(points, fit):
    plot = plots.plot_sed(points, fit, references=["hess_ecpl", "meyer"])
    columns = sed_points(points)
    (dots,) = (mark for mark in curves(plot, theme.POINTS, "Scatter") if mark.marker == "circle")
    np.testing.assert_array_equal(dots.y, columns.value[~columns.is_limit])
    curve = next(mark for mark in curves(plot, theme.MODEL) if mark.fill == "none")
    low, high = columns.e_min.min(), columns.e_max.max()
    np.testing.assert_allclose(curve.y, sed_curve(fit.model, low, high).value)
    (reference,) = curves(plot, theme.REFERENCE)
    np.testing.assert_allclose(reference.y, sed_curve(crab_reference("hess_ecpl"), low, high).value)
    assert reference.line_style == "dotted"
    text = texts(plot.widget)
    assert "95.4 % upper limits (profile likelihood)" in text
    assert "Crab, Meyer, Horns &amp; Zechlin (2010)" in text
    assert "best fit, 1 σ" in text
    assert "best fit" not in texts(plots.plot_sed(points).widget)


def test_sed_with_a_range_of_its_own(points, fit):
    plot = plots.plot_sed(points, fit.model, energy=("300 GeV", "50 TeV"))
    curve = next(mark for mark in curves(plot, theme.MODEL) if mark.fill == "none")
    assert curve.x[[0, -1]] == pytest.approx([0.3, 50])
    with pytest.raises(SettingsError, match="energy range of the curves is empty; found 5 to 1 TeV"):
        plots.plot_sed(points, fit, energy=(5, 1))


def test_profiles(points):
    plot = plots.plot_profiles(points)
    picture = plot.figure.marks[0]
    assert type(picture).__name__ == "Image"
    assert picture.visible
    assert "likelihood profiles" in texts(plot.widget)
    bare = type(points)(points.data.drop_vars("stat_scan"), points.model)
    with pytest.raises(SettingsError, match="these flux points have no profiles"):
        plots.plot_profiles(bare)


def test_no_point_to_draw(points):
    nothing = type(points)(points.data.assign(success=points.data["success"] & False), points.model)
    with pytest.raises(AnalysisError, match="no flux point can be drawn"):
        plots.plot_sed(nothing)


def test_contour(cube, fit):
    plot = plots.plot_contour(cube, fit, "index", "amplitude", sigma=1.0)
    (line,) = curves(plot, theme.MODEL)
    x, y = contour(cube, fit, "index", "amplitude", sigma=1.0)
    np.testing.assert_allclose(line.x, x)
    np.testing.assert_allclose(line.y, y * 1e11)
    assert "amplitude [10⁻¹¹ TeV-1 s-1 cm-2]" in [axis.label for axis in plot.figure.axes]
    (best,) = curves(plot, theme.POINTS, "Scatter")
    assert best.y[0] == pytest.approx(fit.model["amplitude"].value * 1e11)
    two = plots.plot_contour(cube, fit, "index", "amplitude")
    assert [mark.line_style for mark in curves(two, theme.MODEL)] == ["solid", "dashed"]


def test_profile_of_a_parameter(cube, fit):
    values = fit.model["index"].value + 0.05 * np.arange(-3, 4)
    plot = plots.plot_stat_profile(cube, fit, "index", values)
    (line,) = curves(plot, theme.MODEL)
    expected = stat_profile(cube, fit, "index", values).to_numpy() - fit.stat
    np.testing.assert_allclose(line.y, expected, atol=1e-9)
    assert line.y.min() == pytest.approx(0, abs=1e-3)
    with pytest.raises(SettingsError, match="reference is frozen"):
        plots.plot_stat_profile(cube, fit, "reference", values)


def test_masks(cube):
    plot = plots.plot_masks(cube)
    (bars,) = curves(plot, theme.COUNTS)
    edges = cube["energy_edges"].to_numpy()
    first = edges[cube["mask_safe"].to_numpy()[0].argmax(axis=1)]
    np.testing.assert_allclose(bars.x[0::3], first)
    assert list(plot.figure.axes[1].tick_labels.values()) == ["1001", "1002", "1003", "1004"]
    dark = cube.assign(mask_safe=cube["mask_safe"] & (cube["time"] > 0))
    assert "1 of 4 rows without a safe bin" in texts(plots.plot_masks(dark).widget)


def test_exposure(cube):
    plot = plots.plot_exposure(cube)
    drawn = [mark for mark in plot.figure.marks if mark.visible]
    assert len(drawn) == 4
    assert len({(mark.colors[0], mark.line_style) for mark in drawn}) == 4
    exposure = cube["exposure"].to_numpy()[0, 2]
    np.testing.assert_array_equal(drawn[2].y, exposure)
    many = plots.plot_exposure(cube.isel(time=[0, 1, 2, 3] * 3))
    assert "each of 12 rows" in texts(many.widget)


def test_edisp(cube):
    plot = plots.plot_edisp(cube, 1)
    assert bytes(plot.figure.marks[0].image.value).startswith(b"\x89PNG")
    assert "Energy dispersion: 1002" in texts(plot.widget)
    with pytest.raises(SettingsError, match="no such row in the cube; found 4; expected 0 to 3"):
        plots.plot_edisp(cube, 4)


def test_style_stands_alone_in_light_and_dark(cube):
    plot = plots.plot_masks(cube)
    assert list(plot.widget._dom_classes) == ["lp-plot"]
    style = texts(plot.widget)
    assert ".lp-plot .bqplot" in style
    assert ".lp-dashboard" not in style
    assert 'body[data-jp-theme-light="false"] .lp-plot' in style  # JupyterLab's own switch
    assert "body:not([data-jp-theme-light]) .lp-plot:not(.lp-light)" in style
    assert "application/vnd.jupyter.widget-view+json" in plot._repr_mimebundle_()
