"""The timed work of this application, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from marie.services.jobs import Job, Jobs
from marie.web.keys import CLOCK, DATABASE, JOBS


def jobs_of(app: web.Application) -> Sequence[Job]:
    """What is done without anybody asking, and how often."""
    return ()


async def timed_work(app: web.Application) -> AsyncIterator[None]:
    """From the start of the application to its end."""
    app[JOBS] = Jobs(app[DATABASE], jobs_of(app), clock=app[CLOCK])
    app[JOBS].start()
    yield
    await app[JOBS].stop()
