"""Links that let somebody in once: invitations, and new passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.domain.people import Role
from marie.store.account_tables import account_link as link


class Kind(str, Enum):
    """What a link is good for."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a kind of link


@dataclass(frozen=True, kw_only=True)
class AccountLink:
    """An invitation has `role` (and an organisation, but for some administrators), a new password
    `staff_id`."""

    token_hash: str
    kind: Kind
    made_by: StaffId
    created_at: datetime
    expires_at: datetime
    staff_id: StaffId | None = None
    name: str | None = None
    email: str | None = None
    role: Role | None = None
    organization: str | None = None


async def add(connection: AsyncConnection, new: AccountLink) -> None:
    """Store a link; one for a new password replaces those before it."""
    if new.staff_id is not None:
        await connection.execute(delete(link).where(link.c.staff_id == new.staff_id))
    await connection.execute(
        insert(link).values(
            token_hash=new.token_hash,
            kind=new.kind.value,
            staff_id=new.staff_id,
            name=new.name,
            email=new.email,
            role=None if new.role is None else new.role.value,
            organization=new.organization,
            made_by=new.made_by,
            created_at=new.created_at,
            expires_at=new.expires_at,
            used_at=None,
        )
    )


async def good(connection: AsyncConnection, token_hash: str, *, at: datetime) -> AccountLink | None:
    """The link, if it can still be used."""
    found = await _some(connection, link.c.token_hash == token_hash, at=at)
    return found[0] if found else None


async def open_invitations(connection: AsyncConnection, *, at: datetime) -> list[AccountLink]:
    """Who was invited and has not come yet, the newest first."""
    return await _some(connection, link.c.kind == Kind.INVITATION.value, at=at)


async def use(connection: AsyncConnection, token_hash: str, *, at: datetime) -> bool:
    """Use the link up; False if somebody else just did, or it is over."""
    result = await connection.execute(
        update(link)
        .where(link.c.token_hash == token_hash, link.c.used_at.is_(None), link.c.expires_at > at)
        .values(used_at=at)
    )
    return result.rowcount == 1


async def withdraw(connection: AsyncConnection, token_hash: str) -> None:
    """The link is good for nothing any more."""
    await connection.execute(delete(link).where(link.c.token_hash == token_hash))


async def _some(
    connection: AsyncConnection, condition: ColumnElement[bool], *, at: datetime
) -> list[AccountLink]:
    rows = await connection.execute(
        select(link)
        .where(condition, link.c.used_at.is_(None), link.c.expires_at > at)
        .order_by(link.c.created_at.desc(), link.c.token_hash)
    )
    return [
        AccountLink(
            token_hash=row.token_hash,
            kind=Kind(row.kind),
            staff_id=None if row.staff_id is None else StaffId(row.staff_id),
            name=row.name,
            email=row.email,
            role=None if row.role is None else Role(row.role),
            organization=row.organization,
            made_by=StaffId(row.made_by),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in rows
    ]
