"""Opinions of visitors, and the daily counts of Marie's answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId
from marie.domain.quality import Cell, Counts, Measure, Said, is_stale
from marie.store.quality_tables import opinion, quality_count, quality_state
from marie.store.tables import message

REVIEW_EVERY = 365
"""Days, for an entry that is no longer there."""


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What somebody thought of an answer. `reason`: her words, masked, or ""."""

    helpful: bool
    reason: str
    topic: str
    entry: str
    at: datetime


async def given(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int
) -> Opinion | None:
    """The opinion of one message."""
    found = await connection.execute(
        select(opinion).where(opinion.c.conversation_id == conversation_id, opinion.c.seq == seq)
    )
    row = found.first()
    return None if row is None else _opinion(row)


async def give(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int, said: Opinion
) -> None:
    """Keep the first opinion of a message."""
    await connection.execute(
        insert(opinion).values(
            conversation_id=conversation_id,
            seq=seq,
            helpful=said.helpful,
            reason=said.reason,
            topic=said.topic,
            entry=said.entry,
            at=said.at,
        )
    )


async def change(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    seq: int,
    *,
    helpful: bool,
    reason: str,
) -> None:
    """She thinks otherwise now."""
    await connection.execute(
        update(opinion)
        .where(opinion.c.conversation_id == conversation_id, opinion.c.seq == seq)
        .values(helpful=helpful, reason=reason)
    )


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> Mapping[int, bool]:
    """Whether each message helped, by its number."""
    rows = await connection.execute(
        select(opinion.c.seq, opinion.c.helpful).where(opinion.c.conversation_id == conversation_id)
    )
    return {row.seq: row.helpful for row in rows}


async def with_words(
    connection: AsyncConnection, *, since: datetime, until: datetime, limit: int
) -> list[Opinion]:
    """The newest opinions of a span that say why."""
    rows = await connection.execute(
        select(opinion)
        .where(opinion.c.at >= since, opinion.c.at < until, opinion.c.reason != "")
        .order_by(opinion.c.at.desc())
        .limit(limit)
    )
    return [_opinion(row) for row in rows]


async def counted_until(connection: AsyncConnection, *, lock: bool = False) -> datetime | None:
    """Up to when messages are counted; None: not at all yet. `lock`: nobody else counts on before
    this transaction ends."""
    query = select(quality_state.c.counted_until)
    found = await connection.execute(query.with_for_update() if lock else query)
    row = found.first()
    return None if row is None else row.counted_until


async def set_counted_until(connection: AsyncConnection, at: datetime) -> None:
    """What is before that moment is counted."""
    changed = await connection.execute(update(quality_state).values(counted_until=at))
    if not changed.rowcount:
        await connection.execute(insert(quality_state).values(id=1, counted_until=at))


async def first_message_at(connection: AsyncConnection) -> datetime | None:
    """When the oldest message was said."""
    found = await connection.execute(select(func.min(message.c.at).label("at")))
    moment: datetime | None = found.scalar_one()
    return moment


async def talks(
    connection: AsyncConnection,
    *,
    since: datetime | None,
    until: datetime,
    day_of: Callable[[datetime], date],
    review_every: Mapping[str, int],
    only: ConversationId | None = None,
) -> list[list[Said]]:
    """What Marie said, conversation by conversation, where she spoke in a span (or in `only`).

    `review_every`: days by entry. Only messages of the span are known to be stale or not.
    """
    span: list[ColumnElement[bool]] = [message.c.at < until]
    if since is not None:
        span.append(message.c.at >= since)
    spoken = [message.c.author == "marie"]
    which = (
        message.c.conversation_id == only
        if only is not None
        else message.c.conversation_id.in_(
            select(message.c.conversation_id).where(*span).distinct()
        )
    )
    bodies = await connection.execute(
        select(message.c.conversation_id, message.c.seq, message.c.body).where(
            which, *spoken, *span
        )
    )
    body = {(row.conversation_id, row.seq): row.body for row in bodies}
    found: defaultdict[str, list[Said]] = defaultdict(list)
    for row in await connection.execute(
        select(
            message.c.conversation_id,
            message.c.seq,
            message.c.at,
            message.c.topic,
            message.c.entry,
            message.c.answers,
        )
        .where(which, *spoken)
        .order_by(message.c.conversation_id, message.c.seq)
    ):
        parts = body.get((row.conversation_id, row.seq), {})
        found[row.conversation_id].append(
            Said(
                seq=row.seq,
                at=row.at,
                topic=row.topic or "",
                entry=(row.entry or "")[:100],
                answers=row.answers,
                stale=is_stale(
                    parts.get("sources", ()),
                    parts.get("resources", ()),
                    day=day_of(row.at),
                    review_every=review_every.get(row.entry or "", REVIEW_EVERY),
                ),
            )
        )
    return list(found.values())


async def add(connection: AsyncConnection, counts: Counts) -> None:
    """Add to the daily counts, in this transaction."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    for cell, number in sorted(counts.items()):
        row = {
            "day": cell.day,
            "measure": cell.measure.value,
            "topic": cell.topic,
            "entry": cell.entry,
        }
        added = dialect.insert(quality_count).values(**row, number=number)
        await connection.execute(
            added.on_conflict_do_update(
                index_elements=list(row),
                set_={"number": quality_count.c.number + added.excluded.number},
            )
        )


async def kept(connection: AsyncConnection, *, first: str, last: str) -> dict[Cell, int]:
    """The counts from one day to another, both included."""
    rows = await connection.execute(
        select(quality_count).where(
            quality_count.c.day >= first,
            quality_count.c.day <= last,
            quality_count.c.number != 0,
        )
    )
    return {
        Cell(day=row.day, measure=Measure(row.measure), topic=row.topic, entry=row.entry): (
            row.number
        )
        for row in rows
    }


def _opinion(row: Any) -> Opinion:
    return Opinion(
        helpful=row.helpful, reason=row.reason, topic=row.topic, entry=row.entry, at=row.at
    )
