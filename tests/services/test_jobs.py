"""Timed work: when it runs, that one process of several runs it, and what becomes of a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone

from marie.services.jobs import AGAIN, Job, Jobs
from marie.store import jobs as rows
from marie.store.engine import Database

START = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


async def count() -> None:
    """Nothing to do."""


def job(run: Callable[[], Awaitable[None]], name: str = "purge") -> Job:
    return Job(name=name, every=HOUR, run=run)


async def test_job_runs_at_once_and_then_when_it_is_due(database: Database) -> None:
    clock = Clock()
    jobs = Jobs(database, [job(count)], clock=clock)
    assert await jobs.run_due() == ["purge"]
    clock.now += HOUR - timedelta(milliseconds=1)
    assert await jobs.run_due() == []
    clock.now += timedelta(milliseconds=1)
    assert await jobs.run_due() == ["purge"]


async def test_clock_that_is_set_back_keeps_no_job_from_running(database: Database) -> None:
    clock = Clock()
    jobs = Jobs(database, [job(count)], clock=clock)
    await jobs.run_due()
    clock.now -= timedelta(seconds=1)
    assert await jobs.run_due() == ["purge"]
    assert await jobs.run_due() == []
    clock.now += HOUR
    assert await jobs.run_due() == ["purge"]


async def test_of_two_processes_one_runs_a_job(database: Database) -> None:
    clock = Clock()
    began, go_on = asyncio.Event(), asyncio.Event()
    runs = []

    async def slow() -> None:
        runs.append(1)
        began.set()
        await go_on.wait()

    first = asyncio.create_task(Jobs(database, [job(slow)], clock=clock).run_due())
    await began.wait()
    assert await Jobs(database, [job(slow)], clock=clock).run_due() == []
    go_on.set()
    assert await first == ["purge"]
    assert len(runs) == 1


async def test_job_of_a_process_that_died_is_taken_up_after_its_lease(database: Database) -> None:
    clock = Clock()
    jobs = Jobs(database, [job(count)], clock=clock)
    async with database.write() as connection:
        await rows.add_missing(connection, ["purge"], now=clock.now)
        assert await rows.lease(
            connection, "purge", by="dead", now=clock.now, until=clock.now + HOUR, longest=HOUR
        )
    clock.now += HOUR - timedelta(milliseconds=1)
    assert await jobs.run_due() == []
    clock.now += timedelta(milliseconds=1)
    assert await jobs.run_due() == ["purge"]


async def test_failure_is_kept_and_tried_again_soon(database: Database) -> None:
    clock = Clock()

    async def fail() -> None:
        raise ValueError("no room")

    jobs = Jobs(database, [job(fail)], clock=clock)
    await jobs.run_due()
    async with database.read() as connection:
        standing = (await rows.standings(connection))["purge"]
    assert standing.problem == "ValueError: no room"
    assert standing.next_at == START + AGAIN


async def test_run_asked_for_while_the_job_runs_is_made_afterwards(database: Database) -> None:
    clock = Clock()
    runs = []

    async def ask_again() -> None:
        runs.append(1)
        if len(runs) == 1:
            async with database.write() as connection:
                await rows.soon(connection, "purge", now=clock.now)

    jobs = Jobs(database, [job(ask_again)], clock=clock)
    assert await jobs.run_due() == ["purge"]
    assert await jobs.run_due() == ["purge"]
    assert await jobs.run_due() == []


async def test_stopping_waits_for_the_job_under_way(database: Database) -> None:
    began, done = asyncio.Event(), []

    async def slow() -> None:
        began.set()
        await asyncio.sleep(0.05)
        done.append(1)

    jobs = Jobs(database, [job(slow)], clock=Clock(), tick=0.01)
    jobs.start()
    await began.wait()
    await jobs.stop()
    assert done == [1]
