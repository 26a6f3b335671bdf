"""What counsellors keep beside a conversation: private notes, labels, reminders.

Nothing here is ever in the conversation, and all of it is erased with it. Whoever calls has checked
that this member of staff may see the conversation.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import ConversationId
from marie.domain.messages import check_text
from marie.domain.notes import (
    COLOURS,
    MAX_REMINDER,
    BadLabel,
    BadReminder,
    Kind,
    Label,
    LabelTaken,
    Note,
    Reminder,
    label_name,
    usable,
)
from marie.domain.people import Staff
from marie.services.live import QUEUE, Changed, Hub
from marie.store import conversations, labels, notes, participants, reminders
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.participants import Colleague

FARTHEST = timedelta(days=731)
"""How far away a reminder may be."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """All that stands beside a conversation. `usable`: the labels that she may still give it."""

    notes: Sequence[Note]
    labels: Sequence[Label]
    usable: Sequence[Label]
    participants: Sequence[Colleague]
    reminders: Sequence[Reminder]


async def beside(
    connection: AsyncConnection, conversation_id: ConversationId, staff: Staff
) -> Beside:
    """What a member of staff finds beside a conversation."""
    all_given = await labels.of_conversations(connection, [conversation_id])
    given = usable(all_given[conversation_id], staff)
    to_give = await labels.all_of(connection, staff)
    return Beside(
        notes=await notes.of_conversation(connection, conversation_id),
        labels=given,
        usable=[each for each in to_give if each not in given],
        participants=await participants.of_conversation(connection, conversation_id),
        reminders=await reminders.open_of_conversation(connection, conversation_id),
    )


async def add_note(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    text: str,
    *,
    by: Staff,
    after_seq: int,
    now: datetime,
    kind: Kind = Kind.NOTE,
    note_id: str | None = None,
) -> None:
    """Keep a note in the transaction of what it is about."""
    await notes.add(
        connection,
        Note(
            id=note_id or secrets.token_hex(16),
            conversation_id=conversation_id,
            after_seq=after_seq,
            staff_id=by.id,
            author=by.name,
            at=now,
            kind=kind,
            text=text,
        ),
    )


async def write_note(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    text: str,
    client_id: str,
    clock: Clock,
) -> str:
    """A private note under the newest message; its id. The same `client_id` again: nothing twice.

    `BadMessage` for what cannot be kept.
    """
    text = check_text(text)
    note_id = client_id.replace("-", "")
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        await add_note(
            connection,
            conversation_id,
            text,
            by=by,
            after_seq=conversation.last_seq,
            now=clock(),
            note_id=note_id,
        )
    hub.changed(conversation_id)
    return note_id


async def remove_note(
    database: Database, hub: Hub, conversation_id: ConversationId, note_id: str, *, by: Staff
) -> None:
    """Take one's own note away; anybody else's stays."""
    async with database.write() as connection:
        await notes.remove(connection, conversation_id, note_id, by=by.id)
    hub.changed(conversation_id)


async def put_label(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    name: str,
    *,
    by: Staff,
    clock: Clock,
) -> None:
    """Give a conversation the label of this name, made for her organisation when it is new.

    `BadLabel` for a name that cannot be one.
    """
    name = label_name(name)
    async with database.write() as connection:
        await conversations.load(connection, conversation_id, lock=True)
        label = await labels.named(connection, by.organization, name)
        if label is None:
            known = await labels.all_of(connection, by)
            colour = COLOURS[len(known) % len(COLOURS)]
            label = await _make(connection, name, colour, by=by, now=clock())
        await labels.put(connection, conversation_id, label.id, at=clock())
    hub.changed(conversation_id)


async def take_label_off(
    database: Database, hub: Hub, conversation_id: ConversationId, label_id: str
) -> None:
    """Take a label off a conversation."""
    async with database.write() as connection:
        await labels.take_off(connection, conversation_id, label_id)
    hub.changed(conversation_id)


async def create_label(
    database: Database, hub: Hub, name: str, colour: str, *, by: Staff, clock: Clock
) -> None:
    """A label for her organisation; `BadLabel`, `LabelTaken`."""
    name = label_name(name)
    if colour not in COLOURS:
        raise BadLabel
    async with database.write() as connection:
        if await labels.named(connection, by.organization, name) is not None:
            raise LabelTaken
        label = await _make(connection, name, colour, by=by, now=clock())
        await _record(connection, "create_label", label.id, by=by, now=clock())
    hub.send(QUEUE, Changed())


async def change_label(
    database: Database,
    hub: Hub,
    label_id: str,
    name: str,
    colour: str,
    *,
    by: Staff,
    clock: Clock,
) -> None:
    """Another name or colour for a label; `BadLabel` (also for one that is not there)."""
    name = label_name(name)
    async with database.write() as connection:
        label = await labels.by_id(connection, label_id, by)
        if label is None or colour not in COLOURS:
            raise BadLabel
        other = await labels.named(connection, label.organization, name)
        if other is not None and other.id != label_id:
            raise LabelTaken
        await labels.change(connection, label_id, name=name, colour=colour)
        await _record(connection, "change_label", label_id, by=by, now=clock())
    hub.send(QUEUE, Changed())


async def delete_label(
    database: Database, hub: Hub, label_id: str, *, by: Staff, clock: Clock
) -> None:
    """Delete a label, also from the conversations that have it; `BadLabel`."""
    async with database.write() as connection:
        if await labels.by_id(connection, label_id, by) is None:
            raise BadLabel
        await labels.remove(connection, label_id)
        await _record(connection, "delete_label", label_id, by=by, now=clock())
    hub.send(QUEUE, Changed())


async def remind(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    due_at: datetime,
    text: str,
    clock: Clock,
) -> None:
    """Remind her of something at a moment that is not past; `BadReminder`."""
    text = " ".join(text.split())
    now = clock()
    if not text or len(text) > MAX_REMINDER or not now < due_at <= now + FARTHEST:
        raise BadReminder
    check_text(text)
    async with database.write() as connection:
        await conversations.load(connection, conversation_id, lock=True)
        made = Reminder(
            id=secrets.token_hex(16),
            conversation_id=conversation_id,
            staff_id=by.id,
            name=by.name,
            due_at=due_at,
            text=text,
        )
        await reminders.add(connection, made, at=now)
    hub.changed(conversation_id)


async def finish_reminder(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    reminder_id: str,
    *,
    clock: Clock,
) -> None:
    """It is done; doing it twice changes nothing."""
    async with database.write() as connection:
        await reminders.mark_done(connection, conversation_id, reminder_id, at=clock())
    hub.changed(conversation_id)


async def _make(
    connection: AsyncConnection, name: str, colour: str, *, by: Staff, now: datetime
) -> Label:
    label = Label(id=secrets.token_hex(16), name=name, colour=colour, organization=by.organization)
    await labels.create(connection, label, at=now)
    return label


async def _record(
    connection: AsyncConnection, action: str, subject: str, *, by: Staff, now: datetime
) -> None:
    await accounts.record(connection, at=now, staff_id=by.id, action=action, subject=subject)
