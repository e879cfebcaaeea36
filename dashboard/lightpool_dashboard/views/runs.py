"""The runs: what each one contributes."""

from __future__ import annotations

import math

import ipywidgets as w

from lightpool.analysis import Outcome
from lightpool.plot_data import run_table
from lightpool_dashboard import theme
from lightpool_dashboard.views import html

_HEAD = (
    ("Run", ""),
    ("Livetime", "min"),
    ("Offset", "deg"),
    ("OFF regions", ""),
    ("ON", ""),
    ("OFF", ""),
    ("α", ""),
    ("Excess", ""),
    ("Signif.", "σ"),
)


class RunsView:
    """A table with one row a run, with the mark that the run has on the sky, and the total."""

    def __init__(self) -> None:
        self.title = w.HTML(html.heading("Runs", "inside the safe energy range"))
        self.table = w.HTML()
        self.table.add_class("lp-scroll")
        self.box = w.VBox([self.title, self.table])
        self.box.add_class("lp-view").add_class("lp-view-runs")

    def update(self, outcome: Outcome) -> None:
        """Show an outcome."""
        table = run_table(outcome.cube)
        cells = [
            [
                html.run_cell(*theme.run_style(k), str(row.obs_id)),
                f"{row.livetime / 60:.1f}",
                f"{row.offset:.2f}",
                str(row.n_off_regions),
                str(row.n_on),
                str(row.n_off),
                _number(row.alpha, ".4f"),
                _number(row.excess, ".1f"),
                _number(row.sqrt_ts, ".1f"),
            ]
            for k, row in enumerate(table.rows)
        ]
        total = table.total
        foot = [
            "All",
            f"{total.livetime / 60:.1f}",
            "",
            str(sum(row.n_off_regions for row in table.rows)),
            str(total.n_on),
            str(total.n_off),
            _number(total.alpha, ".4f"),
            _number(total.excess, ".1f"),
            _number(total.sqrt_ts, ".1f"),
        ]
        self.table.value = html.table(_HEAD, cells, caption="Runs", foot=foot)


def _number(value: float, spec: str) -> str:
    return format(value, spec) if math.isfinite(value) else "none"
