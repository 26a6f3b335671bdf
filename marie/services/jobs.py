"""Timed work has one home: purges, reminders, e-mail, webhooks, scheduled publication.

Each job has a row in the store. Whoever leases a row runs the job; of several web processes one
does, and when it dies in the middle another takes it up once the lease is over. So a job may be run
again from its beginning: it looks at what is left to do, and does it piece by piece, each piece in
its own transaction.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from marie.clock import Clock
from marie.store import jobs as rows
from marie.store.engine import Database

log = logging.getLogger(__name__)

TICK = 2.0
"""Seconds between two looks for what is due."""

AGAIN = timedelta(minutes=1)
"""When a job that failed is tried again, at the latest."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that is done every so often. `lease`: how long a run may take before another process
    takes the job for abandoned."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]
    lease: timedelta = timedelta(minutes=10)

    @property
    def longest(self) -> timedelta:
        """How far ahead its next run can be."""
        return max(self.every, self.lease, AGAIN)


class Jobs:
    """Runs what is due, one job after the other, until it is stopped."""

    def __init__(
        self, database: Database, jobs: Sequence[Job], *, clock: Clock, tick: float = TICK
    ) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}
        self._clock = clock
        self._tick = tick
        self._id = secrets.token_hex(16)
        self._nudged = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for what is due."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End after the job that is under way. Not cancelled: a transaction would be cut."""
        self._stopping = True
        self._nudged.set()
        if self._task is not None:
            await self._task

    def nudge(self) -> None:
        """Look at once: `marie.store.jobs.soon` was just committed."""
        self._nudged.set()

    async def _follow(self) -> None:
        while not self._stopping:
            self._nudged.clear()
            try:
                await self.run_due()
            except Exception:
                # The database is away: the next look may go better.
                log.exception("timed work could not be looked for")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), self._tick)

    async def run_due(self) -> list[str]:
        """Run what is due now; which jobs were run."""
        ahead = {name: each.longest for name, each in self._jobs.items()}
        async with self._database.read() as connection:
            known = await rows.standings(connection)
            due = await rows.due(connection, ahead, now=self._clock())
        if self._jobs.keys() - known.keys():
            async with self._database.write() as connection:
                await rows.add_missing(connection, tuple(self._jobs), now=self._clock())
                due = await rows.due(connection, ahead, now=self._clock())
        return [name for name in due if not self._stopping and await self._run(self._jobs[name])]

    async def _run(self, job: Job) -> bool:
        now = self._clock()
        until = now + job.lease
        async with self._database.write() as connection:
            if not await rows.lease(
                connection, job.name, by=self._id, now=now, until=until, longest=job.longest
            ):
                return False
        problem = None
        try:
            await job.run()
        except Exception as error:
            log.exception("timed work failed: %s", job.name)
            problem = f"{type(error).__name__}: {error}"
        pause = job.every if problem is None else min(job.every, AGAIN)
        async with self._database.write() as connection:
            now = self._clock()
            await rows.finish(
                connection,
                job.name,
                by=self._id,
                until=until,
                now=now,
                next_at=now + pause,
                problem=problem,
            )
        return True
