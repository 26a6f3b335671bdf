"""How the whole installation stands, for those who watch it (`/metrics`, `marie doctor`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import State
from marie.domain.messages import Turn
from marie.store import tables
from marie.store.directory_tables import directory_batch

LATE = timedelta(hours=1)
"""Timed work that is due for so long has nobody at it."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What waits, what is owed, what failed. `longest_wait`: seconds, 0 when nobody waits."""

    waiting: int
    longest_wait: float
    pending: int
    overdue: int
    failed_jobs: int
    late_jobs: int
    imports: int
    rejected: int
    last_import: datetime | None


async def read(connection: AsyncConnection, *, now: datetime) -> Standing:
    """The standing at this moment."""
    conversation, message, lead, job = (
        tables.conversation,
        tables.message,
        tables.lead,
        tables.job,
    )
    waiting, since = (
        await connection.execute(
            select(func.count(), func.min(conversation.c.waiting_since)).where(
                conversation.c.state == State.WAITING.value
            )
        )
    ).one()
    batches = (await connection.execute(select(directory_batch.c.summary))).scalars().all()
    return Standing(
        waiting=waiting,
        longest_wait=max(0.0, (now - since).total_seconds()) if since else 0.0,
        pending=await _count(connection, message.c.turn == Turn.PENDING.value),
        overdue=await _count(connection, lead.c.settled_at.is_(None), lead.c.due_at < now),
        failed_jobs=await _count(connection, job.c.problem.is_not(None)),
        late_jobs=await _count(connection, job.c.next_at < now - LATE),
        imports=len(batches),
        rejected=sum(int(summary.get("rejected", 0)) for summary in batches),
        last_import=await connection.scalar(select(func.max(directory_batch.c.applied_at))),
    )


async def owed(connection: AsyncConnection, *, before: datetime) -> int:
    """Messages from before that moment that are still owed an answer."""
    message = tables.message
    return await _count(connection, message.c.turn == Turn.PENDING.value, message.c.at < before)


async def _count(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count()).where(*conditions)
    return await connection.scalar(counted) or 0
