"""Accounts of the staff, their sessions, organisations, and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.domain.people import Role, Staff
from marie.store import tables


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that is signed in."""

    token_hash: str
    created_at: datetime
    seen_at: datetime
    browser: str | None
    address: str | None


@dataclass(frozen=True, kw_only=True)
class Member:
    """An account as the team's page shows it. `seen_at`: of a session that lasts."""

    staff: Staff
    created_at: datetime
    seen_at: datetime | None


async def add(connection: AsyncConnection, staff: Staff, *, at: datetime) -> None:
    """Store a new account; the user name is unique."""
    await connection.execute(
        insert(tables.staff).values(
            id=staff.id,
            username=staff.username,
            name=staff.name,
            role=staff.role.value,
            organization=staff.organization,
            email=staff.email,
            password_hash=staff.password_hash,
            must_change_password=staff.must_change_password,
            created_at=at,
            disabled_at=None,
        )
    )


async def count(connection: AsyncConnection) -> int:
    """How many accounts there are."""
    return await connection.scalar(select(func.count()).select_from(tables.staff)) or 0


async def by_username(connection: AsyncConnection, username: str) -> Staff | None:
    """The account with this user name."""
    query = select(tables.staff).where(tables.staff.c.username == username)
    return _staff((await connection.execute(query)).first())


async def names(connection: AsyncConnection) -> dict[StaffId, str]:
    """The name of each account."""
    rows = await connection.execute(select(tables.staff.c.id, tables.staff.c.name))
    return {StaffId(row.id): row.name for row in rows}


async def by_id(connection: AsyncConnection, staff_id: StaffId) -> Staff | None:
    """The account with this id."""
    query = select(tables.staff).where(tables.staff.c.id == staff_id)
    return _staff((await connection.execute(query)).first())


async def set_password(
    connection: AsyncConnection, staff_id: StaffId, *, password_hash: str, must_change: bool
) -> None:
    """Replace the password and end every session of the account."""
    await connection.execute(
        update(tables.staff)
        .where(tables.staff.c.id == staff_id)
        .values(password_hash=password_hash, must_change_password=must_change)
    )
    await connection.execute(
        delete(tables.staff_session).where(tables.staff_session.c.staff_id == staff_id)
    )


async def open_session(
    connection: AsyncConnection,
    *,
    token_hash: str,
    staff_id: StaffId,
    at: datetime,
    expires_at: datetime,
    browser: str | None = None,
    address: str | None = None,
) -> None:
    """Remember a signed-in browser; expired sessions go at the same time."""
    await connection.execute(
        delete(tables.staff_session).where(tables.staff_session.c.expires_at <= at)
    )
    await connection.execute(
        insert(tables.staff_session).values(
            token_hash=token_hash,
            staff_id=staff_id,
            created_at=at,
            expires_at=expires_at,
            seen_at=at,
            browser=browser,
            address=address,
        )
    )


@dataclass(frozen=True)
class SignedIn:
    """Who has a session, and when its browser was last known to be in use."""

    staff: Staff
    seen_at: datetime | None


# Every request and every frame of the staff asks this: it is put together once.
_BY_SESSION = (
    select(tables.staff, tables.staff_session.c.seen_at)
    .join(tables.staff_session, tables.staff_session.c.staff_id == tables.staff.c.id)
    .where(
        tables.staff_session.c.token_hash == bindparam("token_hash"),
        tables.staff_session.c.expires_at > bindparam("at"),
        tables.staff.c.disabled_at.is_(None),
    )
)


async def by_session(
    connection: AsyncConnection, token_hash: str, *, at: datetime
) -> SignedIn | None:
    """Who is signed in with this session, if it lasts and the account is active."""
    found = await connection.execute(_BY_SESSION, {"token_hash": token_hash, "at": at})
    row = found.first()
    staff = _staff(row)
    return None if row is None or staff is None else SignedIn(staff, row.seen_at)


async def seen(
    connection: AsyncConnection, token_hash: str, *, at: datetime, unless_since: datetime
) -> None:
    """The browser is in use, unless that is known since a moment ago."""
    session = tables.staff_session
    await connection.execute(
        update(session)
        .where(session.c.token_hash == token_hash, session.c.seen_at <= unless_since)
        .values(seen_at=at)
    )


async def sessions(
    connection: AsyncConnection, staff_id: StaffId, *, at: datetime
) -> list[Session]:
    """The browsers that are signed in, the one in use latest first."""
    session = tables.staff_session
    rows = await connection.execute(
        select(session)
        .where(session.c.staff_id == staff_id, session.c.expires_at > at)
        .order_by(session.c.seen_at.desc(), session.c.created_at.desc(), session.c.token_hash)
    )
    return [
        Session(
            token_hash=row.token_hash,
            created_at=row.created_at,
            seen_at=row.seen_at or row.created_at,
            browser=row.browser,
            address=row.address,
        )
        for row in rows
    ]


async def close_sessions(
    connection: AsyncConnection, staff_id: StaffId, *, but: str | None = None
) -> None:
    """Sign every browser of an account out, but one."""
    session = tables.staff_session
    query = delete(session).where(session.c.staff_id == staff_id)
    if but is not None:
        query = query.where(session.c.token_hash != but)
    await connection.execute(query)


async def close_session_of(connection: AsyncConnection, staff_id: StaffId, token_hash: str) -> None:
    """Sign one browser of hers out."""
    session = tables.staff_session
    await connection.execute(
        delete(session).where(session.c.staff_id == staff_id, session.c.token_hash == token_hash)
    )


async def everybody(connection: AsyncConnection) -> list[Member]:
    """Every account, active ones first, by name."""
    staff, session = tables.staff, tables.staff_session
    seen = (
        select(func.max(session.c.seen_at))
        .where(session.c.staff_id == staff.c.id)
        .correlate(staff)
        .scalar_subquery()
    )
    rows = await connection.execute(
        select(staff, seen.label("seen_at")).order_by(
            staff.c.disabled_at.is_not(None), staff.c.name, staff.c.id
        )
    )
    found = []
    for row in rows:
        staff_member = _staff(row)
        assert staff_member is not None  # noqa: S101 - the row is there
        found.append(Member(staff=staff_member, created_at=row.created_at, seen_at=row.seen_at))
    return found


async def administrators(connection: AsyncConnection, *, lock: bool = False) -> list[Staff]:
    """The active ones; with `lock` nobody else changes them before this transaction ends."""
    staff = tables.staff
    query = (
        select(staff)
        .where(staff.c.role == Role.ADMINISTRATOR.value, staff.c.disabled_at.is_(None))
        .order_by(staff.c.id)
    )
    rows = await connection.execute(query.with_for_update() if lock else query)
    return [found for row in rows if (found := _staff(row)) is not None]


async def change(
    connection: AsyncConnection,
    staff_id: StaffId,
    *,
    role: Role,
    organization: str | None,
    email: str | None,
) -> None:
    """Who she is to others."""
    await _update(connection, staff_id, role=role.value, organization=organization, email=email)


async def set_email(connection: AsyncConnection, staff_id: StaffId, email: str | None) -> None:
    """Where she gets e-mail."""
    await _update(connection, staff_id, email=email)


async def set_disabled(
    connection: AsyncConnection, staff_id: StaffId, *, at: datetime | None
) -> None:
    """Since when she cannot sign in; None: she can again."""
    await _update(connection, staff_id, disabled_at=at)


async def _update(connection: AsyncConnection, staff_id: StaffId, **values: object) -> None:
    await connection.execute(
        update(tables.staff).where(tables.staff.c.id == staff_id).values(**values)
    )


async def close_session(connection: AsyncConnection, token_hash: str) -> None:
    """Sign a browser out."""
    await connection.execute(
        delete(tables.staff_session).where(tables.staff_session.c.token_hash == token_hash)
    )


async def add_organization(connection: AsyncConnection, organization_id: str, name: str) -> None:
    """Store an organisation unless it is there."""
    known = await connection.scalar(
        select(tables.organization.c.id).where(tables.organization.c.id == organization_id)
    )
    if known is None:
        await connection.execute(insert(tables.organization).values(id=organization_id, name=name))


async def organizations(connection: AsyncConnection) -> dict[str, str]:
    """Every organisation's name by its id."""
    rows = await connection.execute(select(tables.organization).order_by(tables.organization.c.id))
    return {row.id: row.name for row in rows}


async def record(
    connection: AsyncConnection,
    *,
    at: datetime,
    staff_id: StaffId | None,
    action: str,
    subject: str,
) -> None:
    """Add a line to the audit log."""
    await connection.execute(
        insert(tables.audit).values(at=at, staff_id=staff_id, action=action, subject=subject)
    )


def _staff(row: Row[Any] | None) -> Staff | None:
    if row is None:
        return None
    return Staff(
        id=StaffId(row.id),
        username=row.username,
        name=row.name,
        role=Role(row.role),
        organization=row.organization,
        password_hash=row.password_hash,
        must_change_password=row.must_change_password,
        disabled_at=row.disabled_at,
        email=row.email,
        second_factor=row.totp_since is not None,
    )
