"""The line of numbers at the top: what all runs together say."""

from __future__ import annotations

import math

import ipywidgets as w

from lightpool.analysis import Outcome
from lightpool.plot_data import run_table


class SummaryView:
    """Counts, off counts, excess, significance and livetime as text."""

    def __init__(self) -> None:
        self.box = w.HTML()
        self.box.add_class("lp-summary")

    def update(self, outcome: Outcome) -> None:
        """Show an outcome."""
        total = run_table(outcome.cube).total
        entries = (
            ("counts", str(total.n_on)),
            ("off counts", str(total.n_off)),
            ("excess", f"{total.excess:.1f}" if math.isfinite(total.excess) else "none"),
            ("significance", f"{total.sqrt_ts:.2f} σ" if math.isfinite(total.sqrt_ts) else "none"),
            ("livetime", f"{total.livetime / 3600:.2f} h"),
        )
        # A blank between name and number keeps the text readable without the style sheet.
        self.box.value = " ".join(f"<span>{name} <b>{number}</b></span>" for name, number in entries)
