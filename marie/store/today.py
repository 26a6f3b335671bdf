"""What waits for administrators, counted: nothing is read that is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.knowledge.freshness import Periods
from marie.knowledge.revisions import Revision
from marie.store import card_lists, events, jobs, misses, notifications, revisions
from marie.store.directory_tables import directory_link
from marie.store.jobs import Standing
from marie.store.notification_tables import webhook_delivery

CARD_STATES = ("unverified", "stale", "no_contact", "conflict")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """`cards`: by state (`CARD_STATES`), and `all`; `mails`, `deliveries`: given up; `failed`: jobs
    whose last run went wrong; `events`: stays and sessions that wait for a reader."""

    cards: dict[str, int]
    dead_links: int
    misses: int
    mails: int
    deliveries: int
    events: int
    failed: tuple[Standing, ...]
    revisions: tuple[Revision, ...]


async def read(connection: AsyncConnection, *, periods: Periods, today: date) -> Counts:
    """Everything at once."""
    dead = func.coalesce(func.sum(case((directory_link.c.dead.is_(True), 1), else_=0)), 0)
    given_up = select(func.count()).where(webhook_delivery.c.state == "given_up")
    standings = await jobs.standings(connection)
    return Counts(
        cards=await card_lists.counts(connection, periods=periods, today=today, states=CARD_STATES),
        dead_links=int(await connection.scalar(select(dead)) or 0),
        misses=await misses.count_open(connection),
        mails=(await notifications.counts(connection)).get("given_up", 0),
        deliveries=int(await connection.scalar(given_up) or 0),
        events=await events.in_review(connection),
        failed=tuple(each for each in standings.values() if each.problem is not None),
        revisions=tuple(await revisions.open_ones(connection, None, None)),
    )
