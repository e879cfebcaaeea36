"""The fit: parameters with errors and correlations, the statistic, and its health in words."""

from __future__ import annotations

import math
import re
from html import escape

import ipywidgets as w

from lightpool.analysis import Outcome
from lightpool.confidence import AsymmetricErrors
from lightpool.fitting import FitResult
from lightpool.plot_data import FitRow, fit_summary
from lightpool_dashboard.maker import Maker
from lightpool_dashboard.views import html
from lightpool_dashboard.views.problem import Problem

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class FitView:
    """A table with one row a parameter, their correlations, and what a careful reader should know.

    Parameters
    ----------
    maker : Maker
    """

    def __init__(self, maker: Maker) -> None:
        self.title = w.HTML(html.heading("Fit"))
        self.table, self.health, self.correlation = (w.HTML(layout=maker.layout) for _ in range(3))
        self.table.add_class("lp-fit-table")
        self.health.add_class("lp-health")
        self.correlation.add_class("lp-correlation")
        self.problem = Problem(maker.state, "asymmetric")
        figures = maker.row(self.table, self.correlation, classes="lp-fit")
        self.box = w.VBox([self.title, figures, self.health, self.problem])
        self.box.add_class("lp-view").add_class("lp-view-fit")
        self._fit: FitResult | None = None
        self._errors: AsymmetricErrors | None = None

    def update(self, outcome: Outcome) -> None:
        """Show an outcome that has a fit; without one the last table stays."""
        if outcome.fit is None:
            return
        self._fit = outcome.fit
        fit = fit_summary(outcome.fit)
        how = "stacked" if outcome.settings.stacked else f"joint over {len(outcome.observations)} runs"
        self.title.value = html.heading("Fit", f"{fit.model}, {how}")
        self._show_table()
        self.correlation.value = _correlation(outcome.fit)
        sentences = [f"WStat / dof = {fit.stat:.2f} / {fit.dof}.", fit.message, *fit.health]
        text = " ".join(escape(sentence) for sentence in sentences)
        self.health.value = f'<p class="lp-{"well" if fit.success else "unwell"}">{text}</p>'

    def show_errors(self, errors: AsymmetricErrors | None) -> None:
        """Show asymmetric errors where there are some, else symmetric ones."""
        self._errors = errors
        self._show_table()

    def _show_table(self) -> None:
        if self._fit is None:
            return
        errors = self._errors
        if errors is not None and errors.model != self._fit.model.type_name:
            errors = None
        table = html.table(
            [("Parameter", ""), ("Value", ""), ("Error", "1 σ, MINOS" if errors else "1 σ"), ("Unit", "")],
            [_cells(row, errors) for row in fit_summary(self._fit).rows],
            caption="Best-fit parameters",
        )
        failures = errors.failures.values() if errors else ()
        self.table.value = table + "".join(f"<p>{escape(sentence)}</p>" for sentence in failures)


def _cells(row: FitRow, errors: AsymmetricErrors | None) -> list[str]:
    if row.frozen:
        error = "frozen"
    elif errors is not None and row.name in errors.errors:
        down, up = errors.errors[row.name]
        error = f"+{up:.2g} −{down:.2g}"
    else:
        error = f"± {row.error}" if row.error else "none"
    return [row.name, row.value, error, _unit(row.unit)]


def _correlation(fit: FitResult) -> str:
    """Return the correlations of the free parameters as a table whose cells are coloured too."""
    names = [fit.model.names[i] for i in fit.model.free_indices]
    if len(names) < 2:
        return ""
    head = [("Correlation", ""), *((name, "") for name in names)]
    rows = [
        [name, *(html.shaded_cell(float(value), _signed(float(value))) for value in row)]
        for name, row in zip(names, fit.correlation, strict=True)
    ]
    return html.table(head, rows, caption="Correlation of the fitted parameters")


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−") if math.isfinite(value) else "none"


def _unit(text: str) -> str:
    """Return a unit with raised powers: ``cm-2`` as cm⁻²."""
    return re.sub(r"-?\d+", lambda power: power[0].translate(_RAISED), text)
