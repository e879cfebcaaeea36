"""From inputs to results: observes the state, asks for runs, hands the results back."""

from __future__ import annotations

import logging
import time
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from lightpool.errors import LightpoolError
from lightpool_dashboard.callbacks import guarded, internal_error, sentence
from lightpool_dashboard.inputs import INPUT_NAMES, Inputs
from lightpool_dashboard.library import Library
from lightpool_dashboard.schedule import BACKGROUND, Schedule
from lightpool_dashboard.state import OF_THE_TARGET, State
from lightpool_dashboard.tasks import DOWNLOAD, SPECTRUM, TASKS, Task

logger = logging.getLogger("lightpool_dashboard")

#: Work shorter than this (s) is let finish and shows no progress: a dragged slider still draws each step.
PATIENCE_S = 0.3
#: How often (s) the progress on the page is renewed.
PROGRESS_EVERY_S = 0.1


class Stopped(Exception):
    """Raised inside a computation that nobody waits for any more.

    Parameters
    ----------
    for_good : bool
        Whether it was cancelled by hand, rather than overtaken by newer input or more urgent work.
    """

    def __init__(self, *, for_good: bool) -> None:
        super().__init__("cancelled" if for_good else "overtaken")
        self.for_good = for_good


@dataclass(frozen=True)
class Request:
    """A snapshot to compute, with its place in the order of requests."""

    inputs: Inputs
    key: Hashable
    number: int


@dataclass(frozen=True, eq=False)
class Done:
    """What came of a request: a result, or a sentence that says why there is none.

    Parameters
    ----------
    inputs : Inputs
        As computed: with a target of the store where the asked one is not in it.
    targets : tuple of str
        Those of the store; empty when it could not be opened.
    stopped : Stopped or None
        Set where the work was broken off.
    """

    inputs: Inputs
    targets: tuple[str, ...] = ()
    result: Any = None
    error: str = ""
    stopped: Stopped | None = None


class Run:
    """A task as a job of the schedule: prepared and finished on the event loop, computed in a worker.

    Parameters
    ----------
    task : Task
    controller : Controller
    """

    def __init__(self, task: Task, controller: Controller) -> None:
        self.task, self.priority = task, task.priority
        self._controller = controller
        self._state = controller.state
        self.asked = 0  # how often it was asked for
        self.answered = 0  # up to which of those it has answered
        self.cancelled = False
        self._computed: Hashable = None
        self._forced = False
        # The schedule meets guarded steps only: a bug in one of them reaches the page, not the loop.
        self.finish = guarded(controller.state)(self._finish)

    @property
    def is_due(self) -> bool:
        """Whether it was asked for and has not answered."""
        return self.answered < self.asked

    def is_stale(self, inputs: Inputs) -> bool:
        """Whether its result does not belong to a snapshot; what is made on request never is."""
        if self.task.on_request:
            return False
        return self._computed != (self.task.key(inputs) if self.task.wanted(inputs) else None)

    def ask(self, schedule: Schedule, *, forced: bool = False) -> None:
        """Ask for a run; a forced one runs even where nothing changed."""
        self.asked += 1
        self.cancelled = False
        self._forced = self._forced or forced
        schedule(self)

    def prepare(self) -> Request | None:
        """Return a snapshot of the inputs; None when its result is on the page already, or not wanted."""
        inputs, forced, self._forced = self._state.inputs(), self._forced, False
        if self.cancelled:
            self._answer(self.asked)
            return None
        if not self.task.wanted(inputs) or (self.task.on_request and not forced):
            self._computed = None
            if getattr(self._state, self.task.result) is not None:
                setattr(self._state, self.task.result, None)
            self._controller.say(self.task, "")
            self._answer(self.asked)
            return None
        if not (forced or self.is_stale(inputs)):
            self._answer(self.asked)
            return None
        return Request(inputs, self.task.key(inputs), self.asked)

    def compute(self, request: Request) -> Done:
        """Return what comes of a snapshot; the only step outside the event loop."""
        inputs, started = request.inputs, time.monotonic()
        shown = started
        targets: tuple[str, ...] = ()

        def tell(what: str, done: int, total: int) -> None:
            nonlocal shown
            if self.cancelled:
                raise Stopped(for_good=True)
            now = time.monotonic()
            is_patient = self.priority < BACKGROUND  # background work makes way at once
            if is_patient and now - started < PATIENCE_S:
                return
            if self.asked > request.number or self._controller.has_more_urgent(self):
                raise Stopped(for_good=False)
            if now - started < PATIENCE_S or now - shown < PROGRESS_EVERY_S:
                return
            shown = now
            self._controller.show_progress(self.task, what, done, total)

        try:
            store = self._controller.library.open(inputs.store)
            targets = tuple(store.targets)
            if inputs.target not in store.targets:
                inputs = replace(inputs, target=store.default_target)
            result = self.task.run(inputs, store, tell)
        except LightpoolError as exc:
            return Done(inputs, targets, error=sentence(exc))
        except Stopped as stopped:
            return Done(inputs, targets, stopped=stopped)
        except Exception as exc:  # a bug in the engine: the page stays alive and says so
            logger.exception("%s failed for %s", self.task.label, inputs)
            return Done(inputs, targets, error=internal_error(exc))
        return Done(inputs, targets, result)

    def _finish(self, request: Request, done: Done) -> None:
        """Put what came of a request on the state, unless it is stale."""
        state = self._state
        now = state.inputs()
        self._controller.hide_progress()
        if done.stopped is not None:
            if done.stopped.for_good:
                self._controller.say(self.task, "")
                self._answer(self.asked)
            else:
                self.ask(self._controller.schedule, forced=self.task.on_request and request.inputs == now)
            return
        other_data = (request.inputs.store, request.inputs.target) != (now.store, now.target)
        if other_data or request.number < self.answered:
            self._controller.settle()
            return
        if done.targets and done.inputs.target != now.target:
            state.targets, state.target = done.targets, done.inputs.target
            if now.target:
                sentence = f"{now.store} has no target {now.target}; {done.inputs.target} is shown"
                state.notice("target", sentence)
        elif done.targets:
            state.targets = done.targets
        self._computed = self.task.key(done.inputs)
        self._controller.say(self.task, done.error)
        if not done.error:
            setattr(state, self.task.result, done.result)  # a view that fails on it says so in `error`
        self._answer(request.number)

    def _answer(self, number: int) -> None:
        self.answered = max(self.answered, number)
        self._controller.settle()


class Controller:
    """Keeps the results in step with the inputs: a change asks for the tasks that depend on it.

    Parameters
    ----------
    state : State
    library : Library
    schedule : Schedule
        Decides when and in which thread results are computed.
    tasks : iterable of Task
    """

    def __init__(
        self, state: State, library: Library, schedule: Schedule, tasks: Iterable[Task] = TASKS
    ) -> None:
        self.state, self.library, self.schedule = state, library, schedule
        self.runs = {task.result: Run(task, self) for task in tasks}
        self._fits_asked = 0
        state.stores = library.names
        state.store = state.store or library.names[0]
        state.observe(guarded(state)(self._forget_the_target), names=["store", "target"])
        state.observe(guarded(state)(self._forget_the_trial), names="model")
        state.observe(guarded(state)(self._input_changed), names=[*INPUT_NAMES, "live", "fit_requests"])
        state.observe(guarded(state)(self._cancel), names="cancel_requests")
        state.observe(guarded(state)(self._download), names="download_requests")

    def refresh(self) -> None:
        """Ask for every result."""
        self._ask(self.runs.values())

    def _ask(self, runs: Iterable[Run], *, forced: Task | None = None) -> None:
        for run in runs:
            self.state.status = "working"
            run.ask(self.schedule, forced=run.task is forced)

    def _forget_the_target(self, change: Any) -> None:
        self.state.notice("target", "")
        if change.old:  # not so when the store names its first target
            for name, value in OF_THE_TARGET.items():
                setattr(self.state, name, value)
            self._leave_out_strays()

    def _leave_out_strays(self) -> None:
        store = self.library.opened(self.state.store)
        if strays := store.strays.get(self.state.target, ()) if store else ():
            self.state.left_out = strays
            runs = f"run{'s' if len(strays) > 1 else ''} {', '.join(map(str, strays))}"
            self.state.notice("target", f"left out, far away from {self.state.target}: {runs}")

    def _forget_the_trial(self, change: object) -> None:
        self.state.trial = ()

    def _input_changed(self, change: Any) -> None:
        state = self.state
        forced = state.fit_requests != self._fits_asked
        self._fits_asked = state.fit_requests
        dirty = [run for run in self.runs.values() if change.name in run.task.inputs]
        if forced or (state.live and change.name == "live"):
            dirty = list(self.runs.values())
        if not (state.live or forced):
            dirty = [run for run in dirty if not run.task.waits_for_fit]
        self._ask(dirty, forced=SPECTRUM if forced else None)
        inputs = state.inputs()
        state.pending = not (state.live or forced) and any(
            run.is_stale(inputs) for run in self.runs.values() if run.task.waits_for_fit
        )

    def _download(self, change: object) -> None:
        self._ask([self.runs[DOWNLOAD.result]], forced=DOWNLOAD)

    def _cancel(self, change: object) -> None:
        for run in self.runs.values():
            if run.is_due:
                run.cancelled = True

    # -- what runs ask of it ------------------------------------------------------------------

    def has_more_urgent(self, run: Run) -> bool:
        """Whether a run with a lower priority number waits."""
        return any(other.is_due for other in self.runs.values() if other.priority < run.priority)

    def show_progress(self, task: Task, what: str, done: int, total: int) -> None:
        """Put how far a task is on the state; may be called from the worker."""

        def show() -> None:
            if self.runs[task.result].is_due:
                self.state.progress = (f"{task.label}: {what.replace('_', ' ')}", done, total)

        self.schedule.post(show)

    def hide_progress(self) -> None:
        """Take the progress off the state."""
        self.state.progress = ()

    def say(self, task: Task, sentence: str) -> None:
        """Put why a task has no result on the state; an empty sentence takes it away."""
        if task is SPECTRUM:
            self.state.error = sentence
        elif sentence != self.state.problems.get(task.result, ""):
            others = {name: text for name, text in self.state.problems.items() if name != task.result}
            self.state.problems = {**others, task.result: sentence} if sentence else others

    def settle(self) -> None:
        """Say what the page is doing now."""
        if any(run.is_due for run in self.runs.values()):
            return
        state, inputs = self.state, self.state.inputs()
        state.status = "error" if state.error else "ready"
        if any(run.cancelled for run in self.runs.values()):
            state.pending = any(run.is_stale(inputs) for run in self.runs.values())
