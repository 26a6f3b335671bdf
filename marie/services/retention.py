"""The purge: what was kept long enough goes by itself, piece by piece; a dry run says what would.

Each conversation goes in a transaction of its own, looked at again with its row locked: somebody
may have written meanwhile. Running it again, or from its beginning after a crash, is harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from marie.clock import Clock
from marie.domain.conversation import ConversationId
from marie.knowledge.privacy import Limit, Privacy
from marie.services import erasures
from marie.services.figures import Hours
from marie.store import conversations, retention
from marie.store.conversations import UnknownConversation
from marie.store.engine import Database

LISTED = 200
"""How many conversations the page lists that nobody settled."""


@dataclass(frozen=True, kw_only=True)
class Over:
    """A limit, and how many are beyond it now. `cutoff`: what is older."""

    limit: Limit
    cutoff: datetime
    count: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What a purge would take now, and what is only listed."""

    over: Sequence[Over]
    unsettled: Sequence[tuple[ConversationId, datetime]]


async def overview(database: Database, privacy: Privacy, *, data: Path, clock: Clock) -> Overview:
    """What would go now, by limit: the same conditions as the purge's."""
    now = clock()
    found = []
    async with database.read() as connection:
        for limit in privacy.limits:
            cutoff = now - timedelta(days=limit.days)
            if limit.id == erasures.LIMIT:
                count = erasures.count_before(data, cutoff)
            else:
                count = await retention.count(connection, limit.id, cutoff=cutoff, now=now)
            found.append(Over(limit=limit, cutoff=cutoff, count=count))
        unsettled = [
            each
            for over in found
            if over.limit.listed
            for each in await retention.conversations_over(
                connection, over.limit.id, cutoff=over.cutoff, now=now
            )
        ]
    return Overview(over=found, unsettled=unsettled[:LISTED])


async def purge(
    database: Database, privacy: Privacy, *, data: Path, hours: Hours, clock: Clock
) -> dict[str, int]:
    """Delete what is beyond its limit; how many by limit."""
    gone: dict[str, int] = {}
    for limit in privacy.limits:
        if limit.listed:
            continue
        cutoff = clock() - timedelta(days=limit.days)
        if limit.id == erasures.LIMIT:
            gone[limit.id] = erasures.forget_before(data, cutoff)
        elif limit.id in retention.CONVERSATIONS:
            gone[limit.id] = await _conversations(
                database, limit.id, cutoff, hours=hours, clock=clock
            )
        else:
            gone[limit.id] = await _rows(database, limit.id, cutoff)
    await erasures.sweep_outbox(database, data)
    if any(gone.values()):
        await database.scrub()
    return gone


async def _conversations(
    database: Database, limit: str, cutoff: datetime, *, hours: Hours, clock: Clock
) -> int:
    async with database.read() as connection:
        over = await retention.conversations_over(connection, limit, cutoff=cutoff, now=clock())
    gone = 0
    for conversation_id, _ in over:
        async with database.write() as connection:
            try:
                conversation = await conversations.load(connection, conversation_id, lock=True)
            except UnknownConversation:
                continue
            still = await retention.conversations_over(
                connection, limit, cutoff=cutoff, now=clock(), only=conversation_id
            )
            if not still:
                continue
            await erasures.forget(connection, conversation, hours=hours, now=clock())
        gone += 1
    return gone


async def _rows(database: Database, limit: str, cutoff: datetime) -> int:
    gone = 0
    for rows in retention.ROWS.get(limit, ()):
        while True:
            async with database.write() as connection:
                some = await retention.delete_some(connection, rows, cutoff=cutoff)
            gone += some
            if some < retention.AT_ONCE:
                break
    return gone
