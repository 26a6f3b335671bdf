"""Who may do what, route by route: `access_table.py` names every route of the staff."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import AbstractResource

from marie import clock
from marie.domain.conversation import Conversation, ConversationId, State
from marie.domain.leads import HandoverRequest, Lead
from marie.domain.messages import Content, Message
from marie.domain.people import Role
from marie.store import conversations, leads
from marie.store import staff as store
from marie.store.engine import Database
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, open_session
from tests.web.access_table import FORMS, read_table

SOCKET = {"Upgrade": "websocket", "Connection": "Upgrade"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GONE = "Cette conversation n’est plus là".encode()

IN, OUT, FORBIDDEN, HIDDEN = "in", "to the sign-in page", "forbidden", "not there"

WHO = ("nobody", "counsellor", "other", "supervisor", "administrator")
"""`other` belongs to another organisation than the one that holds the lead."""

EXPECTED = {
    "staff": (OUT, IN, IN, IN, IN),
    "conversation": (OUT, IN, HIDDEN, IN, IN),
    "mover": (OUT, FORBIDDEN, HIDDEN, IN, IN),
    "supervisor": (OUT, FORBIDDEN, FORBIDDEN, IN, IN),
    "administrator": (OUT, FORBIDDEN, FORBIDDEN, FORBIDDEN, IN),
}


@dataclass(frozen=True)
class Team:
    """A browser for each of `WHO`."""

    browsers: dict[str, Member]
    database: Database


@pytest.fixture
async def people(client: Client, database: Database) -> AsyncIterator[Team]:
    """Everybody of `WHO`, signed in but for nobody."""
    browsers = {}
    async with AsyncExitStack() as stack:
        for name in WHO:
            member = await stack.enter_async_context(browser_of(client, name))
            browsers[name] = member
            if name != "nobody":
                await sign_in(database, member)
        yield Team(browsers, database)


async def sign_in(database: Database, member: Member) -> None:
    name = member.username
    staff = await add_account(
        database,
        name,
        role=Role.COUNSELLOR if name == "other" else Role(name),
        organization="inici" if name == "other" else None,
    )
    member.carry(await open_session(database, staff))


async def a_lead(database: Database, *, state: State = State.WAITING) -> ConversationId:
    """A conversation whose lead the organisation of `counsellor` holds."""
    conversation_id = ConversationId(secrets.token_hex(16))
    conversation = Conversation(id=conversation_id, created_at=clock.now(), last_seq=1)
    hello = Message(
        seq=1, author="marie", name="Marie", at=clock.now(), content=Content(text="Bonjour")
    )
    if state is not State.MARIE:
        conversation = conversation.ask_for_person(clock.now())
    request = HandoverRequest(
        name="N.", email=None, phone=None, need="", regions=(), profile={}, consent="Oui"
    )
    async with database.write() as connection:
        await conversations.add(connection, conversation, token_hash=secrets.token_hex(32))
        await conversations.append(connection, conversation_id, hello)
        lead = Lead(
            id=secrets.token_hex(16),
            conversation_id=conversation_id,
            created_at=clock.now(),
            request=request,
            organization="promis",
        )
        await leads.add(connection, lead)
    return conversation_id


def staff_routes(client: Client) -> dict[tuple[str, str], AbstractResource]:
    """Everything under /console and /admin, by method and path."""
    found = {}
    for route in client.app.router.routes():
        assert route.resource is not None
        path = route.resource.canonical
        if path.startswith(("/console", "/admin")) and route.method != "HEAD":
            found[route.method, path] = route.resource
    return found


async def address(client: Client, method: str, path: str, talk: str = "0" * 32) -> str:
    """An address that reaches the route, of things that are not there, but for the conversation."""
    resource = staff_routes(client)[method, path]
    for filler in ("0" * 32, "0" * 16, "1", "2026-11-22", "purge"):
        filled = re.sub(
            r"\{\w+\}", filler, path.replace("{conversation_id}", talk).replace("{do}", "publier")
        )
        match, _ = await resource.resolve(make_mocked_request(method, filled))
        if match is not None:
            return filled
    raise AssertionError(f"no address reaches {path}")


async def outcome(member: Member, method: str, path: str, form: str | None = None) -> str:
    """What came of it. Without `form` one that is unreadable: nothing is changed by who gets in."""
    async with member.session.request(
        method,
        member.client.make_url(path),
        data=(form.encode() if form else b"\xff\xfe=") if method == "POST" else None,
        headers=FORM if method == "POST" else None,
        allow_redirects=False,
    ) as response:
        body = await response.read()
        if response.status == 303 and response.headers["Location"].startswith(
            "/console/connexion?"
        ):
            return OUT
        if response.status == 403:
            return FORBIDDEN
        if response.status == 404 and GONE in body:
            return HIDDEN
        return IN if response.status < 500 else f"failed with {response.status}"


async def test_every_route_is_in_the_table(client: Client) -> None:
    routes, table = set(staff_routes(client)), set(read_table())
    assert ("GET", "/console/") in routes
    assert not routes - table, "say in tests/web/access_table.py who gets in"
    assert not table - routes


async def test_who_gets_in_is_what_the_table_says(client: Client, people: Team) -> None:
    wrong = []
    for (method, path), access in sorted(read_table().items()):
        if access not in EXPECTED:
            continue
        for name, expected in zip(WHO, EXPECTED[access], strict=True):
            member = people.browsers[name]
            talk = await a_lead(people.database) if "{conversation_id}" in path else "0" * 32
            reached = await address(client, method, path, talk)
            came = await outcome(member, method, reached, FORMS.get(path))
            if came != expected:
                wrong.append((method, path, name, expected, came))
            if path == "/console/deconnexion" and name != "nobody":
                async with people.database.read() as connection:
                    staff = await store.by_username(connection, name)
                assert staff is not None
                member.carry(await open_session(people.database, staff))
    assert not wrong


async def test_open_routes_ask_for_no_session_and_show_nothing_of_anybody(people: Team) -> None:
    for (method, path), access in read_table().items():
        if access == "open":
            nobody = people.browsers["nobody"]
            async with nobody.session.request(
                method,
                nobody.client.make_url(await address(nobody.client, method, path)),
                allow_redirects=False,
            ) as response:
                assert response.status in (200, 303, 401, 410), (method, path)


async def test_sockets_are_closed_on_who_may_not_listen(client: Client, people: Team) -> None:
    talk = await a_lead(people.database)
    paths = [
        (await address(client, method, path, talk), access)
        for (method, path), access in read_table().items()
        if access in ("socket", "live")
    ]
    assert len(paths) == 2
    for path, access in paths:
        nobody = people.browsers["nobody"]
        async with nobody.session.get(nobody.client.make_url(path), headers=SOCKET) as response:
            assert response.status == 401
        for name in WHO[1:]:
            async with people.browsers[name].socket(path) as ws:
                frame = await ws.receive(timeout=5)
                heard = frame.type is WSMsgType.TEXT
                assert heard == (access == "live" or name != "other"), (path, name)
                if not heard:
                    assert ws.close_code == 4404


async def test_everything_waits_for_the_one_time_password_to_be_changed(
    client: Client, database: Database
) -> None:
    free = {"/console/mot-de-passe", "/console/deconnexion"}
    staff = await add_account(database, "neuve", role=Role.ADMINISTRATOR, must_change_password=True)
    async with browser_of(client, "neuve") as member:
        member.carry(await open_session(database, staff))
        for (method, path), access in read_table().items():
            if access == "open" or path in free:
                continue
            async with member.session.request(
                method, client.make_url(await address(client, method, path)), allow_redirects=False
            ) as response:
                assert response.headers.get("Location") == "/console/mot-de-passe", path


async def test_no_session_is_as_good_as_a_forged_or_an_expired_one(
    client: Client, database: Database
) -> None:
    staff = await add_account(database, "nadia")
    expired = await open_session(database, staff, lasts=timedelta(seconds=-1))
    good = await open_session(database, staff)
    for token in (expired, good[:-1] + ("A" if good[-1] != "A" else "B"), "", "é" * 40, "0" * 64):
        async with browser_of(client, "nadia") as member:
            member.carry(token)
            for method, path in (("GET", "/console/"), ("POST", "/console/compte/sessions")):
                assert await outcome(member, method, path) == OUT
            for path in ("/console/live", f"/console/conversations/{'0' * 32}/socket"):
                with pytest.raises(WSServerHandshakeError) as refused:
                    async with member.socket(path):
                        pass
                assert refused.value.status == 401
