"""What is to be sent, was sent or could not be, and what each member of the staff wants."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, delete, func, insert, null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.notices import Attachment, Kind, State
from marie.store import tables
from marie.store.notification_tables import notification, notification_preference


@dataclass(frozen=True, kw_only=True)
class Notification:
    """An e-mail. `to`: its address, None when the member of the staff has none any more;
    `staff_name`: None for somebody without an account; `organization`: the name of the one that it
    comes from; `path`: None once it was sent."""

    id: str
    kind: Kind
    staff_id: StaffId | None
    staff_name: str | None
    to: str | None
    organization: str | None
    conversation_id: ConversationId | None
    path: str | None
    attachment: Attachment | None
    state: State
    attempts: int
    problem: str | None
    created_at: datetime
    due_at: datetime
    done_at: datetime | None


async def add(
    connection: AsyncConnection,
    *,
    notification_id: str,
    kind: Kind,
    staff_id: StaffId | None = None,
    address: str | None = None,
    conversation_id: ConversationId | None,
    path: str,
    attachment: Attachment | None = None,
    now: datetime,
) -> None:
    """Have it sent as soon as possible, unless its id is known already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(
        dialect.insert(notification)
        .values(
            id=notification_id,
            kind=kind,
            staff_id=staff_id,
            address=address,
            conversation_id=conversation_id,
            path=path,
            attachment=null() if attachment is None else _stored(attachment),
            state="due",
            attempts=0,
            created_at=now,
            due_at=now,
        )
        .on_conflict_do_nothing()
    )


async def members(connection: AsyncConnection, organization: str | None) -> list[StaffId]:
    """Who works for it and may sign in; everybody for None."""
    staff = tables.staff
    query = select(staff.c.id).where(staff.c.disabled_at.is_(None)).order_by(staff.c.id)
    if organization is not None:
        query = query.where(staff.c.organization == organization)
    return [StaffId(each) for each in await connection.scalars(query)]


async def wants(connection: AsyncConnection, staff_id: StaffId, kind: Kind) -> bool:
    """Whether a member of the staff may sign in, has an address and did not refuse this kind."""
    staff, chosen = tables.staff, notification_preference
    refused = select(chosen.c.kind).where(
        chosen.c.staff_id == staff_id, chosen.c.kind == kind, chosen.c.mail.is_(False)
    )
    found = await connection.scalar(
        select(staff.c.id).where(
            staff.c.id == staff_id,
            staff.c.email.is_not(None),
            staff.c.email != "",
            staff.c.disabled_at.is_(None),
            ~refused.exists(),
        )
    )
    return found is not None


async def due(connection: AsyncConnection, *, now: datetime, most: int) -> list[Notification]:
    """What is to be sent now, the oldest first."""
    mail = notification
    return await _read(
        connection,
        _query()
        .where(mail.c.state == "due", mail.c.due_at <= now)
        .order_by(mail.c.due_at, mail.c.created_at, mail.c.id)
        .limit(most),
    )


async def one(connection: AsyncConnection, notification_id: str) -> Notification | None:
    """The notification with this id."""
    found = await _read(connection, _query().where(notification.c.id == notification_id))
    return found[0] if found else None


async def latest(connection: AsyncConnection, *, most: int) -> list[Notification]:
    """The newest ones, those that could not be sent before all others."""
    mail = notification
    failed = mail.c.state == "given_up"
    return await _read(
        connection,
        _query().order_by(failed.desc(), mail.c.created_at.desc(), mail.c.id).limit(most),
    )


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many there are in each state."""
    rows = await connection.execute(
        select(notification.c.state, func.count()).group_by(notification.c.state)
    )
    return {state: number for state, number in rows}  # noqa: C416 - rows are no pairs for mypy


async def last_sent(connection: AsyncConnection, staff_id: StaffId, kind: Kind) -> datetime | None:
    """When this member of the staff was last sent this kind."""
    mail = notification
    moment: datetime | None = await connection.scalar(
        select(mail.c.done_at)
        .where(mail.c.staff_id == staff_id, mail.c.kind == kind, mail.c.state == "sent")
        .order_by(mail.c.done_at.desc())
        .limit(1)
    )
    return moment


async def merge(
    connection: AsyncConnection,
    staff_id: StaffId,
    kind: Kind,
    *,
    into: str,
    known_at: datetime,
    now: datetime,
) -> None:
    """What else of this kind was due for the same person at `known_at` was said by `into`."""
    mail = notification
    await connection.execute(
        update(mail)
        .where(
            mail.c.staff_id == staff_id,
            mail.c.kind == kind,
            mail.c.state == "due",
            mail.c.created_at <= known_at,
            mail.c.id != into,
        )
        .values(state="merged", done_at=now, path=None, attachment=null(), problem=None)
    )


async def sent(connection: AsyncConnection, notification_id: str, *, now: datetime) -> None:
    """It is at the server. Nothing of its link is kept."""
    await connection.execute(
        update(notification)
        .where(notification.c.id == notification_id)
        .values(
            state="sent",
            done_at=now,
            path=None,
            attachment=null(),
            problem=None,
            attempts=notification.c.attempts + 1,
        )
    )


async def failed(
    connection: AsyncConnection,
    notification_id: str,
    *,
    problem: str,
    again_at: datetime | None,
    now: datetime,
) -> None:
    """A try failed. `again_at` None: given up."""
    ending: dict[str, Any] = (
        {"state": "given_up", "done_at": now} if again_at is None else {"due_at": again_at}
    )
    await connection.execute(
        update(notification)
        .where(notification.c.id == notification_id)
        .values(problem=problem, attempts=notification.c.attempts + 1, **ending)
    )


async def postpone(connection: AsyncConnection, ids: Sequence[str], *, until: datetime) -> None:
    """Not before `until`; that is not counted as a try."""
    await connection.execute(
        update(notification)
        .where(notification.c.id.in_(ids), notification.c.state == "due")
        .values(due_at=until)
    )


async def cancel(connection: AsyncConnection, notification_id: str) -> None:
    """Not sent, if it was not yet; nothing of it is kept."""
    await connection.execute(
        delete(notification).where(
            notification.c.id == notification_id, notification.c.state.in_(["due", "given_up"])
        )
    )


async def retry(connection: AsyncConnection, notification_id: str, *, now: datetime) -> bool:
    """Try one that was given up from the beginning; whether there was such a one."""
    changed = await connection.execute(
        update(notification)
        .where(notification.c.id == notification_id, notification.c.state == "given_up")
        .values(state="due", attempts=0, due_at=now, done_at=None)
    )
    return changed.rowcount == 1


async def forget(connection: AsyncConnection, *, before: datetime) -> int:
    """Drop what was done with before that moment; how many."""
    gone = await connection.execute(
        delete(notification).where(notification.c.state != "due", notification.c.done_at < before)
    )
    return gone.rowcount


async def ids(connection: AsyncConnection) -> set[str]:
    """The id of every notification that is kept."""
    return set(await connection.scalars(select(notification.c.id)))


async def preferences(connection: AsyncConnection, staff_id: StaffId) -> dict[str, bool]:
    """What a member of the staff chose, by kind."""
    chosen = notification_preference
    rows = await connection.execute(select(chosen).where(chosen.c.staff_id == staff_id))
    return {row.kind: row.mail for row in rows}


async def set_preferences(
    connection: AsyncConnection, staff_id: StaffId, wanted: Mapping[Kind, bool]
) -> None:
    """Replace what a member of the staff chose."""
    chosen = notification_preference
    await connection.execute(delete(chosen).where(chosen.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "kind": kind, "mail": mail} for kind, mail in wanted.items()]
    if rows:
        await connection.execute(insert(chosen), rows)


def _query() -> Select[Any]:
    staff, lead, organization = tables.staff, tables.lead, tables.organization
    # Whom a visitor hears from: the organisation that holds her newest lead.
    held = (
        select(lead.c.organization)
        .where(lead.c.conversation_id == notification.c.conversation_id)
        .order_by(*tables.newest_lead_first())
        .limit(1)
        .correlate(notification)
        .scalar_subquery()
    )
    name = (
        select(organization.c.name)
        .where(organization.c.id == func.coalesce(staff.c.organization, held))
        .correlate(notification, staff)
        .scalar_subquery()
    )
    return select(
        notification,
        func.coalesce(notification.c.address, staff.c.email).label("recipient"),
        staff.c.name.label("staff_name"),
        name.label("organization_name"),
    ).join_from(notification, staff, staff.c.id == notification.c.staff_id, isouter=True)


async def _read(connection: AsyncConnection, query: Select[Any]) -> list[Notification]:
    return [_notification(row) for row in await connection.execute(query)]


def _notification(row: Row[Any]) -> Notification:
    return Notification(
        id=row.id,
        kind=cast(Kind, row.kind),
        staff_id=None if row.staff_id is None else StaffId(row.staff_id),
        staff_name=row.staff_name,
        to=row.recipient or None,
        organization=row.organization_name,
        conversation_id=(
            None if row.conversation_id is None else ConversationId(row.conversation_id)
        ),
        path=row.path,
        attachment=None if row.attachment is None else _attachment(row.attachment),
        state=cast(State, row.state),
        attempts=row.attempts,
        problem=row.problem,
        created_at=row.created_at,
        due_at=row.due_at,
        done_at=row.done_at,
    )


def _stored(attachment: Attachment) -> dict[str, str]:
    return {
        "name": attachment.name,
        "kind": attachment.kind,
        "content": base64.b64encode(attachment.content).decode(),
    }


def _attachment(stored: Mapping[str, str]) -> Attachment:
    return Attachment(
        name=stored["name"],
        kind=stored["kind"],
        content=base64.b64decode(stored["content"]),
    )
