"""Staff accounts: passwords (Argon2id), sign-in, server-side sessions."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import StaffId
from marie.domain.people import BadCredentials, Role, Staff, WeakPassword
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.staff import SignedIn

MIN_PASSWORD = 12
SESSION = timedelta(hours=12)
SEEN = timedelta(minutes=5)
"""How exactly it is known when a browser was last used."""

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Checked when the user is unknown: that answer takes as long as for a wrong password."""
    return _hasher.hash(secrets.token_urlsafe())


DEFAULT_ORGANIZATIONS = {"promis": "PROMIS", "collectif": "Le Collectif", "inici": "INICI"}
"""The three partner organisations of the founding documents (FAITS E1)."""


async def create(
    database: Database,
    *,
    username: str,
    name: str,
    role: Role,
    organization: str | None,
    password: str,
    must_change_password: bool,
    clock: Clock,
    email: str | None = None,
) -> Staff:
    """Add an account; `WeakPassword` under `MIN_PASSWORD` characters."""
    staff = Staff(
        id=StaffId(secrets.token_hex(16)),
        username=normal_username(username),
        name=name,
        role=role,
        organization=organization,
        email=email,
        password_hash=await hash_password(password),
        must_change_password=must_change_password,
    )
    async with database.write() as connection:
        await accounts.add(connection, staff, at=clock())
        await accounts.record(
            connection, at=clock(), staff_id=staff.id, action="account_created", subject=staff.id
        )
    return staff


async def prepare(database: Database, *, clock: Clock) -> str | None:
    """The default organisations, and on a fresh database the first administrator.

    Returns her one-time password, or None when there are accounts already.
    """
    async with database.write() as connection:
        for organization_id, name in DEFAULT_ORGANIZATIONS.items():
            await accounts.add_organization(connection, organization_id, name)
        if await accounts.count(connection):
            return None
    password = "-".join(secrets.token_hex(3) for _ in range(3))
    await create(
        database,
        username="admin",
        name="Administration",
        role=Role.ADMINISTRATOR,
        organization=None,
        password=password,
        must_change_password=True,
        clock=clock,
    )
    return password


async def check_password(database: Database, *, username: str, password: str) -> Staff:
    """Whose user name and password these are; else `BadCredentials`."""
    staff = None
    if "\x00" not in username:  # PostgreSQL cannot even look for it
        async with database.read() as connection:
            staff = await accounts.by_username(connection, normal_username(username))
    stored = (
        staff.password_hash
        if staff and staff.disabled_at is None
        else await asyncio.to_thread(_nobody)
    )
    if not await verify(stored, password) or staff is None:
        raise BadCredentials
    return staff


async def open_session(
    database: Database,
    staff: Staff,
    *,
    clock: Clock,
    browser: str | None = None,
    address: str | None = None,
    instead_of: str | None = None,
) -> str:
    """A new session's token. `instead_of`: the token of the one that ends with it."""
    token = secrets.token_urlsafe(32)
    now = clock()
    async with database.write() as connection:
        if instead_of:
            await accounts.close_session(connection, hash_session(instead_of))
        await accounts.open_session(
            connection,
            token_hash=hash_session(token),
            staff_id=staff.id,
            at=now,
            expires_at=now + SESSION,
            browser=browser,
            address=address,
        )
        await accounts.record(
            connection, at=now, staff_id=staff.id, action="sign_in", subject=staff.id
        )
    return token


async def who(database: Database, token: str, *, clock: Clock) -> Staff | None:
    """Who is signed in with this session token. That the browser is in use is kept now and then."""
    async with database.read() as connection:
        found = await who_in(connection, token, now=clock())
    if found is not None:
        await in_use(database, token, found, now=clock())
    return None if found is None else found.staff


async def who_in(connection: AsyncConnection, token: str, *, now: datetime) -> SignedIn | None:
    """Who is signed in with this session token, within a reading; `in_use` follows it."""
    return await accounts.by_session(connection, hash_session(token), at=now)


async def in_use(database: Database, token: str, found: SignedIn, *, now: datetime) -> None:
    """Keep that the browser is in use, unless that is known since a moment ago."""
    since = now - SEEN
    if found.seen_at is not None and found.seen_at <= since:
        async with database.write() as connection:
            await accounts.seen(connection, hash_session(token), at=now, unless_since=since)


async def change_password(
    database: Database, staff: Staff, *, current: str, new: str, clock: Clock
) -> None:
    """Replace one's password; every session of the account ends."""
    if not await verify(staff.password_hash, current):
        raise BadCredentials
    hashed = await hash_password(new)
    async with database.write() as connection:
        await accounts.set_password(connection, staff.id, password_hash=hashed, must_change=False)
        await accounts.record(
            connection, at=clock(), staff_id=staff.id, action="password_changed", subject=staff.id
        )


async def sign_out(database: Database, token: str) -> None:
    """End a session."""
    async with database.write() as connection:
        await accounts.close_session(connection, hash_session(token))


def normal_username(username: str) -> str:
    """User names do not depend on case or outer spaces."""
    return username.strip().casefold()


def hash_session(token: str) -> str:
    """What is stored of a session token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def hash_password(password: str) -> str:
    """What is stored of a password; `WeakPassword`."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword
    return await asyncio.to_thread(_hasher.hash, password)


async def verify(stored: str, password: str) -> bool:
    """Whether this is the password that was stored."""
    try:
        return await asyncio.to_thread(_hasher.verify, stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
