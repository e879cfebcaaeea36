from __future__ import annotations

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.maps import significance_distribution


@pytest.fixture(scope="module")
def maps(demo_store):
    return lp.sky_maps(
        demo_store.select(obs_id=[1001, 1002, 1003, 1004]),
        geometry=lp.MapGeometry(83.633, 22.014, width=2, binsize=0.04),
        energy=lp.energy_edges(0.6, 20, n=4),
        exclusion=[lp.circle(83.633, 22.014, 0.3)],
    )


@pytest.fixture(scope="module")
def excess(maps):
    return lp.excess_map(maps, 0.1)


def test_maps_have_their_values_grid_and_regions(maps, excess, artist, draw):
    circle = lp.circle(83.633, 22.014, 0.11)
    figure = lp.figures.map_figure(maps, excess, contours=[5, 10], circles=circle)
    panels = [axes for axes in figure.axes if axes.images]
    assert len(panels) == 2
    for axes, name in zip(panels, ("sqrt_ts", "excess"), strict=True):
        shown = axes.images[0]
        np.testing.assert_array_equal(shown.get_array().filled(np.nan), excess[name])
        assert shown.get_clim()[0] == -shown.get_clim()[1]
        assert shown.origin == "lower"
        assert tuple(shown.get_extent()) == (-0.5, 49.5, -0.5, 49.5)
        assert axes.get_xlabel() == "Right ascension"
        assert [label.get_text() for label in axes.get_yticklabels()][1].endswith("°")
        x, y = artist(axes, "circles").get_data()
        assert np.nanmean(x) == pytest.approx(24.5, abs=0.2)
        assert np.nanmax(y) - np.nanmin(y) == pytest.approx(2 * 0.11 / 0.04, rel=0.01)
        outline = artist(axes, "excluded").get_xdata()
        assert np.nanmax(outline) - np.nanmin(outline) == pytest.approx(2 * 0.3 / 0.04, abs=1.5)
        assert len([line for line in axes.get_lines() if line.get_gid() == "contours"]) == 2
    labels = [axes.get_ylabel() for axes in figure.axes if not axes.images]
    assert labels == ["Significance [σ]", "Excess [counts in the disc]"]
    draw(figure)


def test_one_quantity_in_one_column(maps, excess, draw):
    figure = lp.figures.map_figure(maps, excess, "counts", column="single")
    assert figure.get_figwidth() == 3.5
    draw(figure)
    draw(lp.figures.map_figure(maps, excess, ("counts", "background"), column="single"))


def test_what_cannot_be_drawn(maps, excess):
    with pytest.raises(SettingsError, match="no map is asked for"):
        lp.figures.map_figure(maps, excess, ())
    with pytest.raises(SettingsError, match="there is no such map; found 'skies'"):
        lp.figures.map_figure(maps, excess, "skies")


def test_the_distribution_of_significances(maps, excess, artist, draw):
    found = significance_distribution(maps, excess)
    figure = lp.figures.distribution_figure(found)
    (axes,) = figure.axes
    np.testing.assert_array_equal(artist(axes, "outside").get_data().values, found.density)
    np.testing.assert_array_equal(artist(axes, "all").get_data().values, found.density_all)
    x, y = artist(axes, "fit").get_data()
    assert x[np.argmax(y)] == pytest.approx(found.fit_mean, abs=0.1)
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert f"width {found.fit_width:.2f}" in texts[2]
    draw(figure)
