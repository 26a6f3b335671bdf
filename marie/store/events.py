"""Events and registrations in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.domain.events import Draft, Event, EventRequest, Registration, Seat
from marie.store.event_tables import event, registration

Notice = Literal["seated", "changed", "cancelled"]
_DRAFT = tuple(Draft.__dataclass_fields__)
_MOMENTS = ("cancelled_at", "changes", "announce_at", "review_at")


class UnknownEvent(Exception):
    """No such event."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many have a seat, and how many wait for one."""

    taken: int = 0
    waiting: int = 0


async def add(connection: AsyncConnection, new: Event, *, by: StaffId, at: datetime) -> None:
    """Store a new event."""
    await connection.execute(
        insert(event).values(id=new.id, created_at=at, created_by=by, **_stored(new))
    )


async def save(connection: AsyncConnection, changed: Event) -> None:
    """Write a changed event back."""
    await connection.execute(
        update(event).where(event.c.id == changed.id).values(**_stored(changed))
    )


async def forget(connection: AsyncConnection, event_id: str) -> None:
    """Drop an event that was never announced."""
    await connection.execute(delete(event).where(event.c.id == event_id))


async def in_review(connection: AsyncConnection) -> int:
    """How many wait for a reader."""
    query = select(func.count()).where(
        event.c.review_at.is_not(None), event.c.cancelled_at.is_(None)
    )
    return int(await connection.scalar(query) or 0)


async def load(connection: AsyncConnection, event_id: str, *, lock: bool = False) -> Event:
    """The event; with `lock` nobody else registers before this transaction ends."""
    query = select(event).where(event.c.id == event_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise UnknownEvent
    return _event(row)


async def all_events(connection: AsyncConnection) -> list[Event]:
    """Every event, the next one first."""
    rows = await connection.execute(select(event).order_by(event.c.starts_at, event.c.id))
    return [_event(row) for row in rows]


async def counts(connection: AsyncConnection) -> dict[str, Counts]:
    """How full every event is, by id; an event without registrations is left out."""
    rows = await connection.execute(
        select(registration.c.event_id, registration.c.seat, func.count()).group_by(
            registration.c.event_id, registration.c.seat
        )
    )
    found: dict[str, dict[str, int]] = {}
    for event_id, seat, count in rows:
        found.setdefault(event_id, {})[seat] = count
    return {
        event_id: Counts(taken=each.get("seat", 0), waiting=each.get("waiting", 0))
        for event_id, each in found.items()
    }


async def register(
    connection: AsyncConnection,
    request: EventRequest,
    conversation_id: str,
    *,
    seat: Seat,
    number: int,
    at: datetime,
) -> None:
    """Store a registration."""
    await connection.execute(
        insert(registration).values(
            event_id=request.event_id,
            conversation_id=conversation_id,
            number=number,
            seat=seat,
            name=request.name,
            email=request.email,
            phone=request.phone,
            consent=request.consent,
            created_at=at,
        )
    )


async def last_number(connection: AsyncConnection, event_id: str) -> int:
    """The number of the last one who registered; 0 when nobody has."""
    query = select(func.max(registration.c.number)).where(registration.c.event_id == event_id)
    return int(await connection.scalar(query) or 0)


async def registered(connection: AsyncConnection, event_id: str) -> list[Registration]:
    """Who comes and who waits, each in the order of arrival."""
    rows = await connection.execute(
        select(registration)
        .where(registration.c.event_id == event_id)
        .order_by(registration.c.seat, registration.c.number)
    )
    ranks: dict[str, int] = {}
    found = []
    for row in rows:
        ranks[row.seat] = ranks.get(row.seat, 0) + 1
        found.append(_registration(row, ranks[row.seat]))
    return found


async def of_conversation(
    connection: AsyncConnection, conversation_id: str
) -> list[tuple[Event, Registration]]:
    """What a visitor registered for."""
    rows = await connection.execute(
        select(registration)
        .where(registration.c.conversation_id == conversation_id)
        .order_by(registration.c.event_id)
    )
    return [(await load(connection, row.event_id), _registration(row, 1)) for row in rows]


async def remove(connection: AsyncConnection, event_id: str, conversation_id: str) -> bool:
    """Drop a registration; False when there was none."""
    result = await connection.execute(
        delete(registration).where(
            registration.c.event_id == event_id,
            registration.c.conversation_id == conversation_id,
        )
    )
    return result.rowcount > 0


async def seat(connection: AsyncConnection, event_id: str, conversation_ids: Sequence[str]) -> None:
    """Give seats to some who waited; they are still to be told."""
    await connection.execute(
        update(registration)
        .where(
            registration.c.event_id == event_id,
            registration.c.conversation_id.in_(conversation_ids),
        )
        .values(seat="seat", notice="seated")
    )


async def remember_notice(connection: AsyncConnection, event_id: str, notice: Notice) -> None:
    """Everybody registered is to be told."""
    await connection.execute(
        update(registration).where(registration.c.event_id == event_id).values(notice=notice)
    )


async def noticed(connection: AsyncConnection, limit: int = 200) -> list[tuple[str, str]]:
    """Registrations of which Marie still has something to tell: event and conversation."""
    rows = await connection.execute(
        select(registration.c.event_id, registration.c.conversation_id)
        .where(registration.c.notice.is_not(None))
        .order_by(registration.c.event_id, registration.c.number)
        .limit(limit)
    )
    return [(row.event_id, row.conversation_id) for row in rows]


async def take_notice(
    connection: AsyncConnection, event_id: str, conversation_id: str
) -> Notice | None:
    """What is to be told, which from here on counts as told; None when it was told meanwhile."""
    mine = (
        registration.c.event_id == event_id,
        registration.c.conversation_id == conversation_id,
    )
    notice: Notice | None = await connection.scalar(select(registration.c.notice).where(*mine))
    if notice is not None:
        await connection.execute(update(registration).where(*mine).values(notice=None))
    return notice


def _stored(known: Event) -> dict[str, Any]:
    return {**{name: getattr(known, name) for name in _MOMENTS}, **asdict(known.draft)}


def _event(row: Row[Any]) -> Event:
    known = row._mapping
    return Event(
        id=row.id,
        draft=Draft(**{name: known[name] for name in _DRAFT}),
        **{name: known[name] for name in _MOMENTS},
    )


def _registration(row: Row[Any], rank: int) -> Registration:
    return Registration(
        event_id=row.event_id,
        conversation_id=row.conversation_id,
        seat=row.seat,
        name=row.name,
        email=row.email,
        phone=row.phone,
        created_at=row.created_at,
        rank=rank,
    )
