"""What was said of a stay or a session, one version after the other: never who comes.

An event *is* its row, which locks for whoever registers; a version is a revision of kind "event"
(`marie.services.revisions`), written in the transaction that changes the row. The version with the
highest publication is what the row says; a text that was written over one that somebody else had
changed meanwhile is kept beside it as a draft. A version without content cancels. `note`: the step
that was taken with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.events import Draft, Event
from marie.domain.people import Staff
from marie.knowledge.items import Content
from marie.knowledge.revisions import Origin, Revision, State
from marie.services.revisions import MAX_WHY, Standing, UnknownRevision, content_mark
from marie.store import events, revisions
from marie.store.engine import Database


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What somebody changes an event from, and why.

    `ground`: the version that the form was opened on (`Standing.ground`), None when that is not
    looked at; `draft`: the kept text that is gone on from.
    """

    why: str = ""
    ground: str | None = None
    draft: int | None = None
    origin: Origin = "form"


FROM_NOWHERE = Basis()


def content_of(draft: Draft) -> Content:
    """A draft as a version's content; moments are UTC."""
    content: Content = msgspec.to_builtins(draft)
    for name in ("starts_at", "ends_at"):
        content[name] = getattr(draft, name).astimezone(timezone.utc).isoformat()
    return content


def draft_of(content: Content) -> Draft:
    """The draft that a version holds."""
    return msgspec.convert(content, Draft)


async def standing(database: Database, event_id: str) -> Standing:
    """An event now, for a form; `UnknownEvent`."""
    async with database.read() as connection:
        known = await events.load(connection, event_id)
        said = await revisions.spoken(connection, "event", event_id)
    content = None if known.cancelled_at else content_of(known.draft)
    ground = content_mark(content_of(known.draft)) if said is None else str(said.id)
    return Standing(content=content, ground=ground, revision=said)


async def read(database: Database, event_id: str, number: int) -> Revision:
    """One version of an event; `UnknownRevision`."""
    async with database.read() as connection:
        found = await revisions.read(connection, number)
    if found is None or found.key != ("event", event_id):
        raise UnknownRevision
    return found


async def ground_of(connection: AsyncConnection, known: Event, *, now: datetime) -> Revision:
    """The version that the locked event says; one from before there were versions is written down.

    What changes an event calls it first: so only one writes at a time.
    """
    await revisions.lock(connection)
    found = await revisions.spoken(connection, "event", known.id)
    if found is None:
        found = await revisions.newest_file(connection, "event", known.id)
    if found is None:
        number = await revisions.add(
            connection,
            kind="event",
            item=known.id,
            content=content_of(known.draft),
            state=State.FILE,
            origin="file",
            why="",
            based_on=None,
            staff_id=None,
            at=now,
        )
        found = await revisions.read(connection, number)
    assert found is not None  # noqa: S101 - just written
    return found


def is_seen(basis: Basis, ground: Revision) -> bool:
    """Whether who changes it saw what is said."""
    if basis.ground is None or basis.ground == str(ground.id):
        return True
    return ground.state is State.FILE and basis.ground == content_mark(ground.content)


async def write(
    connection: AsyncConnection,
    event_id: str,
    draft: Draft | None,
    *,
    step: str,
    basis: Basis,
    ground: int | None,
    by: Staff,
    now: datetime,
) -> None:
    """The version that the row says from here on; `draft` None: it is cancelled."""
    number = await _add(connection, event_id, draft, basis=basis, ground=ground, by=by, now=now)
    await revisions.move(
        connection,
        number,
        State.PUBLISHED,
        by=by.id,
        at=now,
        note=step,
        published_at=now,
        published_by=by.id,
        publication=await revisions.next_publication(connection),
    )
    await _gone_on_from(connection, event_id, basis.draft, by=by, now=now)


async def keep(
    connection: AsyncConnection,
    event_id: str,
    draft: Draft,
    *,
    basis: Basis,
    ground: Revision,
    by: Staff,
    now: datetime,
) -> int:
    """Keep a text beside the version that somebody else wrote meanwhile; its number."""
    based_on = await _based_on(connection, event_id, basis.ground or "", ground)
    number = await _add(connection, event_id, draft, basis=basis, ground=based_on, by=by, now=now)
    await _gone_on_from(connection, event_id, basis.draft, by=by, now=now)
    return number


async def _based_on(
    connection: AsyncConnection, event_id: str, ground: str, said: Revision
) -> int | None:
    """The version that a form's `ground` means."""
    if ground.isdecimal() and len(ground) < 10:
        seen = await revisions.read(connection, int(ground))
    else:
        seen = await revisions.newest_file(connection, "event", event_id)
    return seen.id if seen is not None and seen.key == said.key else None


async def _gone_on_from(
    connection: AsyncConnection, event_id: str, draft: int | None, *, by: Staff, now: datetime
) -> None:
    known = await revisions.read(connection, draft) if draft is not None else None
    if known is not None and known.key == ("event", event_id) and known.is_open:
        await revisions.move(connection, known.id, State.REPLACED, by=by.id, at=now)


async def _add(
    connection: AsyncConnection,
    event_id: str,
    draft: Draft | None,
    *,
    basis: Basis,
    ground: int | None,
    by: Staff,
    now: datetime,
) -> int:
    return await revisions.add(
        connection,
        kind="event",
        item=event_id,
        content=None if draft is None else content_of(draft),
        state=State.DRAFT,
        origin=basis.origin,
        why=basis.why[:MAX_WHY],
        based_on=ground,
        staff_id=by.id,
        at=now,
    )
