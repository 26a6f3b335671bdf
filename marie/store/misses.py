"""What Marie missed, what was decided about it, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.store import tables
from marie.store.miss_tables import miss_settled, miss_settlement
from marie.store.rows import chunks

READ_AT_ONCE = 5_000
"""Messages that are put into groups: the newest. Older ones follow as these are settled."""


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A message that Marie did not understand, masked. `action`: what was decided, None yet."""

    id: str
    conversation_id: ConversationId
    at: datetime
    text: str
    place: str | None
    nearest: tuple[dict[str, Any], ...]
    action: str | None


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What somebody decided about a group. `wordings`: as they were attached to `entry`; `texts`:
    some of the messages, as far as they are still kept."""

    id: int
    at: datetime
    by: str
    action: str
    entry: str | None
    wordings: tuple[str, ...]
    count: int
    undone_at: datetime | None
    texts: tuple[str, ...]


async def read(connection: AsyncConnection) -> list[Missed]:
    """What was missed, the newest first, what is settled too."""
    miss, settled, settlement = tables.miss, miss_settled, miss_settlement
    joined = miss.outerjoin(settled, settled.c.miss_id == miss.c.id)
    joined = joined.outerjoin(settlement, settlement.c.id == settled.c.settlement_id)
    rows = await connection.execute(
        select(
            miss.c.id,
            miss.c.conversation_id,
            miss.c.at,
            miss.c.text,
            miss.c.place,
            miss.c.nearest,
            settlement.c.action,
        )
        .select_from(joined)
        .order_by(miss.c.at.desc(), miss.c.id)
        .limit(READ_AT_ONCE)
    )
    return [
        Missed(
            id=row.id,
            conversation_id=ConversationId(row.conversation_id),
            at=row.at,
            text=row.text,
            place=row.place,
            nearest=tuple(row.nearest or ()),
            action=row.action,
        )
        for row in rows
    ]


async def count_open(connection: AsyncConnection) -> int:
    """How many messages nobody decided about."""
    known = select(miss_settled.c.miss_id)
    query = select(func.count()).select_from(tables.miss).where(tables.miss.c.id.not_in(known))
    return await connection.scalar(query) or 0


async def open_among(connection: AsyncConnection, ids: Collection[str]) -> list[Missed]:
    """Those of these messages that are kept and not settled, the oldest first."""
    miss = tables.miss
    found: list[Missed] = []
    for some in chunks(list(dict.fromkeys(ids))):
        known = select(miss_settled.c.miss_id).where(miss_settled.c.miss_id.in_(some))
        rows = await connection.execute(
            select(miss).where(miss.c.id.in_(some), miss.c.id.not_in(known))
        )
        found += [
            Missed(
                id=row.id,
                conversation_id=ConversationId(row.conversation_id),
                at=row.at,
                text=row.text,
                place=row.place,
                nearest=tuple(row.nearest or ()),
                action=None,
            )
            for row in rows
        ]
    return sorted(found, key=lambda each: (each.at, each.id))


async def settle(
    connection: AsyncConnection,
    ids: Sequence[str],
    *,
    action: str,
    entry: str | None,
    wordings: Sequence[str],
    by: StaffId,
    at: datetime,
) -> int:
    """Write a decision down; its number."""
    result = await connection.execute(
        insert(miss_settlement)
        .values(
            at=at,
            staff_id=by,
            action=action,
            entry=entry,
            wordings=list(wordings),
            count=len(ids),
        )
        .returning(miss_settlement.c.id)
    )
    number = int(result.scalar_one())
    rows = [{"miss_id": each, "settlement_id": number} for each in ids]
    for some in chunks(rows):
        await connection.execute(insert(miss_settled), some)
    return number


async def one(connection: AsyncConnection, number: int) -> Settlement | None:
    """One decision."""
    found = await _settlements(connection, _query().where(miss_settlement.c.id == number))
    return found[0] if found else None


async def settled(
    connection: AsyncConnection, *, limit: int, offset: int = 0
) -> tuple[int, list[Settlement]]:
    """How many decisions there are, and some of them, the newest first."""
    total = await connection.scalar(select(func.count()).select_from(miss_settlement)) or 0
    query = _query().order_by(miss_settlement.c.id.desc()).limit(limit).offset(offset)
    return total, await _settlements(connection, query)


async def undo(connection: AsyncConnection, number: int, *, at: datetime) -> bool:
    """The messages wait again; False when that was done before."""
    undone = await connection.execute(
        update(miss_settlement)
        .where(miss_settlement.c.id == number, miss_settlement.c.undone_at.is_(None))
        .values(undone_at=at)
    )
    if undone.rowcount == 0:
        return False
    await connection.execute(delete(miss_settled).where(miss_settled.c.settlement_id == number))
    return True


def _query() -> Select[Any]:
    return select(miss_settlement, tables.staff.c.name).join(
        tables.staff, tables.staff.c.id == miss_settlement.c.staff_id
    )


async def _settlements(connection: AsyncConnection, query: Select[Any]) -> list[Settlement]:
    rows = list(await connection.execute(query))
    texts: dict[int, list[str]] = {}
    numbers = [row.id for row in rows]
    said = await connection.execute(
        select(miss_settled.c.settlement_id, tables.miss.c.text)
        .join(tables.miss, tables.miss.c.id == miss_settled.c.miss_id)
        .where(miss_settled.c.settlement_id.in_(numbers))
        .order_by(tables.miss.c.at, tables.miss.c.id)
    )
    for each in said:
        known = texts.setdefault(each.settlement_id, [])
        if each.text not in known:
            known.append(each.text)
    return [
        Settlement(
            id=row.id,
            at=row.at,
            by=row.name,
            action=row.action,
            entry=row.entry,
            wordings=tuple(row.wordings or ()),
            count=row.count,
            undone_at=row.undone_at,
            texts=tuple(texts.get(row.id, ())[:5]),
        )
        for row in rows
    ]
