"""Reads and writes the openings' tables. What changes is decided in `marie.services.openings`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.guidance.matching import Opening
from marie.store import batches
from marie.store.opening_tables import opening, opening_batch, opening_change

AT_ONCE = 500
"""Ids in one statement: below every engine's limit of bound values."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """An import that was applied."""

    id: int
    listed: str
    file: str
    sha256: str
    applied_at: datetime
    applied_by: str
    undone_at: datetime | None
    summary: dict[str, int]


@dataclass(frozen=True)
class Change:
    """What a batch did to one opening."""

    opening_id: str
    before: Opening | None
    after: Opening | None


async def read_openings(
    connection: AsyncConnection, listed: str | None = None
) -> dict[str, Opening]:
    """Every opening by its id, or those of one list."""
    query = select(opening.c.told).order_by(opening.c.id)
    if listed is not None:
        query = query.where(opening.c.listed == listed)
    found = [msgspec.convert(told, Opening) for (told,) in await connection.execute(query)]
    return {each.id: each for each in found}


async def write_openings(connection: AsyncConnection, openings: Collection[Opening]) -> None:
    """Write openings over what was there under their ids."""
    await delete_openings(connection, [each.id for each in openings])
    if openings:
        await connection.execute(
            insert(opening),
            [
                {
                    "id": each.id,
                    "listed": each.listed,
                    "valid_until": each.valid_until,
                    "told": msgspec.to_builtins(each),
                }
                for each in openings
            ],
        )


async def delete_openings(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Forget openings."""
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        await connection.execute(delete(opening).where(opening.c.id.in_(some)))


async def add_batch(
    connection: AsyncConnection, values: Mapping[str, Any], changes: Sequence[Change]
) -> int:
    """Keep what an import did; its number. `values`: the columns of a batch."""
    result = await connection.execute(
        insert(opening_batch).values(**values).returning(opening_batch.c.id)
    )
    batch_id = int(result.scalar_one())
    if changes:
        await connection.execute(
            insert(opening_change),
            [
                {
                    "batch_id": batch_id,
                    "opening_id": each.opening_id,
                    "before": msgspec.to_builtins(each.before),
                    "after": msgspec.to_builtins(each.after),
                }
                for each in changes
            ],
        )
    return batch_id


async def read_batches(connection: AsyncConnection) -> list[Batch]:
    """Every import, the latest first."""
    rows = await connection.execute(select(opening_batch).order_by(opening_batch.c.id.desc()))
    return [Batch(**row._mapping) for row in rows]


async def read_changes(connection: AsyncConnection, batch_id: int) -> list[Change]:
    """What an import did, by the openings' ids."""
    rows = await connection.execute(
        select(opening_change)
        .where(opening_change.c.batch_id == batch_id)
        .order_by(opening_change.c.opening_id)
    )
    return [
        Change(
            row.opening_id,
            msgspec.convert(row.before, Opening | None),
            msgspec.convert(row.after, Opening | None),
        )
        for row in rows
    ]


async def later_batches(connection: AsyncConnection, batch_id: int) -> list[int]:
    """Imports after this one, not undone, that changed an opening of it."""
    return await batches.later(
        connection, opening_batch, opening_change, opening_change.c.opening_id, batch_id
    )


async def mark_undone(connection: AsyncConnection, batch_id: int, at: datetime) -> None:
    """An import is undone once."""
    await batches.mark_undone(connection, opening_batch, batch_id, at)
