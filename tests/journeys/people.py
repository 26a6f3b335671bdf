"""Those who use the running Marie: visitors with and without a browser, and counsellors."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.running import RunningMarie

Message = dict[str, Any]
CALL = aiohttp.ClientTimeout(total=40)


@dataclass(frozen=True)
class Conversation:
    """A conversation at the API: what any client of a visitor's can ask of it."""

    base: str
    id: str
    token: str

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.base}/api/v1/conversations/{self.id}"

    async def call(
        self, method: str, path: str = "", body: dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON of one request."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(timeout=CALL) as session,
            session.request(method, self.url + path, json=body, headers=headers) as response,
        ):
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def read(self) -> dict[str, Any]:
        """The whole log, the state, the marks."""
        status, reading = await self.call("GET", "/messages?after=0")
        assert status == 200, reading
        return dict(reading)

    async def log(self) -> list[Message]:
        """The whole log."""
        messages: list[Message] = (await self.read())["messages"]
        return messages

    async def say(self, text: str, *, wait: int = 25) -> tuple[int, list[Message]]:
        """Say something; its number and what answers it."""
        return await self._post({"text": text}, wait)

    async def press(self, wanted: str, *, wait: int = 25) -> tuple[int, list[Message]]:
        """Press the newest quick reply with this title, or of this intent."""
        pattern = re.compile(rf"/{re.escape(wanted)}(\{{.*)?", re.DOTALL)
        for message in reversed(await self.log()):
            for reply in message["quick_replies"]:
                if reply["title"] == wanted or pattern.fullmatch(reply["payload"]):
                    return await self._post({"payload": reply["payload"]}, wait)
        raise AssertionError(f"{wanted} was never offered")

    async def _post(self, body: dict[str, str], wait: int) -> tuple[int, list[Message]]:
        body = {"client_id": str(uuid.uuid4()), **body}
        status, answer = await self.call("POST", f"/messages?wait={wait}", body)
        assert status in (200, 202), answer
        return answer["seq"], answer.get("messages", [])

    async def until(self, count: int, *, seconds: float = 30) -> list[Message]:
        """The log, once it has `count` messages."""
        try:
            async with asyncio.timeout(seconds):
                while len(log := await self.log()) < count:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{len(log)} messages instead of {count}: {told(log)}") from None
        return log

    async def ask_for_person(self) -> None:
        """Through the form, to stay in the chat, until somebody is waited for."""
        await self.say("Je veux parler à une personne")
        await self.press("inform")
        await self.press("affirm")
        state = (await self.read())["state"]
        assert state == "waiting", told(await self.log())


async def arrive(base: str) -> Conversation:
    """A new conversation, with consent."""
    async with (
        aiohttp.ClientSession(timeout=CALL) as session,
        session.post(f"{base}/api/v1/conversations", json={"consent": True}) as response,
    ):
        assert response.status == 201, await response.text()
        started = await response.json()
    return Conversation(base, started["conversation_id"], started["token"])


class Scripted:
    """A client without a browser: it keeps what it could not send, and comes back for the rest."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.shown: list[Message] = []
        self.outbox: list[dict[str, str]] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def say(self, text: str) -> None:
        """Queue a message, and send it if there is a link."""
        self.outbox.append({"client_id": str(uuid.uuid4()), "text": text})
        if self._socket is not None:
            with suppress(ConnectionError):
                await self._socket.send_json({"send": self.outbox[-1]})

    async def hang_up(self) -> None:
        """Leave the page: the next one opens a socket of its own."""
        if self._socket is not None:
            await self._socket.close()

    async def run(self) -> None:
        """Until cancelled: connect, catch up, send what is queued, listen."""
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError, ConnectionError):
                    await self._live(session)
                self._socket = None
                await asyncio.sleep(0.05)

    async def _live(self, session: aiohttp.ClientSession) -> None:
        after = self.shown[-1]["seq"] if self.shown else 0
        url = f"{self.conversation.url}/socket?after={after}"
        async with session.ws_connect(url, protocols=("marie.v1",)) as socket:
            await socket.send_json({"token": self.conversation.token})
            for queued in self.outbox:
                await socket.send_json({"send": queued})
            self._socket = socket
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self._take(json.loads(frame.data))

    def _take(self, frame: dict[str, Any]) -> None:
        if "message" in frame:
            self.shown.append(frame["message"])
        if "sent" in frame:
            sent = frame["sent"]["client_id"]
            self.outbox = [each for each in self.outbox if each["client_id"] != sent]

    async def until(self, count: int, *, seconds: float = 30) -> list[Message]:
        """What it shows, once that is `count` messages."""
        try:
            async with asyncio.timeout(seconds):
                while len(self.shown) < count:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{count} wanted, shown: {told(self.shown)}") from None
        return self.shown


@asynccontextmanager
async def scripted(base: str) -> AsyncIterator[Scripted]:
    """A scripted client with a conversation of its own, running."""
    client = Scripted(await arrive(base))
    running = asyncio.create_task(client.run())
    try:
        await client.until(1)
        yield client
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


class Browsing:
    """A visitor with the widget on a page of the demonstration site."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.launcher = page.locator(".launcher")
        self.input = page.get_by_role("textbox", name="Écrivez votre question")
        self.messages = page.locator(".log .message")
        self.banner = page.locator(".banner")

    @classmethod
    async def arrive(cls, context: BrowserContext, base: str) -> Browsing:
        """Open the page, the widget, and consent."""
        browsing = cls(await context.new_page(), base)
        await browsing.page.goto(f"{base}/")
        await browsing.launcher.click()
        await browsing.page.get_by_role("button", name="J’accepte et je commence").click()
        await expect(browsing.messages).to_have_count(1)
        return browsing

    async def go(self, path: str) -> None:
        """Another page of the site."""
        await self.page.goto(self.base + path, wait_until="commit")

    async def ask(self, text: str) -> None:
        """Type and send."""
        await self.input.fill(text)
        await self.input.press("Enter")

    def last(self, author: str) -> Locator:
        """The newest message of an author."""
        return self.page.locator(f".log .message.{author} .text").last

    def reply(self, title: str) -> Locator:
        """A quick reply."""
        return self.page.locator(".replies").get_by_role("button", name=title)

    async def conversation(self, base: str | None = None) -> Conversation:
        """The same conversation at the API."""
        kept = json.loads(
            await self.page.evaluate("localStorage['marie:conversation'] ?? 'null'") or "null"
        )
        return Conversation(base or self.base, kept["id"], kept["token"])

    async def shown(self) -> list[tuple[str, str]]:
        """Author and words of every message on the screen, in order."""
        found = await self.messages.evaluate_all(
            "nodes => nodes.map(node => [node.classList[1],"
            " node.querySelector('.text').textContent, node.querySelector('.status').textContent])"
        )
        return [(author, one_line(text + status)) for author, text, status in found]

    async def until_shown(self, log: list[Message], *, seconds: float = 30) -> None:
        """The screen shows this log: nothing missing, nothing twice, in order."""
        wanted = [(message["author"], one_line(bubble(message))) for message in log]
        got: list[tuple[str, str]] = []
        try:
            async with asyncio.timeout(seconds):
                while (got := await self.shown()) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"shown: {got}\nlog: {wanted}") from None


class Counsellor:
    """A member of the staff who works with the console's forms."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = f"{base}/console"

    async def claim(self, conversation: Conversation) -> None:
        """Take the conversation."""
        await self._post(f"/conversations/{conversation.id}/prendre")

    async def write(self, conversation: Conversation, text: str) -> None:
        """Write to the visitor."""
        body = {"text": text, "client_id": str(uuid.uuid4())}
        await self._post(f"/conversations/{conversation.id}/ecrire", **body)

    async def hand_back(self, conversation: Conversation) -> None:
        """Give the conversation back to Marie."""
        await self._post(f"/conversations/{conversation.id}/rendre")

    async def sign_in(self, username: str, password: str) -> None:
        """Fill the sign-in form."""
        await self._post("/connexion", username=username, password=password)

    async def _post(self, path: str, **fields: str) -> None:
        async with self._session.post(self._base + path, data=fields) as response:
            assert response.status == 200, (path, response.status)


async def whole(page: Page) -> None:
    """The page to which a click went has its script: before that, Enter in a field makes a line."""
    await page.wait_for_load_state()


def add_counsellor(marie: RunningMarie, username: str, name: str) -> str:
    """An account made by `marie user add`; its password.

    An administrator's, who may take a lead whichever organisation's turn it was.
    """
    password = secrets.token_hex(12)
    account = ("--name", name, "--role", "administrator", "--password", password)
    marie.marie("user", "add", username, *account)
    return password


@asynccontextmanager
async def counsellor(marie: RunningMarie, name: str) -> AsyncIterator[Counsellor]:
    """A new, signed-in counsellor."""
    username = f"{name}-{secrets.token_hex(3)}"
    password = await asyncio.to_thread(add_counsellor, marie, username, name)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        someone = Counsellor(session, marie.base)
        await someone.sign_in(username, password)
        yield someone


def check_log(log: list[Message], said: list[str]) -> None:
    """The numbered log holds what was said once and in order, and one answer to each, in order."""
    assert [message["seq"] for message in log] == list(range(1, len(log) + 1)), told(log)
    visitor = [message for message in log if message["author"] == "visitor"]
    assert [message["text"] for message in visitor] == said, told(log)
    answers = [message["answers"] for message in log if message["answers"] is not None]
    assert answers == [message["seq"] for message in visitor], told(log)


def told(log: list[Message]) -> str:
    """A log in a few words, for the failure that shows it."""
    return "; ".join(f"{each['seq']} {each['author']}: {each['text'][:40]!r}" for each in log)


def bubble(message: Message) -> str:
    """The words in the widget's bubble: the list that cards say again is left to the cards."""
    text: str = message["text"]
    return (
        re.sub(r"\n(\n• .*)+\n(\nD’après .*)*", "", text, count=1) if message["resources"] else text
    )


def one_line(text: str) -> str:
    """Words without the breaks between them."""
    return " ".join(text.split())
