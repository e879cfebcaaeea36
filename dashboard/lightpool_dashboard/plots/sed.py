"""The spectral energy distribution, and the likelihood profile of every flux point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bqplot as bq
import numpy as np

from lightpool.errors import AnalysisError, SettingsError
from lightpool.figures.labels import limit_label, reference_labels
from lightpool.fitting import FitResult
from lightpool.plot_data import SedCurve, has_profile, sed_curve, sed_points
from lightpool.sed import FluxPoints
from lightpool.spectra import SpectralModel
from lightpool.units import to_float
from lightpool_dashboard import marks, theme
from lightpool_dashboard.plots.card import Plot, card
from lightpool_dashboard.ticks import log_range
from lightpool_dashboard.views import html
from lightpool_dashboard.views.profiles import ProfilePicture
from lightpool_dashboard.views.spectrum_marks import SpectrumMarks, above, flux_range

_FLUX = "E² dN/dE [10⁻¹² erg cm⁻² s⁻¹]"
_MARGIN = {"top": 8, "bottom": 44, "left": 64, "right": 14}
#: Colour and dashes of published spectra, in turn.
_REFERENCES = (
    (theme.REFERENCE, "dotted"),
    (theme.GREEN, "dashed"),
    (theme.AMBER, "dash_dotted"),
    (theme.GREY, "solid"),
)
_SYMBOLS = {"dotted": "dotted", "dashed": "dashed", "dash_dotted": "dashed", "solid": "thin"}


def plot_sed(
    points: FluxPoints,
    model: FitResult | SpectralModel | None = None,
    *,
    references: Any = (),
    energy: Iterable[Any] | None = None,
    profiles: bool = False,
) -> Plot:
    """Return flux points with limits, a model with its error band, and published spectra.

    Parameters
    ----------
    points : FluxPoints
    model : FitResult or SpectralModel, optional
    references : str, PublishedSpectrum or a list of these
        Names of `spectra.CRAB` such as ``hess_ecpl``.
    energy : (low, high), TeV or quantities, optional
        Of the curves; by default that of the points.
    profiles : bool
        Whether the likelihood profile of each point is shaded behind it.

    Raises
    ------
    AnalysisError
        If not one point can be drawn.
    SettingsError
        For an unknown reference, an empty energy range, or points without profiles where they are wanted.
    """
    columns = sed_points(points)
    if not columns.energy.size:
        raise AnalysisError("no flux point can be drawn")
    ends = np.concatenate([columns.e_min, columns.energy, columns.e_max])
    ends = ends[np.isfinite(ends)]
    low, high = (ends.min(), ends.max()) if energy is None else _energies(energy)
    spectrum = model if isinstance(model, SpectralModel | None) else model.model
    curve = None if spectrum is None else sed_curve(spectrum, low, high)
    nothing = SedCurve(*(np.array([]) for _ in range(4)))

    scales = {"x": marks.log_scale(low, high), "y": marks.log_scale(1, 100)}
    drawn = SpectrumMarks(scales, theme.POINTS, theme.MODEL, "circle")
    x_axis, y_axis = marks.axis(scales["x"], "Energy [TeV]"), marks.axis(scales["y"], _FLUX, side="left")
    span = log_range(np.append(ends, [low, high]), floor=0.1, ceiling=100, pad=1.05)
    marks.set_log_range(x_axis, *span)
    bottom, top = flux_range([(columns, curve or nothing)])
    marks.set_log_range(y_axis, bottom, top)
    drawn.put(columns, curve, bottom, top)

    legend = [
        html.legend_item("point", theme.POINTS, "flux points"),
        html.legend_item("limit", theme.POINTS, f"{limit_label(points)}, √TS < 2"),
    ]
    if curve is not None:
        legend.append(
            html.legend_item("band", theme.MODEL, "best fit, 1 σ" if _has_errors(curve) else "model")
        )
    published = []
    for k, (label, reference) in enumerate(reference_labels(references)):
        colour, dashes = _REFERENCES[k % len(_REFERENCES)]
        line = marks.lines(scales, colour, line_style=dashes, stroke_width=1.6)
        marks.put(line, *above(sed_curve(reference, low, high), bottom / 100))
        published.append(line)
        legend.append(html.legend_item(_SYMBOLS[dashes], colour, label))
    below: list[bq.Mark] = [*drawn.below, *published]
    hidden = None
    if profiles:
        picture = _profiles(points, scales, span, (bottom, top))
        below, hidden = [picture.mark, *below], picture.pictures
        legend.append(html.legend_item("shade", theme.POINTS, "likelihood profiles, to 4 σ"))
    figure = marks.figure([*below, *drawn.above], [x_axis, y_axis], margin=_MARGIN)
    return card(figure, title="Spectral energy distribution", legend=legend, hidden=hidden)


def plot_profiles(points: FluxPoints) -> Plot:
    """Return the flux points on the likelihood profile of each: dark where the data want the flux.

    Raises
    ------
    SettingsError
        If the points have no profiles.
    AnalysisError
        If not one point can be drawn.
    """
    return plot_sed(points, profiles=True)


def _profiles(
    points: FluxPoints, scales: dict[str, Any], energy: tuple[float, float], flux: tuple[float, float]
) -> ProfilePicture:
    if not any(has_profile(points, k) for k in range(len(points))):
        raise SettingsError(
            "these flux points have no profiles",
            remedy="Take them from flux_points, or from a file with norm_scan and stat_scan",
        )
    picture = ProfilePicture(scales)
    picture.draw(points, energy, flux)
    return picture


def _has_errors(curve: SedCurve) -> bool:
    return bool(np.any(curve.high > curve.low))


def _energies(energy: Iterable[Any]) -> tuple[float, float]:
    low, high = (to_float(value, "TeV", name="energy") for value in energy)
    if not 0 < low < high:
        raise SettingsError("the energy range of the curves is empty", found=f"{low:g} to {high:g} TeV")
    return low, high
