"""Tells people what they wanted to be reminded of."""

from __future__ import annotations

from marie.clock import Clock
from marie.services.notifications import notify_staff
from marie.store import reminders
from marie.store.engine import Database


async def send_due(database: Database, *, clock: Clock) -> int:
    """Tell what is due, each once and in its own transaction; how many were told."""
    async with database.read() as connection:
        due = await reminders.to_send(connection, now=clock())
    told = 0
    for each in due:
        async with database.write() as connection:
            if not await reminders.mark_sent(connection, each.id, at=clock()):
                continue
            await notify_staff(
                connection,
                each.staff_id,
                "reminder",
                path=f"/console/conversations/{each.conversation_id}",
                key=f"reminder:{each.id}",
                now=clock(),
                conversation_id=each.conversation_id,
            )
            told += 1
    return told
