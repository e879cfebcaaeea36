"""The parameters of the model: a row each, with value, slider, frozen or free, and limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ipywidgets as w
import traitlets as tl

from lightpool.analysis import Outcome
from lightpool.spectra import MODELS, SpectralModel
from lightpool.spectra.parameter import Parameter
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.controls.kit import Kit
from lightpool_dashboard.controls.link import put, say
from lightpool_dashboard.controls.reach import STEPS, reach_of
from lightpool_dashboard.settings import chosen_model

#: Where sentences about a parameter stand among the notices.
NOTICE = "parameters"


class ParameterRow:
    """The controls of one parameter.

    Parameters
    ----------
    kit : Kit
    parameter : Parameter
        As the model has it by default.
    move : callable
        Is given a value chosen by slider or in the field.
    choose : callable
        Is given what else was chosen: fields of `ParameterChoice`.
    """

    def __init__(
        self,
        kit: Kit,
        parameter: Parameter,
        move: Callable[[float], None],
        choose: Callable[..., None],
    ) -> None:
        self._state, self._move, self._choose = kit.state, move, choose
        self._value = self._shown = parameter.value
        self._reach = reach_of(parameter)
        self._limits = ("", "")
        name, hook = parameter.name, f"lp-control-parameter-{parameter.name.strip('_')}"
        unit = f" [{parameter.unit}]" if parameter.unit else ""
        self.number = kit.make(
            w.FloatText,
            f"lp-control {hook}-value",
            description=name,
            tooltip=f"Value of {name}{unit}: where the fit starts, or stays when frozen",
            step=None,
        )
        self.frozen = kit.check("frozen", f"lp-control {hook}-frozen", tooltip=f"Keep {name} out of the fit")
        self.fold = kit.make(
            w.ToggleButton, "lp-fold", description="limits", tooltip=f"Show or hide the limits of {name}"
        )
        self.slider = kit.make(
            w.IntSlider,
            f"lp-control lp-bare {hook}",
            description=f"{name} slider",
            tooltip=f"Move {name}: the prediction follows, the fit does not",
            readout=False,
            continuous_update=True,
            max=STEPS,
            value=self._reach.step(parameter.value),
        )
        tip = f"limit of {name} in the fit{unit}; empty for none"
        self.low = kit.text("from", tooltip=f"Lower {tip}", classes=f"{hook}-low")
        self.high = kit.text("to", tooltip=f"Upper {tip}", classes=f"{hook}-high")
        self.box = kit.column(
            kit.row(self.number, self.frozen, self.fold),
            self.slider,
            kit.row(self.low, self.high, classes="lp-row lp-pair lp-folded"),
            classes="lp-parameter",
        )
        guard = guarded(kit.state)
        self.number.observe(guard(self._typed), names="value")
        self.slider.observe(guard(self._slid), names="value")
        self.frozen.observe(guard(self._froze), names="value")
        self.low.observe(guard(self._limited), names="value")
        self.high.observe(guard(self._limited), names="value")
        self.show(parameter, parameter.value)

    def show(self, parameter: Parameter, value: float) -> None:
        """Show a parameter with a value; what the controls had meanwhile is gone, and none of them fires."""
        self._parameter, self._value = parameter, value
        self._shown = float(f"{value:.4g}")
        self._reach = self._reach.holding(value)
        self._limits = _limit_text(parameter.min), _limit_text(parameter.max)
        if self.number.value != self._shown:
            self.number.value = self._shown
        self.slider.value = self._reach.step(value)
        if self.frozen.value != parameter.frozen:
            self.frozen.value = parameter.frozen
        if self.slider.disabled != parameter.frozen:
            self.slider.disabled = parameter.frozen
        if (self.low.value, self.high.value) != self._limits:
            self.low.value, self.high.value = self._limits

    def close(self) -> None:
        """Let go of the widgets; layout and styles are shared and stay."""
        for part in self.box.children:
            for widget in getattr(part, "children", ()):
                widget.close()
            part.close()
        self.box.close()

    # Each compares with what the state said last: its own echo must not come back as a choice.

    def _typed(self, change: Any) -> None:
        if change.new != self._shown:
            self._move(change.new)

    def _slid(self, change: Any) -> None:
        if change.new != self._reach.step(self._value):
            self._move(self._reach.value(change.new))

    def _froze(self, change: Any) -> None:
        if change.new != self._parameter.frozen:
            self._choose(frozen=change.new, value=self._value)

    def _limited(self, change: Any) -> None:
        if (self.low.value, self.high.value) == self._limits:
            return
        try:
            low, high = (_limit(field.value) for field in (self.low, self.high))
        except ValueError:
            sentence = f"a limit of {self._parameter.name} must be a number, or empty for none"
            say(self._state, NOTICE, f"{sentence}; got {change.new[:30]!r}")
            return
        self._choose(low=low, high=high)


class ParameterTable:
    """A row for each parameter of the model that is chosen.

    A moved slider puts all values on `State.trial`, and so moves the prediction. What a fit found is
    shown where nothing is on trial.

    Parameters
    ----------
    kit : Kit
    """

    def __init__(self, kit: Kit) -> None:
        self._kit, self._state = kit, kit.state
        self.rows: dict[str, ParameterRow] = {}
        self.box = kit.column(classes="lp-parameters")
        guard = guarded(self._state)
        self._state.observe(guard(self._rebuild), names="model")
        self._state.observe(guard(self._show), names=["trial", "parameters"])
        self._rebuild()

    def update(self, outcome: Outcome) -> None:
        """Show what a fit found."""
        self._show()

    def values(self, model: SpectralModel) -> dict[str, float]:
        """Return what the sliders stand at: on trial, else fitted, else where the fit starts."""
        outcome = self._state.outcome
        values = dict(zip(model.names, model.values, strict=True))
        if outcome is not None and outcome.fit is not None and type(outcome.fit.model) is type(model):
            values |= {p.name: p.value for p in outcome.fit.model.parameters if not model[p.name].frozen}
        return values | {name: value for name, value in self._state.trial if name in values}

    def _model(self) -> SpectralModel:
        """Return the model as chosen; values and limits that contradict each other are left to the fit."""
        return chosen_model(self._state.inputs())

    def _rebuild(self, change: object = None) -> None:
        old = list(self.rows.values())
        parameters = MODELS[self._state.model]().parameters
        self.rows = {
            p.name: ParameterRow(self._kit, p, self._mover(p.name), self._chooser(p.name)) for p in parameters
        }
        self._show()
        self.box.children = [row.box for row in self.rows.values()]
        for row in old:
            row.close()

    def _show(self, change: object = None) -> None:
        model = self._model()
        values = self.values(model)
        for name, row in self.rows.items():
            row.show(model[name], values[name])

    def _mover(self, name: str) -> Callable[[float], None]:
        def move(value: float) -> None:
            state, model = self._state, self._model()
            say(state, NOTICE, "")
            if not math.isfinite(value):
                say(state, NOTICE, f"{name} must be a number; got {value:g}")
            elif model[name].frozen:
                self._choose(name, value=value)
            else:
                trial = {**self.values(model), name: value}
                put(state, "trial", tuple((p.name, trial[p.name]) for p in model.parameters if not p.frozen))
            self._show()

        return move

    def _chooser(self, name: str) -> Callable[..., None]:
        def choose(**what: Any) -> None:
            self._choose(name, **what)
            self._show()

        return choose

    def _choose(self, name: str, **what: Any) -> None:
        say(self._state, NOTICE, "")
        try:
            self._state.choose(name, **what)
        except tl.TraitError as exc:
            say(self._state, NOTICE, str(exc))


def _limit(text: str) -> float | None:
    return float(text) if text.strip() else None


def _limit_text(limit: float) -> str:
    return f"{limit:g}" if math.isfinite(limit) else ""
