"""What imports have in common, whatever they bring: which came later, and which were undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection


async def later(
    connection: AsyncConnection, batches: Table, changes: Table, item: Column[str], batch_id: int
) -> list[int]:
    """Batches after `batch_id`, not undone, that changed an `item` (a column) of it."""
    ours = select(item).where(changes.c.batch_id == batch_id)
    rows = await connection.execute(
        select(changes.c.batch_id)
        .join(batches, batches.c.id == changes.c.batch_id)
        .where(
            changes.c.batch_id > batch_id,
            item.in_(ours),
            batches.c.undone_at.is_(None),
        )
        .distinct()
        .order_by(changes.c.batch_id)
    )
    return [row.batch_id for row in rows]


async def mark_undone(
    connection: AsyncConnection, batches: Table, batch_id: int, at: datetime
) -> None:
    """A batch is undone once."""
    await connection.execute(update(batches).where(batches.c.id == batch_id).values(undone_at=at))
