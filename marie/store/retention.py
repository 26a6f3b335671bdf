"""What has been kept long enough, by the limits of `knowledge/privacy.yml`: conditions and deletes.

A condition is the same for counting (a dry run) and for deleting, so what is shown is what goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, State
from marie.store import tables
from marie.store.account_tables import account_link
from marie.store.appointment_tables import appointment
from marie.store.event_tables import event, registration
from marie.store.notification_tables import notification, webhook_delivery
from marie.store.paper_tables import paper_link

AT_ONCE = 500
"""Rows that one transaction deletes at most."""

QUIET = (State.MARIE.value, State.CLOSED.value)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a table that go once a moment of theirs (a column) is old enough."""

    table: Table
    since: Column[datetime]

    @property
    def key(self) -> Column[Any]:
        """The table's primary key, one column."""
        (column,) = self.table.primary_key.columns
        return column


ROWS: Mapping[str, tuple[Rows, ...]] = {
    "miss": (Rows(table=tables.miss, since=tables.miss.c.at),),
    "settled_report": (Rows(table=tables.report, since=tables.report.c.settled_at),),
    "kept_link": (Rows(table=paper_link, since=paper_link.c.expires_at),),
    "erased_token": (Rows(table=tables.erased, since=tables.erased.c.erased_at),),
    "notification": (
        Rows(table=notification, since=notification.c.done_at),
        Rows(table=webhook_delivery, since=webhook_delivery.c.done_at),
    ),
    "audit": (Rows(table=tables.audit, since=tables.audit.c.at),),
    "account_link": (Rows(table=account_link, since=account_link.c.expires_at),),
    "session": (Rows(table=tables.staff_session, since=tables.staff_session.c.expires_at),),
}
"""By limit: what goes row by row. Conversations go whole, with all that hangs on them."""


def _last_words() -> ColumnElement[datetime]:
    conversation, message = tables.conversation, tables.message
    newest = (
        select(func.max(message.c.at))
        .where(message.c.conversation_id == conversation.c.id)
        .correlate(conversation)
        .scalar_subquery()
    )
    return func.coalesce(newest, conversation.c.created_at)


def _awaited(now: datetime) -> ColumnElement[bool]:
    """Whether a seat or an appointment is still to come."""
    conversation = tables.conversation.c.id
    seat = (
        select(registration.c.event_id)
        .join(event, event.c.id == registration.c.event_id)
        .where(registration.c.conversation_id == conversation, event.c.ends_at > now)
    )
    meeting = select(appointment.c.id).where(
        appointment.c.conversation_id == conversation,
        appointment.c.ends_at > now,
        appointment.c.cancelled_at.is_(None),
    )
    return or_(exists(seat), exists(meeting))


def _has_lead(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    lead = tables.lead
    return exists(
        select(lead.c.id).where(lead.c.conversation_id == tables.conversation.c.id, *conditions)
    )


def _over(limit: str, cutoff: datetime, now: datetime) -> ColumnElement[bool]:
    """Which conversations a limit is about, and were quiet since `cutoff`."""
    lead = tables.lead.c
    silent = _last_words() <= cutoff
    quiet = and_(tables.conversation.c.state.in_(QUIET), silent, ~_awaited(now))
    match limit:
        case "conversation_without_lead":
            return and_(quiet, ~_has_lead())
        case "settled_lead":
            open_or_recent = or_(lead.settled_at.is_(None), lead.settled_at > cutoff)
            return and_(quiet, _has_lead(), ~_has_lead(open_or_recent))
        case _:
            return and_(silent, _has_lead(lead.settled_at.is_(None)))


CONVERSATIONS = ("conversation_without_lead", "settled_lead", "unsettled_lead")
"""The limits of whole conversations."""


async def count(connection: AsyncConnection, limit: str, *, cutoff: datetime, now: datetime) -> int:
    """How many a limit would take: conversations, or rows."""
    if limit in CONVERSATIONS:
        query = select(func.count()).select_from(tables.conversation)
        return await connection.scalar(query.where(_over(limit, cutoff, now))) or 0
    whole = 0
    for rows in ROWS.get(limit, ()):
        query = select(func.count()).select_from(rows.table)
        whole += await connection.scalar(query.where(rows.since <= cutoff)) or 0
    return whole


async def conversations_over(
    connection: AsyncConnection,
    limit: str,
    *,
    cutoff: datetime,
    now: datetime,
    only: ConversationId | None = None,
) -> Sequence[tuple[ConversationId, datetime]]:
    """Which conversations a limit takes (or `only` one, if it does), and their last words' time."""
    conversation = tables.conversation
    last = _last_words()
    query = select(conversation.c.id, last).where(_over(limit, cutoff, now)).order_by(last)
    if only is not None:
        query = query.where(conversation.c.id == only)
    found = await connection.execute(query)
    return [(ConversationId(row[0]), row[1]) for row in found]


async def delete_some(connection: AsyncConnection, rows: Rows, *, cutoff: datetime) -> int:
    """Delete rows that are old enough, so many at most; how many."""
    old = select(rows.key).where(rows.since <= cutoff).limit(AT_ONCE)
    keys = list(await connection.scalars(old))
    if keys:
        await connection.execute(delete(rows.table).where(rows.key.in_(keys)))
    return len(keys)


async def notification_ids(connection: AsyncConnection) -> set[str]:
    """Every notification that is still known: files of others are nobody's."""
    return set(await connection.scalars(select(notification.c.id)))
