"""How Marie's answers do: visitors' opinions, and daily counts that outlive conversations.

Messages up to a moment are counted by a job and stay counted (`count_on`); the last minutes are
counted when the page is looked at. Who erases a conversation adds what was not counted yet, in the
transaction that deletes it (`leave_counted`). An opinion counts at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import MONTREAL, Clock, local_date
from marie.domain.conversation import ConversationId
from marie.domain.messages import BadMessage, check_text
from marie.domain.quality import Cell, Counts, cells, opinion_cells
from marie.store import conversations
from marie.store import quality as store
from marie.store.engine import Database

MAX_REASON = 500
"""Longest reason, in characters."""

MARGIN = timedelta(minutes=2)
"""What was said so lately may not be committed yet."""

AT_ONCE = timedelta(days=1)
"""What one transaction counts at most."""

WORDS = 100
"""Reasons that are shown, the newest first."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The counts of a period, both days included, and the newest reasons."""

    first: date
    last: date
    counts: Counts
    reasons: Sequence[store.Opinion]


async def give_opinion(
    database: Database,
    conversation_id: ConversationId,
    *,
    seq: int,
    helpful: bool,
    reason: str,
    mask: Callable[[str], str],
    clock: Clock,
) -> None:
    """Keep what a visitor thinks of an answer; again for the same one: she changed her mind.

    `BadMessage` when the reason cannot be kept, or `seq` is none of Marie's messages.
    """
    if len(reason) > MAX_REASON:
        raise BadMessage("reason_too_long")
    reason = check_text(reason).strip() if reason.strip() else ""
    if reason:
        # Finding names takes tens of milliseconds: not here, and not while the database waits.
        reason = await asyncio.to_thread(mask, reason)
    now = clock()
    async with database.write() as connection:
        await conversations.load(connection, conversation_id, lock=True)
        message = await conversations.message_at(connection, conversation_id, seq)
        if message is None or message.author != "marie":
            raise BadMessage("opinion_about")
        said = store.Opinion(
            helpful=helpful,
            reason=reason,
            topic=message.content.topic or "",
            entry=(message.content.entry or "")[:100],
            at=now,
        )
        before = await store.given(connection, conversation_id, seq)
        if before is None:
            await store.give(connection, conversation_id, seq, said)
        else:
            await store.change(connection, conversation_id, seq, helpful=helpful, reason=reason)
        first = before or said
        await store.add(
            connection,
            opinion_cells(
                before.helpful if before else None,
                helpful,
                day=local_date(first.at).isoformat(),
                topic=first.topic,
                entry=first.entry,
            ),
        )


async def opinions_of(database: Database, conversation_id: ConversationId) -> Mapping[int, bool]:
    """Whether each message helped, by its number, as the visitor said."""
    async with database.read() as connection:
        return await store.of_conversation(connection, conversation_id)


async def count_on(
    database: Database, *, review_every: Callable[[], Mapping[str, int]], clock: Clock
) -> None:
    """Count what was said since the last time, a day at a time."""
    end = clock() - MARGIN
    while True:
        async with database.write() as connection:
            since = await store.counted_until(connection, lock=True)
            begin = since or await store.first_message_at(connection)
            if begin is None or begin >= end:
                return
            until = min(begin + AT_ONCE, end)
            await store.add(connection, await _counted(connection, since, until, review_every()))
            await store.set_counted_until(connection, until)


async def leave_counted(
    connection: AsyncConnection, conversation_id: ConversationId, *, now: datetime
) -> None:
    """Count what was not yet of a conversation, in the transaction that is about to delete it."""
    since = await store.counted_until(connection, lock=True)
    until = now + AT_ONCE
    counts = await _counted(connection, since, until, {}, only=conversation_id)
    await store.add(connection, counts)


async def of_period(
    database: Database,
    first: date,
    last: date,
    *,
    review_every: Mapping[str, int],
    clock: Clock,
) -> Shown:
    """The counts from a day to another."""
    async with database.read() as connection:
        kept = await store.kept(connection, first=first.isoformat(), last=last.isoformat())
        since = await store.counted_until(connection)
        fresh = await _counted(connection, since, clock() + MARGIN, review_every)
        reasons = await store.with_words(
            connection,
            since=datetime.combine(first, time(), MONTREAL),
            until=datetime.combine(last + timedelta(days=1), time(), MONTREAL),
            limit=WORDS,
        )
    counts = Counter(kept)
    for cell, number in fresh.items():
        if first.isoformat() <= cell.day <= last.isoformat():
            counts[cell] += number
    return Shown(first=first, last=last, counts=counts, reasons=reasons)


async def _counted(
    connection: AsyncConnection,
    since: datetime | None,
    until: datetime,
    review_every: Mapping[str, int],
    *,
    only: ConversationId | None = None,
) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for talk in await store.talks(
        connection,
        since=since,
        until=until,
        day_of=local_date,
        review_every=review_every,
        only=only,
    ):
        found.update(cells(talk, since=since, until=until, day_of=local_date))
    return found
