"""What sends e-mails and events in this application, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from aiohttp import web

from marie.knowledge.notices import Notices, load_notices
from marie.services import mailing
from marie.services.jobs import Job
from marie.services.mailing import Mailer
from marie.services.webhooks import Deliverer
from marie.web.keys import CLOCK, DATABASE, SETTINGS, SIGNER

NOTICES = web.AppKey("notices", Notices)
_MAILER = web.AppKey("mailer", Mailer)
_DELIVERER = web.AppKey("deliverer", Deliverer)

SOON = timedelta(seconds=10)
"""How long something waits at most before it is sent."""


def webhook_secret(app: web.Application, webhook_id: str) -> str:
    """What the deliveries to a webhook are signed with."""
    return app[SIGNER].secret(f"webhook {webhook_id}")


async def senders(app: web.Application) -> AsyncIterator[None]:
    """From the start of the application to its end."""
    settings = app[SETTINGS]
    app[NOTICES] = load_notices(settings.knowledge)
    app[_MAILER] = Mailer(
        app[DATABASE],
        mailing.transport_of(settings),
        app[NOTICES],
        base=settings.public_url,
        sender=settings.mail_from,
        clock=app[CLOCK],
    )
    app[_DELIVERER] = Deliverer(
        app[DATABASE],
        lambda webhook_id: webhook_secret(app, webhook_id),
        base=settings.public_url,
        local=settings.on_loopback,
        clock=app[CLOCK],
    )
    yield


def sending(app: web.Application) -> Sequence[Job]:
    """The timed work: e-mails, events, and the files of those that were erased."""

    async def tidy() -> None:
        await mailing.tidy(app[DATABASE], mailing.outbox_of(app[SETTINGS]))

    return (
        Job(name="mail", every=SOON, run=app[_MAILER].run),
        Job(name="webhooks", every=SOON, run=app[_DELIVERER].run),
        Job(name="outbox", every=timedelta(minutes=1), run=tidy),
    )
