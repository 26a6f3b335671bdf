"""Leads and misses: what a conversation leaves for counsellors and administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId
from marie.domain.following import PROMISED, Next
from marie.domain.leads import HandoverRequest, Lead
from marie.domain.qualification import LeadFile
from marie.store import appointments, tables


async def add(connection: AsyncConnection, lead: Lead) -> None:
    """Store a lead."""
    request = lead.request
    await connection.execute(
        insert(tables.lead).values(
            id=lead.id,
            conversation_id=lead.conversation_id,
            created_at=lead.created_at,
            name=request.name,
            email=request.email,
            phone=request.phone,
            need=request.need,
            regions=list(request.regions),
            profile=request.profile,
            consent=request.consent,
            organization=lead.organization,
            file=msgspec.to_builtins(request.file),
            due_at=lead.created_at,
            due_what="answer",
        )
    )


async def share(connection: AsyncConnection, lead_id: str, *, at: datetime) -> None:
    """From `at` on every organisation may take it, unless that began before."""
    lead = tables.lead
    await connection.execute(
        update(lead).where(lead.c.id == lead_id, lead.c.shared_at.is_(None)).values(shared_at=at)
    )


async def latest(connection: AsyncConnection, conversation_id: ConversationId) -> Lead | None:
    """The newest lead of a conversation."""
    lead = tables.lead
    row = (
        await connection.execute(
            select(lead)
            .where(lead.c.conversation_id == conversation_id)
            .order_by(*tables.newest_lead_first())
            .limit(1)
        )
    ).first()
    return None if row is None else _lead(row)


async def latest_of(
    connection: AsyncConnection, ids: Sequence[ConversationId]
) -> dict[ConversationId, Lead]:
    """The newest lead of each conversation that has one, with what was promised."""
    lead = tables.lead
    found: dict[ConversationId, Lead] = {}
    promised: dict[ConversationId, str] = {}
    for row in await connection.execute(
        select(lead).where(lead.c.conversation_id.in_(ids)).order_by(*tables.newest_lead_first())
    ):
        if row.conversation_id not in found:
            found[row.conversation_id] = _lead(row)
            if row.due_what in PROMISED:
                promised[found[row.conversation_id].conversation_id] = row.due_what
    if promised:
        calls = await appointments.call_backs(connection, promised.keys())
        meetings = await appointments.newest_of(connection, promised.keys())
        for each, what in promised.items():
            known = calls.get(each) if what == Next.CALL_BACK.value else meetings.get(each)
            found[each] = replace(found[each], promised=known)
    return found


def _lead(row: Row[Any]) -> Lead:
    return Lead(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        created_at=row.created_at,
        organization=row.organization,
        request=HandoverRequest(
            name=row.name,
            email=row.email,
            phone=row.phone,
            need=row.need,
            regions=tuple(row.regions),
            profile=row.profile,
            consent=row.consent,
            file=None if row.file is None else msgspec.convert(row.file, LeadFile),
        ),
    )


async def add_miss(
    connection: AsyncConnection,
    *,
    miss_id: str,
    conversation_id: ConversationId,
    at: datetime,
    text: str,
    place: str | None,
    nearest: Sequence[dict[str, Any]],
) -> None:
    """Keep a message that Marie did not understand; `text` comes masked."""
    await connection.execute(
        insert(tables.miss).values(
            id=miss_id,
            conversation_id=conversation_id,
            at=at,
            text=text,
            place=place,
            nearest=list(nearest),
        )
    )
