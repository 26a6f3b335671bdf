"""The access register: who opened whose file, from the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.store import tables


@dataclass(frozen=True, kw_only=True)
class Access:
    """One line. `name`, `organization`: of who did it; None when the account is not there."""

    at: datetime
    action: str
    subject: str
    name: str | None
    organization: str | None


@dataclass(frozen=True, kw_only=True)
class File:
    """How often, by how many and when last a file was opened or worked on. `is_there`: not yet
    erased."""

    conversation_id: str
    times: int
    persons: int
    last: datetime
    is_there: bool


async def of_file(connection: AsyncConnection, conversation_id: str) -> Sequence[Access]:
    """Everything that was done with a file, the newest first."""
    audit = tables.audit.c
    query = _query().where(audit.subject == conversation_id, audit.staff_id.is_not(None))
    return [_access(row) for row in await connection.execute(query)]


async def latest(connection: AsyncConnection, *, limit: int) -> Sequence[Access]:
    """The newest lines about files."""
    query = _query().where(_is_file()).limit(limit)
    return [_access(row) for row in await connection.execute(query)]


async def files(
    connection: AsyncConnection, *, limit: int, offset: int = 0
) -> tuple[int, Sequence[File]]:
    """How many files were ever opened, and some of them, the one opened last first."""
    audit = tables.audit.c
    whole = await connection.scalar(select(func.count(audit.subject.distinct())).where(_is_file()))
    last = func.max(audit.at)
    rows = await connection.execute(
        select(
            audit.subject,
            func.count().label("times"),
            func.count(audit.staff_id.distinct()).label("persons"),
            last.label("last"),
            tables.conversation.c.id.label("there"),
        )
        .select_from(
            tables.audit.outerjoin(tables.conversation, tables.conversation.c.id == audit.subject)
        )
        .where(_is_file())
        .group_by(audit.subject, tables.conversation.c.id)
        .order_by(last.desc(), audit.subject)
        .limit(limit)
        .offset(offset)
    )
    found = [
        File(
            conversation_id=row.subject,
            times=row.times,
            persons=row.persons,
            last=row.last,
            is_there=row.there is not None,
        )
        for row in rows
    ]
    return whole or 0, found


FILE_ACTIONS = (
    *("open", "search", "claim", "hand_back", "close", "transfer", "move", "reassign"),
    *("invite", "uninvite", "plan_lead", "settle_lead", "called_back"),
    *("referral_ask", "referral_answered", "referral_accepted", "referral_declined"),
    *("move_appointment", "cancel_appointment", "take_over_appointment", "release_appointment"),
)
"""What is done with a file, as the audit log names it."""


def _is_file() -> Any:
    """Lines of people whose subject is, or was, a conversation."""
    audit = tables.audit.c
    conversation = select(tables.conversation.c.id)
    about = audit.subject.in_(conversation) | (
        audit.action.in_(FILE_ACTIONS) & (func.length(audit.subject) == 32)
    )
    return audit.staff_id.is_not(None) & about


def _query() -> Select[Any]:
    audit, staff, organization = tables.audit, tables.staff, tables.organization
    joined = audit.outerjoin(staff, staff.c.id == audit.c.staff_id).outerjoin(
        organization, organization.c.id == staff.c.organization
    )
    return (
        select(audit, staff.c.name.label("who"), organization.c.name.label("whose"))
        .select_from(joined)
        .order_by(audit.c.at.desc(), audit.c.id.desc())
    )


def _access(row: Any) -> Access:
    return Access(
        at=row.at,
        action=row.action,
        subject=row.subject,
        name=row.who,
        organization=row.whose,
    )
