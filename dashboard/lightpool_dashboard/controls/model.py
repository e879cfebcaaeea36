"""The panel of the model and the fit."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import Link, panel, unfold
from lightpool_dashboard.controls.parameters import NOTICE, ParameterTable


class ModelPanel:
    """Model and parameters, what of the data is fitted and how, and when.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self._state = state = kit.state
        self.model = kit.choice("model", "Model", tooltip="Shape of the spectrum")
        self.parameters = ParameterTable(kit)
        self.trial = kit.note("lp-hint lp-trial")
        self.back = kit.button(
            "Back to the fit", self._drop_trial, hook="trial-drop", tooltip="Put the sliders where the fit is"
        )
        self.stack = kit.make(
            w.RadioButtons,
            "lp-control lp-control-stack",
            options=[("Joint", False), ("Stacked", True)],
            description="Runs",
            tooltip="Fit all runs together, each with its own response; or their sum",
        )
        Link(state, "stacked", self.stack)
        self.fit_min = kit.number("fit_min", "From [TeV]", step=0.1)
        self.fit_max = kit.number("fit_max", "To [TeV]", step=1)
        self.whole = kit.button(
            "All", self._whole_range, hook="fit-range-clear", tooltip="Fit the whole safe range"
        )
        self.alpha = kit.slider("alpha_systematic", "Systematic of α [%]", step=0.1)
        self.live = kit.flag("live", "Follow every change", tooltip="Fit after every change, or on demand")
        self.fit = kit.button(
            "Fit", state.request_fit, hook="fit", tooltip="Fit, from where the sliders stand"
        )
        self.fit.add_class("lp-main-button")
        self.minos = kit.flag(
            "minos", "Asymmetric errors (MINOS)", tooltip="Follow the statistic up instead of its curvature"
        )
        self.hint = kit.note()
        self._place = kit.column(self.trial, self.back, classes="lp-gone")
        state.observe(guarded(state)(self._show_hint), names=["pending", "live"])
        state.observe(guarded(state)(self._show_trial), names=["trial", "preview", "outcome"])
        self.box = panel(
            "Fit",
            [
                self.model,
                self.parameters.box,
                kit.notice("model", NOTICE, "trial"),
                self._place,
                kit.row(self.fit, self.live),
                self.hint,
                self.stack,
                kit.make(w.HTML, "lp-label", value="Fit range; 0 for open, or brush the counts"),
                kit.row(self.fit_min, self.fit_max, self.whole, classes="lp-row lp-pair"),
                kit.notice("fit_min", "fit_max"),
                self.alpha,
                kit.notice("alpha_systematic"),
                self.minos,
            ],
        )

    def _drop_trial(self) -> None:
        self._state.trial = ()

    def _whole_range(self) -> None:
        self._state.fit_min = self._state.fit_max = 0.0

    def _show_hint(self, change: object) -> None:
        self.hint.value = "<span>Inputs have changed: press Fit.</span>" if self._state.pending else ""

    def _show_trial(self, change: Any) -> None:
        state = self._state
        unfold(self._place, bool(state.trial))
        if not state.trial or state.preview is None:
            return
        text = f"On trial: WStat {state.preview.stat:.1f} in {state.preview.n_bins} bins"
        outcome = state.outcome
        if outcome is not None and outcome.fit is not None and outcome.fit.n_bins == state.preview.n_bins:
            text += f", {state.preview.stat - outcome.fit.stat:+.1f} against the fit"
        self.trial.value = f"<span>{escape(text)}. Dashed in the figures.</span>"
