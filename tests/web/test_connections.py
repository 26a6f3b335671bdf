"""Real sockets: slow clients, huge heads, and more at once than there is room for."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from marie.knowledge.opened import Knowledge
from marie.settings import Settings
from marie.store.engine import Database
from marie.web import admission
from marie.web.admission import ADMISSION, Admission
from marie.web.app import create_app
from marie.web.connections import MAX_HEADERS, Patience, public_runner, slow_clients_cut
from marie.web.keys import SETTINGS
from marie.web.limits import TooMany
from marie.web.problems import Problem
from tests.conftest import Client, Visitor

QUICK = Patience(head=0.4, body=0.6, rate=512, stuck=0.6, look=0.05)


@dataclass(frozen=True)
class Listening:
    """A public listener as `marie serve` opens it, with less patience."""

    port: int

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection, closed whatever became of it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def answer(self, request: bytes) -> bytes:
        """The beginning of what comes for these bytes."""
        async with self.open() as (reader, writer):
            writer.write(request)
            return await asyncio.wait_for(reader.read(65_536), 10)


@pytest.fixture
async def listening(
    settings: Settings, database: Database, knowledge: Knowledge
) -> AsyncIterator[Listening]:
    """The listener."""
    app = create_app(replace(settings, rasa_port=9, actions_port=9), knowledge=knowledge)

    async def much(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(64 * 1024 * 1024))

    app.router.add_get("/much", much)
    runner = public_runner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with slow_clients_cut(runner, QUICK):
        yield Listening(runner.addresses[0][1])
    await runner.cleanup()


async def cut_after(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, drip: bytes
) -> float:
    """Seconds until a connection is cut to which `drip` is written every tenth of a second."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < 20:
        with suppress(TimeoutError, ConnectionError):
            writer.write(drip)
            await asyncio.wait_for(reader.read(1024), 0.1)
        if reader.at_eof() or reader.exception() is not None:
            break
    return loop.time() - began


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /livez HTTP/1.1\r\nHost: marie\r\nX-Slow: ",
        b"POST /api/v1/conversations HTTP/1.1\r\nHost: marie\r\nContent-Length: 9999\r\n\r\n",
        b"POST /console/connexion HTTP/1.1\r\nHost: marie\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["nothing", "head", "body", "chunks"],
)
async def test_client_that_sends_a_byte_now_and_then_is_cut(
    listening: Listening, begun: bytes
) -> None:
    drip = b"" if not begun else b"1\r\na\r\n" if b"chunked" in begun else b"a"
    async with listening.open() as (reader, writer):
        writer.write(begun)
        assert await cut_after(reader, writer, drip) < 10


async def test_client_that_reads_nothing_is_cut_and_one_that_reads_is_not(
    listening: Listening,
) -> None:
    head = b"GET /much HTTP/1.1\r\nHost: marie\r\nConnection: close\r\n\r\n"
    async with listening.open() as (reader, writer):
        writer.write(head)
        await asyncio.sleep(2.5)
        assert len(await reader.read()) < 64 * 1024 * 1024
    async with listening.open() as (reader, writer):
        writer.write(head)
        assert len(await reader.read()) > 64 * 1024 * 1024


async def test_open_socket_that_says_nothing_is_left_alone(listening: Listening) -> None:
    base = f"http://127.0.0.1:{listening.port}/api/v1/conversations"
    async with aiohttp.ClientSession() as session:
        async with session.post(base, json={"consent": True}) as response:
            started = await response.json()
        async with session.ws_connect(f"{base}/{started['conversation_id']}/socket") as ws:
            await ws.send_json({"token": started["token"]})
            for _ in range(3):
                await ws.receive_json(timeout=5)
            await asyncio.sleep(1.5)
            await ws.send_json({"ack": 1})
            assert (await ws.receive_json(timeout=5))["read"]["visitor"] == 1


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: marie\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: marie\r\nX-Big: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: marie\r\n" + b"X-Many: a\r\n" * (MAX_HEADERS + 10) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: marie\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST / HTTP/1.1\r\nHost: marie\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["line", "header", "headers", "negative length", "TLS", "two lengths"],
)
async def test_head_that_cannot_be_read_is_400_and_its_sender_is_in_no_log(
    listening: Listening, head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert (await listening.answer(head))[8:13] == b" 400 "
    assert "127.0.0.1" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_what_is_expected_and_is_no_text_is_417(listening: Listening) -> None:
    head = b"GET / HTTP/1.1\r\nHost: marie\r\nExpect: \xff\xed\r\nConnection: close\r\n\r\n"
    answer = await listening.answer(head)
    assert answer[8:13] == b" 417 "
    assert b"X-Content-Type-Options: nosniff" in answer


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Encoding": "gzip"}, b"this is no gzip", 400),
        ({"Content-Encoding": "gzip"}, gzip.compress(bytes(50 * 1024 * 1024)), 413),
        ({}, bytes(200 * 1024), 413),
    ],
    ids=["no gzip", "bomb", "large"],
)
@pytest.mark.parametrize("path", ["/api/v1/conversations", "/console/connexion"])
async def test_bodies_are_bounded_also_when_they_unfold(
    client: Client, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    kind = "application/json" if "api" in path else "application/x-www-form-urlencoded"
    async with client.post(path, data=body, headers={**headers, "Content-Type": kind}) as response:
        assert response.status == status


async def test_sockets_of_one_conversation_are_counted(
    client: Client, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "BY_CONVERSATION", 3)

    async def opened(stack: AsyncExitStack) -> aiohttp.ClientWebSocketResponse:
        ws = await stack.enter_async_context(client.ws_connect(f"{visitor.url}/socket"))
        await ws.send_json({"token": visitor.token})
        return ws

    async with AsyncExitStack() as stack:
        for _ in range(3):
            assert "message" in await (await opened(stack)).receive_json(timeout=5)
        refused = await opened(stack)
        assert (await refused.receive_json(timeout=5))["error"]["retry_after"] == admission.SOON
        assert (await refused.receive(timeout=5)).type is WSMsgType.CLOSE
        assert refused.close_code == 4429
    async with AsyncExitStack() as stack:
        assert "message" in await (await opened(stack)).receive_json(timeout=5)


async def test_one_address_does_not_take_every_place(
    client: Client, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "BY_ADDRESS", 2)
    client.app._state[SETTINGS] = replace(client.app[SETTINGS], trusted_proxies=1)
    one, other = ({"X-Forwarded-For": f"198.51.100.{last}"} for last in (1, 2))
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(client.ws_connect(f"{visitor.url}/socket", headers=one))
        async with client.get("/livez", headers=one) as response:
            assert response.status == 429
            assert response.headers["Retry-After"] == str(admission.SOON)
        async with client.get("/livez", headers=other) as response:
            assert response.status == 200
    async with client.get("/livez", headers=one) as response:
        assert response.status == 200


async def test_when_every_place_is_taken_one_is_told_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "IN_ALL", 0)
    for path in ("/chat", "/api/v1/directory"):
        async with client.get(path) as response:
            assert response.status == 503
            assert response.headers["Retry-After"] == str(admission.SOON)
    assert client.app[ADMISSION]


def test_what_ended_badly_is_open_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "BY_ADDRESS", 1)
    held = Admission(enabled=True)
    with held.request("192.0.2.1"), pytest.raises(TooMany), held.request("192.0.2.1"):
        pass
    with suppress(ValueError), held.request("192.0.2.1"):
        raise ValueError("broken")
    monkeypatch.setattr(admission, "IN_ALL", 1)
    with held.request("192.0.2.1"), pytest.raises(Problem), held.request("192.0.2.2"):
        pass
    with Admission(enabled=False).request("192.0.2.1"):
        pass
