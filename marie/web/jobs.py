"""The timed work of this application, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from aiohttp import web

from marie.services import quality, referrals, reminders, retention
from marie.services.jobs import Job, Jobs
from marie.web.admin_settings import known_organizations
from marie.web.admin_uploads import forgetting
from marie.web.keys import (
    CLOCK,
    DATABASE,
    JOBS,
    LIBRARY,
    REVISIONS,
    SETTINGS,
    TERMS,
    TURNS,
)
from marie.web.privacy import privacy_of
from marie.web.quality import review_every
from marie.web.senders import sending
from marie.web.waiting_jobs import waiting_jobs

OWED_FOR = timedelta(seconds=20)
"""A turn that is owed so long is nobody's any more: Rasa itself is given up after that time."""


def jobs_of(app: web.Application) -> Sequence[Job]:
    """What is done without anybody asking, and how often."""
    return (
        Job(name="owed turns", every=timedelta(seconds=15), run=lambda: _owed_turns(app)),
        Job(name="reminders", every=timedelta(minutes=1), run=lambda: _reminders(app)),
        *waiting_jobs(app),
        Job(
            name="purge",
            every=timedelta(hours=6),
            run=lambda: _purge(app),
            lease=timedelta(hours=1),
        ),
        Job(
            name="publications",
            every=timedelta(seconds=20),
            run=app[REVISIONS].run_due,
        ),
        *sending(app),
        Job(name="referrals", every=timedelta(hours=1), run=lambda: _late_referrals(app)),
        forgetting(app),
        Job(name="organizations", every=timedelta(minutes=1), run=lambda: known_organizations(app)),
        Job(name="quality", every=timedelta(minutes=5), run=lambda: _quality(app)),
    )


async def _owed_turns(app: web.Application) -> None:
    """Answer what another web process left behind when it died."""
    await app[TURNS].recover(owed_for=OWED_FOR)


async def _reminders(app: web.Application) -> None:
    """Tell people what they wanted to be reminded of."""
    await reminders.send_due(app[DATABASE], clock=app[CLOCK])


async def _purge(app: web.Application) -> None:
    """Delete what was kept long enough."""
    await retention.purge(
        app[DATABASE],
        privacy_of(app),
        data=app[SETTINGS].data,
        hours=app[TERMS].hours,
        clock=app[CLOCK],
    )


async def _late_referrals(app: web.Application) -> None:
    """Close the referrals that nobody answered in time."""
    await referrals.expire(app[DATABASE], clock=app[CLOCK])


async def _quality(app: web.Application) -> None:
    """Count what was said, so that the page of quality has little left to read."""
    await quality.count_on(
        app[DATABASE],
        review_every=lambda: review_every(app[LIBRARY].current()),
        clock=app[CLOCK],
    )


async def timed_work(app: web.Application) -> AsyncIterator[None]:
    """From the start of the application to its end."""
    app[JOBS] = Jobs(app[DATABASE], jobs_of(app), clock=app[CLOCK])
    app[JOBS].start()
    yield
    await app[JOBS].stop()
