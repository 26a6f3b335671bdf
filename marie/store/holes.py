"""Where the directory has nothing: daily counts by kind and region, of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.replies import LookedUp
from marie.store.miss_tables import directory_hole


@dataclass(frozen=True, kw_only=True)
class Hole:
    """How often cards of a kind were looked for in a region; `empty`: how often for nothing."""

    kind: str
    region: str
    asked: int
    empty: int


async def count(connection: AsyncConnection, looked: LookedUp, *, day: date) -> None:
    """Count one look."""
    dialect = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    hole, empty = directory_hole.c, 0 if looked.found else 1
    await connection.execute(
        dialect(directory_hole)
        .values(day=day, kind=looked.kind, region=looked.region, asked=1, empty=empty)
        .on_conflict_do_update(
            index_elements=[hole.day, hole.kind, hole.region],
            set_={"asked": hole.asked + 1, "empty": hole.empty + empty},
        )
    )


async def since(connection: AsyncConnection, day: date) -> list[Hole]:
    """What was looked for since a day, the greatest holes first."""
    hole = directory_hole.c
    asked, empty = func.sum(hole.asked), func.sum(hole.empty)
    rows = await connection.execute(
        select(hole.kind, hole.region, asked.label("asked"), empty.label("empty"))
        .where(hole.day >= day)
        .group_by(hole.kind, hole.region)
        .order_by(empty.desc(), asked.desc(), hole.kind, hole.region)
    )
    return [
        Hole(kind=row.kind, region=row.region, asked=int(row.asked), empty=int(row.empty))
        for row in rows
    ]
