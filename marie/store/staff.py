"""Accounts of the staff, their sessions, organisations, and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.domain.people import Role, Staff
from marie.store import tables


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
) -> None:
    """Remember a signed-in browser; expired sessions go at the same time."""
    await connection.execute(
        delete(tables.staff_session).where(tables.staff_session.c.expires_at <= at)
    )
    await connection.execute(
        insert(tables.staff_session).values(
            token_hash=token_hash, staff_id=staff_id, created_at=at, expires_at=expires_at
        )
    )


async def by_session(connection: AsyncConnection, token_hash: str, *, at: datetime) -> Staff | None:
    """Who is signed in with this session, if it lasts and the account is active."""
    session = tables.staff_session
    query = (
        select(tables.staff)
        .join(session, session.c.staff_id == tables.staff.c.id)
        .where(
            session.c.token_hash == token_hash,
            session.c.expires_at > at,
            tables.staff.c.disabled_at.is_(None),
        )
    )
    return _staff((await connection.execute(query)).first())


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
    )
