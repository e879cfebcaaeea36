"""The spectral energy distribution: points, limits, best fit, published spectra and residuals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from lightpool.errors import AnalysisError, SettingsError
from lightpool.figures import palette
from lightpool.figures.canvas import dress, empty_figure, legend, over_residuals
from lightpool.figures.flux_points import ARROW, draw_points
from lightpool.figures.labels import ENERGY, SED, limit_label, reference_labels
from lightpool.figures.log_axes import log_range, log_x, log_y
from lightpool.fitting import FitResult
from lightpool.flux_point_fit import FluxPointFit
from lightpool.plot_data import (
    PublishedSpectrum,
    SedCurve,
    SedPoints,
    sed_curve,
    sed_points,
    sed_residuals,
)
from lightpool.sed import FluxPoints
from lightpool.spectra import SpectralModel
from lightpool.units import to_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: How far a curve may pull the axis beyond points and limits, as a factor, and how much an axis may span.
_REACH, _SPAN = 6.0, 1e4


def sed_figure(
    points: FluxPoints,
    *,
    result: FitResult | FluxPointFit | SpectralModel | None = None,
    references: str | PublishedSpectrum | Iterable[str | PublishedSpectrum] = (),
    energy: tuple[Any, Any] | None = None,
    column: str = "single",
) -> Figure:
    """Return a figure of E² dN/dE against energy and, with a fit, of the residuals below.

    A point's residual is (data - model) / error, with the error on the side of the model.

    Parameters
    ----------
    points : FluxPoints
        Bands that are limits are drawn as arrows; the legend names method and confidence.
    result : FitResult, FluxPointFit or SpectralModel, optional
        The best fit, drawn with its one-sigma butterfly.
    references : str, PublishedSpectrum, or several
        Published spectra; a name is one of `spectra.CRAB`.
    energy : (low, high), TeV or quantities, optional
        Where the curves run; the range of the points if not given.
    column : str
        ``single`` (3.5 in) or ``double`` (7 in).

    Returns
    -------
    matplotlib Figure
        It belongs to no window; `savefig` writes it.

    Raises
    ------
    SettingsError
        For an unknown reference or column, an empty energy range, or without matplotlib.
    AnalysisError
        If not one band has a value or a limit.

    Examples
    --------
    >>> figure = lp.figures.sed_figure(points, result=result, references="hess_pl")
    >>> figure.savefig("sed.pdf")
    """
    columns = sed_points(points)
    if not columns.energy.size:
        reasons = sorted({str(reason) for reason in points["reason"] if reason})
        raise AnalysisError("no flux point can be drawn", found="; ".join(reasons) or None)
    named = reference_labels(references)
    ends = np.concatenate([columns.e_min, columns.energy, columns.e_max])
    low, high = log_range(ends, pad=1.0, default=(0.1, 100.0)) if energy is None else _energies(energy)
    model = result if isinstance(result, SpectralModel | None) else result.model
    curve = None if model is None else sed_curve(model, low, high)

    single = column == "single"
    figure = empty_figure(column, 2.8 if single else 3.8) if model is None else empty_figure(column, 3.9)
    axes, below = (figure.subplots(), None) if model is None else over_residuals(figure)
    log_x(axes, *_room(low, high, ends))
    log_y(axes, *_flux_range(columns, curve))
    dress(axes, x=ENERGY if below is None else "", y=SED)

    entries = draw_points(axes, columns, limit_label(points), colour=palette.POINTS)
    if curve is not None:
        entries.append(_draw_fit(axes, curve))
    for k, (label, spectrum) in enumerate(named):
        entries.append(_draw_reference(axes, sed_curve(spectrum, low, high), label, k))
    legend(axes, *(list(column_of) for column_of in zip(*entries, strict=True)))
    if below is not None and model is not None:
        _draw_residuals(below, columns, model)
        dress(below, x=ENERGY, y="Residual [σ]")
        figure.align_ylabels([axes, below])
    return figure


def _draw_fit(axes: Axes, curve: SedCurve) -> tuple[Any, str]:
    band = axes.fill_between(
        curve.energy, curve.low, curve.high, color=palette.MODEL, alpha=0.25, linewidth=0, gid="butterfly"
    )
    (line,) = axes.plot(curve.energy, curve.value, color=palette.MODEL, linewidth=1.3, gid="fit")
    with_errors = bool(np.any(curve.high > curve.low))
    return ((band, line), "best fit, 1σ") if with_errors else (line, "model")


def _draw_reference(axes: Axes, curve: SedCurve, label: str, k: int) -> tuple[Any, str]:
    colours, dashes = palette.REFERENCES, palette.DASHES
    (line,) = axes.plot(
        curve.energy,
        curve.value,
        color=colours[k % len(colours)],
        dashes=dashes[k % len(dashes)],
        linewidth=1.0,
        zorder=1.5,
        gid=f"reference {k}",
    )
    return line, label


def _draw_residuals(axes: Axes, columns: SedPoints, model: SpectralModel) -> None:
    residual = sed_residuals(columns, model)
    shown = np.isfinite(residual)
    axes.axhline(0, color=palette.MODEL, linewidth=1.0)
    axes.errorbar(
        columns.energy[shown],
        residual[shown],
        yerr=np.ones(int(shown.sum())),
        fmt="o",
        color=palette.POINTS,
        markersize=3,
        elinewidth=0.9,
        label="residuals",
    )
    reach = max(float(np.abs(residual[shown]).max(initial=0.0)) + 1.3, 2.9)
    axes.set_ylim(-reach, reach)


def _energies(energy: tuple[Any, Any]) -> tuple[float, float]:
    low, high = (to_float(value, "TeV", name="energy") for value in energy)
    if not 0 < low < high:
        raise SettingsError("the energy range of the curves is empty", found=f"{low:g} to {high:g} TeV")
    return low, high


def _room(low: float, high: float, ends: np.ndarray) -> tuple[float, float]:
    return log_range(np.append(ends, [low, high]), pad=1.12, default=(low, high))


def _flux_range(points: SedPoints, curve: SedCurve | None) -> tuple[float, float]:
    """Return a range that shows all points and limits, and the model as far as it stays near them."""
    p = points
    low = np.where(p.is_limit, p.limit / ARROW, np.where(p.low > p.value / 10, p.low, p.value / 2))
    ends = np.concatenate([low, np.where(p.is_limit, p.limit, p.high)])
    ends = ends[np.isfinite(ends) & (ends > 0)]
    near = np.array([]) if curve is None else curve.value
    near = near[(near > ends.min() / _REACH) & (near < ends.max() * _REACH)]
    bottom, top = log_range(np.append(ends, near), pad=1.6, default=(1.0, 100.0))
    return max(bottom, top / _SPAN), top
