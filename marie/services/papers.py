"""Links that a visitor keeps to a paper: random, for a while, gone when she erases.

Whoever has the link has the paper, and nothing else of the conversation. Only the token's hash is
stored; a new link to the same paper does not end the earlier one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from marie.clock import Clock
from marie.domain.conversation import ConversationId
from marie.domain.messages import Message
from marie.services.visitor import hash_token, read_message
from marie.store import papers
from marie.store.engine import Database

KEPT = timedelta(days=180)


class UnknownLink(Exception):
    """No such link: it never was, it no longer holds, or it was erased. They are not told apart."""


@dataclass(frozen=True, kw_only=True)
class KeptPaper:
    """What a link leads to: document `number` (from 1) of `message`."""

    conversation_id: ConversationId
    message: Message
    number: int
    expires_at: datetime


async def keep(
    database: Database, conversation_id: str, *, seq: int, number: int, clock: Clock
) -> str:
    """A new link's token, shown once; `Erased` when the conversation is gone."""
    await read_message(database, conversation_id, seq)
    now = clock()
    token = secrets.token_urlsafe(24)
    link = papers.PaperLink(
        conversation_id=ConversationId(conversation_id),
        seq=seq,
        number=number,
        expires_at=now + KEPT,
    )
    async with database.write() as connection:
        await papers.forget_expired(connection, now=now)
        await papers.add(connection, link, token_hash=hash_token(token), now=now)
    return token


async def follow(database: Database, token: str, *, clock: Clock) -> KeptPaper:
    """What the link leads to; `UnknownLink` when it leads nowhere."""
    async with database.read() as connection:
        link = await papers.find(connection, hash_token(token))
    if link is None or link.expires_at <= clock():
        raise UnknownLink
    return KeptPaper(
        conversation_id=link.conversation_id,
        message=await read_message(database, link.conversation_id, link.seq),
        number=link.number,
        expires_at=link.expires_at,
    )


async def forget(database: Database, token: str) -> None:
    """Erase the link; the paper stays in its conversation."""
    async with database.write() as connection:
        await papers.forget(connection, hash_token(token))
    await database.scrub()
