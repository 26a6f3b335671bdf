"""Reminders: what somebody of the staff wants to be reminded of, about which conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.notes import Reminder
from marie.store import tables
from marie.store.console_tables import reminder


async def add(connection: AsyncConnection, made: Reminder, *, at: datetime) -> None:
    """Keep a reminder."""
    await connection.execute(
        insert(reminder).values(
            id=made.id,
            conversation_id=made.conversation_id,
            staff_id=made.staff_id,
            created_at=at,
            due_at=made.due_at,
            text=made.text,
        )
    )


async def open_of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> list[Reminder]:
    """What is not done of one conversation, the nearest first."""
    return await _all(connection, _open().where(reminder.c.conversation_id == conversation_id))


async def to_send(connection: AsyncConnection, *, now: datetime) -> list[Reminder]:
    """What is due and was not told yet."""
    query = _open().where(reminder.c.due_at <= now, reminder.c.sent_at.is_(None))
    return await _all(connection, query)


async def mark_sent(connection: AsyncConnection, reminder_id: str, *, at: datetime) -> bool:
    """It was told; False when another process did already."""
    result = await connection.execute(
        update(reminder)
        .where(reminder.c.id == reminder_id, reminder.c.sent_at.is_(None))
        .values(sent_at=at)
    )
    return result.rowcount > 0


async def mark_done(
    connection: AsyncConnection, conversation_id: ConversationId, reminder_id: str, *, at: datetime
) -> bool:
    """It is done; whether it was open."""
    result = await connection.execute(
        update(reminder)
        .where(
            reminder.c.id == reminder_id,
            reminder.c.conversation_id == conversation_id,
            reminder.c.done_at.is_(None),
        )
        .values(done_at=at)
    )
    return result.rowcount > 0


def _open() -> Select[Any]:
    return (
        select(reminder, tables.staff.c.name)
        .join(tables.staff, tables.staff.c.id == reminder.c.staff_id)
        .where(reminder.c.done_at.is_(None))
        .order_by(reminder.c.due_at, reminder.c.id)
    )


async def _all(connection: AsyncConnection, query: Select[Any]) -> list[Reminder]:
    return [_reminder(row) for row in await connection.execute(query)]


def _reminder(row: Row[Any]) -> Reminder:
    return Reminder(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        staff_id=StaffId(row.staff_id),
        name=row.name,
        due_at=row.due_at,
        text=row.text,
        sent_at=row.sent_at,
        done_at=row.done_at,
    )
