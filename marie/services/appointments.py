"""Appointments and call-backs: asked for in the chat, changed by a link, kept in step with leads.

A moment is given in the transaction that says so, with the counsellors' agendas locked: of two
visitors who press the same button one has it and the other is offered others. Whoever calls these
functions has locked the conversation.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.appointments import (
    Appointment,
    AppointmentRequest,
    CallBack,
    Means,
    Slot,
    SlotTaken,
    UnknownAppointment,
)
from marie.domain.conversation import Conversation, ConversationId, StaffId, State
from marie.domain.following import Followed, Next, Step
from marie.domain.messages import Content
from marie.domain.notices import Attachment, Kind
from marie.domain.waiting import Decided
from marie.knowledge.waiting import Terms
from marie.papers import calendar_file
from marie.services import following, notifications, slots, waiting
from marie.store import appointments, consents, leads
from marie.store import following as stored
from marie.store import staff as accounts

PAGE = "/console/rendez-vous"
FILE = "rendez-vous.ics"
CONSENT = "appointment"
"""The purpose of `knowledge/privacy.yml` for which a way to reach her is given."""


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How appointments are said. `say`: what Marie says of a decision, in simple French or not;
    `calendar`: an appointment as a calendar file's data, with its organisation's name, for the
    visitor or not; `path`: of the page on which she changes it."""

    say: Callable[[Decided, bool], Content]
    calendar: Callable[[Appointment, str, bool], Mapping[str, Any]]
    path: Callable[[str], str]


SILENT = Voice(
    say=lambda decided, simple: Content(text=decided.outcome),
    calendar=lambda appointment, organization, hers: {"name": "", "events": []},
    path=lambda appointment_id: f"/{appointment_id}",
)
"""Says nothing to anybody: for whoever needs no words."""


async def decide(
    connection: AsyncConnection,
    conversation: Conversation,
    request: AppointmentRequest,
    *,
    now: datetime,
    terms: Terms,
    voice: Voice = SILENT,
) -> Decided:
    """Do what a visitor asked, in the transaction of her turn."""
    lead = await stored.newest(connection, conversation.id, lock=True)
    if lead is None or lead.is_settled:
        mine = await appointments.to_come(connection, conversation.id, now=now)
        if request.action != "cancel" or mine is None:
            return Decided(outcome="no_lead", now=now)
        await cancel(connection, mine, by="visitor", now=now, terms=terms, voice=voice)
        return Decided(outcome="cancelled", now=now, appointment=mine)
    if request.consent:
        await consents.give(
            connection, conversation.id, purpose=CONSENT, text=request.consent, at=now
        )
    match request.action:
        case "offer":
            return await _offer(connection, lead, request.page, now=now, terms=terms)
        case "book":
            return await _book(connection, lead, request, now=now, terms=terms, voice=voice)
        case "cancel":
            mine = await appointments.to_come(connection, conversation.id, now=now)
            if mine is None:
                return Decided(outcome="absent", now=now)
            await cancel(connection, mine, by="visitor", now=now, terms=terms, voice=voice)
            return Decided(outcome="cancelled", now=now, appointment=mine)
        case "call_back":
            return await _call_back(connection, lead, request, now=now, terms=terms)
        case "wait":
            since = conversation.waiting_since
            known = await waiting.wait_of(connection, lead, since=since, now=now, terms=terms)
            waits = conversation.state is State.WAITING
            return Decided(outcome="waiting" if waits else "followed", now=now, wait=known)


async def welcome(
    connection: AsyncConnection, conversation: Conversation, *, now: datetime, terms: Terms
) -> Decided | None:
    """Where she stands who has just asked for a person; None when her lead is not there.

    When her organisation is closed, a call-back and an appointment are offered at once.
    """
    lead = await stored.newest(connection, conversation.id, lock=True)
    if lead is None or lead.is_settled:
        return None
    since = conversation.waiting_since
    known = await waiting.wait_of(connection, lead, since=since, now=now, terms=terms)
    if known.open is False:
        await stored.add_step(connection, lead, Step.OFFERED, due_at=lead.created_at, at=now)
    return Decided(outcome="waiting", now=now, wait=known)


async def _offer(
    connection: AsyncConnection, lead: Followed, page: int, *, now: datetime, terms: Terms
) -> Decided:
    mine = await appointments.to_come(connection, lead.conversation_id, now=now)
    found = await slots.page_of(
        connection, lead.organization, page=page, now=now, terms=terms, but=mine
    )
    return Decided(
        outcome="offered" if found.slots else "no_slots",
        now=now,
        slots=found.slots,
        page=page,
        more=found.more,
        appointment=mine,
    )


async def _book(
    connection: AsyncConnection,
    lead: Followed,
    request: AppointmentRequest,
    *,
    now: datetime,
    terms: Terms,
    voice: Voice,
) -> Decided:
    at = datetime.fromtimestamp((request.at or 0) / 1000, timezone.utc)
    mine = await appointments.to_come(connection, lead.conversation_id, now=now)
    if mine is not None and mine.starts_at == at and mine.means == request.means:
        return Decided(outcome="same", now=now, appointment=mine)
    try:
        booked = await take(
            connection,
            lead,
            at=at,
            means=request.means or "phone",
            phone=request.phone,
            now=now,
            terms=terms,
            instead_of=mine,
        )
    except SlotTaken:
        others = await slots.page_of(
            connection, lead.organization, page=0, now=now, terms=terms, but=mine
        )
        return Decided(
            outcome="taken", now=now, slots=others.slots, more=others.more, appointment=mine
        )
    kind: Kind = "appointment_booked" if mine is None else "appointment_changed"
    before = None if mine is None else mine.staff_id
    emailed = await tell(connection, booked, kind, now=now, voice=voice, before=before)
    return Decided(
        outcome="booked" if mine is None else "moved",
        now=now,
        appointment=booked,
        emailed=emailed,
    )


async def take(
    connection: AsyncConnection,
    lead: Followed,
    *,
    at: datetime,
    means: Means,
    phone: str | None,
    now: datetime,
    terms: Terms,
    instead_of: Appointment | None = None,
) -> Appointment:
    """Give a moment to a lead's visitor, in place of another one or not; `SlotTaken`."""
    agendas = await slots.candidates(connection, lead.organization, lock=True)
    free = await slots.free_of(connection, agendas, now=now, terms=terms, but=instead_of)
    fitting = [each for each in free if each.starts_at == at and means in each.means]
    if not fitting:
        raise SlotTaken
    slot = min(fitting, key=lambda each: _preference(each, lead, instead_of))
    agenda = next(each for each in agendas if each.staff_id == slot.staff_id)
    if phone is None:
        file = await leads.latest(connection, lead.conversation_id)
        phone = file.request.phone if file is not None else None
    values: dict[str, Any] = {
        "staff_id": slot.staff_id,
        "organization": lead.organization,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "means": means,
        "place": agenda.where(means, phone),
    }
    if instead_of is None:
        booked = Appointment(
            id=secrets.token_hex(16),
            conversation_id=lead.conversation_id,
            lead_id=lead.lead_id,
            changes=0,
            created_at=now,
            **values,
        )
        await appointments.add(connection, booked)
    else:
        booked = replace(instead_of, changes=instead_of.changes + 1, reminded_at=None, **values)
        await appointments.save(connection, booked)
    await follow(connection, booked, now=now, terms=terms)
    return booked


def _preference(
    slot: Slot, lead: Followed, instead_of: Appointment | None
) -> tuple[bool, bool, str]:
    """Whoever follows the lead first, then whoever had the appointment."""
    had = instead_of is not None and instead_of.staff_id == slot.staff_id
    return (slot.staff_id != lead.owner, not had, slot.staff_id)


async def follow(
    connection: AsyncConnection, booked: Appointment, *, now: datetime, terms: Terms
) -> None:
    """The lead's next date: to say how the appointment went."""
    due_at = terms.due(Next.APPOINTMENT, booked.organization, since=booked.ends_at)
    await following.set_next(
        connection,
        booked.conversation_id,
        what=Next.APPOINTMENT,
        at=due_at,
        owner=booked.staff_id,
    )


async def cancel(
    connection: AsyncConnection,
    known: Appointment,
    *,
    by: str,
    now: datetime,
    terms: Terms,
    voice: Voice,
) -> Appointment:
    """Give an appointment up; what comes next for the lead is as without it. Twice is once."""
    if not known.is_to_come(now):
        return known
    cancelled = replace(known, cancelled_at=now, cancelled_by=by, changes=known.changes + 1)
    await appointments.save(connection, cancelled)
    lead = await stored.newest(connection, known.conversation_id, lock=True)
    if lead is not None and lead.due_what is Next.APPOINTMENT:
        what = Next.ANSWER if lead.answered_at is None else Next.FOLLOW_UP
        await following.set_next(
            connection,
            known.conversation_id,
            what=what,
            at=terms.due(what, lead.organization, since=now),
            owner=None,
        )
    await tell(connection, cancelled, "appointment_cancelled", now=now, voice=voice)
    return cancelled


async def give_up(
    connection: AsyncConnection,
    conversation: Conversation,
    *,
    now: datetime,
    terms: Terms,
    voice: Voice,
    by: str = "visitor",
) -> None:
    """The request is taken back, or settled: its appointment goes with it."""
    known = await appointments.to_come(connection, conversation.id, now=now)
    if known is not None:
        await cancel(connection, known, by=by, now=now, terms=terms, voice=voice)


async def move(
    connection: AsyncConnection,
    known: Appointment,
    at: datetime,
    *,
    now: datetime,
    terms: Terms,
    voice: Voice,
) -> Appointment:
    """Another moment for the same appointment, by its page; `SlotTaken`, `UnknownAppointment`."""
    lead = await stored.newest(connection, known.conversation_id, lock=True)
    if not known.is_to_come(now):
        raise UnknownAppointment
    if at == known.starts_at:
        return known
    if lead is None or lead.is_settled:
        # Its lead has ended: nobody is there to take another moment with.
        raise SlotTaken
    phone = known.place if known.means == "phone" else None
    agendas = await slots.candidates(connection, lead.organization)
    free = await slots.free_of(connection, agendas, now=now, terms=terms, but=known)
    offered = {means for each in free if each.starts_at == at for means in each.means}
    if not offered:
        raise SlotTaken
    means: Means = known.means if known.means in offered else sorted(offered)[0]
    moved = await take(
        connection,
        lead,
        at=at,
        means=means,
        phone=phone,
        now=now,
        terms=terms,
        instead_of=known,
    )
    await tell(
        connection, moved, "appointment_changed", now=now, voice=voice, before=known.staff_id
    )
    return moved


async def _call_back(
    connection: AsyncConnection,
    lead: Followed,
    request: AppointmentRequest,
    *,
    now: datetime,
    terms: Terms,
) -> Decided:
    file = await leads.latest(connection, lead.conversation_id)
    asked = file.request if file is not None else None
    phone = request.phone or (asked.phone if asked and not request.email else None)
    email = request.email or (asked.email if asked else None)
    wish = CallBack(
        id=secrets.token_hex(16),
        conversation_id=lead.conversation_id,
        lead_id=lead.lead_id,
        created_at=now,
        channel="phone" if phone else "email",
        address=phone or email or "",
        part=request.part,
    )
    await appointments.add_call_back(connection, wish)
    await following.set_next(
        connection,
        lead.conversation_id,
        what=Next.CALL_BACK,
        at=terms.due(Next.CALL_BACK, lead.organization, since=now),
        owner=None,
    )
    path = f"/console/conversations/{lead.conversation_id}"
    key = f"call_back {wish.id}"
    if lead.owner is not None:
        await notifications.notify_staff(
            connection,
            lead.owner,
            "call_back",
            path=path,
            key=key,
            now=now,
            conversation_id=lead.conversation_id,
        )
    else:
        await notifications.notify_organization(
            connection,
            lead.organization,
            "call_back",
            path=path,
            key=key,
            now=now,
            conversation_id=lead.conversation_id,
        )
    return Decided(outcome="called", now=now, call_back=wish)


async def tell(
    connection: AsyncConnection,
    known: Appointment,
    kind: Kind,
    *,
    now: datetime,
    voice: Voice,
    before: StaffId | None = None,
) -> bool:
    """E-mail its calendar file to the counsellor (and to the one who had it before) and to the
    visitor; whether she gave an address."""
    names = await accounts.organizations(connection)
    organization = names.get(known.organization or "", "")

    def file(hers: bool) -> Attachment:
        data = voice.calendar(known, organization, hers)
        body = calendar_file.make(data, at=now, sequence=known.changes, identity=known.id)
        return Attachment(name=FILE, kind="text/calendar", content=body)

    key = f"{kind} {known.id} {known.changes}"
    for staff_id in {each for each in (known.staff_id, before) if each is not None}:
        await notifications.notify_staff(
            connection,
            staff_id,
            kind,
            path=f"{PAGE}#r{known.id}",
            key=key,
            now=now,
            conversation_id=known.conversation_id,
            attachment=file(False),
        )
    if known.staff_id is None and known.organization is not None:
        await notifications.notify_organization(
            connection,
            known.organization,
            kind,
            path=PAGE,
            key=key,
            now=now,
            conversation_id=known.conversation_id,
        )
    email = await visitor_email(connection, known.conversation_id)
    if email is not None:
        await notifications.notify_address(
            connection,
            email,
            kind,
            path=voice.path(known.id),
            key=key,
            now=now,
            conversation_id=known.conversation_id,
            attachment=file(True),
        )
    return email is not None


async def ask_for_another(
    connection: AsyncConnection, known: Appointment, *, now: datetime
) -> None:
    """Its counsellor left: her organisation hears that somebody must receive the visitor."""
    await notifications.notify_organization(
        connection,
        known.organization,
        "appointment_changed",
        path=PAGE,
        key=f"appointment_left {known.id} {known.changes}",
        now=now,
        conversation_id=known.conversation_id,
    )


async def visitor_email(connection: AsyncConnection, conversation_id: ConversationId) -> str | None:
    """Where she may be written to."""
    lead = await leads.latest(connection, conversation_id)
    wish = await appointments.open_call_back(connection, conversation_id)
    if wish is not None and wish.channel == "email":
        return wish.address
    return lead.request.email if lead is not None else None


async def leave_all(
    connection: AsyncConnection, conversation_id: ConversationId, *, now: datetime
) -> None:
    """The conversation is erased: her counsellor hears that the moment is free again."""
    known = await appointments.to_come(connection, conversation_id, now=now)
    if known is not None and known.staff_id is not None:
        # Not about the conversation: what is about it goes with it, unsent.
        await notifications.notify_staff(
            connection,
            known.staff_id,
            "appointment_cancelled",
            path=PAGE,
            key=f"appointment_cancelled {known.id} {known.changes + 1}",
            now=now,
        )
