from __future__ import annotations

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError


def test_every_run_is_a_point_of_the_cumulative_table(cube, artist, draw):
    figure = lp.figures.significance_figure(cube)
    rows = cube.onoff.cumulative()
    assert len(rows) > 1
    hours = [row["livetime_s"] / 3600 for row in rows]
    for axes, name in zip(figure.axes, ("excess", "sqrt_ts"), strict=True):
        x, y = artist(axes, "rows").get_data()
        np.testing.assert_allclose(x, hours)
        np.testing.assert_allclose(y, [row[name] for row in rows])
        assert axes.get_xlabel() == "Livetime [h]"
    assert [axes.get_ylabel() for axes in figure.axes] == ["Excess counts", "Significance [σ]"]
    draw(figure)


def test_a_steady_source_grows_with_time_and_its_root(cube, artist):
    figure = lp.figures.significance_figure(cube)
    last = cube.onoff.cumulative()[-1]
    quarter = last["livetime_s"] / 3600 / 4
    for axes, expected in zip(figure.axes, (last["excess"] / 4, last["sqrt_ts"] / 2), strict=True):
        x, y = artist(axes, "steady").get_data()
        assert np.interp(quarter, x, y) == pytest.approx(expected, rel=1e-3)


def test_the_columns_of_a_journal(cube, draw):
    double = lp.figures.significance_figure(cube)
    single = lp.figures.significance_figure(cube, column="single")
    assert double.get_figwidth() == 7.0
    assert single.get_figwidth() == 3.5
    draw(single)
    with pytest.raises(SettingsError, match=r"column is not known; found 'triple'.*single \(3.5 in\)"):
        lp.figures.significance_figure(cube, column="triple")


def test_no_excess_and_a_stacked_cube_can_be_drawn(cube, draw):
    nothing = cube.assign(counts=0 * cube["counts"], counts_off=0 * cube["counts_off"])
    draw(lp.figures.significance_figure(nothing))
    draw(lp.figures.significance_figure(lp.stack(cube)))
