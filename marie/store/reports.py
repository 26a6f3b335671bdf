"""Errors that visitors report in what Marie said, and what administrators do with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.store import tables


@dataclass(frozen=True, kw_only=True)
class Report:
    """An error that somebody saw. `resource`: the card that is wrong, None for the whole answer.

    `entry` and `said`: what Marie's message was, `cards` the cards under it.
    """

    id: str
    conversation_id: ConversationId
    seq: int
    resource: str | None
    text: str
    at: datetime
    entry: str | None
    said: str
    cards: tuple[dict[str, object], ...]


async def add(
    connection: AsyncConnection,
    *,
    report_id: str,
    conversation_id: ConversationId,
    seq: int,
    resource: str | None,
    text: str,
    at: datetime,
) -> None:
    """Keep a report."""
    await connection.execute(
        insert(tables.report).values(
            id=report_id,
            conversation_id=conversation_id,
            seq=seq,
            resource=resource,
            text=text,
            at=at,
        )
    )


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> list[Report]:
    """What a visitor reported, in the order in which she did."""
    query = _reports().where(tables.report.c.conversation_id == conversation_id)
    rows = await connection.execute(query)
    return [_report(row) for row in rows]


async def open_reports(connection: AsyncConnection, limit: int) -> list[Report]:
    """What nobody settled yet, the oldest first."""
    query = _reports().where(tables.report.c.settled_at.is_(None)).limit(limit)
    rows = await connection.execute(query)
    return [_report(row) for row in rows]


async def count_open(connection: AsyncConnection) -> int:
    """How many are not settled."""
    query = select(func.count()).where(tables.report.c.settled_at.is_(None))
    return int((await connection.execute(query)).scalar_one())


async def settle(connection: AsyncConnection, report_id: str, *, by: StaffId, at: datetime) -> bool:
    """It was looked into; False when there is no such report, or somebody settled it before."""
    result = await connection.execute(
        update(tables.report)
        .where(tables.report.c.id == report_id, tables.report.c.settled_at.is_(None))
        .values(settled_at=at, settled_by=by)
    )
    return result.rowcount > 0


def _reports() -> Select[Any]:
    report, message = tables.report, tables.message
    joined = report.join(
        message,
        and_(message.c.conversation_id == report.c.conversation_id, message.c.seq == report.c.seq),
    )
    return (
        select(report, message.c.entry, message.c.text.label("said"), message.c.body)
        .select_from(joined)
        .order_by(report.c.at, report.c.id)
    )


def _report(row: Row[Any]) -> Report:
    return Report(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        seq=row.seq,
        resource=row.resource,
        text=row.text,
        at=row.at,
        entry=row.entry,
        said=row.said,
        cards=tuple(row.body["resources"]),
    )
