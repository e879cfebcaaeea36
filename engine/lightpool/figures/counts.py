"""The counts in the ON region with background, prediction, safe range and residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from lightpool.axes import log_centres, whole_bins_inside
from lightpool.errors import SettingsError
from lightpool.figures import palette
from lightpool.figures.canvas import dress, empty_figure, legend, over_residuals
from lightpool.figures.labels import ENERGY
from lightpool.figures.log_axes import log_x, log_y
from lightpool.fitting import FitResult
from lightpool.plot_data import CountsSpectrum, counts_spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The lower end of the logarithmic axis: below one count, so that a bin with one is seen.
FLOOR = 0.2


def counts_figure(cube: xr.Dataset, result: FitResult | None = None, *, column: str = "single") -> Figure:
    """Return a figure of counts against energy and, with a fit, of the residuals below.

    Residuals are (counts - npred) / sqrt(npred); open ones lie outside the fit range. The error
    bars of the counts are the central 68.3 % interval of Garwood (1936), Biometrika 28, 437.

    Parameters
    ----------
    cube : Dataset
        The cube that was fitted: stacked where the fit was.
    result : FitResult, optional
    column : str
        ``single`` (3.5 in) or ``double`` (7 in).

    Returns
    -------
    matplotlib Figure
        It belongs to no window; `savefig` writes it.

    Raises
    ------
    SettingsError
        If the fit was made on another cube, for another column, or without matplotlib.

    Examples
    --------
    >>> figure = lp.figures.counts_figure(cube, result)
    >>> figure.savefig("counts.pdf")
    """
    if result is not None:
        dims = ("region", "time", "energy")
        shapes = [tuple(sizes[dim] for dim in dims) for sizes in (result.npred.sizes, cube.sizes)]
        if shapes[0] != shapes[1]:
            raise SettingsError(
                "the fit was made on another cube",
                found="{} rows and {} energy bins".format(*shapes[1][1:]),
                expected="{} rows and {} energy bins".format(*shapes[0][1:]),
                remedy="Give the cube that was fitted, stacked or not",
            )
    spectrum = counts_spectrum(cube, result)
    figure = empty_figure(column, 2.8 if result is None else 3.9)
    axes, below = (figure.subplots(), None) if result is None else over_residuals(figure)
    log_x(axes, spectrum.edges[0], spectrum.edges[-1])
    top = max(float(np.max([spectrum.all_counts, spectrum.counts_high])), 10.0)
    log_y(axes, FLOOR, 3.5 * top)  # room for the legend
    dress(axes, x=ENERGY if below is None else "", y="Counts per bin")
    legend(axes, *_draw_counts(axes, spectrum), loc="upper right")
    if below is not None and result is not None and spectrum.residual is not None:
        _draw_residuals(below, spectrum, result)
        dress(below, x=ENERGY, y="Residual [σ]")
        figure.align_ylabels([axes, below])
    return figure


def _draw_counts(axes: Axes, s: CountsSpectrum) -> tuple[list[Any], list[str]]:
    entries: list[tuple[Any, str]] = []
    seen = s.safe & (s.counts > 0)
    safe_edges, inside = _safe_bins(s)
    everything = axes.stairs(
        s.all_counts, s.edges, color=palette.COUNTS, alpha=0.55, linewidth=0.7, gid="all counts"
    )
    if seen.any():
        bars = axes.errorbar(
            log_centres(s.edges)[seen],
            s.counts[seen],
            yerr=[(s.counts - s.counts_low)[seen], (s.counts_high - s.counts)[seen]],
            fmt="o",
            color=palette.COUNTS,
            markersize=3,
            elinewidth=0.9,
            label="counts",
            zorder=3,
        )
        entries.append((bars, "ON counts, safe range"))
    entries.append((everything, "all ON counts"))
    if safe_edges.size:
        background = axes.stairs(
            s.background[inside],
            safe_edges,
            baseline=None,
            color=palette.BACKGROUND,
            linestyle=(0, (4, 2)),
            linewidth=1.1,
            gid="background",
        )
        entries.append((background, "background"))
        if s.npred is not None:
            npred = axes.stairs(
                s.npred[inside],
                safe_edges,
                baseline=None,
                color=palette.MODEL,
                linewidth=1.3,
                zorder=2.5,
                gid="npred",
            )
            entries.append((npred, "prediction"))
    for start, stop in _unsafe_ranges(s):
        shade = axes.axvspan(
            start, stop, color=palette.THRESHOLD, alpha=0.16, linewidth=0, zorder=0, gid="unsafe"
        )
        if entries[-1][1] != "not safe":
            entries.append((shade, "not safe"))
    if s.thresholds.size:
        lines = axes.vlines(
            s.thresholds,
            0.0,
            1.0,
            transform=axes.get_xaxis_transform(),
            color=palette.THRESHOLD,
            linestyle=(0, (3, 2)),
            linewidth=0.8,
            gid="thresholds",
        )
        entries.append((lines, "threshold of a run" if s.thresholds.size > 1 else "threshold"))
    handles, labels = zip(*entries, strict=True)
    return list(handles), list(labels)


def _draw_residuals(axes: Axes, s: CountsSpectrum, result: FitResult) -> None:
    assert s.residual is not None
    axes.axhline(0, color=palette.MODEL, linewidth=1.0)
    shown = np.isfinite(s.residual) & s.safe
    fitted = whole_bins_inside(s.edges, *(result.fit_range or (0.0, np.inf)))
    for chosen, face, name in (
        (shown & fitted, palette.COUNTS, "residuals"),
        (shown & ~fitted, "white", "residuals outside the fit"),
    ):
        if chosen.any():
            axes.errorbar(
                log_centres(s.edges)[chosen],
                s.residual[chosen],
                # One standard deviation of the counts, in units of the prediction's.
                yerr=np.ones(int(chosen.sum())),
                fmt="o",
                color=palette.COUNTS,
                markerfacecolor=face,
                markersize=3,
                elinewidth=0.9,
                label=name,
            )
    reach = max(float(np.abs(s.residual[shown]).max(initial=0.0)) + 1.3, 2.9)
    axes.set_ylim(-reach, reach)


def _safe_bins(s: CountsSpectrum) -> tuple[np.ndarray, slice]:
    """Return the edges from the first safe bin to the last, and these bins; no edge where none is safe."""
    safe = np.flatnonzero(s.safe)
    if not safe.size:
        return np.array([]), slice(0, 0)
    return s.edges[safe[0] : safe[-1] + 2], slice(safe[0], safe[-1] + 1)


def _unsafe_ranges(s: CountsSpectrum) -> list[tuple[float, float]]:
    """Return the energies below and above all safe bins."""
    edges, _ = _safe_bins(s)
    if not edges.size:
        return [(float(s.edges[0]), float(s.edges[-1]))]
    ends = [(float(s.edges[0]), float(edges[0])), (float(edges[-1]), float(s.edges[-1]))]
    return [(low, high) for low, high in ends if high > low]
