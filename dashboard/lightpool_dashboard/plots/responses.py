"""The responses in a cube: exposure against true energy, and the energy dispersion of a row."""

from __future__ import annotations

import bqplot as bq
import ipywidgets as w
import numpy as np
import xarray as xr

from lightpool.errors import SettingsError
from lightpool_dashboard import marks, theme
from lightpool_dashboard.plots.card import Plot, card
from lightpool_dashboard.ticks import log_range
from lightpool_dashboard.views import html

_MARGIN = {"top": 8, "bottom": 44, "left": 64, "right": 14}
_STYLES = ("solid", "dashed", "dotted", "dash_dotted")
_SYMBOLS = {"solid": "line", "dashed": "dashed", "dotted": "dotted", "dash_dotted": "dashed"}
#: More rows than this share one look, and the legend says so.
_NAMED = 8
_PIXELS = 240


def plot_exposure(cube: xr.Dataset) -> Plot:
    """Return the exposure of every row against true energy, containment included.

    Parameters
    ----------
    cube : Dataset
    """
    energy = cube["energy_true"].to_numpy()
    exposure = cube["exposure"].transpose("region", "time", "energy_true").to_numpy()[0]
    names = _names(cube)
    scales = {"x": marks.log_scale(energy[0], energy[-1]), "y": marks.log_scale(1, 10)}
    across = marks.axis(scales["x"], "True energy [TeV]")
    marks.set_log_range(across, energy[0], energy[-1])
    up = marks.axis(scales["y"], "Exposure [cm² s]", side="left")
    low, high = log_range(exposure, floor=1, ceiling=10)
    marks.set_log_range(up, max(low, high / 1e6), high)
    drawn, legend = [], []
    for k, (name, values) in enumerate(zip(names, exposure, strict=True)):
        few = len(names) <= _NAMED
        colour = theme.PAGE_COLOURS[k % len(theme.PAGE_COLOURS)] if few else theme.COUNTS
        dashes = _STYLES[k % len(_STYLES)] if few else "solid"
        line = marks.lines(scales, colour, line_style=dashes, opacities=[1.0 if few else 0.5])
        seen = values > max(low, high / 1e6)
        marks.put(line, energy[seen], values[seen])
        drawn.append(line)
        if few:
            legend.append(html.legend_item(_SYMBOLS[dashes], colour, name))
    if len(names) > _NAMED:
        legend.append(html.legend_item("line", theme.COUNTS, f"each of {len(names)} rows"))
    figure = marks.figure(drawn, [across, up], margin=_MARGIN)
    return card(figure, title="Exposure", legend=legend)


def plot_edisp(cube: xr.Dataset, row: int = 0) -> Plot:
    """Return the energy dispersion of a row: how probable each energy is for every true energy.

    Parameters
    ----------
    cube : Dataset
    row : int
        Position on the time axis.

    Raises
    ------
    SettingsError
        If there is no such row.
    """
    n = cube.sizes["time"]
    if not 0 <= row < n:
        raise SettingsError("there is no such row in the cube", found=str(row), expected=f"0 to {n - 1}")
    matrix = cube["edisp"].transpose("region", "time", "energy_true", "energy").to_numpy()[0, row]
    true, energy = cube["energy_true_edges"].to_numpy(), cube["energy_edges"].to_numpy()
    # A picture has pixels of one size; the bins are read at their centres.
    x, y = (np.geomspace(edges[0], edges[-1], 2 * _PIXELS + 1)[1::2] for edges in (true, energy))
    columns, lines = (
        np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(edges) - 2)
        for edges, at in ((true, x), (energy, y))
    )
    most = float(matrix.max()) or 1.0
    picture = w.Image(
        value=marks.shade_png(np.sqrt(matrix.T[np.ix_(lines, columns)] / most), theme.COUNTS), format="png"
    )
    scales = {"x": marks.log_scale(true[0], true[-1]), "y": marks.log_scale(energy[0], energy[-1])}
    image = bq.Image(image=picture, scales=scales, x=true[[0, -1]], y=energy[[0, -1]], pixelated=True)
    across = marks.axis(scales["x"], "True energy [TeV]")
    up = marks.axis(scales["y"], "Reconstructed energy [TeV]", side="left")
    marks.set_log_range(across, true[0], true[-1])
    marks.set_log_range(up, energy[0], energy[-1])
    diagonal = marks.lines(scales, theme.MODEL, line_style="dashed", stroke_width=1)
    ends = max(true[0], energy[0]), min(true[-1], energy[-1])
    marks.put(diagonal, ends, ends)
    figure = marks.figure([image, diagonal], [across, up], margin=_MARGIN)
    legend = [
        html.legend_item("shade", theme.COUNTS, f"probability of a bin, darkest {most:.2g}"),
        html.legend_item("dashed", theme.MODEL, "energy = true energy"),
    ]
    hidden = w.Box([picture], layout=w.Layout(display="none"))
    return card(figure, title=f"Energy dispersion: {_names(cube)[row]}", legend=legend, hidden=hidden)


def _names(cube: xr.Dataset) -> list[str]:
    return [str(name) for name in cube["obs_id" if "obs_id" in cube.coords else "time"].to_numpy()]
