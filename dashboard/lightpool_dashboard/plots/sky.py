"""The counts on the sky with the regions that a cube was made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import xarray as xr

from lightpool.dl3 import Observation
from lightpool.exclusion import as_exclusion
from lightpool.sky import Circle
from lightpool.units import to_float
from lightpool_dashboard.plots.card import Plot
from lightpool_dashboard.views.sky import SkyView


def plot_sky(
    observations: Sequence[Observation],
    cube: xr.Dataset,
    *,
    exclusion: Any = (),
    energy: Iterable[Any] | None = None,
) -> Plot:
    """Return the counts of some runs with the ON region, the OFF regions of each run and the rejected ones.

    Parameters
    ----------
    observations : sequence of Observation
    cube : Dataset
        Made from them; not stacked.
    exclusion : Circle, ExclusionMask, or a list of these
        Circles are drawn.
    energy : (low, high), TeV or quantities, optional
        Of the counts; by default the range of the cube.
    """
    lon, lat, radius = (float(cube[f"region_{key}"][0]) for key in ("lon", "lat", "radius"))
    edges = cube["energy_edges"].to_numpy()[[0, -1]] if energy is None else energy
    low, high = (to_float(value, "TeV", name="energy") for value in edges)
    view = SkyView()
    region = Circle(lon, lat, radius, str(cube["region"].to_numpy()[0]))
    view.draw(observations, cube, on_region=region, exclusion=as_exclusion(exclusion), energy=(low, high))
    return Plot(view.box, view.figure)
