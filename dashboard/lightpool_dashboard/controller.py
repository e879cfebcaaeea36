"""From inputs to results: observes the state, asks for one run, hands the outcome back."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from lightpool.analysis import Outcome
from lightpool.errors import LightpoolError
from lightpool_dashboard.callbacks import guarded, internal_error
from lightpool_dashboard.library import Library
from lightpool_dashboard.schedule import Schedule
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.state import INPUT_NAMES, Inputs, State

logger = logging.getLogger("lightpool_dashboard")


@dataclass(frozen=True)
class Request:
    """A snapshot to compute, with its place in the order of requests."""

    inputs: Inputs
    generation: int


@dataclass(frozen=True, eq=False)
class Done:
    """What came of a request: an outcome, or a sentence that says why there is none.

    Parameters
    ----------
    inputs : Inputs
        As computed: with a target of the store where the asked one is not in it.
    targets : tuple of str
        Those of the store; empty when it could not be opened.
    """

    inputs: Inputs
    targets: tuple[str, ...] = ()
    outcome: Outcome | None = None
    error: str = ""


class Controller:
    """Keeps the results in step with the inputs.

    Parameters
    ----------
    state : State
    library : Library
    schedule : Schedule
        Decides when and in which thread `compute` runs.
    """

    def __init__(self, state: State, library: Library, schedule: Schedule) -> None:
        self.state, self._library, self._schedule = state, library, schedule
        self._generation = 0
        self._finished = 0
        self._computed: Inputs | None = None
        self._fits_asked = 0
        state.stores = library.names
        state.store = state.store or library.names[0]
        # The schedule meets guarded steps only: a bug in one of them reaches the page, not the loop.
        self._on_input = guarded(state)(self._input_changed)
        self.finish = guarded(state)(self._finish)
        state.observe(self._on_input, names=[*INPUT_NAMES, "live", "fit_requests"])

    def refresh(self) -> None:
        """Ask for a run."""
        self.state.status = "working"
        self._schedule(self)

    def _input_changed(self, change: object) -> None:
        if self.state.live or self.state.fit_requests != self._fits_asked:
            self.state.pending = False
            self.refresh()
        else:
            self.state.pending = self.state.inputs() != self._computed

    # -- the steps of the job -----------------------------------------------------------------

    def prepare(self) -> Request | None:
        """Return a snapshot of the inputs; None when its results are on the page already."""
        inputs, forced = self.state.inputs(), self.state.fit_requests != self._fits_asked
        self._fits_asked = self.state.fit_requests
        if inputs == self._computed and not forced:
            self._settle()
            return None
        self._generation += 1
        return Request(inputs, self._generation)

    def compute(self, request: Request) -> Done:
        """Return the outcome of a snapshot; the only step outside the event loop."""
        inputs = request.inputs
        targets: tuple[str, ...] = ()
        try:
            store = self._library.open(inputs.store)
            targets = tuple(store.targets)
            if inputs.target not in store.targets:
                inputs = replace(inputs, target=store.default_target)
            outcome = store.analysis.run(analysis_settings(inputs, store))
        except LightpoolError as exc:
            return Done(inputs, targets, error=str(exc))
        except Exception as exc:  # a bug in the engine: the page stays alive and says so
            logger.exception("the analysis failed for %s", inputs)
            return Done(inputs, targets, error=internal_error(exc))
        return Done(inputs, targets, outcome)

    def _finish(self, request: Request, done: Done) -> None:
        """Put what came of a request on the state, unless it is stale."""
        state = self.state
        now = state.inputs()
        other_data = (request.inputs.store, request.inputs.target) != (now.store, now.target)
        if other_data or request.generation < self._finished:
            return
        self._finished = request.generation
        self._computed = done.inputs
        if done.targets:
            state.targets, state.target = done.targets, done.inputs.target
        state.error = done.error
        if done.outcome is not None:
            state.outcome = done.outcome  # a view that fails on it says so in `error`
        self._settle()

    def _settle(self) -> None:
        self.state.status = "error" if self.state.error else "ready"
