"""What is done, without anybody asking, about leads that wait too long.

Each step is taken once for one date, in a transaction of its own in which the lead is looked at
again: a run that was cut short, or two at the same time, repeat nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import Conversation, ConversationId, State
from marie.domain.following import Followed, Next, Step
from marie.domain.messages import Content
from marie.domain.waiting import Wait
from marie.knowledge.waiting import Terms
from marie.services import notifications, waiting
from marie.services.appending import append
from marie.services.live import Hub
from marie.store import appointments, conversations, following
from marie.store import staff as accounts
from marie.store.conversations import UnknownConversation
from marie.store.engine import Database

Offer = Callable[[Wait, datetime, bool], Content]
"""What Marie writes by herself to somebody who waits, in simple French or not."""


async def look_after(database: Database, hub: Hub, *, terms: Terms, clock: Clock) -> int:
    """Remind, tell the supervisors, share; how many leads something was done about."""
    now = clock()
    await _release_disabled(database)
    async with database.read() as connection:
        late = await following.unsettled(connection, before=now)
        taken = await following.steps_taken(connection, before=now)
    done = 0
    for each in late:
        # Who is late stays late for days: a transaction only when there is something to do.
        if all((each.lead_id, step) in taken for step in _steps_of(each, terms=terms, now=now)):
            continue
        async with database.write() as connection:
            try:
                talk = await conversations.load(connection, each.conversation_id, lock=True)
            except UnknownConversation:
                continue
            lead = await following.newest(connection, each.conversation_id, lock=True)
            if lead is None or lead.lead_id != each.lead_id:
                continue
            changed = await _next_steps(connection, talk, lead, terms=terms, now=clock())
        if changed:
            hub.changed(each.conversation_id)
            done += 1
    return done


def _steps_of(lead: Followed, *, terms: Terms, now: datetime) -> list[Step]:
    """What a lead that is late has come to; it is shared only while somebody waits."""
    if lead.due_at is None:
        return []
    steps = [Step.REMINDED]
    if now >= terms.escalated_at(lead.due_at, lead.organization):
        steps.append(Step.ESCALATED)
    shared = lead.answered_at is not None or lead.shared_at is not None
    if not shared and now >= terms.shared_at(lead.due_at, lead.organization):
        steps.append(Step.SHARED)
    return steps


async def _next_steps(
    connection: AsyncConnection,
    talk: Conversation,
    lead: Followed,
    *,
    terms: Terms,
    now: datetime,
) -> bool:
    due = lead.due_at
    if due is None or not lead.is_overdue(now):
        return False
    steps = _steps_of(lead, terms=terms, now=now)
    done = False
    path = f"/console/conversations/{lead.conversation_id}"
    if await following.add_step(connection, lead, Step.REMINDED, due_at=due, at=now):
        await _tell_holder(connection, lead, path=path, due=due, now=now)
        done = True
    if Step.ESCALATED in steps and await following.add_step(
        connection, lead, Step.ESCALATED, due_at=due, at=now
    ):
        await _tell_supervisors(connection, lead, path=path, due=due, now=now)
        done = True
    if Step.SHARED in steps and talk.state is State.WAITING:
        await following.add_step(connection, lead, Step.SHARED, due_at=due, at=now)
        await following.save(connection, replace(lead, shared_at=now))
        await notifications.notify_organization(
            connection,
            None,
            "new_lead",
            path="/console/",
            key=f"shared {lead.lead_id} {due.isoformat()}",
            now=now,
            conversation_id=lead.conversation_id,
        )
        done = True
    return done


async def _tell_holder(
    connection: AsyncConnection, lead: Followed, *, path: str, due: datetime, now: datetime
) -> None:
    key = f"overdue {lead.lead_id} {due.isoformat()}"
    if lead.owner is not None:
        await notifications.notify_staff(
            connection,
            lead.owner,
            "overdue",
            path=path,
            key=key,
            now=now,
            conversation_id=lead.conversation_id,
        )
        return
    await notifications.notify_organization(
        connection,
        lead.organization,
        "overdue",
        path=path,
        key=key,
        now=now,
        conversation_id=lead.conversation_id,
    )


async def _tell_supervisors(
    connection: AsyncConnection, lead: Followed, *, path: str, due: datetime, now: datetime
) -> None:
    """Those of the organisation; administrators when it has none."""
    people = await following.supervisors(connection, lead.organization)
    for staff_id in people:
        await notifications.notify_staff(
            connection,
            staff_id,
            "escalated",
            path=path,
            key=f"escalated {lead.lead_id} {due.isoformat()}",
            now=now,
            conversation_id=lead.conversation_id,
        )


async def _release_disabled(database: Database) -> None:
    """Leads of counsellors whose account was disabled are their organisation's again."""
    async with database.read() as connection:
        orphans = await following.of_disabled(connection)
    for each in orphans:
        async with database.write() as connection:
            lead = await following.newest(connection, each.conversation_id, lock=True)
            if lead is None or lead.owner is None or lead.owner != each.owner or lead.is_settled:
                continue
            person = await accounts.by_id(connection, lead.owner)
            if person is not None and person.disabled_at is not None:
                await following.save(connection, replace(lead, owner=None))


async def offer_instead(
    database: Database, hub: Hub, *, marie: str, terms: Terms, offer: Offer, clock: Clock
) -> int:
    """Marie offers a call-back or an appointment, once, to whoever nobody came to; how many."""
    now = clock()
    before = now - timedelta(minutes=terms.waiting.offer_after_minutes)
    async with database.read() as connection:
        unanswered = await following.unanswered(connection, before=before)
    offered = 0
    for conversation_id in unanswered:
        async with database.write() as connection:
            if not await _offer(
                connection, conversation_id, marie=marie, terms=terms, offer=offer, clock=clock
            ):
                continue
        hub.changed(conversation_id)
        offered += 1
    return offered


async def _offer(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    marie: str,
    terms: Terms,
    offer: Offer,
    clock: Clock,
) -> bool:
    now = clock()
    try:
        talk = await conversations.load(connection, conversation_id, lock=True)
    except UnknownConversation:
        return False
    lead = await following.newest(connection, conversation_id, lock=True)
    if talk.state is not State.WAITING or lead is None or lead.due_what is not Next.ANSWER:
        return False
    if await appointments.to_come(connection, conversation_id, now=now) is not None:
        return False
    at = lead.created_at
    if not await following.add_step(connection, lead, Step.OFFERED, due_at=at, at=now):
        return False
    wait = await waiting.wait_of(connection, lead, since=talk.waiting_since, now=now, terms=terms)
    content = offer(wait, now, bool(talk.profile.get("simple")))
    talk = await append(connection, talk, author="marie", name=marie, content=content, clock=clock)
    await conversations.save(connection, talk)
    return True
