"""Reads and writes proposed training examples. What may be done is in `marie.services.examples`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.store import tables
from marie.store.example_tables import proposed_example as table
from marie.store.miss_tables import miss_settled


class State(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    PULLED = "pulled"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A wording that somebody wants Marie to learn for `topic`. `by`: that person's name."""

    id: str
    text: str
    topic: str
    entry: str | None
    state: State
    by: str | None
    at: datetime


async def add(
    connection: AsyncConnection,
    *,
    example_id: str,
    text: str,
    folded: str,
    topic: str,
    entry: str | None,
    miss_id: str | None,
    conversation_id: ConversationId | None,
    by: StaffId | None,
    at: datetime,
) -> None:
    """Write a proposal down."""
    await connection.execute(
        insert(table).values(
            id=example_id,
            text=text,
            folded=folded,
            topic=topic,
            entry=entry,
            miss_id=miss_id,
            conversation_id=conversation_id,
            state=State.PROPOSED.value,
            proposed_by=by,
            proposed_at=at,
        )
    )


async def withdraw(
    connection: AsyncConnection, settlement: int, *, entry: str | None, folded: Collection[str]
) -> list[str]:
    """Drop what a decision about missed messages proposed and nobody accepted or refused since, by
    its messages and by the wordings that it attached to `entry`; the proposals' ids."""
    missed = select(miss_settled.c.miss_id).where(miss_settled.c.settlement_id == settlement)
    rows = await connection.execute(
        delete(table)
        .where(
            table.c.state == State.PROPOSED.value,
            table.c.entry == entry,
            or_(table.c.miss_id.in_(missed), table.c.folded.in_(folded)),
        )
        .returning(table.c.id)
    )
    return list(rows.scalars())


async def with_folded(connection: AsyncConnection, folded: str) -> Proposal | None:
    """The proposal that says the same."""
    row = (await connection.execute(_select().where(table.c.folded == folded))).one_or_none()
    return None if row is None else _proposal(row)


async def by_id(
    connection: AsyncConnection, example_id: str, *, lock: bool = False
) -> Proposal | None:
    """One proposal."""
    found = _select().where(table.c.id == example_id)
    row = (await connection.execute(found.with_for_update(of=table) if lock else found)).first()
    return None if row is None else _proposal(row)


async def in_state(
    connection: AsyncConnection, state: State, *, limit: int | None = None
) -> Sequence[Proposal]:
    """The proposals of one state, the oldest first."""
    found = _select().where(table.c.state == state.value)
    ordered = found.order_by(table.c.proposed_at, table.c.id).limit(limit)
    return [_proposal(row) for row in await connection.execute(ordered)]


async def counts(connection: AsyncConnection) -> dict[State, int]:
    """How many are in each state."""
    rows = await connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
    found = {State(state): int(number) for state, number in rows}
    return {state: found.get(state, 0) for state in State}


async def settle(
    connection: AsyncConnection,
    example_id: str,
    state: State,
    *,
    by: StaffId | None,
    at: datetime,
    **more: str,
) -> None:
    """Move a proposal on; `more`: `text`, `folded`, `topic` as they were put right."""
    values = {"state": state.value, "settled_at": at, **more}
    if by is not None:
        values["settled_by"] = by
    await connection.execute(update(table).where(table.c.id == example_id).values(**values))


def _select() -> Any:
    return select(table, tables.staff.c.name.label("by")).join_from(
        table, tables.staff, tables.staff.c.id == table.c.proposed_by, isouter=True
    )


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        text=row.text,
        topic=row.topic,
        entry=row.entry,
        state=State(row.state),
        by=row.by,
        at=row.proposed_at,
    )
