"""The statistic of every flux point against its flux, as a map of what the data allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lightpool.errors import AnalysisError, SettingsError
from lightpool.figures import palette
from lightpool.figures.canvas import LABEL_SIZE, LEGEND_SIZE, TICK_SIZE, dress, empty_figure
from lightpool.figures.flux_points import draw_points
from lightpool.figures.labels import ENERGY, SED, limit_label
from lightpool.figures.log_axes import log_range, log_x, log_y
from lightpool.plot_data import delta_ts, has_profile, sed_points
from lightpool.sed import ERG_PER_TEV, FluxPoints

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Fluxes along a profile.
_STEPS = 240
#: The colours end at 4 sigma; the axis spans no more than this factor.
MOST, _SPAN = 16.0, 1e4


def profile_figure(points: FluxPoints, *, column: str = "single") -> Figure:
    """Return a figure of delta TS, the rise of the statistic above its minimum, over energy and E² dN/dE.

    Parameters
    ----------
    points : FluxPoints
        With the tabulated statistic of every band.
    column : str
        ``single`` (3.5 in) or ``double`` (7 in).

    Returns
    -------
    matplotlib Figure
        It belongs to no window; `savefig` writes it.

    Raises
    ------
    SettingsError
        For points without profiles, another column, or without matplotlib.
    AnalysisError
        If not one band has a profile.

    Examples
    --------
    >>> figure = lp.figures.profile_figure(points)
    >>> figure.savefig("profiles.pdf")
    """
    if "stat_scan" not in points:
        raise SettingsError(
            "these flux points have no profiles",
            remedy="Take them from flux_points, or from a file with norm_scan and stat_scan",
        )
    scale = points["ref_e2dnde"] * ERG_PER_TEV * 1e12
    drawn = [int(k) for k in np.flatnonzero(points["success"]) if has_profile(points, int(k))]
    if not drawn:
        raise AnalysisError("no flux point has a profile to draw")
    low, high = _flux_range(points, scale, drawn)
    figure = empty_figure(column, 3.2 if column == "single" else 3.9)
    axes = figure.subplots()
    ends = np.concatenate([points["e_min"][drawn], points["e_max"][drawn]])
    log_x(axes, *log_range(ends, pad=1.08, default=(0.1, 100.0)))
    log_y(axes, low, high)
    dress(axes, x=ENERGY, y=SED)

    from matplotlib.colors import LinearSegmentedColormap, PowerNorm
    from matplotlib.patches import Patch

    ramp = LinearSegmentedColormap.from_list("lightpool profile", palette.PROFILE_STOPS)
    colours = ramp.with_extremes(bad=palette.UNKNOWN)
    edges = np.geomspace(low, high, _STEPS + 1)
    centres = np.sqrt(edges[:-1] * edges[1:])
    unknown = False
    for k in drawn:
        values = delta_ts(points, k, centres / scale[k])
        unknown |= bool(np.isnan(values).any())
        mesh = axes.pcolormesh(
            [points["e_min"][k], points["e_max"][k]],
            edges,
            values[:, None],
            cmap=colours,
            norm=PowerNorm(0.5, vmin=0, vmax=MOST),  # even in standard deviations
            rasterized=True,
            gid=f"profile {k}",
        )
    entries = draw_points(
        axes, sed_points(points), limit_label(points), colour=palette.VERMILION, widths=False
    )
    if unknown:
        entries.append((Patch(color=palette.UNKNOWN), "not tabulated"))
    handles, labels = zip(*entries, strict=True)
    figure.legend(
        handles, labels, loc="outside upper center", ncols=2, fontsize=LEGEND_SIZE, frameon=False
    ).set_gid("legend")
    bar = figure.colorbar(mesh, ax=axes, pad=0.02, aspect=28, extend="max")
    bar.set_label("ΔTS", fontsize=LABEL_SIZE)
    bar.set_ticks([n**2 for n in range(5)])
    bar.minorticks_off()
    bar.ax.tick_params(labelsize=TICK_SIZE, length=2)
    return figure


def _flux_range(points: FluxPoints, scale: np.ndarray, drawn: list[int]) -> tuple[float, float]:
    """Return fluxes from well below the points to above their limits."""
    norm, down, up = (points[name][drawn] for name in ("norm", "norm_errn", "norm_errp"))
    top = norm + 4 * np.nan_to_num(up)
    bottom = np.maximum(norm - 4 * np.nan_to_num(down), top / 20)
    low, high = log_range(np.concatenate([bottom, top]) * np.tile(scale[drawn], 2), pad=1.1, default=(1, 100))
    return max(low, high / _SPAN), high
