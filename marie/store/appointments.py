"""Agendas, appointments and call-backs in the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.appointments import Agenda, Appointment, CallBack, UnknownAppointment
from marie.domain.conversation import ConversationId, StaffId
from marie.domain.opening import Span
from marie.domain.people import Role
from marie.store import tables
from marie.store.appointment_tables import agenda, appointment, call_back


async def agenda_of(connection: AsyncConnection, staff_id: StaffId) -> Agenda | None:
    """When a counsellor receives; None until she said so."""
    row = (await connection.execute(select(agenda).where(agenda.c.staff_id == staff_id))).first()
    return None if row is None else _agenda(row)


async def save_agenda(connection: AsyncConnection, known: Agenda, *, at: datetime) -> None:
    """Write when a counsellor receives."""
    values: dict[str, Any] = {
        "minutes": known.minutes,
        "means": list(known.means),
        "place": known.place,
        "video_url": known.video_url,
        "notice_hours": known.notice_hours,
        "ahead_days": known.ahead_days,
        "weekly": {str(day): _written(spans) for day, spans in known.weekly.items()},
        "exceptions": {day.isoformat(): _written(spans) for day, spans in known.exceptions.items()},
        "changed_at": at,
    }
    there = await connection.execute(
        update(agenda).where(agenda.c.staff_id == known.staff_id).values(values)
    )
    if not there.rowcount:
        await connection.execute(insert(agenda).values(staff_id=known.staff_id, **values))


async def agendas(
    connection: AsyncConnection, organization: str | None, *, lock: bool = False
) -> list[Agenda]:
    """Those of an organisation's active members; everybody's for None. With `lock` nobody else
    takes one of their moments before this transaction ends."""
    person = tables.staff
    query = (
        select(agenda)
        .join(person, person.c.id == agenda.c.staff_id)
        .where(person.c.disabled_at.is_(None))
        .order_by(agenda.c.staff_id)
    )
    if organization is not None:
        query = query.where(person.c.organization == organization)
    else:
        query = query.where(person.c.role != Role.ADMINISTRATOR.value)
    if lock:
        query = query.with_for_update(of=agenda)
    return [_agenda(row) for row in await connection.execute(query)]


async def taken(
    connection: AsyncConnection, staff_ids: Collection[StaffId], *, since: datetime
) -> dict[StaffId, list[tuple[datetime, datetime]]]:
    """When these counsellors have appointments that end after a moment."""
    rows = await connection.execute(
        select(appointment.c.staff_id, appointment.c.starts_at, appointment.c.ends_at).where(
            appointment.c.staff_id.in_(staff_ids),
            appointment.c.cancelled_at.is_(None),
            appointment.c.ends_at > since,
        )
    )
    found: dict[StaffId, list[tuple[datetime, datetime]]] = {each: [] for each in staff_ids}
    for staff_id, starts_at, ends_at in rows:
        found[StaffId(staff_id)].append((starts_at, ends_at))
    return found


async def add(connection: AsyncConnection, known: Appointment) -> None:
    """Store an appointment."""
    await connection.execute(
        insert(appointment).values(
            id=known.id,
            conversation_id=known.conversation_id,
            lead_id=known.lead_id,
            created_at=known.created_at,
            **_columns(known),
        )
    )


async def save(
    connection: AsyncConnection, known: Appointment, *, notice: str | None = None
) -> None:
    """Write a changed appointment back; `notice`: what Marie still has to tell the visitor."""
    await connection.execute(
        update(appointment)
        .where(appointment.c.id == known.id)
        .values(notice=notice, **_columns(known))
    )


async def load(
    connection: AsyncConnection, appointment_id: str, *, lock: bool = False
) -> Appointment:
    """An appointment, also one that is over; `UnknownAppointment`."""
    query = select(appointment).where(appointment.c.id == appointment_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise UnknownAppointment
    return _appointment(row)


async def to_come(
    connection: AsyncConnection, conversation_id: ConversationId, *, now: datetime
) -> Appointment | None:
    """The next appointment of a conversation."""
    query = (
        select(appointment)
        .where(
            appointment.c.conversation_id == conversation_id,
            appointment.c.cancelled_at.is_(None),
            appointment.c.starts_at > now,
        )
        .order_by(appointment.c.starts_at)
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else _appointment(row)


async def newest(
    connection: AsyncConnection, conversation_id: ConversationId
) -> Appointment | None:
    """The latest appointment of a conversation that was not cancelled, also when it is over."""
    return (await newest_of(connection, [conversation_id])).get(conversation_id)


async def newest_of(
    connection: AsyncConnection, conversation_ids: Collection[ConversationId]
) -> dict[ConversationId, Appointment]:
    """The same, of each of some conversations that has one."""
    rows = await connection.execute(
        select(appointment)
        .where(
            appointment.c.conversation_id.in_(conversation_ids),
            appointment.c.cancelled_at.is_(None),
        )
        .order_by(appointment.c.starts_at)
    )
    return {ConversationId(row.conversation_id): _appointment(row) for row in rows}


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> list[Appointment]:
    """Every appointment of a conversation, in order."""
    rows = await connection.execute(
        select(appointment)
        .where(appointment.c.conversation_id == conversation_id)
        .order_by(appointment.c.starts_at)
    )
    return [_appointment(row) for row in rows]


async def coming(
    connection: AsyncConnection,
    *,
    since: datetime,
    staff_id: StaffId | None = None,
    organization: str | None = None,
) -> list[Appointment]:
    """Appointments that end after a moment: a counsellor's, and of `organization` those that
    nobody has; all of them when neither is given."""
    query = (
        select(appointment)
        .where(appointment.c.cancelled_at.is_(None), appointment.c.ends_at > since)
        .order_by(appointment.c.starts_at)
    )
    if staff_id is not None:
        orphan = and_(appointment.c.staff_id.is_(None), appointment.c.organization == organization)
        query = query.where(or_(appointment.c.staff_id == staff_id, orphan))
    return [_appointment(row) for row in await connection.execute(query)]


async def of_disabled(connection: AsyncConnection, *, now: datetime) -> list[Appointment]:
    """Appointments to come whose counsellor's account is disabled."""
    person = tables.staff
    rows = await connection.execute(
        select(appointment)
        .join(person, person.c.id == appointment.c.staff_id)
        .where(
            appointment.c.cancelled_at.is_(None),
            appointment.c.starts_at > now,
            person.c.disabled_at.is_not(None),
        )
    )
    return [_appointment(row) for row in rows]


async def to_remind(
    connection: AsyncConnection, *, now: datetime, before: datetime
) -> list[Appointment]:
    """Appointments that begin between now and `before` and that nobody was reminded of."""
    rows = await connection.execute(
        select(appointment)
        .where(
            appointment.c.cancelled_at.is_(None),
            appointment.c.reminded_at.is_(None),
            appointment.c.starts_at > now,
            appointment.c.starts_at <= before,
        )
        .order_by(appointment.c.starts_at)
    )
    return [_appointment(row) for row in rows]


async def add_call_back(connection: AsyncConnection, wish: CallBack) -> None:
    """Store a wish; it replaces the conversation's earlier ones that nobody fulfilled."""
    await connection.execute(
        delete(call_back).where(
            call_back.c.conversation_id == wish.conversation_id, call_back.c.done_at.is_(None)
        )
    )
    await connection.execute(
        insert(call_back).values(
            id=wish.id,
            conversation_id=wish.conversation_id,
            lead_id=wish.lead_id,
            created_at=wish.created_at,
            channel=wish.channel,
            address=wish.address,
            part=wish.part,
        )
    )


async def open_call_back(
    connection: AsyncConnection, conversation_id: ConversationId
) -> CallBack | None:
    """The wish of a conversation that nobody fulfilled yet."""
    row = (
        await connection.execute(
            select(call_back)
            .where(call_back.c.conversation_id == conversation_id, call_back.c.done_at.is_(None))
            .order_by(call_back.c.created_at.desc())
            .limit(1)
        )
    ).first()
    return None if row is None else _call_back(row)


async def call_backs(
    connection: AsyncConnection, conversation_ids: Collection[ConversationId]
) -> dict[ConversationId, CallBack]:
    """The open wishes of some conversations."""
    rows = await connection.execute(
        select(call_back).where(
            call_back.c.conversation_id.in_(conversation_ids), call_back.c.done_at.is_(None)
        )
    )
    return {ConversationId(row.conversation_id): _call_back(row) for row in rows}


async def call_back_done(
    connection: AsyncConnection, conversation_id: ConversationId, *, by: StaffId, at: datetime
) -> None:
    """Somebody called, or wrote."""
    await connection.execute(
        update(call_back)
        .where(call_back.c.conversation_id == conversation_id, call_back.c.done_at.is_(None))
        .values(done_at=at, done_by=by)
    )


def _columns(known: Appointment) -> dict[str, Any]:
    holds = known.cancelled_at is None and known.staff_id is not None
    moment = int(known.starts_at.timestamp() * 1000)
    return {
        "staff_id": known.staff_id,
        "organization": known.organization,
        "starts_at": known.starts_at,
        "ends_at": known.ends_at,
        "means": known.means,
        "place": known.place,
        "changes": known.changes,
        "cancelled_at": known.cancelled_at,
        "cancelled_by": known.cancelled_by,
        "reminded_at": known.reminded_at,
        "held": f"{known.staff_id}@{moment}" if holds else None,
    }


def _written(spans: Sequence[Span]) -> list[list[str]]:
    return [[f"{first:%H:%M}", f"{last:%H:%M}"] for first, last in spans]


def _read(spans: Sequence[Sequence[str]]) -> tuple[Span, ...]:
    return tuple((time.fromisoformat(first), time.fromisoformat(last)) for first, last in spans)


def _agenda(row: Row[Any]) -> Agenda:
    return Agenda(
        staff_id=StaffId(row.staff_id),
        minutes=row.minutes,
        means=tuple(row.means),
        place=row.place,
        video_url=row.video_url,
        notice_hours=row.notice_hours,
        ahead_days=row.ahead_days,
        weekly={int(day): _read(spans) for day, spans in row.weekly.items()},
        exceptions={date.fromisoformat(day): _read(spans) for day, spans in row.exceptions.items()},
    )


def _appointment(row: Row[Any]) -> Appointment:
    return Appointment(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        lead_id=row.lead_id,
        staff_id=None if row.staff_id is None else StaffId(row.staff_id),
        organization=row.organization,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        means=row.means,
        place=row.place,
        changes=row.changes,
        created_at=row.created_at,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
        reminded_at=row.reminded_at,
    )


def _call_back(row: Row[Any]) -> CallBack:
    return CallBack(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        lead_id=row.lead_id,
        created_at=row.created_at,
        channel=row.channel,
        address=row.address,
        part=row.part,
        done_at=row.done_at,
    )
