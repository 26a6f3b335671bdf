"""Appointments outside the chat: by the visitor's link, by the counsellor, and by the clock.

What changes is said in the conversation too, by the system: Marie may not speak while a counsellor
has it. The conversation is locked first, then the appointment is read again: who comes second
finds it as the first one left it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.appointments import (
    Agenda,
    Appointment,
    Offered,
    SlotTaken,
    UnknownAppointment,
    check_agenda,
)
from marie.domain.conversation import Conversation, ConversationId
from marie.domain.following import Next
from marie.domain.messages import Content
from marie.domain.people import Staff
from marie.knowledge.waiting import Terms
from marie.services import appointments as own
from marie.services import following, slots
from marie.services.appending import append_system
from marie.services.appointments import Voice
from marie.services.live import Hub
from marie.store import appointments, conversations
from marie.store import following as stored
from marie.store import staff as accounts
from marie.store.conversations import UnknownConversation
from marie.store.engine import Database

REMIND_BEFORE = timedelta(hours=24)
"""How long before an appointment it is reminded of."""

LATE = timedelta(hours=2)
"""One that was made so shortly before needs no reminder."""

News = Callable[[Appointment, str], Content]
"""What the conversation says of a change: « moved », « cancelled », « cancelled_by_staff »,
« soon » or « other_counsellor »."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What these functions work with."""

    database: Database
    hub: Hub
    terms: Terms
    voice: Voice
    news: News
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An appointment for its page. `organization`, `counsellor`: their names, if known."""

    appointment: Appointment
    organization: str
    counsellor: str
    slots: Sequence[Offered]
    more: bool


async def read(desk: Desk, appointment_id: str, *, page: int = 0, count: int = 12) -> Shown:
    """An appointment, and what it could be moved to; `UnknownAppointment` when it was erased."""
    now = desk.clock()
    async with desk.database.read() as connection:
        known = await appointments.load(connection, appointment_id)
        names = await accounts.organizations(connection)
        person = await accounts.by_id(connection, known.staff_id) if known.staff_id else None
        lead = await stored.newest(connection, known.conversation_id)
        found = slots.Page(slots=(), more=False)
        if known.is_to_come(now) and lead is not None and not lead.is_settled:
            found = await slots.page_of(
                connection,
                lead.organization,
                page=page,
                now=now,
                terms=desk.terms,
                but=known,
                count=count,
            )
    return Shown(
        appointment=known,
        organization=names.get(known.organization or "", ""),
        counsellor=person.name if person is not None else "",
        slots=found.slots,
        more=found.more,
    )


async def move(desk: Desk, appointment_id: str, at: datetime) -> Appointment:
    """The visitor takes another moment; `SlotTaken`, or `UnknownAppointment` once it is over."""
    async with _locked(desk, appointment_id) as (connection, conversation, known):
        moved = await own.move(
            connection, known, at, now=desk.clock(), terms=desk.terms, voice=desk.voice
        )
        if moved.changes != known.changes:
            await _say(desk, connection, conversation, moved, "moved")
            await _record(desk, connection, "move_appointment", moved)
    desk.hub.changed(known.conversation_id)
    return moved


async def cancel(desk: Desk, appointment_id: str, *, by: Staff | None = None) -> Appointment:
    """The visitor gives it up, or the counsellor (`by`) must; `UnknownAppointment` once it is over
    or for a counsellor whose it is not."""
    async with _locked(desk, appointment_id) as (connection, conversation, known):
        now = desk.clock()
        if not known.is_to_come(now) or not (by is None or _may_act(by, known)):
            raise UnknownAppointment
        who = "visitor" if by is None else "staff"
        cancelled = await own.cancel(
            connection, known, by=who, now=now, terms=desk.terms, voice=desk.voice
        )
        kind = "cancelled" if by is None else "cancelled_by_staff"
        await _say(desk, connection, conversation, cancelled, kind)
        await _record(desk, connection, "cancel_appointment", cancelled, by=by)
    desk.hub.changed(known.conversation_id)
    return cancelled


async def take_over(desk: Desk, appointment_id: str, *, by: Staff) -> Appointment:
    """A counsellor receives somebody whose own counsellor left; `UnknownAppointment` when it is no
    longer to be taken over."""
    async with _locked(desk, appointment_id) as (connection, conversation, known):
        now = desk.clock()
        if known.staff_id == by.id:
            return known
        if known.staff_id is not None or not known.is_to_come(now) or not _may_act(by, known):
            raise UnknownAppointment
        agenda = await appointments.agenda_of(connection, by.id)
        busy = await appointments.taken(connection, [by.id], since=now)
        if any(start < known.ends_at and known.starts_at < end for start, end in busy[by.id]):
            raise SlotTaken
        place = known.place if known.means == "phone" or agenda is None else ""
        if agenda is not None and known.means != "phone":
            place = agenda.where(known.means, None) or known.place
        taken = replace(known, staff_id=by.id, place=place, changes=known.changes + 1)
        await appointments.save(connection, taken)
        await own.follow(connection, taken, now=now, terms=desk.terms)
        await own.tell(connection, taken, "appointment_changed", now=now, voice=desk.voice)
        await _say(desk, connection, conversation, taken, "other_counsellor")
        await _record(desk, connection, "take_over_appointment", taken, by=by)
    desk.hub.changed(known.conversation_id)
    return taken


async def save_agenda(desk: Desk, agenda: Agenda, *, by: Staff) -> None:
    """From now on she receives so; appointments that were made stay. `BadAgenda`."""
    check_agenda(agenda)
    async with desk.database.write() as connection:
        await appointments.save_agenda(connection, agenda, at=desk.clock())
        await accounts.record(
            connection, at=desk.clock(), staff_id=by.id, action="save_agenda", subject=by.id
        )


async def remind(desk: Desk) -> int:
    """Remind of what begins within a day, each once, in the chat and by e-mail; of how many."""
    now = desk.clock()
    async with desk.database.read() as connection:
        due = await appointments.to_remind(connection, now=now, before=now + REMIND_BEFORE)
    told = 0
    for each in due:
        try:
            async with _locked(desk, each.id) as (connection, conversation, known):
                if not known.is_to_come(now) or known.reminded_at is not None:
                    continue
                reminded = replace(known, reminded_at=now)
                await appointments.save(connection, reminded)
                if known.starts_at - known.created_at <= REMIND_BEFORE + LATE and not known.changes:
                    continue  # made a moment ago: she knows
                await own.tell(connection, reminded, "appointment_soon", now=now, voice=desk.voice)
                await _say(desk, connection, conversation, reminded, "soon")
        except (UnknownAppointment, UnknownConversation):
            continue
        desk.hub.changed(each.conversation_id)
        told += 1
    return told


async def release(desk: Desk) -> int:
    """Appointments of counsellors whose account was disabled wait for another of their
    organisation; how many."""
    now = desk.clock()
    async with desk.database.read() as connection:
        left = await appointments.of_disabled(connection, now=now)
    released = 0
    for each in left:
        try:
            async with _locked(desk, each.id) as (connection, _, known):
                if known.staff_id != each.staff_id or not known.is_to_come(now):
                    continue
                freed = replace(known, staff_id=None)
                await appointments.save(connection, freed)
                lead = await stored.newest(connection, known.conversation_id, lock=True)
                if lead is not None and not lead.is_settled:
                    # Somebody must take it over, and soon enough.
                    soon = desk.terms.due(Next.ANSWER, lead.organization, since=now)
                    lead = replace(lead, owner=None)
                    await stored.save(connection, lead)
                    await following.set_next(
                        connection,
                        known.conversation_id,
                        what=Next.APPOINTMENT,
                        at=min(soon, known.starts_at),
                        owner=None,
                    )
                await own.ask_for_another(connection, freed, now=now)
                await _record(desk, connection, "release_appointment", freed)
        except (UnknownAppointment, UnknownConversation):
            continue
        desk.hub.changed(each.conversation_id)
        released += 1
    return released


def _may_act(by: Staff, known: Appointment) -> bool:
    return known.staff_id == by.id or (
        known.staff_id is None and by.organization in (known.organization, None)
    )


@asynccontextmanager
async def _locked(
    desk: Desk, appointment_id: str
) -> AsyncIterator[tuple[AsyncConnection, Conversation, Appointment]]:
    """A transaction with the conversation locked, and the appointment as it is then."""
    async with desk.database.write() as connection:
        known = await appointments.load(connection, appointment_id)
        conversation = await conversations.load(connection, known.conversation_id, lock=True)
        yield (
            connection,
            conversation,
            await appointments.load(connection, appointment_id, lock=True),
        )


async def _say(
    desk: Desk,
    connection: AsyncConnection,
    conversation: Conversation,
    known: Appointment,
    kind: str,
) -> None:
    content = desk.news(known, kind)
    changed = await append_system(connection, conversation, content, clock=desk.clock)
    await conversations.save(connection, changed)


async def _record(
    desk: Desk,
    connection: AsyncConnection,
    action: str,
    known: Appointment,
    *,
    by: Staff | None = None,
) -> None:
    await accounts.record(
        connection,
        at=desk.clock(),
        staff_id=None if by is None else by.id,
        action=action,
        subject=ConversationId(known.conversation_id),
    )
