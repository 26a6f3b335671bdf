"""Colleagues who read and write beside the owner of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.store import tables
from marie.store.console_tables import participant


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody of the staff, as colleagues see her. `organization`: its id."""

    id: StaffId
    name: str
    organization: str | None


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> list[Colleague]:
    """Who takes part, who was invited first first."""
    rows = await connection.execute(
        select(tables.staff)
        .join(participant, participant.c.staff_id == tables.staff.c.id)
        .where(participant.c.conversation_id == conversation_id)
        .order_by(participant.c.at, tables.staff.c.id)
    )
    return [_colleague(row) for row in rows]


async def takes_part(
    connection: AsyncConnection, conversation_id: ConversationId, staff_id: StaffId
) -> bool:
    """Whether somebody was invited to the conversation."""
    found = await connection.scalar(
        select(participant.c.staff_id).where(
            participant.c.conversation_id == conversation_id, participant.c.staff_id == staff_id
        )
    )
    return found is not None


async def add(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    staff_id: StaffId,
    *,
    by: StaffId,
    at: datetime,
) -> None:
    """Invite somebody who does not take part yet."""
    await connection.execute(
        insert(participant).values(
            conversation_id=conversation_id, staff_id=staff_id, invited_by=by, at=at
        )
    )


async def remove(
    connection: AsyncConnection, conversation_id: ConversationId, staff_id: StaffId
) -> bool:
    """End somebody's part; whether she had one."""
    result = await connection.execute(
        delete(participant).where(
            participant.c.conversation_id == conversation_id, participant.c.staff_id == staff_id
        )
    )
    return result.rowcount > 0


async def remove_all(connection: AsyncConnection, conversation_id: ConversationId) -> None:
    """Nobody takes part any more: no person has the conversation."""
    await connection.execute(
        delete(participant).where(participant.c.conversation_id == conversation_id)
    )


async def remove_from_all(connection: AsyncConnection, staff_id: StaffId) -> None:
    """She takes part in nothing any more."""
    await connection.execute(delete(participant).where(participant.c.staff_id == staff_id))


async def colleagues(connection: AsyncConnection) -> list[Colleague]:
    """Everybody who can sign in, by name."""
    staff = tables.staff
    rows = await connection.execute(
        select(staff).where(staff.c.disabled_at.is_(None)).order_by(staff.c.name, staff.c.id)
    )
    return [_colleague(row) for row in rows]


def _colleague(row: Row[Any]) -> Colleague:
    return Colleague(id=StaffId(row.id), name=row.name, organization=row.organization)
