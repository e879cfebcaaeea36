from __future__ import annotations

import asyncio
import logging
import threading

from lightpool_dashboard.schedule import LoopSchedule, ManualSchedule, default_schedule


class Doubler:
    """A job that doubles `value`; `gate` holds its computing back."""

    def __init__(self, priority: int = 1) -> None:
        self.priority = priority
        self.value: int | None = 0
        self.gate = threading.Event()
        self.gate.set()
        self.started: list[int] = []
        self.results: list[int] = []
        self.threads: list[str] = []
        self.failing: set[int] = set()

    def prepare(self):
        return self.value

    def compute(self, request):
        self.started.append(request)
        self.threads.append(threading.current_thread().name)
        assert self.gate.wait(10)
        if request in self.failing:
            raise RuntimeError("meant to fail")
        return 2 * request

    def finish(self, request, result):
        assert threading.current_thread() is threading.main_thread()
        self.results.append(result)


def test_requests_of_one_gesture_merge_into_one_run():
    job = Doubler()

    async def gesture():
        schedule = LoopSchedule()
        for job.value in (1, 2, 3):
            schedule(job)
        await schedule.settled()
        schedule.close()

    asyncio.run(gesture())
    assert job.results == [6]
    assert job.threads[0].startswith("lightpool")


def test_the_newest_input_follows_a_run_under_way_and_those_between_are_left_out():
    job = Doubler()

    async def drag():
        schedule = LoopSchedule(delay=0)
        job.gate.clear()
        job.value = 1
        schedule(job)
        while not job.started:
            await asyncio.sleep(0.001)
        for job.value in (2, 3, 4):
            schedule(job)
            await asyncio.sleep(0.001)
        assert job.results == []  # the loop is alive while the worker is busy
        job.gate.set()
        await schedule.settled()
        schedule.close()

    asyncio.run(drag())
    assert job.started == [1, 4]
    assert job.results == [2, 8]


def test_what_waits_can_be_run_before_the_loop_goes_on():
    job = Doubler()
    job.gate.set()

    async def begin():
        schedule = LoopSchedule()
        job.value = 3
        schedule(job)
        schedule.run_now()
        assert job.results == [6]  # no turn of the loop in between
        await schedule.settled()
        schedule.close()

    asyncio.run(begin())
    assert job.results == [6]


def test_a_request_without_work_is_dropped():
    job = Doubler()
    job.value = None

    async def nothing():
        schedule = LoopSchedule()
        schedule(job)
        await schedule.settled()
        schedule.close()

    asyncio.run(nothing())
    assert job.started == job.results == []


def test_a_failing_job_is_logged_and_the_next_one_runs(caplog):
    job = Doubler()
    job.failing = {1}

    async def fail_then_work():
        schedule = LoopSchedule(delay=0)
        for job.value in (1, 2):
            schedule(job)
            await schedule.settled()
        schedule.close()

    with caplog.at_level(logging.ERROR, logger="lightpool_dashboard"):
        asyncio.run(fail_then_work())
    assert job.results == [4]
    assert "meant to fail" in caplog.text


def test_a_closed_schedule_runs_nothing_any_more():
    job = Doubler()

    async def close_early():
        schedule = LoopSchedule(delay=0.02)
        job.value = 1
        schedule(job)
        await asyncio.sleep(0)
        schedule.close()
        await asyncio.sleep(0.04)

    asyncio.run(close_early())
    assert job.started == []


def test_a_manual_schedule_waits_for_flush():
    job, schedule = Doubler(), ManualSchedule()
    for job.value in (1, 2):
        schedule(job)
    assert job.started == []
    schedule.flush()
    assert job.results == [4]
    schedule.flush()
    assert job.results == [4]


def test_without_an_event_loop_the_default_works_at_once():
    job, schedule = Doubler(), default_schedule()
    job.value = 3
    schedule(job)
    assert job.results == [6]


def test_of_those_that_wait_the_most_urgent_job_runs_first():
    order: list[int] = []
    jobs = [Doubler(priority) for priority in (3, 1, 2)]
    schedule = ManualSchedule()
    for job in jobs:
        job.value = job.priority
        job.finish = lambda request, result: order.append(request)  # type: ignore[method-assign]
        schedule(job)
    schedule.flush()
    assert order == [1, 2, 3]


def test_background_work_waits_until_the_hand_rests():
    urgent, background = Doubler(), Doubler(priority=3)

    async def drag():
        schedule = LoopSchedule(rest=0.2)
        for k in range(8):
            urgent.value = background.value = k
            schedule(background)
            schedule(urgent)
            await asyncio.sleep(0.04)
            assert urgent.results[-1] == 2 * k
        assert background.started == []
        await schedule.settled()
        schedule.close()

    asyncio.run(drag())
    assert background.results == [14]  # once, with the newest input


def test_urgent_work_does_not_wait_behind_background_work_that_rests():
    urgent, background = Doubler(), Doubler(priority=3)

    async def ask():
        schedule = LoopSchedule(rest=30)
        schedule(background)
        await asyncio.sleep(0.02)
        schedule(urgent)
        for _ in range(500):
            if urgent.results:
                break
            await asyncio.sleep(0.01)
        schedule.close()

    asyncio.run(ask())
    assert urgent.results == [0]
    assert background.started == []
