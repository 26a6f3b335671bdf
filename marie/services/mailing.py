"""Sends what `notifications` wrote down: again after a failure, at least once, never silently lost.

An e-mail is sent, and only then noted as sent. A process that dies between the two sends it again,
with the same Message-ID, by which mail programs recognise it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from marie.clock import Clock
from marie.domain.conversation import StaffId
from marie.domain.notices import MAIL_PAUSES, Kind, mail_pause
from marie.knowledge.notices import Notices
from marie.services.mail import MailProblem, Outbox, Smtp, Transport, compose
from marie.settings import Settings
from marie.store import notifications as mails
from marie.store.engine import Database
from marie.store.notifications import Notification

log = logging.getLogger(__name__)

AT_ONCE = 50
"""E-mails that one run sends at most; the next run is seconds away."""

KEPT = timedelta(days=90)
"""How long it is known what was sent."""

OUTBOX = "outbox"
"""The folder of the data in which e-mails stay, where there is no server."""


def outbox_of(settings: Settings) -> Path:
    """Where e-mails are kept when no server is set."""
    return settings.data / OUTBOX


def transport_of(settings: Settings) -> Transport:
    """How this installation sends."""
    return Outbox(outbox_of(settings)) if settings.smtp is None else Smtp(settings.smtp)


class Mailer:
    """Sends what is due. `base`: our address, « https://… », before every link's path."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        notices: Notices,
        *,
        base: str,
        sender: str,
        clock: Clock,
        jitter: Callable[[], float] = lambda: random.uniform(-1, 1),  # noqa: S311 - spreads tries
    ) -> None:
        self._database = database
        self._transport = transport
        self._notices = notices
        self._base = base.rstrip("/")
        self._sender = sender
        self._clock = clock
        self._jitter = jitter

    async def run(self) -> None:
        """Send what is due, each e-mail by itself; all wait when the server is away."""
        async with self._database.read() as connection:
            waiting = await mails.due(connection, now=self._clock(), most=AT_ONCE)
        gathered: set[tuple[StaffId, Kind]] = set()
        for place, mail in enumerate(waiting):
            every = self._notices.kinds[mail.kind].every
            if mail.staff_id is not None and every is not None:
                if (mail.staff_id, mail.kind) in gathered:
                    continue
                gathered.add((mail.staff_id, mail.kind))
                if not await self._may_go(mail, mail.staff_id, every):
                    continue
            try:
                await self._send(mail, gathered=mail.staff_id is not None and every is not None)
            except MailProblem as problem:
                await self._failed(mail, problem)
                if problem.server:
                    await self._hold([each.id for each in waiting[place + 1 :]])
                    return
        async with self._database.write() as connection:
            await mails.forget(connection, before=self._clock() - KEPT)

    async def _may_go(self, mail: Notification, staff_id: StaffId, every: timedelta) -> bool:
        """Whether enough time went by since the last of this kind; else it waits for that."""
        async with self._database.write() as connection:
            last = await mails.last_sent(connection, staff_id, mail.kind)
            if last is None or last + every <= self._clock():
                return True
            await mails.postpone(connection, [mail.id], until=last + every)
        return False

    async def _send(self, mail: Notification, *, gathered: bool) -> None:
        begun = self._clock()
        await self._transport.send(self._written(mail))
        async with self._database.write() as connection:
            now = self._clock()
            await mails.sent(connection, mail.id, now=now)
            if gathered and mail.staff_id is not None:
                # What came while it was being sent is not in it.
                await mails.merge(
                    connection, mail.staff_id, mail.kind, into=mail.id, known_at=begun, now=now
                )

    def _written(self, mail: Notification) -> EmailMessage:
        if mail.to is None:
            raise MailProblem("no_address", lasting=True)
        path = mail.path or "/"
        if mail.staff_id is not None:
            path = self._notices.kinds[mail.kind].path or path
        written = self._notices.write(
            mail.kind,
            link=self._base + path,
            organization=mail.organization,
            outside=mail.staff_id is None,
        )
        return compose(
            written,
            message_id=mail.id,
            sender=(self._notices.from_name, self._sender),
            to=mail.to,
            at=mail.created_at,
            attachment=mail.attachment,
        )

    async def _failed(self, mail: Notification, problem: MailProblem) -> None:
        pause = None
        if not problem.lasting:
            pause = mail_pause(mail.attempts + 1, jitter=self._jitter())
        # Neither the address nor what a server says, which often repeats it.
        log.warning("an e-mail was not sent (%s): %s", mail.kind, problem.problem)
        async with self._database.write() as connection:
            now = self._clock()
            await mails.failed(
                connection,
                mail.id,
                problem=problem.problem,
                again_at=None if pause is None else now + pause,
                now=now,
            )

    async def _hold(self, ids: Sequence[str]) -> None:
        if ids:
            async with self._database.write() as connection:
                await mails.postpone(connection, ids, until=self._clock() + MAIL_PAUSES[0])


async def tidy(database: Database, folder: Path) -> int:
    """Delete the kept files of e-mails that are not known any more (erased, or old); how many."""
    files = await asyncio.to_thread(lambda: list(folder.glob("*.eml")))
    if not files:
        return 0
    async with database.read() as connection:
        known = await mails.ids(connection)
    gone = [each for each in files if each.stem not in known]
    for each in gone:
        await asyncio.to_thread(each.unlink, missing_ok=True)
    return len(gone)
