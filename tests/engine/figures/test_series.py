from __future__ import annotations

import numpy as np
import pytest
from matplotlib.dates import date2num

import lightpool as lp
from lightpool.errors import AnalysisError, SettingsError
from lightpool.plot_data import flux_series, parameter_series

INTERVALS = [
    ("2006-07-29T20:30", "2006-07-29T20:50"),
    ("2006-07-29T21:00", "2006-07-29T21:20"),
    ("2006-07-29T22:50", "2006-07-29T22:40"),
    ("2006-07-29T21:20", "2006-07-29T21:24"),
    ("2006-07-29T20:00", "2006-07-29T20:10"),
]


@pytest.fixture(scope="module")
def pieces(demo_store):
    return lp.reduce(
        demo_store.select(target="PKS 2155-304 (simulated)")[:3],
        on_region=lp.circle(329.717, -30.226, 0.11),
        energy=lp.energy_edges(0.3, 20, n=12),
        energy_true=lp.energy_edges(0.1, 40, n=24),
        intervals=INTERVALS,
    )


@pytest.fixture(scope="module")
def series(pieces):
    return lp.time_resolved(pieces, lp.PowerLaw(index=3, amplitude=2e-11))


@pytest.fixture(scope="module")
def curve(pieces):
    return lp.light_curve(pieces, lp.PowerLaw(index=3, amplitude=2e-11), (0.4, 2, 18), ul_method="rolke")


def drawn(axes, name):
    """Return the places of the points of the one error bar of this name."""
    (bars,) = [c for c in axes.containers if c.get_label() == name]
    return np.array(bars.lines[0].get_data())


def test_flux_and_index_against_time(series, draw):
    figure = lp.figures.time_figure(series)
    flux, index = figure.axes
    for axes, columns in ((flux, flux_series(series)), (index, parameter_series(series, "index"))):
        x, y = drawn(axes, "points")
        np.testing.assert_allclose(x, date2num(columns.time))
        np.testing.assert_allclose(y, columns.value)
    assert flux.get_ylabel() == "Flux [10$^{-11}$ cm$^{-2}$ s$^{-1}$]"
    assert index.get_ylabel() == "Index"
    assert index.get_xlabel() == "Time (UTC)"
    low, high = index.get_xlim()
    # The interval that runs backwards takes no room, the empty one does.
    assert low < date2num(np.datetime64("2006-07-29T20:00"))
    assert high < date2num(np.datetime64("2006-07-29T21:40"))
    draw(figure)


def test_the_constant_and_its_chi_square(series, artist):
    figure = lp.figures.time_figure(series, "flux")
    (axes,) = figure.axes
    table = lp.variability(series).sel(quantity="flux")
    assert artist(axes, "constant").get_ydata()[0] == pytest.approx(float(table["mean"]) * 1e11)
    (_, text) = [entry.get_text() for entry in axes.get_legend().get_texts()]
    assert text.startswith(f"constant: χ² = {float(table['chi2']):.1f} / 2, p = ")


def test_empty_intervals_are_shaded(series):
    (axes,) = lp.figures.time_figure(series, "flux").axes
    shades = [patch for patch in axes.patches if patch.get_gid() == "missing"]
    assert len(shades) == 1
    assert shades[0].get_x() == pytest.approx(date2num(np.datetime64("2006-07-29T20:00")))


def test_every_band_of_a_light_curve_with_its_limits(curve, draw):
    figure = lp.figures.time_figure(curve)
    assert len(figure.axes) == 2
    columns = flux_series(curve, band=1)
    axes = figure.axes[1]
    np.testing.assert_allclose(drawn(axes, "points")[1], columns.value[~columns.is_limit])
    assert columns.is_limit.any()
    arrows = [text.xy[1] for text in axes.texts]
    np.testing.assert_allclose(arrows, columns.limit[columns.is_limit])
    texts = [entry.get_text() for entry in axes.get_legend().get_texts()]
    assert "95.4 % upper limits (Rolke)" in texts
    draw(figure)


def test_hysteresis_is_numbered_in_order_of_time(series, draw, artist):
    figure = lp.figures.hysteresis_figure(series)
    axes = figure.axes[0]
    x, y = artist(axes, "path").get_data()
    np.testing.assert_allclose(x, flux_series(series).value)
    np.testing.assert_allclose(y, parameter_series(series, "index").value)
    assert [text.get_text() for text in axes.texts] == ["0", "1", "3"]
    np.testing.assert_allclose(artist(axes, "points").get_array(), date2num(flux_series(series).time))
    assert axes.get_xlabel().startswith("Flux [")
    draw(figure)
    other = lp.figures.hysteresis_figure(series, x="amplitude")
    assert other.axes[0].get_xlabel() == "Amplitude\n[10$^{-11}$ TeV$^{-1}$ s$^{-1}$ cm$^{-2}$]"


def test_counts_and_single_column(series, draw):
    figure = lp.figures.time_figure(series, ["counts", "amplitude"], column="single")
    assert figure.get_figwidth() == 3.5
    assert not [line for line in figure.axes[0].lines if line.get_gid() == "constant"]
    draw(figure)


def test_what_cannot_be_drawn(series):
    with pytest.raises(SettingsError, match="no such parameter; found 'beta'"):
        lp.figures.time_figure(series, "beta")
    with pytest.raises(SettingsError, match="column is not known"):
        lp.figures.time_figure(series, column="triple")
    nothing = series.isel(interval=[2, 4])
    with pytest.raises(AnalysisError, match="no time interval has a value"):
        lp.figures.time_figure(nothing, "flux")
    with pytest.raises(AnalysisError, match="no time interval has both"):
        lp.figures.hysteresis_figure(nothing)
