"""The safe energy range of every row of a cube."""

from __future__ import annotations

import numpy as np
import xarray as xr

from lightpool_dashboard import marks, theme
from lightpool_dashboard.plots.card import Plot, card
from lightpool_dashboard.views import html

#: With more rows than this their names would run into each other: every other one is left out, or more.
_NAMED = 18


def plot_masks(cube: xr.Dataset) -> Plot:
    """Return a bar for the safe energies of each row, and for those at which no row is safe.

    Parameters
    ----------
    cube : Dataset
    """
    edges = cube["energy_edges"].to_numpy()
    safe: np.ndarray = np.any(cube["mask_safe"].transpose("region", "time", "energy").to_numpy(), axis=0)
    names = [str(name) for name in cube["obs_id" if "obs_id" in cube.coords else "time"].to_numpy()]
    rows = len(names)
    scales = {"x": marks.log_scale(edges[0], edges[-1]), "y": marks.linear_scale(rows - 0.4, -0.6)}
    bars = marks.lines(scales, theme.COUNTS, stroke_width=max(2.0, min(14.0, 200 / rows)))
    starts, stops, at = [], [], []
    for k in range(rows):
        turns = np.flatnonzero(np.diff(np.concatenate([[False], safe[k], [False]]).astype(int)))
        starts += edges[turns[0::2]].tolist()
        stops += edges[turns[1::2]].tolist()
        at += [k] * (len(turns) // 2)
    marks.put(bars, *marks.spans(np.array(starts), np.array(stops), np.array(at, dtype=float)))
    across = marks.axis(scales["x"], "Energy [TeV]")
    marks.set_log_range(across, edges[0], edges[-1])
    up = marks.axis(scales["y"], "", side="left")
    shown = np.arange(0, rows, -(-rows // _NAMED))
    labels = {f"{k}": names[k] for k in shown}
    marks.set_range(up, rows - 0.4, -0.6, shown.astype(float), labels)
    figure = marks.figure([bars], [across, up], margin={"top": 8, "bottom": 44, "left": 74, "right": 14})
    idle = rows - int(np.count_nonzero(safe.sum(axis=1)))
    note = f"{idle} of {rows} rows without a safe bin" if idle else ""
    legend = [html.legend_item("line", theme.COUNTS, "safe energy bins of a row")]
    return card(figure, title="Safe energy ranges", note=note, legend=legend)
