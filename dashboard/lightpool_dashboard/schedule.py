"""When work runs: debounced, in one worker thread, the newest input and the most urgent job first."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

logger = logging.getLogger("lightpool_dashboard")

#: From this priority on, a job is nothing that the eye waits for.
BACKGROUND = 3


class Job(Protocol):
    """Work in three steps, of which only the middle one may leave the event loop."""

    #: Of the jobs that wait, the one with the lowest runs first.
    priority: int

    def prepare(self) -> Any | None:
        """Return a snapshot of the inputs, or None when there is nothing to do."""

    def compute(self, request: Any) -> Any:
        """Return the result of a snapshot; touches no trait and no widget."""

    def finish(self, request: Any, result: Any) -> None:
        """Take the result over."""


class Schedule(Protocol):
    """Anything that can be asked for a run of a job."""

    def __call__(self, job: Job) -> None:
        """Ask for one run, soon."""

    def post(self, call: Callable[[], None]) -> None:
        """Run a call where traits may be touched; may be asked from the worker."""

    def run_now(self) -> None:
        """Run what waits to the end before returning."""

    def close(self) -> None:
        """Drop what waits and stop the worker."""


class _Waiting:
    """Jobs that wait, each once, the most urgent first."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def add(self, job: Job) -> None:
        if job not in self._jobs:
            self._jobs.append(job)

    @property
    def first(self) -> Job:
        return min(self._jobs, key=lambda job: job.priority)

    def take(self) -> Job:
        job = self.first
        self._jobs.remove(job)
        return job

    def clear(self) -> None:
        self._jobs.clear()


def _run_here(job: Job) -> None:
    request = job.prepare()
    if request is not None:
        job.finish(request, job.compute(request))


class ManualSchedule:
    """A schedule that waits for `flush`: for tests, and for Python without an event loop.

    Parameters
    ----------
    immediate : bool
        Run each job at once instead.
    """

    def __init__(self, *, immediate: bool = False) -> None:
        self.immediate = immediate
        self._waiting = _Waiting()
        self._running = False

    def __call__(self, job: Job) -> None:
        """Ask for one run, soon; several requests for the same job are one."""
        self._waiting.add(job)
        if self.immediate and not self._running:
            self.flush()

    def flush(self) -> None:
        """Run what waits, and what that asks for, to the end."""
        self._running = True
        try:
            while self._waiting:
                _run_here(self._waiting.take())
        finally:
            self._running = False

    def post(self, call: Callable[[], None]) -> None:
        """Run the call now."""
        call()

    def run_now(self) -> None:
        """Run what waits; the same as `flush`."""
        self.flush()

    def close(self) -> None:
        """Drop what waits."""
        self._waiting.clear()


class LoopSchedule:
    """A schedule on the running event loop, with the computing in a worker thread.

    Requests for a job that arrive within `delay`, or while the worker is busy, merge into one; it
    takes its snapshot when it starts, so it is always the newest input that is computed.

    Parameters
    ----------
    delay : float, s
        How long to wait for more events of the same gesture.
    rest : float, s
        For how long nothing must have been asked for before a job in the `BACKGROUND` starts: while
        a slider moves, the worker is free for what follows it.
    """

    def __init__(self, delay: float = 0.005, rest: float = 0.15) -> None:
        self.delay, self.rest = delay, rest
        self._asked = asyncio.Event()
        self._asked_at = -rest
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lightpool")
        self._waiting = _Waiting()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def __call__(self, job: Job) -> None:
        """Ask for one run, soon; several requests for the same job are one."""
        if not self._closed:
            self._waiting.add(job)
            self._loop.call_soon_threadsafe(self._wake)

    def post(self, call: Callable[[], None]) -> None:
        """Run the call on the event loop, soon."""
        if not self._closed:
            self._loop.call_soon_threadsafe(call)

    async def settled(self) -> None:
        """Wait until nothing waits and nothing runs."""
        await asyncio.sleep(0)
        while self._task is not None and not self._task.done():
            await self._task

    def run_now(self) -> None:
        """Run what waits, and what that asks for, here and now, before the loop goes on."""
        while self._waiting:
            _run_here(self._waiting.take())

    def close(self) -> None:
        """Drop what waits and stop the worker."""
        self._closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _wake(self) -> None:
        self._asked_at = self._loop.time()
        self._asked.set()
        if self._waiting and (self._task is None or self._task.done()):
            self._task = self._loop.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            await self._pause()
            if not self._waiting:  # closed during the pause
                return
            job = self._waiting.take()
            try:
                request = job.prepare()
                if request is not None:
                    result = await self._loop.run_in_executor(self._pool, job.compute, request)
                    job.finish(request, result)
            except Exception:  # a bug in one job must not stop the schedule for the ones to come
                logger.exception("a scheduled job failed")

    async def _pause(self) -> None:
        """Wait for more events of the gesture; before background work, until the hand rests."""
        await asyncio.sleep(self.delay)
        while self._waiting and self._waiting.first.priority >= BACKGROUND:
            left = self._asked_at + self.rest - self._loop.time()
            if left <= 0:
                return
            self._asked.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), left)


def default_schedule() -> Schedule:
    """Return a `LoopSchedule` where an event loop runs (a kernel), else one that works at once."""
    try:
        return LoopSchedule()
    except RuntimeError:
        return ManualSchedule(immediate=True)
