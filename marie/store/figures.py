"""Counts: of what is stored now, and of what left (`figure_count`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, State
from marie.domain.figures import Cell, CountedLead, Counts, Measure, Talk
from marie.domain.following import PROMISED, Outcome
from marie.store import tables
from marie.store.event_tables import event, registration
from marie.store.figure_tables import figure_count

PLAN_TOPIC = "moving.plan"


async def talks(
    connection: AsyncConnection,
    *,
    since: datetime | None = None,
    now: datetime,
    only: ColumnElement[bool] | None = None,
) -> list[Talk]:
    """Conversations that may count on a day from `since` on; `only`: a condition on them."""
    conversation, lead = tables.conversation, tables.lead
    touched = only
    if since is not None:
        # A lead may end, and a stay take place, long after the conversation began.
        recent = or_(
            conversation.c.created_at >= since,
            conversation.c.id.in_(
                select(lead.c.conversation_id).where(
                    or_(lead.c.created_at >= since, lead.c.settled_at >= since)
                )
            ),
            conversation.c.id.in_(
                select(registration.c.conversation_id)
                .join(event, event.c.id == registration.c.event_id)
                .where(event.c.ends_at >= since)
            ),
            conversation.c.id.in_(
                select(tables.message.c.conversation_id).where(
                    tables.message.c.topic == PLAN_TOPIC, tables.message.c.at >= since
                )
            ),
        )
        touched = recent if only is None else and_(only, recent)
    ids = select(conversation.c.id)
    if touched is not None:
        ids = ids.where(touched)
    leads: defaultdict[str, list[CountedLead]] = defaultdict(list)
    for row in await connection.execute(
        select(
            lead.c.conversation_id,
            lead.c.created_at,
            lead.c.organization,
            lead.c.regions,
            lead.c.answered_at,
            lead.c.outcome,
            lead.c.settled_at,
        ).where(lead.c.conversation_id.in_(ids))
    ):
        leads[row.conversation_id].append(_lead(row))
    planned = await _moments(connection, _plans(tables.message.c.conversation_id.in_(ids)))
    stayed = await _moments(
        connection,
        select(registration.c.conversation_id, func.min(event.c.starts_at))
        .join(event, event.c.id == registration.c.event_id)
        .where(
            registration.c.conversation_id.in_(ids),
            registration.c.seat == "seat",
            event.c.kind == "trip",
            event.c.cancelled_at.is_(None),
            event.c.ends_at <= now,
        )
        .group_by(registration.c.conversation_id),
    )
    found = select(conversation.c.id, conversation.c.created_at, conversation.c.source)
    return [
        Talk(
            created_at=row.created_at,
            source=row.source or "",
            leads=tuple(leads[row.id]),
            planned_at=planned.get(row.id),
            stayed_at=stayed.get(row.id),
        )
        for row in await connection.execute(found.where(conversation.c.id.in_(ids)))
    ]


def _plans(where: ColumnElement[bool]) -> Any:
    """Conversations in which Marie made a plan, and when first: its message carries its papers."""
    message = tables.message
    return (
        select(message.c.conversation_id, func.min(message.c.at))
        .where(
            message.c.topic == PLAN_TOPIC,
            message.c.author == "marie",
            message.c.body[("data", "plan")].as_string().is_not(None),
            where,
        )
        .group_by(message.c.conversation_id)
    )


async def _moments(connection: AsyncConnection, query: Any) -> dict[str, datetime]:
    return {row[0]: row[1] for row in await connection.execute(query)}


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId, *, now: datetime
) -> Talk | None:
    """What is counted of one conversation."""
    found = await talks(connection, now=now, only=tables.conversation.c.id == conversation_id)
    return found[0] if found else None


async def add(connection: AsyncConnection, counts: Counts) -> None:
    """Add to the daily counts, in this transaction."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    for cell, count in sorted(counts.items()):
        row = {
            "day": cell.day,
            "measure": cell.measure.value,
            "organization": cell.organization,
            "region": cell.region,
            "source": cell.source,
            "detail": cell.detail,
        }
        insert = dialect.insert(figure_count).values(**row, number=count)
        await connection.execute(
            insert.on_conflict_do_update(
                index_elements=list(row),
                set_={"number": figure_count.c.number + insert.excluded.number},
            )
        )


async def kept(connection: AsyncConnection, *, first: str, last: str) -> dict[Cell, int]:
    """The daily counts from one day to another, both included."""
    rows = await connection.execute(
        select(figure_count).where(figure_count.c.day >= first, figure_count.c.day <= last)
    )
    return {
        Cell(
            day=row.day,
            measure=Measure(row.measure),
            organization=row.organization,
            region=row.region,
            source=row.source,
            detail=row.detail,
        ): row.number
        for row in rows
    }


async def sources_of(connection: AsyncConnection, day: str, measure: Measure) -> set[str]:
    """The host names that a day's counts name."""
    rows = await connection.scalars(
        select(figure_count.c.source)
        .where(figure_count.c.day == day, figure_count.c.measure == measure.value)
        .distinct()
    )
    return set(rows)


async def waiting(
    connection: AsyncConnection, organizations: Sequence[str] | None
) -> list[tuple[str, datetime]]:
    """Organisation and since when, of each conversation that waits for a person now: whom a call or
    an appointment was promised does not."""
    conversation, lead = tables.conversation, tables.lead

    def newest(column: Column[Any]) -> ScalarSelect[Any]:
        return (
            select(column)
            .where(lead.c.conversation_id == conversation.c.id)
            .order_by(*tables.newest_lead_first())
            .limit(1)
            .correlate(conversation)
            .scalar_subquery()
        )

    rows = await connection.execute(
        select(
            newest(lead.c.organization).label("organization"), conversation.c.waiting_since
        ).where(
            conversation.c.state == State.WAITING.value,
            func.coalesce(newest(lead.c.due_what), "").not_in(PROMISED),
        )
    )
    return [
        (row.organization or "", row.waiting_since)
        for row in rows
        if organizations is None or row.organization in organizations
    ]


def _lead(row: Any) -> CountedLead:
    regions: Iterable[str] = row.regions
    return CountedLead(
        created_at=row.created_at,
        organization=row.organization or "",
        region=next(iter(regions), ""),
        answered_at=row.answered_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        settled_at=row.settled_at,
    )
