"""Staff at the console, as browsers without scripts, and visitors who wait for them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import aiohttp
from argon2 import PasswordHasher
from yarl import URL

from marie import clock
from marie.domain.conversation import ConversationId, StaffId
from marie.domain.people import Role, Staff
from marie.services import accounts, assignment
from marie.store import staff as store
from marie.store.engine import Database
from marie.web.keys import DATABASE, HUB
from tests.conftest import Client, Visitor

PASSWORD = "un mot de passe assez long"
COOKIE = "marie_session"
ORGANIZATION = "promis"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Shown:
    """A page as it came."""

    status: int
    text: str
    url: URL
    headers: dict[str, str]


class Member:
    """A browser of the staff's: its own cookies, redirects followed."""

    def __init__(self, client: Client, session: aiohttp.ClientSession, username: str) -> None:
        self.client = client
        self.session = session
        self.username = username

    async def get(self, path: str, *, follow: bool = True) -> Shown:
        """Open a page."""
        async with self.session.get(self.client.make_url(path), allow_redirects=follow) as response:
            return await _shown(response)

    async def post(self, path: str, /, **fields: str) -> Shown:
        """Send a form, and go where its answer leads."""
        async with self.session.post(self.client.make_url(path), data=fields) as response:
            return await _shown(response)

    async def post_once(self, path: str, /, **fields: str) -> Shown:
        """Send a form, and stay at its answer."""
        async with self.session.post(
            self.client.make_url(path), data=fields, allow_redirects=False
        ) as response:
            return await _shown(response)

    async def sign_in(self, password: str = PASSWORD) -> Shown:
        """Fill the sign-in form."""
        return await self.post("/console/connexion", username=self.username, password=password)

    def carry(self, token: str) -> None:
        """Hold a session's cookie."""
        self.session.cookie_jar.update_cookies({COOKIE: token}, self.client.make_url("/"))

    async def claim(self, visitor: Visitor) -> Shown:
        """Press « Prendre »."""
        return await self.post(f"/console/conversations/{visitor.id}/prendre")

    async def write(self, visitor: Visitor, text: str, client_id: str | None = None) -> Shown:
        """Send a message by the form."""
        return await self.post(
            f"/console/conversations/{visitor.id}/ecrire",
            text=text,
            client_id=client_id or str(uuid.uuid4()),
        )

    @asynccontextmanager
    async def socket(self, path: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A socket of the console's."""
        async with self.session.ws_connect(self.client.make_url(path)) as ws:
            yield ws


async def _shown(response: aiohttp.ClientResponse) -> Shown:
    return Shown(response.status, await response.text(), response.real_url, dict(response.headers))


@asynccontextmanager
async def browser_of(client: Client, username: str) -> AsyncIterator[Member]:
    """A browser that nobody signed in with yet."""
    jar = aiohttp.CookieJar(unsafe=True)  # the test server has no name, only an address
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Member(client, session, username)


@cache
def _password_hash() -> str:
    """Hashing is slow on purpose: once is enough for all tests."""
    return PasswordHasher().hash(PASSWORD)


async def add_account(
    database: Database,
    username: str,
    *,
    name: str | None = None,
    role: Role = Role.COUNSELLOR,
    organization: str | None = None,
    email: str | None = None,
    must_change_password: bool = False,
) -> Staff:
    """An account whose password is `PASSWORD`.

    Without `organization`: one of `ORGANIZATION`, where `waiting_visitor` puts leads; an
    administrator then belongs to none, so she sees everything.
    """
    if organization is None and role is not Role.ADMINISTRATOR:
        organization = ORGANIZATION
    staff = Staff(
        id=StaffId(secrets.token_hex(16)),
        username=username,
        name=name or username.capitalize(),
        role=role,
        organization=organization,
        email=email,
        password_hash=_password_hash(),
        must_change_password=must_change_password,
    )
    async with database.write() as connection:
        await store.add(connection, staff, at=clock.now())
    return staff


async def open_session(database: Database, staff: Staff, *, lasts: timedelta = HOUR) -> str:
    """A session's token, without the sign-in page."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    async with database.write() as connection:
        await store.open_session(
            connection,
            token_hash=accounts.hash_session(token),
            staff_id=staff.id,
            at=now,
            expires_at=now + lasts,
        )
    return token


async def waiting_visitor(
    client: Client, *words: str, organization: str | None = ORGANIZATION
) -> Visitor:
    """A visitor who said `words` and then asked for a person.

    Her lead is `organization`'s, so counsellors of `add_account` see it; None: whose turn it is.
    """
    visitor = await Visitor.arrive(client)
    for text in words or ("Bonjour",):
        status, _ = await visitor.post({"client_id": str(uuid.uuid4()), "text": text}, wait=25)
        assert status == 200
    status, _ = await visitor.post({"client_id": str(uuid.uuid4()), "payload": "/handoff"}, wait=25)
    assert status == 200
    if organization is not None:
        await give_lead(visitor, organization)
    return visitor


async def give_lead(visitor: Visitor, organization: str) -> None:
    """The first administrator moves the visitor's lead; open pages hear of it."""
    app = visitor.client.app
    assert app is not None
    async with app[DATABASE].read() as connection:
        mover = await store.by_username(connection, "admin")
    assert mover is not None
    await assignment.reassign(
        app[DATABASE],
        app[HUB],
        ConversationId(visitor.id),
        organization,
        by=mover,
        clock=clock.now,
    )
