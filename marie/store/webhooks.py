"""Webhooks: addresses that hear of events, and what became of each delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.notices import Kind, State
from marie.store.notification_tables import webhook, webhook_delivery


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address, and the kinds of events that it hears of."""

    id: str
    url: str
    kinds: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One event for one webhook. `status`, `duration_ms`, `problem`: of the last try."""

    id: str
    webhook_id: str
    url: str
    kind: Kind
    path: str
    state: State
    attempts: int
    first_at: datetime | None
    status: int | None
    duration_ms: int | None
    problem: str | None
    created_at: datetime
    due_at: datetime
    done_at: datetime | None


async def add(
    connection: AsyncConnection,
    *,
    webhook_id: str,
    url: str,
    kinds: Sequence[Kind],
    by: StaffId,
    now: datetime,
) -> None:
    """Store a webhook; it hears of what happens from now on."""
    await connection.execute(
        insert(webhook).values(
            id=webhook_id, url=url, kinds=list(kinds), created_at=now, created_by=by
        )
    )


async def remove(connection: AsyncConnection, webhook_id: str, *, now: datetime) -> bool:
    """It hears of nothing any more, also not of what is still due; whether it was there."""
    removed = await connection.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id, webhook.c.removed_at.is_(None))
        .values(removed_at=now)
    )
    await connection.execute(
        delete(webhook_delivery).where(
            webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.state == "due"
        )
    )
    return removed.rowcount == 1


async def listed(connection: AsyncConnection) -> list[Webhook]:
    """Those that hear of events, the oldest first."""
    rows = await connection.execute(
        select(webhook)
        .where(webhook.c.removed_at.is_(None))
        .order_by(webhook.c.created_at, webhook.c.id)
    )
    return [
        Webhook(id=row.id, url=row.url, kinds=tuple(row.kinds), created_at=row.created_at)
        for row in rows
    ]


async def add_delivery(
    connection: AsyncConnection,
    *,
    delivery_id: str,
    webhook_id: str,
    kind: Kind,
    conversation_id: ConversationId | None,
    path: str,
    now: datetime,
) -> None:
    """Have an event delivered, unless its id is known already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(
        dialect.insert(webhook_delivery)
        .values(
            id=delivery_id,
            webhook_id=webhook_id,
            kind=kind,
            conversation_id=conversation_id,
            path=path,
            state="due",
            attempts=0,
            created_at=now,
            due_at=now,
        )
        .on_conflict_do_nothing()
    )


async def due(connection: AsyncConnection, *, now: datetime, most: int) -> list[Delivery]:
    """What is to be delivered now."""
    each = webhook_delivery
    rows = await connection.execute(
        _query()
        .where(each.c.state == "due", each.c.due_at <= now, webhook.c.removed_at.is_(None))
        .order_by(each.c.due_at, each.c.created_at, each.c.id)
        .limit(most)
    )
    return [_delivery(row) for row in rows]


async def latest(connection: AsyncConnection, *, most: int) -> list[Delivery]:
    """The newest deliveries."""
    each = webhook_delivery
    rows = await connection.execute(
        _query().order_by(each.c.created_at.desc(), each.c.id).limit(most)
    )
    return [_delivery(row) for row in rows]


async def delivered(
    connection: AsyncConnection,
    delivery_id: str,
    *,
    status: int,
    duration_ms: int,
    now: datetime,
) -> None:
    """The other side has it."""
    await _tried(
        connection,
        delivery_id,
        {"state": "sent", "done_at": now, "status": status, "problem": None},
        duration_ms=duration_ms,
        now=now,
    )


async def failed(
    connection: AsyncConnection,
    delivery_id: str,
    *,
    status: int | None,
    problem: str,
    duration_ms: int,
    again_at: datetime | None,
    now: datetime,
) -> None:
    """A try failed. `again_at` None: given up."""
    ending: dict[str, Any] = (
        {"state": "given_up", "done_at": now} if again_at is None else {"due_at": again_at}
    )
    await _tried(
        connection,
        delivery_id,
        {"status": status, "problem": problem, **ending},
        duration_ms=duration_ms,
        now=now,
    )


async def _tried(
    connection: AsyncConnection,
    delivery_id: str,
    values: dict[str, Any],
    *,
    duration_ms: int,
    now: datetime,
) -> None:
    each = webhook_delivery
    here = each.c.id == delivery_id
    await connection.execute(
        update(each).where(here, each.c.first_at.is_(None)).values(first_at=now)
    )
    await connection.execute(
        update(each)
        .where(here)
        .values(attempts=each.c.attempts + 1, duration_ms=duration_ms, **values)
    )


async def postpone(connection: AsyncConnection, ids: Sequence[str], *, until: datetime) -> None:
    """Not before `until`; that is not counted as a try."""
    if ids:
        each = webhook_delivery
        await connection.execute(
            update(each).where(each.c.id.in_(ids), each.c.state == "due").values(due_at=until)
        )


async def retry(connection: AsyncConnection, delivery_id: str, *, now: datetime) -> bool:
    """Try now: one that waits, or one that was given up, for another day; whether there was one."""
    each = webhook_delivery
    changed = await connection.execute(
        update(each)
        .where(each.c.id == delivery_id, each.c.state.in_(["due", "given_up"]))
        .values(state="due", due_at=now, done_at=None, first_at=None, attempts=0)
    )
    return changed.rowcount == 1


async def forget(connection: AsyncConnection, *, before: datetime) -> int:
    """Drop what was done with before that moment; how many."""
    each = webhook_delivery
    gone = await connection.execute(
        delete(each).where(each.c.state != "due", each.c.done_at < before)
    )
    return gone.rowcount


def _query() -> Any:
    return select(webhook_delivery, webhook.c.url).join(
        webhook, webhook.c.id == webhook_delivery.c.webhook_id
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        url=row.url,
        kind=cast(Kind, row.kind),
        path=row.path,
        state=cast(State, row.state),
        attempts=row.attempts,
        first_at=row.first_at,
        status=row.status,
        duration_ms=row.duration_ms,
        problem=row.problem,
        created_at=row.created_at,
        due_at=row.due_at,
        done_at=row.done_at,
    )
