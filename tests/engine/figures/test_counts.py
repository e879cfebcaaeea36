from __future__ import annotations

import numpy as np
import pytest

import lightpool as lp
from lightpool.axes import log_centres
from lightpool.errors import SettingsError
from lightpool.plot_data import poisson_interval


def safe_sum(cube, values):
    return values.where(cube["mask_safe"]).sum(("region", "time")).values


def bars(axes, label):
    found = [c for c in axes.containers if c.get_label() == label]
    assert len(found) == 1
    line, _, (vertical,) = found[0].lines
    return line, np.array(vertical.get_segments())


def across(shade):
    """Return the energies of the corners of a patch."""
    return shade.get_patch_transform().transform(shade.get_path().vertices)[:, 0]


@pytest.fixture(scope="module")
def safe(cube):
    return cube["mask_safe"].any(("region", "time")).values


@pytest.fixture(scope="module")
def figure(cube, result):
    return lp.figures.counts_figure(cube, result)


def test_points_are_the_safe_counts_with_their_poisson_errors(cube, figure, safe):
    counts = safe_sum(cube, cube["counts"])
    seen = safe & (counts > 0)
    line, vertical = bars(figure.axes[0], "counts")
    x, y = line.get_data()
    np.testing.assert_allclose(x, log_centres(cube["energy_edges"].values)[seen])
    np.testing.assert_array_equal(y, counts[seen])
    np.testing.assert_allclose(vertical[:, :, 1].T, poisson_interval(counts[seen]))


def test_steps_are_counts_background_and_prediction(cube, result, figure, safe, artist):
    axes, edges = figure.axes[0], cube["energy_edges"].values
    everything = artist(axes, "all counts").get_data()
    np.testing.assert_array_equal(everything.values, cube["counts"].sum(("region", "time")).values)
    np.testing.assert_array_equal(everything.edges, edges)
    first, last = np.flatnonzero(safe)[[0, -1]]
    for name, expected in (
        ("background", cube.onoff.background),
        ("npred", result.npred + result.mu_bkg),
    ):
        drawn = artist(axes, name).get_data()
        np.testing.assert_allclose(drawn.values, safe_sum(cube, expected)[first : last + 1])
        np.testing.assert_array_equal(drawn.edges, edges[first : last + 2])


def test_the_safe_range_and_every_threshold_are_marked(cube, figure, safe, artist):
    axes, edges = figure.axes[0], cube["energy_edges"].values
    corners = across(artist(axes, "unsafe"))
    assert (corners.min(), corners.max()) == pytest.approx((edges[0], edges[np.flatnonzero(safe)[0]]))
    lines = np.array(artist(axes, "thresholds").get_segments())
    lowest = [edges[np.flatnonzero(row)[0]] for row in cube["mask_safe"].isel(region=0).values]
    np.testing.assert_allclose(lines[:, 0, 0], lowest)


def test_residuals_are_in_roots_of_the_prediction(cube, result, figure, safe):
    counts = safe_sum(cube, cube["counts"])
    npred = safe_sum(cube, result.npred + result.mu_bkg)
    line, vertical = bars(figure.axes[1], "residuals")
    expected = ((counts - npred) / np.sqrt(np.where(safe, npred, 1)))[safe & (npred > 0)]
    np.testing.assert_allclose(line.get_ydata(), expected)
    np.testing.assert_allclose(np.diff(vertical[:, :, 1], axis=1), 2)
    low, high = figure.axes[1].get_ylim()
    assert low < vertical.min()
    assert high > vertical[..., 1].max()


def test_axes_say_what_they_show(figure, draw):
    upper, lower = figure.axes
    assert upper.get_ylabel() == "Counts per bin"
    assert lower.get_xlabel() == "Energy [TeV]"
    assert lower.get_ylabel() == "Residual [σ]"
    assert [text.get_text() for text in upper.get_legend().get_texts()] == [
        "ON counts, safe range",
        "all ON counts",
        "background",
        "prediction",
        "not safe",
        "threshold of a run",
    ]
    draw(figure)


def test_bins_outside_the_fit_range_have_open_residuals(cube, draw):
    result = lp.fit(cube, lp.PowerLaw(), fit_range=("1 TeV", None))
    figure = lp.figures.counts_figure(cube, result, column="double")
    inside, _ = bars(figure.axes[1], "residuals")
    outside, _ = bars(figure.axes[1], "residuals outside the fit")
    edges = cube["energy_edges"].values
    first = log_centres(edges)[edges[:-1] >= 1][0]  # of the bins that lie in the range as a whole
    assert outside.get_xdata().max() < first == inside.get_xdata().min()
    assert outside.get_markerfacecolor() == "white"
    draw(figure)


def test_without_a_fit_there_are_counts_and_background_only(cube, draw):
    figure = lp.figures.counts_figure(cube)
    (axes,) = figure.axes
    assert axes.get_xlabel() == "Energy [TeV]"
    assert "prediction" not in [text.get_text() for text in axes.get_legend().get_texts()]
    draw(figure)


def test_no_safe_bin_and_no_counts_can_be_drawn(cube, artist, draw):
    unsafe = lp.figures.counts_figure(cube.assign(mask_safe=cube["mask_safe"] & False))
    corners = across(artist(unsafe.axes[0], "unsafe"))
    assert (corners.min(), corners.max()) == pytest.approx((0.1, 40))
    draw(unsafe)
    draw(lp.figures.counts_figure(cube.assign(counts=0 * cube["counts"])))


def test_a_fit_to_the_stacked_cube_needs_the_stacked_cube(cube, draw):
    stacked = lp.stack(cube)
    result = lp.fit(stacked, lp.PowerLaw())
    figure = lp.figures.counts_figure(stacked, result)
    assert "threshold" in [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    draw(figure)
    rows = cube.sizes["time"]
    with pytest.raises(SettingsError, match=rf"made on another cube; found {rows} rows .* expected 1 rows"):
        lp.figures.counts_figure(cube, result)
