"""When work runs: debounced, in one worker thread, the newest input wins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

logger = logging.getLogger("lightpool_dashboard")


class Job(Protocol):
    """Work in three steps, of which only the middle one may leave the event loop."""

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

    def close(self) -> None:
        """Drop what waits and stop the worker."""


class ManualSchedule:
    """A schedule that waits for `flush`: for tests, and for Python without an event loop.

    Parameters
    ----------
    immediate : bool
        Run each job at once instead.
    """

    def __init__(self, *, immediate: bool = False) -> None:
        self.immediate = immediate
        self._waiting: Job | None = None
        self._running = False

    def __call__(self, job: Job) -> None:
        """Ask for one run, soon; it takes the place of one that waits."""
        self._waiting = job
        if self.immediate and not self._running:
            self.flush()

    def flush(self) -> None:
        """Run what waits, and what that asks for, to the end."""
        self._running = True
        try:
            while self._waiting is not None:
                job, self._waiting = self._waiting, None
                request = job.prepare()
                if request is not None:
                    job.finish(request, job.compute(request))
        finally:
            self._running = False

    def close(self) -> None:
        """Drop what waits."""
        self._waiting = None


class LoopSchedule:
    """A schedule on the running event loop, with the computing in a worker thread.

    Requests that arrive within `delay`, or while the worker is busy, merge into one; it
    takes its snapshot when it starts, so it is always the newest input that is computed.

    Parameters
    ----------
    delay : float, s
        How long to wait for more events of the same gesture.
    """

    def __init__(self, delay: float = 0.005) -> None:
        self.delay = delay
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lightpool")
        self._waiting: Job | None = None
        self._task: asyncio.Task[None] | None = None

    def __call__(self, job: Job) -> None:
        """Ask for one run, soon; it takes the place of one that waits."""
        self._waiting = job
        self._loop.call_soon_threadsafe(self._wake)

    async def settled(self) -> None:
        """Wait until nothing waits and nothing runs."""
        await asyncio.sleep(0)
        while self._task is not None and not self._task.done():
            await self._task

    def close(self) -> None:
        """Drop what waits and stop the worker."""
        self._waiting = None
        if self._task is not None:
            self._task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _wake(self) -> None:
        if self._waiting is not None and (self._task is None or self._task.done()):
            self._task = self._loop.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting is not None:
            await asyncio.sleep(self.delay)
            job, self._waiting = self._waiting, None
            if job is None:  # closed during the pause
                return
            try:
                request = job.prepare()
                if request is not None:
                    result = await self._loop.run_in_executor(self._pool, job.compute, request)
                    job.finish(request, result)
            except Exception:  # a bug in one job must not stop the schedule for the ones to come
                logger.exception("a scheduled job failed")


def default_schedule() -> Schedule:
    """Return a `LoopSchedule` where an event loop runs (a kernel), else one that works at once."""
    try:
        return LoopSchedule()
    except RuntimeError:
        return ManualSchedule(immediate=True)


#: What makes a schedule, for the parts that must not choose one.
ScheduleFactory = Callable[[], Schedule]
