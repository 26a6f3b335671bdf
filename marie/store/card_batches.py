"""What people and imports did to the cards of the directory, batch by batch, to be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.knowledge.resources import Resource
from marie.store import batches, tables
from marie.store.card_tables import (
    directory_edit_batch,
    directory_edit_change,
)
from marie.store.directory_tables import (
    directory_batch,
    directory_change,
)


@dataclass(frozen=True, kw_only=True)
class EditBatch:
    """What somebody did at once; `count` cards, `cards` some of them by id."""

    id: int
    at: datetime
    by: str
    action: str
    note: str
    import_id: int | None
    undone_at: datetime | None
    count: int


@dataclass(frozen=True, kw_only=True)
class EditChange:
    """What a batch did to one entry: states as `marie.services.cards` keeps them, fields shown."""

    entry_id: str
    before: Any
    after: Any
    fields: Any


@dataclass(frozen=True, kw_only=True)
class Past:
    """Something that happened to a card: by a person (`batch`) or by an import (`import_id`)."""

    at: datetime
    by: str
    action: str
    note: str
    fields: Any
    batch: int | None
    import_id: int | None
    undone_at: datetime | None


async def add_edit_batch(
    connection: AsyncConnection,
    *,
    at: datetime,
    staff_id: StaffId,
    action: str,
    note: str,
    changes: Sequence[EditChange],
    import_id: int | None = None,
) -> int:
    """Keep what somebody did; its number."""
    result = await connection.execute(
        insert(directory_edit_batch)
        .values(at=at, staff_id=staff_id, action=action, note=note, import_id=import_id)
        .returning(directory_edit_batch.c.id)
    )
    batch_id = int(result.scalar_one())
    await connection.execute(
        insert(directory_edit_change),
        [{"batch_id": batch_id, **vars(each)} for each in changes],
    )
    return batch_id


def _batches() -> Any:
    count = (
        select(func.count())
        .where(directory_edit_change.c.batch_id == directory_edit_batch.c.id)
        .scalar_subquery()
    )
    return select(
        directory_edit_batch.c.id,
        directory_edit_batch.c.at,
        tables.staff.c.name.label("by"),
        directory_edit_batch.c.action,
        directory_edit_batch.c.note,
        directory_edit_batch.c.import_id,
        directory_edit_batch.c.undone_at,
        count.label("count"),
    ).join(tables.staff, tables.staff.c.id == directory_edit_batch.c.staff_id)


async def read_edit_batches(connection: AsyncConnection, limit: int = 50) -> list[EditBatch]:
    """What was done last, the latest first."""
    query = _batches().order_by(directory_edit_batch.c.id.desc()).limit(limit)
    return [EditBatch(**row._mapping) for row in await connection.execute(query)]


async def read_edit_batch(connection: AsyncConnection, batch_id: int) -> EditBatch | None:
    """One of them."""
    query = _batches().where(directory_edit_batch.c.id == batch_id)
    row = (await connection.execute(query)).first()
    return None if row is None else EditBatch(**row._mapping)


async def edit_batches_of(connection: AsyncConnection, import_id: int) -> list[int]:
    """What was decided with an import and holds, the latest first."""
    rows = await connection.execute(
        select(directory_edit_batch.c.id)
        .where(
            directory_edit_batch.c.import_id == import_id,
            directory_edit_batch.c.undone_at.is_(None),
        )
        .order_by(directory_edit_batch.c.id.desc())
    )
    return [row.id for row in rows]


async def read_edit_changes(connection: AsyncConnection, batch_id: int) -> list[EditChange]:
    """What a batch did, by the entries' ids."""
    change = directory_edit_change.c
    rows = await connection.execute(
        select(change.entry_id, change.before, change.after, change.fields)
        .where(change.batch_id == batch_id)
        .order_by(change.entry_id)
    )
    return [EditChange(**row._mapping) for row in rows]


async def later_edit_batches(connection: AsyncConnection, batch_id: int) -> list[int]:
    """What was done after it, and not undone, to a card of it."""
    return await batches.later(
        connection,
        directory_edit_batch,
        directory_edit_change,
        directory_edit_change.c.entry_id,
        batch_id,
    )


async def mark_edit_undone(connection: AsyncConnection, batch_id: int, at: datetime) -> None:
    """A batch is undone once."""
    await connection.execute(
        update(directory_edit_batch)
        .where(directory_edit_batch.c.id == batch_id)
        .values(undone_at=at)
    )


async def edits_past(connection: AsyncConnection, entry_id: str) -> list[Past]:
    """What people did to a card, the latest first."""
    rows = await connection.execute(
        select(
            directory_edit_batch.c.id,
            directory_edit_batch.c.at,
            tables.staff.c.name,
            directory_edit_batch.c.action,
            directory_edit_batch.c.note,
            directory_edit_batch.c.undone_at,
            directory_edit_change.c.fields,
        )
        .join(directory_edit_change, directory_edit_change.c.batch_id == directory_edit_batch.c.id)
        .join(tables.staff, tables.staff.c.id == directory_edit_batch.c.staff_id)
        .where(directory_edit_change.c.entry_id == entry_id)
        .order_by(directory_edit_batch.c.id.desc())
    )
    return [
        Past(
            at=row.at,
            by=row.name,
            action=row.action,
            note=row.note,
            fields=row.fields,
            batch=row.id,
            import_id=None,
            undone_at=row.undone_at,
        )
        for row in rows
    ]


async def imports_past(
    connection: AsyncConnection, entry_id: str
) -> list[tuple[Past, Resource | None, Resource | None]]:
    """What imports did to a card, the latest first, with what its source said before and after."""
    rows = await connection.execute(
        select(directory_batch, directory_change)
        .join(directory_change, directory_change.c.batch_id == directory_batch.c.id)
        .where(directory_change.c.entry_id == entry_id)
        .order_by(directory_batch.c.id.desc())
    )
    return [
        (
            Past(
                at=row.applied_at,
                by=row.applied_by,
                action=f"import_{row.action}",
                note=row.file,
                fields=[],
                batch=None,
                import_id=row.id,
                undone_at=row.undone_at,
            ),
            None if row.before is None else msgspec.convert(row.before, Resource),
            None if row.after is None else msgspec.convert(row.after, Resource),
        )
        for row in rows
    ]
