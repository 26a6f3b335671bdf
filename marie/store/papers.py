"""Kept links in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId
from marie.store.paper_tables import paper_link


@dataclass(frozen=True, kw_only=True)
class PaperLink:
    """A link to document `number` (from 1) of message `seq`."""

    conversation_id: ConversationId
    seq: int
    number: int
    expires_at: datetime


async def add(
    connection: AsyncConnection, link: PaperLink, *, token_hash: str, now: datetime
) -> None:
    """Store a link."""
    await connection.execute(
        insert(paper_link).values(
            token_hash=token_hash,
            conversation_id=link.conversation_id,
            seq=link.seq,
            number=link.number,
            created_at=now,
            expires_at=link.expires_at,
        )
    )


async def find(connection: AsyncConnection, token_hash: str) -> PaperLink | None:
    """The link of a token, expired or not."""
    query = select(paper_link).where(paper_link.c.token_hash == token_hash)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return PaperLink(
        conversation_id=ConversationId(row.conversation_id),
        seq=row.seq,
        number=row.number,
        expires_at=row.expires_at,
    )


async def forget(connection: AsyncConnection, token_hash: str) -> None:
    """Drop a link; nothing happens when it is gone already."""
    await connection.execute(delete(paper_link).where(paper_link.c.token_hash == token_hash))


async def forget_expired(connection: AsyncConnection, *, now: datetime) -> int:
    """Drop the links that no longer hold; how many."""
    result = await connection.execute(delete(paper_link).where(paper_link.c.expires_at <= now))
    return result.rowcount
