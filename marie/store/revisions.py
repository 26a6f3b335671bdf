"""Reads and writes the revisions. What may be done is decided in `marie.services.revisions`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Row, delete, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.knowledge.items import Content, Kind, Versioned
from marie.knowledge.revisions import OPEN, Origin, Revision, State
from marie.store import tables
from marie.store.revision_tables import revision, revision_open, revision_state


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Somebody who has an item's form open, and when that was last seen."""

    staff_id: StaffId
    name: str
    seen_at: datetime


async def lock(connection: AsyncConnection) -> None:
    """Nobody else publishes before this transaction ends. SQLite's writers queue by themselves."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE revision IN SHARE ROW EXCLUSIVE MODE"))


async def add(
    connection: AsyncConnection,
    *,
    kind: Versioned,
    item: str,
    content: Content | None,
    state: State,
    origin: Origin,
    why: str,
    based_on: int | None,
    staff_id: StaffId | None,
    at: datetime,
) -> int:
    """Write a revision down; its number."""
    added = await connection.execute(
        insert(revision)
        .values(
            kind=kind,
            item=item,
            content=content,
            state=state.value,
            origin=origin,
            why=why,
            based_on=based_on,
            created_at=at,
            staff_id=staff_id,
            changed_at=at,
            changed_by=staff_id,
            note="",
        )
        .returning(revision.c.id)
    )
    return int(added.scalar_one())


async def move(
    connection: AsyncConnection,
    revision_id: int,
    state: State,
    *,
    by: StaffId | None,
    at: datetime,
    note: str = "",
    **more: Any,
) -> None:
    """A revision's next state; `more`: columns that change with it."""
    await connection.execute(
        update(revision)
        .where(revision.c.id == revision_id)
        .values(state=state.value, changed_at=at, changed_by=by, note=note, **more)
    )


async def read(connection: AsyncConnection, revision_id: int) -> Revision | None:
    """One revision."""
    row = (await connection.execute(select(revision).where(revision.c.id == revision_id))).first()
    return None if row is None else _revision(row)


async def history(connection: AsyncConnection, kind: Versioned, item: str) -> list[Revision]:
    """Every revision of an item, the newest first."""
    rows = await connection.execute(
        select(revision)
        .where(revision.c.kind == kind, revision.c.item == item)
        .order_by(revision.c.id.desc())
    )
    return [_revision(row) for row in rows]


async def spoken(connection: AsyncConnection, kind: Versioned, item: str) -> Revision | None:
    """The published revision of an item that is said; None when what ships is."""
    rows = await connection.execute(
        select(revision)
        .where(
            revision.c.kind == kind,
            revision.c.item == item,
            revision.c.state == State.PUBLISHED.value,
        )
        .order_by(revision.c.publication.desc())
        .limit(1)
    )
    row = rows.first()
    return None if row is None else _revision(row)


async def newest_file(connection: AsyncConnection, kind: Versioned, item: str) -> Revision | None:
    """What the item's file said when that was last written down."""
    rows = await connection.execute(
        select(revision)
        .where(
            revision.c.kind == kind,
            revision.c.item == item,
            revision.c.state == State.FILE.value,
        )
        .order_by(revision.c.id.desc())
        .limit(1)
    )
    row = rows.first()
    return None if row is None else _revision(row)


async def all_spoken(connection: AsyncConnection) -> list[Revision]:
    """Of every item that was published, the revision that is said; events are said from their
    own table."""
    newest = (
        select(func.max(revision.c.publication))
        .where(revision.c.state == State.PUBLISHED.value, revision.c.kind.in_(get_args(Kind)))
        .group_by(revision.c.kind, revision.c.item)
    )
    rows = await connection.execute(
        select(revision)
        .where(revision.c.publication.in_(newest), revision.c.state == State.PUBLISHED.value)
        .order_by(revision.c.kind, revision.c.item)
    )
    return [_revision(row) for row in rows]


async def open_ones(
    connection: AsyncConnection, kind: Versioned | None = None, item: str | None = None
) -> list[Revision]:
    """Drafts, what waits for a second look, and what is scheduled, the newest first."""
    query = select(revision).where(revision.c.state.in_([each.value for each in OPEN]))
    if kind is not None:
        query = query.where(revision.c.kind == kind)
    if item is not None:
        query = query.where(revision.c.item == item)
    return [
        _revision(row) for row in await connection.execute(query.order_by(revision.c.id.desc()))
    ]


async def due(connection: AsyncConnection, now: datetime) -> list[int]:
    """What is to be published, or to be taken back, by now; in the order of its moments."""
    rows = await connection.execute(
        select(revision.c.id)
        .where(
            or_(
                (revision.c.state == State.SCHEDULED.value) & (revision.c.publish_at <= now),
                (revision.c.state == State.PUBLISHED.value) & (revision.c.expires_at <= now),
            )
        )
        .order_by(revision.c.publish_at, revision.c.id)
    )
    return [row.id for row in rows]


async def forget(connection: AsyncConnection, kind: Versioned, item: str) -> None:
    """Drop every revision of what was never said, and who has it open."""
    for table in (revision, revision_open):
        await connection.execute(delete(table).where(table.c.kind == kind, table.c.item == item))


async def next_publication(connection: AsyncConnection) -> int:
    """The number of the next publication."""
    newest = await connection.scalar(select(func.max(revision.c.publication)))
    return int(newest or 0) + 1


async def version(connection: AsyncConnection) -> int:
    """A number that grows with every change of what is said."""
    return int(await connection.scalar(select(revision_state.c.version)) or 0)


async def grow_version(connection: AsyncConnection) -> None:
    """Tell every process that something else is said now."""
    now = await version(connection)
    if now == 0:
        await connection.execute(insert(revision_state).values(id=1, version=1))
    else:
        await connection.execute(update(revision_state).values(version=now + 1))


async def names(connection: AsyncConnection, ids: Collection[StaffId | None]) -> dict[str, str]:
    """People's names by their ids."""
    wanted = {each for each in ids if each is not None}
    rows = await connection.execute(
        select(tables.staff.c.id, tables.staff.c.name).where(tables.staff.c.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}


async def see(
    connection: AsyncConnection, kind: Versioned, item: str, staff_id: StaffId, *, at: datetime
) -> None:
    """Somebody has the form open now."""
    ours = (
        revision_open.c.kind == kind,
        revision_open.c.item == item,
        revision_open.c.staff_id == staff_id,
    )
    seen = await connection.execute(update(revision_open).where(*ours).values(seen_at=at))
    if seen.rowcount == 0:
        await connection.execute(
            insert(revision_open).values(kind=kind, item=item, staff_id=staff_id, seen_at=at)
        )


async def leave(connection: AsyncConnection, kind: Versioned, item: str, staff_id: StaffId) -> None:
    """Somebody is done with the form."""
    await connection.execute(
        delete(revision_open).where(
            revision_open.c.kind == kind,
            revision_open.c.item == item,
            revision_open.c.staff_id == staff_id,
        )
    )


async def opened(
    connection: AsyncConnection, kind: Versioned, item: str, *, since: datetime
) -> list[Opened]:
    """Who has the form open, the latest first."""
    rows = await connection.execute(
        select(revision_open.c.staff_id, revision_open.c.seen_at, tables.staff.c.name)
        .join(tables.staff, tables.staff.c.id == revision_open.c.staff_id)
        .where(
            revision_open.c.kind == kind,
            revision_open.c.item == item,
            revision_open.c.seen_at >= since,
        )
        .order_by(revision_open.c.seen_at.desc())
    )
    return [Opened(staff_id=row.staff_id, name=row.name, seen_at=row.seen_at) for row in rows]


def _revision(row: Row[Any]) -> Revision:
    values = dict(row._mapping)
    return Revision(**{**values, "state": State(row.state)})
