"""Consents as they were given: what a visitor was shown and accepted, when, and for what."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId
from marie.store.privacy_tables import consent

VERSION_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One consent. `purpose`: a consent of `knowledge/privacy.yml`; `version`: of the text."""

    conversation_id: ConversationId
    purpose: str
    version: str
    text: str
    given_at: datetime


def version_of(text: str) -> str:
    """A text's version: two texts that differ have two."""
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_LENGTH]


async def give(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    purpose: str,
    text: str,
    at: datetime,
) -> None:
    """Record a consent, in the transaction that does what it allows."""
    await connection.execute(
        insert(consent).values(
            id=secrets.token_hex(16),
            conversation_id=conversation_id,
            purpose=purpose,
            version=version_of(text),
            text=text,
            given_at=at,
        )
    )


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> list[Consent]:
    """What one visitor accepted, in order."""
    rows = await connection.execute(
        select(consent)
        .where(consent.c.conversation_id == conversation_id)
        .order_by(consent.c.given_at, consent.c.id)
    )
    return [_consent(row) for row in rows]


async def newest(
    connection: AsyncConnection, *, limit: int, offset: int = 0, purpose: str = ""
) -> tuple[int, Sequence[Consent]]:
    """How many there are, and some of them, newest first; `purpose` "": of every one."""
    chosen = [consent.c.purpose == purpose] if purpose else []
    count = await connection.scalar(select(func.count()).select_from(consent).where(*chosen))
    rows = await connection.execute(
        select(consent)
        .where(*chosen)
        .order_by(consent.c.given_at.desc(), consent.c.id)
        .limit(limit)
        .offset(offset)
    )
    return count or 0, [_consent(row) for row in rows]


async def counted(connection: AsyncConnection) -> dict[str, tuple[int, int, datetime]]:
    """By purpose: how many were given, in how many wordings, and when the last."""
    rows = await connection.execute(
        select(
            consent.c.purpose,
            func.count().label("times"),
            func.count(consent.c.version.distinct()).label("versions"),
            func.max(consent.c.given_at).label("last"),
        ).group_by(consent.c.purpose)
    )
    return {row.purpose: (row.times, row.versions, row.last) for row in rows}


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        conversation_id=ConversationId(row.conversation_id),
        purpose=row.purpose,
        version=row.version,
        text=row.text,
        given_at=row.given_at,
    )
