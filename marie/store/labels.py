"""Labels: an organisation's words to sort its conversations by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.access import sees_everything
from marie.domain.conversation import ConversationId
from marie.domain.notes import Label
from marie.domain.people import Staff
from marie.store.console_tables import conversation_label, label


def usable_by(staff: Staff) -> ColumnElement[bool]:
    """`domain.notes.usable`, as a condition."""
    if sees_everything(staff):
        return true()
    return or_(label.c.organization == staff.organization, label.c.organization.is_(None))


async def all_of(connection: AsyncConnection, staff: Staff) -> list[Label]:
    """What she may use, by name."""
    rows = await connection.execute(
        select(label).where(usable_by(staff)).order_by(func.lower(label.c.name), label.c.id)
    )
    return [_label(row) for row in rows]


async def used(connection: AsyncConnection, staff: Staff) -> dict[str, int]:
    """How many conversations have each label that she may use."""
    rows = await connection.execute(
        select(label.c.id, func.count(conversation_label.c.conversation_id).label("times"))
        .outerjoin(conversation_label, conversation_label.c.label_id == label.c.id)
        .where(usable_by(staff))
        .group_by(label.c.id)
    )
    return {row.id: row.times for row in rows}


async def of_conversations(
    connection: AsyncConnection, ids: Sequence[ConversationId]
) -> dict[str, list[Label]]:
    """The labels of each of several conversations, by name, whoever may see which
    (`domain.notes.usable`)."""
    found: dict[str, list[Label]] = {each: [] for each in ids}
    if not ids:
        return found
    rows = await connection.execute(
        select(label, conversation_label.c.conversation_id)
        .join(conversation_label, conversation_label.c.label_id == label.c.id)
        .where(conversation_label.c.conversation_id.in_(ids))
        .order_by(func.lower(label.c.name), label.c.id)
    )
    for row in rows:
        found[row.conversation_id].append(_label(row))
    return found


async def named(connection: AsyncConnection, organization: str | None, name: str) -> Label | None:
    """The organisation's label, or everybody's, with this name whatever its capitals."""
    rows = await connection.execute(
        select(label).where(
            or_(label.c.organization == organization, label.c.organization.is_(None))
        )
    )
    return next((_label(row) for row in rows if row.name.casefold() == name.casefold()), None)


async def by_id(connection: AsyncConnection, label_id: str, staff: Staff) -> Label | None:
    """A label that she may use."""
    row = (
        await connection.execute(select(label).where(label.c.id == label_id, usable_by(staff)))
    ).first()
    return None if row is None else _label(row)


async def create(connection: AsyncConnection, made: Label, *, at: datetime) -> None:
    """Keep a new label."""
    await connection.execute(
        insert(label).values(
            id=made.id,
            organization=made.organization,
            name=made.name,
            colour=made.colour,
            created_at=at,
        )
    )


async def change(connection: AsyncConnection, label_id: str, *, name: str, colour: str) -> None:
    """Another name or colour, everywhere it is."""
    await connection.execute(
        update(label).where(label.c.id == label_id).values(name=name, colour=colour)
    )


async def remove(connection: AsyncConnection, label_id: str) -> None:
    """Delete a label, also from the conversations that have it."""
    await connection.execute(
        delete(conversation_label).where(conversation_label.c.label_id == label_id)
    )
    await connection.execute(delete(label).where(label.c.id == label_id))


async def put(
    connection: AsyncConnection, conversation_id: ConversationId, label_id: str, *, at: datetime
) -> None:
    """Give a conversation a label; one that it has changes nothing."""
    known = await connection.scalar(
        select(conversation_label.c.label_id).where(
            conversation_label.c.conversation_id == conversation_id,
            conversation_label.c.label_id == label_id,
        )
    )
    if known is None:
        await connection.execute(
            insert(conversation_label).values(
                conversation_id=conversation_id, label_id=label_id, at=at
            )
        )


async def take_off(
    connection: AsyncConnection, conversation_id: ConversationId, label_id: str
) -> None:
    """Take a label off a conversation."""
    await connection.execute(
        delete(conversation_label).where(
            conversation_label.c.conversation_id == conversation_id,
            conversation_label.c.label_id == label_id,
        )
    )


def _label(row: Row[Any]) -> Label:
    return Label(id=row.id, name=row.name, colour=row.colour, organization=row.organization)
