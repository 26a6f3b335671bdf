"""Stays and sessions: planned by administrators, joined and left by visitors.

Until it is announced an event is a draft, perhaps waiting for a reader or for its day: visitors do
not hear of it. From then on it is changed for everybody at once, for people hold seats of it.

A seat is given in the transaction that writes Marie's answer, with the event locked: two visitors
never get the last one. Whoever leaves, or erases her conversation, makes room for the first who
waits. What the others must hear (a seat came free, another day, cancelled) is remembered with their
registration and said in their own conversation afterwards (`tell`), in a transaction of its own, so
that no transaction ever holds two conversations.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import ConversationId
from marie.domain.events import (
    Draft,
    Event,
    EventRequest,
    Outcome,
    Registration,
    State,
    Step,
)
from marie.domain.messages import Content, Message
from marie.domain.people import Staff
from marie.knowledge.event_checks import BadEvent, check_draft
from marie.knowledge.events import PlannedEvent, publish_events
from marie.services import event_versions as versions
from marie.services.event_versions import FROM_NOWHERE, Basis
from marie.services.live import Hub
from marie.services.revisions import ChangedMeanwhile
from marie.store import conversations, events, revisions
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.events import Counts, Notice, UnknownEvent

Say = Callable[[Notice, PlannedEvent], Content]
"""What Marie says to somebody registered."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """An event with how full it is."""

    event: Event
    counts: Counts


async def plan(
    database: Database,
    draft: Draft,
    *,
    regions: frozenset[str],
    by: Staff,
    clock: Clock,
    step: Step = "announce",
    announce_at: datetime | None = None,
    why: str = "",
) -> str:
    """Add an event; its id. `announce_at`: for the step « schedule »."""
    now = clock()
    check_draft(draft, regions=regions, now=now)
    event = Event(id=secrets.token_hex(16), draft=draft)
    event = _stepped(event, step, announce_at, now=now)
    async with database.write() as connection:
        await events.add(connection, event, by=by.id, at=now)
        await revisions.lock(connection)
        await versions.write(
            connection,
            event.id,
            draft,
            step=step,
            basis=Basis(why=why),
            ground=None,
            by=by,
            now=now,
        )
        await _record(connection, by, clock, f"{step}_event", event.id)
    return event.id


def _stepped(
    event: Event, step: Step | None, announce_at: datetime | None, *, now: datetime
) -> Event:
    """The event a step further, None: as far as it is; `BadEvent` names the field that hinders."""
    state = event.state(now)
    if state is State.ANNOUNCED and step in ("announce", None):
        return event
    if step in ("draft", "review"):
        reading = (event.review_at or now) if step == "review" else None
        return replace(event, announce_at=None, review_at=reading)
    if step is None:
        if state is not State.SCHEDULED:
            return event
        announce_at = event.announce_at
    elif step == "announce":
        announce_at = now
    _check_announcement(event, announce_at, step, now=now)
    return replace(event, announce_at=announce_at, review_at=None)


def _check_announcement(
    event: Event, announce_at: datetime | None, step: Step | None, *, now: datetime
) -> None:
    if announce_at is None:
        raise BadEvent({"publish_on": "date"})
    if step == "schedule" and announce_at <= now:
        raise BadEvent({"publish_on": "past"})
    if event.draft.starts_at <= now:
        raise BadEvent({"starts_at": "past"})
    if event.draft.starts_at <= announce_at:
        raise BadEvent({"publish_on": "too_late"})


async def change(
    database: Database,
    event_id: str,
    draft: Draft,
    *,
    regions: frozenset[str],
    by: Staff,
    clock: Clock,
    step: Step | None = "announce",
    announce_at: datetime | None = None,
    basis: Basis = FROM_NOWHERE,
) -> None:
    """Change an event: more seats go to who waits; another day or place is told to everybody.

    `step` None leaves it as far as it is. Once somebody is registered it stays announced. When
    somebody else changed it since `basis`, this text is kept beside theirs: `ChangedMeanwhile`. A
    cancelled one is no longer there to change: `UnknownEvent`.
    """
    now = clock()
    async with database.write() as connection:
        known = await events.load(connection, event_id, lock=True)
        if known.cancelled_at is not None:
            raise UnknownEvent
        registered = await events.registered(connection, event_id)
        taken = sum(each.seat == "seat" for each in registered)
        check_draft(draft, regions=regions, taken=taken, now=now, before=known.draft)
        if registered and step not in ("announce", None):
            raise BadEvent({"": "registered"})
        changed = _stepped(replace(known, draft=draft), step, announce_at, now=now)
        if changed == known:
            return
        said = await versions.ground_of(connection, known, now=now)
        if seen := versions.is_seen(basis, said):
            changed = replace(changed, changes=known.changes + 1)
            await events.save(connection, changed)
            if _moved(known.draft, draft):
                await events.remember_notice(connection, event_id, "changed")
            await _fill(connection, changed, now=now)
            await versions.write(
                connection,
                event_id,
                draft,
                step=_REACHED[changed.state(now)],
                basis=basis,
                ground=said.id,
                by=by,
                now=now,
            )
            same = known.state(now) is changed.state(now)
            await _record(
                connection, by, clock, "change_event" if same else f"{step}_event", event_id
            )
        else:
            kept = await versions.keep(
                connection, event_id, draft, basis=basis, ground=said, by=by, now=now
            )
    if not seen:
        raise ChangedMeanwhile(said, kept)


_REACHED: dict[State, Step] = {
    State.DRAFT: "draft",
    State.REVIEW: "review",
    State.SCHEDULED: "schedule",
    State.ANNOUNCED: "announce",
}


async def cancel(
    database: Database, event_id: str, *, by: Staff, clock: Clock, why: str = ""
) -> None:
    """Cancel an event; everybody registered will be told. Twice is once. What nobody heard of is
    gone."""
    async with database.write() as connection:
        known = await events.load(connection, event_id, lock=True)
        if known.cancelled_at is not None:
            return
        if known.state(clock()) is not State.ANNOUNCED:
            await events.forget(connection, event_id)
            await revisions.forget(connection, "event", event_id)
            await _record(connection, by, clock, "drop_event", event_id)
            return
        await events.save(
            connection, replace(known, cancelled_at=clock(), changes=known.changes + 1)
        )
        await events.remember_notice(connection, event_id, "cancelled")
        now = clock()
        said = await versions.ground_of(connection, known, now=now)
        await versions.write(
            connection,
            event_id,
            None,
            step="cancel",
            basis=Basis(why=why),
            ground=said.id,
            by=by,
            now=now,
        )
        await _record(connection, by, clock, "cancel_event", event_id)


async def decide(
    connection: AsyncConnection, conversation_id: str, request: EventRequest, *, now: datetime
) -> tuple[Outcome, int]:
    """Do what a visitor asked, in the transaction of her turn; the outcome and her rank."""
    try:
        known = await events.load(connection, request.event_id, lock=True)
    except UnknownEvent:
        return "closed", 0
    if request.action == "leave":
        left = await events.remove(connection, known.id, conversation_id)
        await _fill(connection, known, now=now)
        return ("left" if left else "absent"), 0
    registered = await events.registered(connection, known.id)
    mine = next((each for each in registered if each.conversation_id == conversation_id), None)
    if mine is not None:
        return "already", mine.rank
    if not known.is_open(now):
        return "closed", 0
    seats = sum(each.seat == "seat" for each in registered)
    waiting = len(registered) - seats
    free = seats < known.draft.capacity and not waiting
    number = await events.last_number(connection, known.id) + 1
    await events.register(
        connection,
        request,
        conversation_id,
        seat="seat" if free else "waiting",
        number=number,
        at=now,
    )
    return ("seat", seats + 1) if free else ("waiting", waiting + 1)


async def leave_all(connection: AsyncConnection, conversation_id: str, *, now: datetime) -> None:
    """A conversation is erased: its places go to who waits."""
    for known, _ in await events.of_conversation(connection, conversation_id):
        locked = await events.load(connection, known.id, lock=True)
        await events.remove(connection, locked.id, conversation_id)
        await _fill(connection, locked, now=now)


async def planned(database: Database) -> list[Planned]:
    """Every event with how full it is."""
    async with database.read() as connection:
        counts = await events.counts(connection)
        return [
            Planned(event=each, counts=counts.get(each.id, Counts()))
            for each in await events.all_events(connection)
        ]


async def one(database: Database, event_id: str) -> tuple[Event, list[Registration]]:
    """An event and who registered; `UnknownEvent`."""
    async with database.read() as connection:
        known = await events.load(connection, event_id)
        return known, await events.registered(connection, event_id)


async def hearing(database: Database, event_id: str, draft: Draft) -> int:
    """How many would be told if the event said this; `UnknownEvent`."""
    known, registered = await one(database, event_id)
    return len(registered) if _moved(known.draft, draft) else 0


async def publish(database: Database, data: Path, *, clock: Clock) -> None:
    """Make the events to come what every process speaks from its next question on."""
    now = clock()
    upcoming = [
        published(each.event, each.counts)
        for each in await planned(database)
        if each.event.is_open(now)
    ]
    publish_events(data, upcoming)


def published(event: Event, counts: Counts) -> PlannedEvent:
    """What is said of an event: nothing of who comes."""
    draft = event.draft
    return PlannedEvent(
        id=event.id,
        kind=draft.kind,
        title=draft.title,
        region=draft.region,
        place=draft.place,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        capacity=draft.capacity,
        taken=counts.taken,
        waiting=counts.waiting,
        organizer=draft.organizer,
        description=draft.description,
        url=draft.url,
    )


async def tell(database: Database, hub: Hub, *, marie: str, say: Say, clock: Clock) -> int:
    """Tell those registered what changed for them, each in her conversation; how many were told.

    While a counsellor has the conversation, Marie is silent: it is told when she has it again.
    """
    async with database.read() as connection:
        waiting = await events.noticed(connection)
    told = 0
    for event_id, conversation_id in waiting:
        async with database.write() as connection:
            try:
                conversation = await conversations.load(
                    connection, ConversationId(conversation_id), lock=True
                )
            except conversations.UnknownConversation:
                continue
            if not conversation.marie_answers():
                continue
            notice = await events.take_notice(connection, event_id, conversation_id)
            if notice is None:
                continue
            known = await events.load(connection, event_id)
            if known.draft.starts_at <= clock():
                continue  # over: too late to tell
            conversation = replace(conversation, last_seq=conversation.last_seq + 1)
            message = Message(
                seq=conversation.last_seq,
                author="marie",
                name=marie,
                at=clock(),
                content=say(notice, published(known, Counts())),
            )
            await conversations.append(connection, conversation.id, message)
            await conversations.save(connection, conversation)
        hub.changed(ConversationId(conversation_id))
        told += 1
    return told


async def _fill(connection: AsyncConnection, event: Event, *, now: datetime) -> None:
    """Give free seats to the first who wait, while it has not begun; the event is locked."""
    if not event.is_open(now):
        return
    registered = await events.registered(connection, event.id)
    free = event.draft.capacity - sum(each.seat == "seat" for each in registered)
    next_ones = [each.conversation_id for each in registered if each.seat == "waiting"][
        : max(0, free)
    ]
    if next_ones:
        await events.seat(connection, event.id, next_ones)


def _moved(before: Draft, after: Draft) -> bool:
    """Whether those who come must know: another time or place."""
    return (before.starts_at, before.ends_at, before.place) != (
        after.starts_at,
        after.ends_at,
        after.place,
    )


async def _record(
    connection: AsyncConnection, by: Staff, clock: Clock, action: str, event_id: str
) -> None:
    await accounts.record(connection, at=clock(), staff_id=by.id, action=action, subject=event_id)
