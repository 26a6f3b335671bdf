"""Private notes of a conversation."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.notes import Kind, Note
from marie.store import tables
from marie.store.console_tables import note


async def add(connection: AsyncConnection, written: Note) -> None:
    """Keep a note; the same id again changes nothing."""
    known = await connection.scalar(select(note.c.id).where(note.c.id == written.id))
    if known is not None:
        return
    await connection.execute(
        insert(note).values(
            id=written.id,
            conversation_id=written.conversation_id,
            after_seq=written.after_seq,
            staff_id=written.staff_id,
            at=written.at,
            kind=written.kind.value,
            text=written.text,
        )
    )


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> list[Note]:
    """Every note, the oldest first."""
    rows = await connection.execute(
        select(note, tables.staff.c.name.label("author"))
        .join(tables.staff, tables.staff.c.id == note.c.staff_id)
        .where(note.c.conversation_id == conversation_id)
        .order_by(note.c.after_seq, note.c.at, note.c.id)
    )
    return [
        Note(
            id=row.id,
            conversation_id=conversation_id,
            after_seq=row.after_seq,
            staff_id=StaffId(row.staff_id),
            author=row.author,
            at=row.at,
            kind=Kind(row.kind),
            text=row.text,
        )
        for row in rows
    ]


async def remove(
    connection: AsyncConnection, conversation_id: ConversationId, note_id: str, *, by: StaffId
) -> bool:
    """Delete one's own note; whether there was one. What was said with a transfer stays."""
    result = await connection.execute(
        delete(note).where(
            note.c.id == note_id,
            note.c.conversation_id == conversation_id,
            note.c.staff_id == by,
            note.c.kind == Kind.NOTE.value,
        )
    )
    return result.rowcount > 0
