"""The fit: parameters with errors, the statistic, and its health in words."""

from __future__ import annotations

import re
from html import escape

import ipywidgets as w

from lightpool.analysis import Outcome
from lightpool.plot_data import FitRow, fit_summary
from lightpool_dashboard.views import html

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class FitView:
    """A table with one row a parameter, and what a careful reader should know."""

    def __init__(self) -> None:
        self.title = w.HTML(html.heading("Fit"))
        self.table, self.health = w.HTML(), w.HTML()
        self.table.add_class("lp-fit-table")
        self.health.add_class("lp-health")
        self.box = w.VBox([self.title, self.table, self.health])
        self.box.add_class("lp-view").add_class("lp-view-fit")

    def update(self, outcome: Outcome) -> None:
        """Show an outcome that has a fit; without one the last table stays."""
        if outcome.fit is None:
            return
        fit = fit_summary(outcome.fit)
        how = "stacked" if outcome.settings.stacked else f"joint over {len(outcome.observations)} runs"
        self.title.value = html.heading("Fit", f"{fit.model}, {how}")
        self.table.value = html.table(
            [("Parameter", ""), ("Value", ""), ("Error", "1 σ"), ("Unit", "")],
            [_cells(row) for row in fit.rows],
            caption="Best-fit parameters",
        )
        sentences = [f"WStat / dof = {fit.stat:.2f} / {fit.dof}.", fit.message, *fit.health]
        text = " ".join(escape(sentence) for sentence in sentences)
        self.health.value = f'<p class="lp-{"well" if fit.success else "unwell"}">{text}</p>'


def _cells(row: FitRow) -> list[str]:
    return [
        row.name,
        row.value,
        "frozen" if row.frozen else f"± {row.error}" if row.error else "none",
        _unit(row.unit),
    ]


def _unit(text: str) -> str:
    """Return a unit with raised powers: ``cm-2`` as cm⁻²."""
    return re.sub(r"-?\d+", lambda power: power[0].translate(_RAISED), text)
