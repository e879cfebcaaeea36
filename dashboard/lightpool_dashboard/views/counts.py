"""Counts against energy with background and prediction, and the residuals below."""

from __future__ import annotations

import ipywidgets as w
import numpy as np
import xarray as xr

from lightpool.analysis import Outcome
from lightpool.axes import log_centres
from lightpool.fitting import FitResult
from lightpool.plot_data import CountsSpectrum, counts_spectrum
from lightpool_dashboard import marks, theme
from lightpool_dashboard.tasks.preview import Prediction
from lightpool_dashboard.ticks import log_range
from lightpool_dashboard.views import html
from lightpool_dashboard.views.residuals import ResidualFigure

#: Where a bin without counts rests on the logarithmic axis.
FLOOR = 0.2
_MARGIN = {"left": 60, "right": 14}


class CountsView:
    """Two figures on one energy axis: counts, and (counts - npred) / sqrt(npred)."""

    def __init__(self) -> None:
        self.energy, self._counts = marks.log_scale(0.1, 40), marks.log_scale(FLOOR, 100)
        above = {"x": self.energy, "y": self._counts}
        self.unsafe = marks.band(above, theme.THRESHOLD, 0.16)
        self.pointed = marks.band(above, theme.POINTS, 0.2)
        self.thresholds = marks.lines(above, theme.THRESHOLD, line_style="dashed", stroke_width=1)
        self.all_counts = marks.lines(above, theme.COUNTS, stroke_width=1, opacities=[0.55])
        self.background = marks.lines(above, theme.BACKGROUND, line_style="dashed")
        self.npred = marks.lines(above, theme.MODEL, stroke_width=2)
        self.counts = marks.lines(above, theme.COUNTS)
        self.errors = marks.lines(above, theme.COUNTS, stroke_width=1.2)
        self.points = marks.points(above, theme.COUNTS, "circle", default_size=20)
        self.trial = marks.lines(above, theme.MODEL, line_style="dashed", stroke_width=2, visible=False)
        self._energy_above = marks.axis(self.energy, "", tick_style={"display": "none"})
        self._counts_axis = marks.axis(self._counts, "Counts per bin", side="left")
        self.figure = marks.figure(
            [
                self.unsafe,
                self.pointed,
                self.thresholds,
                self.all_counts,
                self.background,
                self.counts,
                self.npred,
                self.errors,
                self.points,
                self.trial,
            ],
            [self._energy_above, self._counts_axis],
            margin={"top": 18, "bottom": 10, **_MARGIN},
        )
        self.residuals = ResidualFigure(self.energy, [(theme.COUNTS, "circle")], _MARGIN)
        self.figure.add_class("lp-upper")
        self.title = w.HTML(html.heading("Counts in the ON region"))
        self.legend = w.HTML(_legend(with_prediction=True))
        self.box = w.VBox([self.title, self.figure, self.residuals.figure, self.legend])
        self.box.add_class("lp-view").add_class("lp-view-counts")

    def update(self, outcome: Outcome) -> None:
        """Draw an outcome."""
        self.draw(outcome.fitted, outcome.fit)

    def draw(self, cube: xr.Dataset, fit: FitResult | None = None) -> None:
        """Draw the counts of a cube and, with a fit to it, the prediction."""
        spectrum = counts_spectrum(cube, fit)
        edges = spectrum.edges
        for axis in (self._energy_above, self.residuals.axis):
            marks.set_log_range(axis, edges[0], edges[-1])
        top = log_range(np.append(spectrum.all_counts, spectrum.counts_high), floor=1, ceiling=10)[1]
        marks.set_log_range(self._counts_axis, FLOOR, top)
        self._draw_counts(spectrum, top)
        self._draw_residuals(spectrum)

    def without_residuals(self) -> None:
        """Leave out the lower figure and the prediction, for counts that nothing was fitted to."""
        self.box.children = [child for child in self.box.children if child is not self.residuals.figure]
        self.legend.value = _legend(with_prediction=False)
        self.figure.remove_class("lp-upper")
        self.figure.fig_margin = {**self.figure.fig_margin, "bottom": 44}
        self._energy_above.label, self._energy_above.tick_style = "Energy [TeV]", {"font-size": "11px"}

    def show_trial(self, prediction: Prediction | None) -> None:
        """Draw what the model on trial predicts; nothing without one."""
        if prediction is None:
            marks.put(self.trial, [], [])
            return
        spectrum = counts_spectrum(prediction.cube, prediction)
        assert spectrum.npred is not None
        marks.put(self.trial, *_steps(spectrum, spectrum.npred))

    @property
    def top(self) -> float:
        """The upper end of the counts axis."""
        return float(self._counts.max)

    def add_to_legend(self, *items: str) -> None:
        """Explain what else was put on the figure."""
        self.legend.value = _legend(*items, with_prediction=True)

    def highlight(self, energies: tuple[float, float] | None) -> None:
        """Shade the bins of a flux point; None takes the shade away."""
        if energies is None:
            marks.put(self.pointed, [], [])
        else:
            top = self._counts.max
            marks.put(self.pointed, energies, np.array([[FLOOR, FLOOR], [top, top]]))

    def _draw_counts(self, spectrum: CountsSpectrum, top: float) -> None:
        edges, centres = spectrum.edges, log_centres(spectrum.edges)
        marks.put(self.all_counts, *marks.steps(edges, spectrum.all_counts, floor=FLOOR))
        marks.put(self.counts, *_steps(spectrum, spectrum.counts))
        marks.put(self.background, *_steps(spectrum, spectrum.background))
        npred = ([], []) if spectrum.npred is None else _steps(spectrum, spectrum.npred)
        marks.put(self.npred, *npred)
        seen = spectrum.safe & (spectrum.counts > 0)
        bars = (centres[seen], spectrum.counts_low[seen], spectrum.counts_high[seen])
        marks.put(self.errors, *marks.error_bars(*bars, floor=FLOOR))
        marks.put(self.points, centres[seen], spectrum.counts[seen])
        marks.put(self.thresholds, *marks.verticals(spectrum.thresholds, FLOOR, top))
        end = spectrum.thresholds.min() if spectrum.thresholds.size else edges[-1]
        shaded = end > edges[0]
        x = np.array([edges[0], end]) if shaded else np.array([])
        marks.put(self.unsafe, x, np.array([[FLOOR, FLOOR], [top, top]]) if shaded else np.array([]))

    def _draw_residuals(self, spectrum: CountsSpectrum) -> None:
        edges, residual = spectrum.edges, spectrum.residual
        found = [] if residual is None else [(log_centres(edges), residual)]
        self.residuals.put((edges[0], edges[-1]), found)


def _legend(*others: str, with_prediction: bool) -> str:
    items = [
        html.legend_item("point", theme.COUNTS, "ON counts in the safe range"),
        html.legend_item("thin", theme.COUNTS, "all ON counts"),
        html.legend_item("dashed", theme.BACKGROUND, "background"),
    ]
    if with_prediction:
        items.append(html.legend_item("line", theme.MODEL, "prediction"))
    items.append(html.legend_item("shade", theme.THRESHOLD, "no run is safe; dashed: threshold of a run"))
    return html.legend([*items, *others])


def _steps(spectrum: CountsSpectrum, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the step line of the bins from the first safe one to the last."""
    safe = np.flatnonzero(spectrum.safe)
    if not safe.size:
        return np.array([]), np.array([])
    first, last = safe[0], safe[-1] + 1
    return marks.steps(spectrum.edges[first : last + 1], values[first:last], floor=FLOOR)
