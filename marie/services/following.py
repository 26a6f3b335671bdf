"""Follows each lead to its end: it is never without an owner and a next date until it is settled.

Every function but the job works in the transaction of what happened (a lead was made, somebody
claimed, wrote, handed back, closed), with the conversation locked by its caller.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.following import AlreadySettled, BadDate, Followed, Next, Outcome
from marie.knowledge.waiting import Terms
from marie.store import following

TERMS = Terms()
"""What is allowed when nothing was set."""

FARTHEST = timedelta(days=366)
"""How far away a next date may be."""


async def opened(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    now: datetime,
    terms: Terms = TERMS,
) -> None:
    """A lead was made and given to its organisation: a person writes within what is allowed.

    When the visitor asks again, the older lead ends and whoever followed it goes on.
    """
    lead = await _newest(connection, conversation_id)
    if lead is None:
        return
    await following.replace_older(connection, conversation_id, lead.lead_id, at=now)
    await _plan(connection, lead, Next.ANSWER, now=now, terms=terms)


async def claimed(
    connection: AsyncConnection, conversation_id: ConversationId, *, by: StaffId, now: datetime
) -> None:
    """Somebody took the conversation: the lead is hers, due as it was."""
    lead = await _newest(connection, conversation_id)
    if lead is not None and not lead.is_settled:
        await following.save(connection, replace(lead, owner=by))


async def answered(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    now: datetime,
    terms: Terms = TERMS,
) -> bool:
    """A person wrote: the first words are counted, and then she asks how things stand.

    Whether these were the first.
    """
    lead = await _newest(connection, conversation_id)
    if lead is None or lead.is_settled or lead.answered_at is not None:
        return False
    # A clock that was set back must not give a wait below nothing.
    lead = replace(lead, answered_at=max(now, lead.created_at))
    if lead.due_what is Next.ANSWER:
        await _plan(connection, lead, Next.FOLLOW_UP, now=now, terms=terms)
    else:
        await following.save(connection, lead)
    return True


async def handed_back(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    by: StaffId,
    now: datetime,
    terms: Terms = TERMS,
) -> None:
    """Marie has the conversation again; the lead stays with whoever handed it back."""
    lead = await _newest(connection, conversation_id)
    if lead is None or lead.is_settled:
        return
    lead = replace(lead, owner=by)
    if lead.due_what is Next.ANSWER:
        # The visitor no longer waits here, and somebody still follows her lead.
        await _plan(connection, lead, Next.FOLLOW_UP, now=now, terms=terms)
    else:
        await following.save(connection, lead)


async def moved(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    owner: StaffId | None,
    now: datetime,
    terms: Terms = TERMS,
) -> None:
    """The lead is another organisation's, or another counsellor's: `owner`, who must look at it."""
    lead = await _newest(connection, conversation_id)
    if lead is None or lead.is_settled:
        return
    lead = replace(lead, owner=owner, shared_at=None)
    if lead.due_what in (Next.APPOINTMENT, Next.REFERRAL):
        await following.save(connection, lead)
    else:
        what = Next.ANSWER if lead.answered_at is None else Next.FOLLOW_UP
        if lead.due_what is Next.CALL_BACK:
            what = Next.CALL_BACK
        await _plan(connection, lead, what, now=now, terms=terms)


async def settled(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    outcome: Outcome,
    now: datetime,
) -> None:
    """The lead has ended. One that has ended keeps the outcome that it had."""
    lead = await _newest(connection, conversation_id)
    if lead is None or lead.is_settled:
        return
    await following.save(
        connection,
        replace(lead, outcome=outcome, settled_at=now, due_at=None, due_what=None, shared_at=None),
    )


async def set_next(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    what: Next,
    at: datetime,
    owner: StaffId | None,
    now: datetime | None = None,
) -> None:
    """What must happen next, by when and through whom; `owner` None leaves it with who has it.

    `AlreadySettled` when nothing is owed; with `now`, `BadDate` for a date that is past or more
    than a year away.
    """
    lead = await _newest(connection, conversation_id)
    if lead is None or lead.is_settled:
        raise AlreadySettled
    if now is not None and not now < at <= now + FARTHEST:
        raise BadDate
    await following.save(
        connection,
        replace(lead, due_what=what, due_at=at, owner=owner or lead.owner, shared_at=None),
    )


async def released(
    connection: AsyncConnection, staff_id: StaffId, *, now: datetime, terms: Terms = TERMS
) -> None:
    """A counsellor left: her leads are her organisation's again, and due as they were."""
    for lead in await following.unsettled(connection):
        if lead.owner == staff_id:
            await following.save(connection, replace(lead, owner=None))


async def _newest(connection: AsyncConnection, conversation_id: ConversationId) -> Followed | None:
    return await following.newest(connection, conversation_id, lock=True)


async def _plan(
    connection: AsyncConnection, lead: Followed, what: Next, *, now: datetime, terms: Terms
) -> None:
    due_at = terms.due(what, lead.organization, since=now)
    await following.save(connection, replace(lead, due_what=what, due_at=due_at))
