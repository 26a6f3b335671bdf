"""Links by which people get in: an invitation makes an account, the other kind a new password.

A link holds a random token, the database its hash. It is good for seven days, and once.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import StaffId
from marie.domain.people import BadAccount, Role, Staff, UsernameTaken
from marie.domain.team import check_appoints, check_manages, may_appoint
from marie.services import notifications, slowing
from marie.services.accounts import hash_password, hash_session, normal_username
from marie.store import account_links
from marie.store import staff as accounts
from marie.store.account_links import AccountLink, Kind
from marie.store.engine import Database

VALID = timedelta(days=7)
MAX_NAME = 100
MAX_EMAIL = 254

_EMAIL = re.compile(r"[^@\s<>,;\"()\\]+@[^@\s<>,;\"()\\]+\.[^@\s<>,;\"()\\.]+")
_USERNAME = re.compile(r"[\w.@+-]{2,100}")


class LinkOver(Exception):
    """The link was used, has expired, was withdrawn, or never was: the four are not told apart."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A link that can be used. `username`: of the account that gets a new password."""

    link: AccountLink
    username: str | None
    organization: str | None


def address_of(token: str) -> str:
    """The path of a link."""
    return f"/console/lien/{token}"


def checked_email(text: str) -> str | None:
    """An e-mail address, or none; `BadAccount`."""
    text = text.strip()
    if not text:
        return None
    if len(text) > MAX_EMAIL or _EMAIL.fullmatch(text) is None or not text.isprintable():
        raise BadAccount("email")
    return text


def checked_name(text: str) -> str:
    """A person's name; `BadAccount`."""
    text = " ".join(text.split())
    if not text or len(text) > MAX_NAME or not text.isprintable():
        raise BadAccount("name")
    return text


async def invite(
    database: Database,
    *,
    by: Staff,
    name: str,
    email: str,
    role: Role,
    organization: str | None,
    clock: Clock,
) -> str:
    """Invite somebody; the link's token, which nobody can read again.

    With an e-mail address it is sent there too. `NotYours`, `BadAccount`.
    """
    check_appoints(by, role, organization)
    token, now = secrets.token_urlsafe(24), clock()
    link = AccountLink(
        token_hash=hash_session(token),
        kind=Kind.INVITATION,
        made_by=by.id,
        created_at=now,
        expires_at=now + VALID,
        name=checked_name(name) if name.strip() else None,
        email=checked_email(email),
        role=role,
        organization=organization,
    )
    async with database.write() as connection:
        if organization is not None and organization not in await accounts.organizations(
            connection
        ):
            raise BadAccount("organization")
        await account_links.add(connection, link)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="invite", subject=organization or role.value
        )
        await _send(connection, link, token)
    return token


async def give_password_link(
    database: Database, other_id: StaffId, *, by: Staff, clock: Clock
) -> str:
    """A link to choose a new password, for somebody who lost hers; its token.

    Her password holds until she used it. `NotYours`, `Yourself`, `LinkOver` when she is disabled.
    """
    token, now = secrets.token_urlsafe(24), clock()
    async with database.write() as connection:
        other = await accounts.by_id(connection, other_id)
        if other is None or other.disabled_at is not None:
            raise LinkOver
        check_manages(by, other)
        link = AccountLink(
            token_hash=hash_session(token),
            kind=Kind.PASSWORD,
            made_by=by.id,
            created_at=now,
            expires_at=now + VALID,
            staff_id=other.id,
            email=other.email,
        )
        await account_links.add(connection, link)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="password_link", subject=other.id
        )
        await _send(connection, link, token)
    return token


async def _send(connection: AsyncConnection, link: AccountLink, token: str) -> None:
    if link.email is None:
        return
    await notifications.notify_address(
        connection,
        link.email,
        "invitation" if link.kind is Kind.INVITATION else "password_reset",
        path=address_of(token),
        key=f"account link {link.token_hash}",
        now=link.created_at,
    )


async def waiting(database: Database, *, by: Staff, clock: Clock) -> list[AccountLink]:
    """Invitations that nobody used yet, of those that she could have made."""
    async with database.read() as connection:
        found = await account_links.open_invitations(connection, at=clock())
    return [each for each in found if each.role and may_appoint(by, each.role, each.organization)]


async def withdraw(database: Database, token_hash: str, *, by: Staff, clock: Clock) -> None:
    """Take an invitation back; one that is over already stays over."""
    async with database.write() as connection:
        link = await account_links.good(connection, token_hash, at=clock())
        if link is None or link.role is None:
            return
        check_appoints(by, link.role, link.organization)
        await account_links.withdraw(connection, token_hash)
        await accounts.record(
            connection,
            at=clock(),
            staff_id=by.id,
            action="invitation_withdrawn",
            subject=link.organization or link.role.value,
        )


async def open_link(database: Database, token: str, *, clock: Clock) -> Opened:
    """What a link is for; `LinkOver`."""
    async with database.read() as connection:
        link = await _good(connection, token, clock)
        known = await accounts.by_id(connection, link.staff_id) if link.staff_id else None
        names = await accounts.organizations(connection)
    return Opened(
        link=link,
        username=known.username if known else None,
        organization=names.get((known.organization if known else link.organization) or ""),
    )


async def join(
    database: Database, token: str, *, username: str, name: str, password: str, clock: Clock
) -> Staff:
    """Use an invitation: the new account.

    `LinkOver`, `BadAccount`, `UsernameTaken`, `WeakPassword`: the link stays good then.
    """
    chosen, name = normal_username(username), checked_name(name)
    if _USERNAME.fullmatch(chosen) is None:
        raise BadAccount("username")
    hashed = await hash_password(password)
    now = clock()
    try:
        async with database.write() as connection:
            link = await _good(connection, token, clock)
            if link.role is None or not await account_links.use(
                connection, link.token_hash, at=now
            ):
                raise LinkOver
            staff = Staff(
                id=StaffId(secrets.token_hex(16)),
                username=chosen,
                name=name,
                role=link.role,
                organization=link.organization,
                email=link.email,
                password_hash=hashed,
                must_change_password=False,
            )
            await accounts.add(connection, staff, at=now)
            await accounts.record(
                connection, at=now, staff_id=staff.id, action="joined", subject=staff.id
            )
    except IntegrityError as error:
        raise UsernameTaken from error
    return staff


async def replace_password(database: Database, token: str, *, password: str, clock: Clock) -> Staff:
    """Use the other kind of link; whose password it is now. Every session of hers ends.

    `LinkOver`, `WeakPassword`: the link stays good then.
    """
    hashed = await hash_password(password)
    now = clock()
    async with database.write() as connection:
        link = await _good(connection, token, clock)
        if link.staff_id is None or not await account_links.use(
            connection, link.token_hash, at=now
        ):
            raise LinkOver
        await accounts.set_password(
            connection, link.staff_id, password_hash=hashed, must_change=False
        )
        staff = await accounts.by_id(connection, link.staff_id)
        assert staff is not None  # noqa: S101 - the link hangs on her
        await accounts.record(
            connection, at=now, staff_id=staff.id, action="password_replaced", subject=staff.id
        )
    await slowing.begin_again(database, staff.username)
    return replace(staff, password_hash=hashed)


async def _good(connection: AsyncConnection, token: str, clock: Clock) -> AccountLink:
    link = await account_links.good(connection, hash_session(token), at=clock())
    if link is not None and link.staff_id is not None:
        known = await accounts.by_id(connection, link.staff_id)
        if known is None or known.disabled_at is not None:
            link = None
    if link is None:
        raise LinkOver
    return link
