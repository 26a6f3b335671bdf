"""Where leads stand: owner, next date, outcome, and what was done about the late ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId, State
from marie.domain.following import Followed, Next, Outcome, Step
from marie.domain.people import Role
from marie.store import tables
from marie.store.appointment_tables import lead_step

lead = tables.lead


@dataclass(frozen=True, kw_only=True)
class Done:
    """A step that was taken about a lead that was due at `due_at`."""

    step: Step
    due_at: datetime
    at: datetime


async def newest(
    connection: AsyncConnection, conversation_id: ConversationId, *, lock: bool = False
) -> Followed | None:
    """The newest lead of a conversation, settled or not."""
    query = (
        select(lead)
        .where(lead.c.conversation_id == conversation_id)
        .order_by(*tables.newest_lead_first())
        .limit(1)
    )
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return None if row is None else _followed(row)


async def save(connection: AsyncConnection, followed: Followed) -> None:
    """Write where a lead stands."""
    await connection.execute(
        update(lead)
        .where(lead.c.id == followed.lead_id)
        .values(
            owner=followed.owner,
            due_at=followed.due_at,
            due_what=None if followed.due_what is None else followed.due_what.value,
            shared_at=followed.shared_at,
            answered_at=followed.answered_at,
            outcome=None if followed.outcome is None else followed.outcome.value,
            settled_at=followed.settled_at,
        )
    )


async def replace_older(
    connection: AsyncConnection, conversation_id: ConversationId, lead_id: str, *, at: datetime
) -> None:
    """The visitor asked again: only the newest lead `lead_id` goes on."""
    await connection.execute(
        update(lead)
        .where(
            lead.c.conversation_id == conversation_id,
            lead.c.id != lead_id,
            lead.c.settled_at.is_(None),
        )
        .values(settled_at=at, due_at=None, due_what=None)
    )


async def unsettled(
    connection: AsyncConnection, *, before: datetime | None = None
) -> list[Followed]:
    """Every lead that is owed something, the next date first; `before`: those due until then."""
    query = select(lead).where(lead.c.settled_at.is_(None)).order_by(lead.c.due_at, lead.c.id)
    if before is not None:
        query = query.where(lead.c.due_at < before)
    return [_followed(row) for row in await connection.execute(query)]


async def visible(
    connection: AsyncConnection, condition: ColumnElement[bool]
) -> list[tuple[Followed, State]]:
    """Open leads of the conversations that fulfil a condition, with these conversations' states,
    the next date first."""
    talk = tables.conversation
    rows = await connection.execute(
        select(lead, talk.c.state.label("talk_state"))
        .join(talk, talk.c.id == lead.c.conversation_id)
        .where(lead.c.settled_at.is_(None), condition)
        .order_by(lead.c.due_at, lead.c.id)
    )
    return [(_followed(row), State(row.talk_state)) for row in rows]


async def of_disabled(connection: AsyncConnection) -> list[Followed]:
    """Unsettled leads whose counsellor's account is disabled."""
    person = tables.staff
    query = (
        select(lead)
        .join(person, person.c.id == lead.c.owner)
        .where(lead.c.settled_at.is_(None), person.c.disabled_at.is_not(None))
    )
    return [_followed(row) for row in await connection.execute(query)]


async def unanswered(connection: AsyncConnection, *, before: datetime) -> list[ConversationId]:
    """Who waits since before a moment, has no person's words, and was offered nothing instead."""
    talk = tables.conversation
    offered = exists(
        select(lead_step.c.id).where(
            lead_step.c.lead_id == lead.c.id, lead_step.c.step == Step.OFFERED.value
        )
    )
    rows = await connection.scalars(
        select(talk.c.id)
        .join(lead, lead.c.conversation_id == talk.c.id)
        .where(
            talk.c.state == State.WAITING.value,
            lead.c.due_what == Next.ANSWER.value,
            lead.c.answered_at.is_(None),
            lead.c.created_at <= before,
            ~offered,
        )
        .order_by(lead.c.created_at)
    )
    return [ConversationId(each) for each in rows]


async def supervisors(connection: AsyncConnection, organization: str | None) -> list[StaffId]:
    """The supervisors of an organisation; administrators when it has none, or for None."""
    person = tables.staff
    active = select(person.c.id).where(person.c.disabled_at.is_(None)).order_by(person.c.id)
    if organization is not None:
        found = list(
            await connection.scalars(
                active.where(
                    person.c.organization == organization,
                    person.c.role != Role.COUNSELLOR.value,
                )
            )
        )
        if found:
            return [StaffId(each) for each in found]
    rows = await connection.scalars(active.where(person.c.role == Role.ADMINISTRATOR.value))
    return [StaffId(each) for each in rows]


async def add_step(
    connection: AsyncConnection, followed: Followed, step: Step, *, due_at: datetime, at: datetime
) -> bool:
    """Remember a step; False when it was taken for that date before. The lead is locked."""
    known = await connection.scalar(
        select(lead_step.c.id).where(
            lead_step.c.lead_id == followed.lead_id,
            lead_step.c.step == step.value,
            lead_step.c.due_at == due_at,
        )
    )
    if known is not None:
        return False
    await connection.execute(
        insert(lead_step).values(
            conversation_id=followed.conversation_id,
            lead_id=followed.lead_id,
            step=step.value,
            due_at=due_at,
            at=at,
        )
    )
    return True


async def steps_taken(connection: AsyncConnection, *, before: datetime) -> set[tuple[str, Step]]:
    """What was done about the leads that are due before a moment, for the date they have now:
    a lead's id and the step."""
    query = (
        select(lead_step.c.lead_id, lead_step.c.step)
        .join(lead, and_(lead.c.id == lead_step.c.lead_id, lead.c.due_at == lead_step.c.due_at))
        .where(lead.c.settled_at.is_(None), lead.c.due_at < before)
    )
    return {(row.lead_id, Step(row.step)) for row in await connection.execute(query)}


async def steps(connection: AsyncConnection, lead_id: str) -> list[Done]:
    """What was done about a lead, in order."""
    rows = await connection.execute(
        select(lead_step).where(lead_step.c.lead_id == lead_id).order_by(lead_step.c.id)
    )
    return [Done(step=Step(row.step), due_at=row.due_at, at=row.at) for row in rows]


async def ahead_in_queue(
    connection: AsyncConnection, followed: Followed, *, since: datetime
) -> int:
    """How many of the same organisation wait for their first words since before that moment."""
    talk = tables.conversation
    same = (
        lead.c.organization.is_(None)
        if followed.organization is None
        else lead.c.organization == followed.organization
    )
    counted = await connection.scalar(
        select(func.count(func.distinct(talk.c.id)))
        .select_from(talk.join(lead, lead.c.conversation_id == talk.c.id))
        .where(
            talk.c.state == State.WAITING.value,
            talk.c.id != followed.conversation_id,
            lead.c.due_what == Next.ANSWER.value,
            same,
            talk.c.waiting_since < since,
        )
    )
    return counted or 0


async def first_answers(
    connection: AsyncConnection, organization: str | None, *, since: datetime
) -> Sequence[tuple[datetime, datetime]]:
    """When the organisation's leads since then were made and answered."""
    rows = await connection.execute(
        select(lead.c.created_at, lead.c.answered_at).where(
            lead.c.organization == organization,
            lead.c.created_at >= since,
            lead.c.answered_at.is_not(None),
        )
    )
    return [(row[0], row[1]) for row in rows]


def _followed(row: Row[Any]) -> Followed:
    return Followed(
        lead_id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        created_at=row.created_at,
        organization=row.organization,
        owner=None if row.owner is None else StaffId(row.owner),
        due_at=row.due_at,
        due_what=None if row.due_what is None else Next(row.due_what),
        shared_at=row.shared_at,
        answered_at=row.answered_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        settled_at=row.settled_at,
    )
