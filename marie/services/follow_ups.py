"""What is next for the leads that a member of staff follows, and what she decides about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.appointments import Appointment, CallBack
from marie.domain.conversation import Conversation, ConversationId, NotOwner, State
from marie.domain.following import Followed, Next, Outcome
from marie.domain.people import Role, Staff
from marie.knowledge.waiting import Terms
from marie.services import appointments as meetings
from marie.services import following
from marie.services.appointments import Voice
from marie.services.live import Hub
from marie.store import access, appointments, conversations, leads
from marie.store import following as stored
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.following import Done


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A lead and what is next. `owner_name`, `organization`: names, None when nobody or nobody's;
    `steps`: what was done because it was late; `appointment`: the latest that was not cancelled."""

    lead: Followed
    need: str
    owner_name: str | None
    organization: str | None
    waits: bool
    steps: Sequence[Done]
    appointment: Appointment | None
    call_back: CallBack | None


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The page of one member of staff, each list by next date. `late`: what others of her
    organisation let wait, for a supervisor."""

    mine: Sequence[FollowUp]
    nobodys: Sequence[FollowUp]
    late: Sequence[FollowUp]


async def of_conversation(
    connection: AsyncConnection, conversation: Conversation
) -> FollowUp | None:
    """What is next for a conversation's newest lead, or how it ended; None without a lead."""
    lead = await stored.newest(connection, conversation.id)
    if lead is None:
        return None
    names = await accounts.organizations(connection)
    return await _follow_up(connection, lead, conversation.state, names)


async def lists(database: Database, by: Staff, *, now: datetime) -> Lists:
    """What she follows, what nobody follows yet, and for a supervisor what is late."""
    async with database.read() as connection:
        names = await accounts.organizations(connection)
        found = [
            await _follow_up(connection, lead, state, names)
            for lead, state in await stored.visible(connection, access.visible_to(by))
        ]
    supervises = by.role.includes(Role.SUPERVISOR)
    return Lists(
        mine=[each for each in found if each.lead.owner == by.id],
        nobodys=[each for each in found if each.lead.owner is None],
        late=[
            each
            for each in found
            if supervises and each.lead.owner not in (None, by.id) and each.lead.is_overdue(now)
        ],
    )


async def _follow_up(
    connection: AsyncConnection, lead: Followed, state: State, names: Mapping[str, str]
) -> FollowUp:
    person = await accounts.by_id(connection, lead.owner) if lead.owner is not None else None
    file = await leads.latest(connection, lead.conversation_id)
    return FollowUp(
        lead=lead,
        need=file.request.need if file is not None else "",
        owner_name=person.name if person is not None else None,
        organization=names.get(lead.organization or ""),
        waits=state is State.WAITING,
        steps=await stored.steps(connection, lead.lead_id),
        appointment=await appointments.newest(connection, lead.conversation_id),
        call_back=await appointments.open_call_back(connection, lead.conversation_id),
    )


async def plan(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    what: Next,
    at: datetime,
    by: Staff,
    clock: Clock,
) -> None:
    """What is next and when; a lead that nobody follows is hers from now on.

    `UnknownConversation`, `AlreadySettled`, `BadDate`.
    """
    async with database.write() as connection:
        await access.check_may_see(connection, by, conversation_id)
        await conversations.load(connection, conversation_id, lock=True)
        lead = await stored.newest(connection, conversation_id, lock=True)
        owner = by.id if lead is not None and lead.owner is None else None
        now = clock()
        await following.set_next(
            connection, conversation_id, what=what, at=at, owner=owner, now=now
        )
        await accounts.record(
            connection, at=now, staff_id=by.id, action="plan_lead", subject=conversation_id
        )
    hub.changed(conversation_id)


async def called_back(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    terms: Terms,
    clock: Clock,
) -> None:
    """She called or wrote: the visitor no longer waits, and the lead is hers to follow.

    `UnknownConversation`, `AlreadySettled`.
    """
    async with database.write() as connection:
        await access.check_may_see(connection, by, conversation_id)
        talk = await conversations.load(connection, conversation_id, lock=True)
        now = clock()
        lead = await stored.newest(connection, conversation_id, lock=True)
        await appointments.call_back_done(connection, conversation_id, by=by.id, at=now)
        await following.answered(connection, conversation_id, now=now, terms=terms)
        organization = lead.organization if lead is not None else None
        await following.set_next(
            connection,
            conversation_id,
            what=Next.FOLLOW_UP,
            at=terms.due(Next.FOLLOW_UP, organization, since=now),
            owner=by.id,
        )
        if talk.state is State.WAITING:
            await conversations.save(connection, talk.withdraw())
        await accounts.record(
            connection, at=now, staff_id=by.id, action="called_back", subject=conversation_id
        )
    hub.changed(conversation_id)


async def settle(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    outcome: Outcome,
    by: Staff,
    terms: Terms,
    voice: Voice,
    clock: Clock,
) -> None:
    """The lead has ended; an appointment to come is cancelled with it, unless it is the outcome.

    `UnknownConversation`; `NotOwner` while a counsellor talks: it is ended there.
    """
    async with database.write() as connection:
        await access.check_may_see(connection, by, conversation_id)
        talk = await conversations.load(connection, conversation_id, lock=True)
        if talk.state is State.COUNSELLOR:
            raise NotOwner
        now = clock()
        if outcome is not Outcome.APPOINTMENT:
            await meetings.give_up(connection, talk, now=now, terms=terms, voice=voice, by="staff")
        await following.settled(connection, conversation_id, outcome=outcome, now=now)
        if talk.state is State.WAITING:
            await conversations.save(connection, talk.withdraw())
        await accounts.record(
            connection, at=now, staff_id=by.id, action="settle_lead", subject=conversation_id
        )
    hub.changed(conversation_id)
