"""A counsellor's open socket, and pages read as people read them, for the tests of the console."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiohttp import ClientWebSocketResponse

from marie.domain.people import Staff
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.staff import Member, add_account, browser_of, open_session


class Colleague(Member):
    """A signed-in member of the staff, and who she is."""

    staff: Staff


MakeColleague = Callable[..., Awaitable[Colleague]]


@asynccontextmanager
async def colleagues(client: Client, database: Database) -> AsyncIterator[MakeColleague]:
    """Makes signed-in members of the staff."""
    async with AsyncExitStack() as stack:

        async def make(username: str, **account: Any) -> Colleague:
            staff = await add_account(database, username, **account)
            member = await stack.enter_async_context(browser_of(client, username))
            member.carry(await open_session(database, staff))
            colleague = Colleague(member.client, member.session, username)
            colleague.staff = staff
            return colleague

        yield make


class Talk:
    """A counsellor's open socket; each frame is given once, by its kind."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws

    async def say(self, **frame: Any) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def send(self, text: str, client_id: str | None = None, **more: Any) -> None:
        client_id = client_id or str(uuid.uuid4())
        await self.say(send={"client_id": client_id, "text": text, **more})

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame with this key and these fields in it."""
        while True:
            frame: dict[str, Any] = await self.ws.receive_json(timeout=5)
            found = frame.get(kind)
            if found is not None and (
                not fields or all(found.get(name) == value for name, value in fields.items())
            ):
                return frame


def page_of(visitor: Visitor) -> str:
    return f"/console/conversations/{visitor.id}"


def read(shown: str) -> str:
    """A page's words: no tags, no references, single spaces."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)


async def texts(visitor: Visitor, after: int = 0) -> list[tuple[str, str]]:
    return [(each["author"], each["text"]) for each in (await visitor.log(after))["messages"]]
