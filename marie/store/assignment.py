"""Reads and adds to the ledger of assignments. What is decided is in `marie.domain.assignment`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.assignment import Account, Kind, OrganizationId, fold
from marie.domain.conversation import ConversationId, StaffId, State
from marie.domain.people import Role
from marie.store import tables
from marie.store.assignment_tables import assignment_entry, assignment_period


@dataclass(frozen=True, kw_only=True)
class Period:
    """Quotas and since when they hold."""

    id: int
    started_at: datetime
    quotas: Mapping[OrganizationId, int]
    staff_id: StaffId | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the ledger; `id` is None until it is written."""

    period_id: int
    at: datetime
    kind: Kind
    organization: OrganizationId
    lead_id: str | None = None
    moved_from: OrganizationId | None = None
    staff_id: StaffId | None = None
    why: dict[str, Any] = field(default_factory=dict)
    id: int | None = None


async def lock(connection: AsyncConnection) -> None:
    """Nobody else decides before this transaction ends; others may read meanwhile.

    SQLite's writers queue by themselves.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE assignment_entry IN SHARE ROW EXCLUSIVE MODE"))


async def current_period(connection: AsyncConnection) -> Period | None:
    """The period that holds; None before the first lead and the first quotas."""
    found = await connection.execute(
        select(assignment_period).order_by(assignment_period.c.id.desc()).limit(1)
    )
    row = found.first()
    return None if row is None else _period(row)


async def periods(connection: AsyncConnection) -> list[Period]:
    """Every period, the newest first."""
    rows = await connection.execute(
        select(assignment_period).order_by(assignment_period.c.id.desc())
    )
    return [_period(row) for row in rows]


async def begin_period(
    connection: AsyncConnection,
    quotas: Mapping[OrganizationId, int],
    *,
    staff_id: StaffId | None,
    at: datetime,
) -> Period:
    """From now on these quotas hold, and every count begins again."""
    added = await connection.execute(
        insert(assignment_period)
        .values(started_at=at, quotas=dict(quotas), staff_id=staff_id)
        .returning(assignment_period.c.id)
    )
    return Period(id=added.scalar_one(), started_at=at, quotas=quotas, staff_id=staff_id)


async def account(connection: AsyncConnection, period: Period) -> Account:
    """Where a period stands."""
    entry = assignment_entry.c
    rows = await connection.execute(
        select(entry.kind, entry.organization, entry.moved_from, func.count())
        .where(entry.period_id == period.id)
        .group_by(entry.kind, entry.organization, entry.moved_from)
    )
    return fold(period.quotas, [(Kind(row[0]), row[1], row[2], row[3]) for row in rows])


async def add(connection: AsyncConnection, entry: Entry) -> None:
    """Write a line at the end of the ledger."""
    await connection.execute(
        insert(assignment_entry).values(
            period_id=entry.period_id,
            at=entry.at,
            kind=entry.kind.value,
            lead_id=entry.lead_id,
            organization=entry.organization,
            moved_from=entry.moved_from,
            staff_id=entry.staff_id,
            why=entry.why,
        )
    )


async def entries(
    connection: AsyncConnection, period_id: int, *, limit: int | None = None
) -> list[Entry]:
    """The lines of a period in order; with `limit` its latest ones."""
    query = (
        select(assignment_entry)
        .where(assignment_entry.c.period_id == period_id)
        .order_by(assignment_entry.c.id.desc())
    )
    return await _entries(connection, query if limit is None else query.limit(limit))


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId, *, since: datetime | None = None
) -> list[Entry]:
    """What became of a conversation's leads, in order; `since`: of those made from then on."""
    query = (
        select(assignment_entry)
        .join(tables.lead, tables.lead.c.id == assignment_entry.c.lead_id)
        .where(tables.lead.c.conversation_id == conversation_id)
        .order_by(assignment_entry.c.id.desc())
    )
    if since is not None:
        query = query.where(tables.lead.c.created_at >= since)
    return await _entries(connection, query)


async def set_organization(
    connection: AsyncConnection, lead_id: str, organization: OrganizationId
) -> None:
    """Whose lead it is."""
    await connection.execute(
        update(tables.lead).where(tables.lead.c.id == lead_id).values(organization=organization)
    )


async def talks_by_organization(connection: AsyncConnection) -> dict[OrganizationId, list[int]]:
    """How many conversations each active counsellor of each organisation has now."""
    person, talk = tables.staff, tables.conversation
    owned = and_(talk.c.owner == person.c.id, talk.c.state == State.COUNSELLOR.value)
    rows = await connection.execute(
        select(person.c.organization, func.count(talk.c.id))
        .select_from(person.outerjoin(talk, owned))
        .where(
            person.c.organization.is_not(None),
            person.c.disabled_at.is_(None),
            person.c.role != Role.ADMINISTRATOR.value,
        )
        .group_by(person.c.id, person.c.organization)
    )
    found: dict[OrganizationId, list[int]] = {}
    for organization, count in rows:
        found.setdefault(organization, []).append(count)
    return found


async def _entries(connection: AsyncConnection, query: Select[Any]) -> list[Entry]:
    found = [_entry(row) for row in await connection.execute(query)]
    return found[::-1]


def _period(row: Row[Any]) -> Period:
    return Period(
        id=row.id, started_at=row.started_at, quotas=dict(row.quotas), staff_id=row.staff_id
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        period_id=row.period_id,
        at=row.at,
        kind=Kind(row.kind),
        lead_id=row.lead_id,
        organization=row.organization,
        moved_from=row.moved_from,
        staff_id=row.staff_id,
        why=row.why,
    )
