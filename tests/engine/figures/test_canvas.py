from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.figures import palette
from lightpool.figures.canvas import empty_figure
from lightpool.figures.log_axes import log_range, log_x, log_y


def test_without_matplotlib_it_says_what_to_install(cube, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # what a missing package looks like
    with pytest.raises(SettingsError, match=r"need matplotlib.*pip install 'lightpool\[plot\]'"):
        lp.figures.significance_figure(cube)


def test_neither_the_package_nor_the_figures_load_matplotlib_or_pyplot():
    code = (
        "import sys, lightpool as lp; lp.figures.significance_figure; "
        "assert 'matplotlib' not in sys.modules; "
        "from lightpool.figures.canvas import empty_figure; "
        "empty_figure('single', 2).savefig(sys.stderr.buffer); "
        "assert 'matplotlib.figure' in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_notebook_shows_a_figure():
    assert empty_figure("single", 2.0)._repr_png_().startswith(b"\x89PNG")


def test_the_palette_is_that_of_the_dashboard():
    theme = pytest.importorskip("lightpool_dashboard.theme")
    shared = (
        "BLUE VERMILION GREEN PURPLE AMBER CYAN GREY COUNTS BACKGROUND MODEL THRESHOLD POINTS LIMITS "
        "SKY_STOPS ON_CIRCLE EXCLUDED REJECTED RUNS"
    )
    for name in shared.split():
        assert getattr(palette, name) == getattr(theme, name), name
    assert palette.REFERENCES[0] == theme.REFERENCE


@pytest.mark.parametrize(
    ("ends", "labels"),
    [
        ((0.5, 30), ["0.5", "1", "2", "5", "10", "20"]),
        ((0.05, 200), ["0.1", "1", "10", "100"]),
        ((0.5, 2e5), ["1", "10", "100", "1000", "$10^{4}$", "$10^{5}$"]),
    ],
)
def test_ticks_are_short_numbers(ends, labels):
    axes = empty_figure("single", 2.0).subplots()
    log_x(axes, *ends)
    log_y(axes, *ends)
    for axis in (axes.xaxis, axes.yaxis):
        shown = [t for t in axis.get_majorticklocs() if 0.999 * ends[0] <= t <= 1.001 * ends[1]]
        assert [axis.get_major_formatter()(t) for t in shown] == labels


def test_a_range_without_values_is_the_default():
    assert log_range(np.array([np.nan, -1.0, 0.0]), pad=2, default=(1, 10)) == (1, 10)
