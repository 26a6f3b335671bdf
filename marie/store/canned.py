"""Answers that are written once: an organisation's, and one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.canned import CannedAnswer
from marie.domain.conversation import StaffId
from marie.domain.people import Staff
from marie.store.console_tables import canned_answer


def usable_by(staff: Staff) -> ColumnElement[bool]:
    """Her own, her organisation's, and everybody's."""
    answer = canned_answer.c
    shared = or_(answer.organization == staff.organization, answer.organization.is_(None))
    return or_(answer.staff_id == staff.id, and_(answer.staff_id.is_(None), shared))


async def all_of(connection: AsyncConnection, staff: Staff) -> list[CannedAnswer]:
    """What she may use, by title."""
    rows = await connection.execute(
        select(canned_answer)
        .where(usable_by(staff))
        .order_by(func.lower(canned_answer.c.title), canned_answer.c.id)
    )
    return [_answer(row) for row in rows]


async def by_id(connection: AsyncConnection, answer_id: str, staff: Staff) -> CannedAnswer | None:
    """An answer that she may use."""
    row = (
        await connection.execute(
            select(canned_answer).where(canned_answer.c.id == answer_id, usable_by(staff))
        )
    ).first()
    return None if row is None else _answer(row)


async def save(connection: AsyncConnection, answer: CannedAnswer, *, at: datetime) -> None:
    """Keep a new answer, or the changed one."""
    values = {
        "organization": answer.organization,
        "staff_id": answer.staff_id,
        "title": answer.title,
        "text": answer.text,
        "updated_at": at,
    }
    result = await connection.execute(
        update(canned_answer).where(canned_answer.c.id == answer.id).values(values)
    )
    if result.rowcount == 0:
        await connection.execute(insert(canned_answer).values(id=answer.id, **values))


async def remove(connection: AsyncConnection, answer_id: str) -> None:
    """Delete an answer."""
    await connection.execute(delete(canned_answer).where(canned_answer.c.id == answer_id))


def _answer(row: Row[Any]) -> CannedAnswer:
    return CannedAnswer(
        id=row.id,
        title=row.title,
        text=row.text,
        organization=row.organization,
        staff_id=None if row.staff_id is None else StaffId(row.staff_id),
    )
