"""Two fields and a button for the span of time, for those who do not brush."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from lightpool.errors import LightpoolError
from lightpool.times import from_utc
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State


class SpanFields:
    """Start and stop in UTC; both filled in make the span.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.start, self.stop = (
            w.Text(description=name, placeholder="2006-07-29 20:40", continuous_update=False)
            for name in ("From", "To")
        )
        self.clear = w.Button(description="Clear", tooltip="Show the spectrum of all runs only")
        self.notice = w.HTML()
        for widget, hook in (
            (self.start, "span-start"),
            (self.stop, "span-stop"),
            (self.clear, "span-clear"),
        ):
            widget.add_class(f"lp-control-{hook}")
        self.notice.add_class("lp-problem")
        row = w.HBox([self.start, self.stop, w.HTML("UTC"), self.clear])
        row.add_class("lp-span-row")
        self.box = w.VBox([row, self.notice])
        take = guarded(state)(self._take)
        self.start.observe(take, names="value")
        self.stop.observe(take, names="value")
        self.clear.on_click(guarded(state)(self._forget))
        state.observe(guarded(state)(self._show), names="span")

    def _take(self, change: object) -> None:
        given = self.start.value.strip(), self.stop.value.strip()
        self._say("")
        if not all(given) or given == tuple(_spaced(time) for time in self._state.span or ()):
            return
        try:
            start, stop = (
                from_utc(time, name=name) for time, name in zip(given, ("From", "To"), strict=True)
            )
        except LightpoolError as exc:
            self._say(str(exc))
            return
        if not start < stop:
            self._say("The span must end after it begins")
            return
        self._state.span = tuple(time.replace(" ", "T") for time in given)

    def _forget(self, button: object) -> None:
        self.start.value = self.stop.value = ""
        self._say("")
        self._state.span = None  # type: ignore[assignment]

    def _show(self, change: object) -> None:
        span = self._state.span
        self.start.value, self.stop.value = (_spaced(time) for time in span) if span else ("", "")

    def _say(self, sentence: str) -> None:
        self.notice.value = f'<span role="alert">{escape(sentence)}</span>' if sentence else ""


def _spaced(time: str) -> str:
    return time.replace("T", " ")
