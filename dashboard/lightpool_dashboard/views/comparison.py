"""The table of models: which one the data ask for, and whether it describes them."""

from __future__ import annotations

import math
from html import escape

import ipywidgets as w

from lightpool.comparison import BAD_FIT, Comparison, ModelScore
from lightpool_dashboard.inputs import MODEL_LABELS
from lightpool_dashboard.state import State
from lightpool_dashboard.tasks.goodness import Goodness
from lightpool_dashboard.views import html
from lightpool_dashboard.views.problem import Problem
from lightpool_dashboard.views.switch import Switch, head

_HEAD = (
    ("Model", ""),
    ("Free", "parameters"),
    ("WStat", ""),
    ("dof", ""),
    ("ΔTS", "over simpler"),
    ("p", "of that"),
    ("ΔAIC", ""),
    ("ΔBIC", ""),
    ("Goodness", "p of fit"),
)
_ASK = "Tick the box: every model of the page is fitted to the same bins."


class ComparisonView:
    """One row a model, the best first, and a verdict in a sentence.

    Parameters
    ----------
    state : State
        Its `compare` is what the switch sets.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._comparison: Comparison | None = None
        self._goodness: Goodness | None = None
        self.title = w.HTML(html.heading("Which model?"))
        self.switch = Switch(state, "compare", "Compare models")
        self.table = w.HTML(html.hint(_ASK))
        self.table.add_class("lp-scroll")
        self.box = w.VBox(
            [
                head(self.title, self.switch),
                Problem(state, "comparison"),
                Problem(state, "goodness"),
                self.table,
            ]
        )
        self.box.add_class("lp-view").add_class("lp-view-compare").add_class("lp-wide")

    def update(self, comparison: Comparison | None) -> None:
        """Show a comparison; None empties the view."""
        self._comparison, self._goodness = comparison, None
        self._show()

    def update_goodness(self, goodness: Goodness | None) -> None:
        """Fill in which models describe the data."""
        self._goodness = goodness
        self._show()

    def _show(self) -> None:
        compared = self._comparison
        if compared is None:
            self.table.value = html.hint(_ASK)
            return
        fitted = [score for score in compared.scores if score.result is not None]
        aic = min((score.aic for score in fitted), default=math.nan)
        bic = min((score.bic for score in fitted), default=math.nan)
        rows = [self._cells(score, aic, bic) for score in compared.scores]
        table = html.table(_HEAD, rows, caption="Comparison of models")
        sentences = [compared.verdict, self._goodness_in_words()]
        text = " ".join(escape(sentence) for sentence in sentences if sentence)
        reasons = "".join(
            f"<li><b>{escape(score.name)}</b>: {escape(score.reason)}</li>"
            for score in compared.scores
            if score.result is None
        )
        self.table.value = f'{table}<p class="lp-words" role="status">{text}</p>' + (
            f"<ul>{reasons}</ul>" if reasons else ""
        )

    def _cells(self, score: ModelScore, aic: float, bic: float) -> list[str]:
        chosen = " (chosen)" if score.name == MODEL_LABELS[self._state.model] else ""
        if score.result is None:
            return [score.name + chosen, *["not fitted"], *[""] * (len(_HEAD) - 2)]
        p = self._goodness.p_value.get(score.name, math.nan) if self._goodness else math.nan
        nested = f"{score.delta_ts:.1f}" if score.nested_in else ""
        return [
            score.name + chosen,
            str(score.result.n_free),
            f"{score.result.stat:.1f}",
            str(score.result.dof),
            nested,
            _probability(score.p_nested),
            f"{score.aic - aic:.1f}" if score.aic > aic else "0, best",
            f"{score.bic - bic:.1f}" if score.bic > bic else "0, best",
            _probability(p),
        ]

    def _goodness_in_words(self) -> str:
        if self._goodness is None or not self._goodness.p_value:
            return "Simulated data sets will say whether it describes the data."
        words = [
            f"{name} {'does not describe' if p < BAD_FIT else 'describes'} the data (p = {p:.2f} "
            f"of {self._goodness.n_toys} simulated data sets)"
            for name, p in self._goodness.p_value.items()
        ]
        return "; ".join(words) + "."


def _probability(p: float) -> str:
    """Return a probability with two digits; nothing where there is none."""
    if math.isnan(p):
        return ""
    return f"{p:.2g}" if p >= 1e-3 else f"{p:.0e}".replace("e-0", "e-")
