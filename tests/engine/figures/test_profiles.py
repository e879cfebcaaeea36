from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.forward import Folded
from lightpool.plot_data import delta_ts
from lightpool.statistics import wstat

ERG = 1.602176634


def exact(cube, points, k, norm):
    """Return delta TS of a band at some norms from the counts themselves."""
    folded = Folded(cube)
    edges = folded.energy_edges
    inside = (edges[:-1] >= points["e_min"][k] * 0.999) & (edges[1:] <= points["e_max"][k] * 1.001)
    m = folded.mask & inside
    signal = folded.npred(points.model)[m]
    stat = [wstat(folded.counts[m], folded.counts_off[m], folded.alpha[m], n * signal).sum() for n in norm]
    return np.array(stat) - points["stat"][k]


def test_the_profile_between_the_tabulated_norms_is_the_profile_of_the_counts(cube, points):
    for k in np.flatnonzero(points["success"]):
        best, errn, errp = (points[name][k] for name in ("norm", "norm_errn", "norm_errp"))
        norm = np.linspace(max(best - 3 * errn, 0.05), min(best + 3 * errp, 4.9), 40)
        expected = exact(cube, points, k, norm)
        np.testing.assert_allclose(delta_ts(points, k, norm), expected, rtol=0.03, atol=0.15)


def test_beyond_what_is_known_it_says_nothing(points):
    k = int(np.flatnonzero(points["success"])[0])
    assert np.isnan(delta_ts(points, k, np.array([1e3]))).all()
    assert delta_ts(points, k, np.array([0.0])) == pytest.approx(points["ts"][k])


def test_the_map_holds_delta_ts_against_flux_in_each_band(points, artist, draw):
    figure = lp.figures.profile_figure(points)
    axes = figure.axes[0]
    for k in np.flatnonzero(points["success"]):
        mesh = artist(axes, f"profile {k}")
        corners = mesh.get_coordinates()
        np.testing.assert_allclose(corners[0, :, 0], [points["e_min"][k], points["e_max"][k]])
        flux = np.sqrt(corners[:-1, 0, 1] * corners[1:, 0, 1])
        expected = delta_ts(points, k, flux / (points["ref_e2dnde"][k] * ERG * 1e12))
        np.testing.assert_allclose(np.ma.filled(mesh.get_array(), np.nan)[:, 0], expected)
    (bars,) = [c for c in axes.containers if c.get_label() == "points"]
    seen = points["success"] & ~points["is_ul"]
    np.testing.assert_allclose(bars.lines[0].get_ydata(), points["e2dnde"][seen] * ERG * 1e12)
    assert axes.get_xlabel() == "Energy [TeV]"
    assert "erg cm$^{-2}$ s$^{-1}$" in axes.get_ylabel()
    bar = figure.axes[1]
    assert bar.get_ylabel() == "ΔTS"
    np.testing.assert_array_equal(bar.get_yticks(), [0, 1, 4, 9, 16])
    draw(figure)
    draw(lp.figures.profile_figure(points, column="double"))


def test_limits_are_in_the_legend_and_a_limit_of_another_method_is_no_crossing(cube, result, points, draw):
    counted = lp.flux_points(cube, result.model, [15, 30, 40], ul_method="feldman-cousins")
    figure = lp.figures.profile_figure(counted)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "95.4 % upper limits (Feldman–Cousins)" in texts
    k = int(np.flatnonzero(counted["success"])[0])
    norm = np.array([min(float(counted["norm_ul"][k]), 4.9)])
    np.testing.assert_allclose(
        delta_ts(counted, k, norm), exact(cube, counted, k, norm), rtol=0.03, atol=0.15
    )
    draw(figure)


def test_points_without_profiles_are_refused(points, cube, result):
    bare = dataclasses.replace(points, data=points.data.drop_vars("stat_scan"))
    with pytest.raises(SettingsError, match="these flux points have no profiles"):
        lp.figures.profile_figure(bare)
    with pytest.raises(AnalysisError, match="no flux point has a profile"):
        lp.figures.profile_figure(lp.flux_points(cube, result.model, [0.1, 0.15, 0.2]))
