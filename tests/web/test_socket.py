"""The visitor's WebSocket, frame by frame, as the contract says it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from marie import clock
from marie.domain.conversation import ConversationId
from marie.domain.messages import Content
from marie.domain.people import Role, Staff
from marie.services import accounts, counsellor
from marie.services.live import Typing
from marie.store.engine import Database
from marie.web.keys import DATABASE, HUB
from tests.conftest import Client, Visitor
from tests.described import description
from tests.fakes import FakeRasa
from tests.staff import give_lead

Frame = dict[str, Any]


class Line:
    """An open socket, and all that came out of it so far."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws
        self.frames: list[Frame] = []

    async def say(self, **frame: Any) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def send(self, text: str, client_id: str | None = None) -> str:
        client_id = client_id or str(uuid.uuid4())
        await self.say(send={"client_id": client_id, "text": text})
        return client_id

    async def next(self) -> Frame:
        """The next frame; every message in it is as the description says."""
        frame: Frame = await self.ws.receive_json(timeout=5)
        assert len(frame) == 1
        if "message" in frame:
            assert not description().faults("/components/schemas/Message", frame["message"])
        if "error" in frame:
            assert not description().faults("/components/schemas/Problem", frame["error"])
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, **fields: Any) -> Any:
        """The next frame of this kind with these fields."""
        while True:
            frame = await self.next()
            value = frame.get(kind)
            if value is not None and (not fields or fields.items() <= value.items()):
                return value

    async def quiet(self, seconds: float = 0.25) -> None:
        """No message and no error comes any more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    assert not {"message", "error"} & (await self.next()).keys()

    async def closed(self) -> int | None:
        """The code with which the server closes; what comes before it is kept."""
        while True:
            frame = await self.ws.receive(timeout=5)
            if frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return self.ws.close_code
            self.frames.append(json.loads(frame.data))

    @property
    def seqs(self) -> list[int]:
        return [frame["message"]["seq"] for frame in self.frames if "message" in frame]

    @property
    def texts(self) -> list[str]:
        return [frame["message"]["text"] for frame in self.frames if "message" in frame]

    def kinds(self) -> list[str]:
        return [next(iter(frame)) for frame in self.frames]


@asynccontextmanager
async def line(visitor: Visitor, after: int = 0, token: str | None = None) -> AsyncIterator[Line]:
    """A socket on the visitor's conversation, with the token said."""
    url = f"{visitor.url}/socket?after={after}"
    async with visitor.client.ws_connect(url, protocols=("marie.v1",)) as ws:
        opened = Line(ws)
        await opened.say(token=visitor.token if token is None else token)
        yield opened


async def claimed_by(client: Client, visitor: Visitor, name: str = "Awa") -> tuple[Database, Staff]:
    """A counsellor has the conversation; she and the database."""
    assert client.app is not None
    database = client.app[DATABASE]
    staff = await accounts.create(
        database,
        username=name,
        name=name,
        role=Role.COUNSELLOR,
        organization="promis",
        password="un mot de passe long",
        must_change_password=False,
        clock=clock.now,
    )
    await give_lead(visitor, "promis")
    await counsellor.claim(
        database,
        client.app[HUB],
        ConversationId(visitor.id),
        by=staff,
        joined=Content(text=f"{name} vous répond."),
        clock=clock.now,
    )
    return database, staff


async def test_subprotocol_is_agreed_and_the_log_is_replayed_after_n(visitor: Visitor) -> None:
    for n in range(3):
        await visitor.post({"client_id": str(uuid.uuid4()), "text": f"message {n}"}, wait=25)
    log = (await visitor.log())["messages"]
    for after in (0, 1, 4, 7, 99):
        async with line(visitor, after) as opened:
            assert opened.ws.protocol == "marie.v1"
            await opened.until("read", visitor=0)
            got = [frame["message"] for frame in opened.frames if "message" in frame]
            assert got == [message for message in log if message["seq"] > after]
            assert {"state": "marie"} in opened.frames


async def test_sent_message_gets_its_number_then_typing_then_the_answer(visitor: Visitor) -> None:
    async with line(visitor, 1) as opened:
        await opened.until("read")
        client_id = await opened.send("Bonjour")
        answer = await opened.until("message", author="marie")
        assert (answer["seq"], answer["answers"]) == (3, 2)
        assert {"sent": {"client_id": client_id, "seq": 2}} in opened.frames
        assert {"typing": {"author": "marie", "name": "Marie"}} in opened.frames
        assert opened.seqs == [2, 3]
        await opened.quiet()


async def test_same_client_id_again_is_told_its_number_and_nothing_comes_twice(
    visitor: Visitor,
) -> None:
    async with line(visitor, 1) as opened:
        client_id = await opened.send("Bonjour")
        await opened.until("message", author="marie")
        await opened.send("Bonjour", client_id)
        assert await opened.until("sent") == {"client_id": client_id, "seq": 2}
        await opened.quiet()
        assert opened.seqs == [2, 3]


async def test_payload_that_was_offered_is_taken_and_another_is_an_error(visitor: Visitor) -> None:
    async with line(visitor, 1) as opened:
        await opened.send("Bonjour")
        await opened.until("message", author="marie")
        client_id = str(uuid.uuid4())
        await opened.say(send={"client_id": client_id, "payload": "/more"})
        assert (await opened.until("message", author="visitor"))["text"] == "Encore"
        await opened.say(send={"client_id": str(uuid.uuid4()), "payload": "/other"})
        assert (await opened.until("error"))["status"] == 400


BAD_FRAMES: list[str | bytes] = [
    "",
    "pas du json",
    "[]",
    "null",
    "12",
    "{}",
    '{"unknown": 1}',
    '{"send": {}}',
    '{"send": null}',
    '{"send": "Bonjour"}',
    '{"ack": "1"}',
    '{"ack": 1.5}',
    '{"typing": "yes"}',
    '{"token": 5}',
    "[" * 50_000,
    b"\x00\x01",
]


async def test_bad_frames_are_answered_with_a_problem_and_the_socket_stays(
    visitor: Visitor,
) -> None:
    async with line(visitor, 1) as opened:
        await opened.until("read")
        for bad in BAD_FRAMES:
            if isinstance(bad, bytes):
                await opened.ws.send_bytes(bad)
            else:
                await opened.ws.send_str(bad)
            assert (await opened.until("error"))["status"] == 400, bad
        await opened.send("Toujours là")
        assert (await opened.until("message", author="marie"))["seq"] == 3


@pytest.mark.parametrize(
    ("send", "status"),
    [
        ({"text": ""}, 400),
        ({"text": " \u200b "}, 400),
        ({"text": "a" * 4_001}, 413),
        ({"text": "🦫" * 10_000}, 413),
        ({"text": "nul \x00"}, 400),
        ({"text": "a", "payload": "/b"}, 400),
        ({}, 400),
        ({"client_id": "12", "text": "a"}, 400),
    ],
)
async def test_message_that_cannot_be_taken_is_refused_by_its_client_id(
    visitor: Visitor, send: dict[str, Any], status: int
) -> None:
    body = {"client_id": str(uuid.uuid4()), **send}
    async with line(visitor, 1) as opened:
        await opened.say(send=body)
        error = await opened.until("error")
        assert (error["status"], error["client_id"]) == (status, body["client_id"])
        assert error["detail"].endswith((".", ")."))
        await opened.send("Bonjour")
        await opened.until("message", author="marie")
    assert len((await visitor.log())["messages"]) == 3


async def test_negative_or_too_high_acknowledgement_moves_nothing_past_the_log(
    visitor: Visitor,
) -> None:
    async with line(visitor, 1) as opened:
        await opened.until("read")
        await opened.say(ack=-5)
        await opened.ws.send_str('{"ack": 99999999999999999999999}')
        assert await opened.until("read") == {"visitor": 1, "counsellor": 0}
        await opened.say(ack=0)
        await opened.quiet()
    assert (await visitor.log())["read"] == {"visitor": 1, "counsellor": 0}


@pytest.mark.parametrize("token", ["", "wrong", "é" * 1_000])
async def test_wrong_token_and_unknown_conversation_close_with_4404(
    visitor: Visitor, token: str
) -> None:
    async with line(visitor, token=token) as opened:
        assert await opened.closed() == 4404
        assert opened.kinds() == ["error"]
        wrong = opened.frames
    other = Visitor(visitor.client, {"conversation_id": "0" * 32, "token": visitor.token})
    async with line(other) as opened:
        assert await opened.closed() == 4404
        assert opened.frames == wrong


@pytest.mark.parametrize("first", ['{"ack": 1}', "{}", "pas du json", '{"token": 1}'])
async def test_nothing_is_told_before_the_token(visitor: Visitor, first: str) -> None:
    async with visitor.client.ws_connect(f"{visitor.url}/socket") as ws:
        opened = Line(ws)
        await ws.send_str(first)
        assert await opened.closed() in (1008, 4404)
        assert opened.kinds() == ["error"]


async def test_erased_conversation_closes_open_sockets_and_new_ones_with_4410(
    visitor: Visitor,
) -> None:
    async with line(visitor) as first, line(visitor) as second:
        await first.until("read")
        await second.until("read")
        async with visitor.client.delete(visitor.url, headers=visitor.headers) as response:
            assert response.status == 204
        assert await first.closed() == 4410
        assert await second.closed() == 4410
    async with line(visitor) as again:
        assert await again.closed() == 4410
        assert again.kinds() == ["error"]


async def test_message_sent_while_it_is_erased_closes_with_4410(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.hold = asyncio.Event()
    async with line(visitor) as opened:
        await opened.send("Bonjour")
        await opened.until("sent")
        async with visitor.client.delete(visitor.url, headers=visitor.headers):
            pass
        rasa.hold.set()
        assert await opened.closed() == 4410
        assert "Vous dites" not in "".join(opened.texts)


async def test_over_the_rate_limit_closes_with_4429_and_says_when_to_come_back(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.hold = asyncio.Event()
    async with line(visitor, 1) as opened:
        for n in range(70):
            await opened.send(f"message {n}")
        assert await opened.closed() == 4429
        error = opened.frames[-1]["error"]
        assert error["status"] == 429
        assert error["retry_after"] >= 1
        assert opened.kinds().count("sent") >= 60
    rasa.hold.set()


async def test_cut_at_any_moment_and_opened_again_misses_and_doubles_nothing(
    visitor: Visitor,
) -> None:
    seen: list[dict[str, Any]] = [*(await visitor.log())["messages"]]
    ids = [str(uuid.uuid4()) for _ in range(8)]
    for n, client_id in enumerate(ids):
        for attempt in range(2):
            async with line(visitor, seen[-1]["seq"]) as opened:
                await opened.send(f"message {n}", client_id)
                for _ in range(n % 6 if attempt == 0 else 0):
                    await opened.next()
                if attempt:
                    await opened.until("sent", client_id=client_id)
            seen += [frame["message"] for frame in opened.frames if "message" in frame]
    async with line(visitor, seen[-1]["seq"]) as opened:
        while seen[-1]["seq"] < 17:
            seen.append(await opened.until("message"))
        await opened.quiet()
    assert [message["seq"] for message in seen] == list(range(1, 18))
    assert seen == (await visitor.log())["messages"]
    assert [each["client_id"] for each in seen if each["author"] == "visitor"] == ids


async def test_messages_of_one_socket_are_answered_in_their_order(visitor: Visitor) -> None:
    async with line(visitor, 1) as opened:
        ids = [await opened.send(f"message {n}") for n in range(10)]
        while len(opened.seqs) < 20:
            await opened.until("message")
        assert opened.seqs == list(range(2, 22))
        taken = [frame["sent"]["client_id"] for frame in opened.frames if "sent" in frame]
        assert taken == ids
        answered = [
            frame["message"]["answers"]
            for frame in opened.frames
            if "message" in frame and frame["message"]["author"] == "marie"
        ]
        assert answered == sorted(answered)


async def test_two_sockets_show_the_same_log(visitor: Visitor) -> None:
    async with line(visitor) as first, line(visitor, 1) as second:
        await first.until("read")
        await second.until("read")
        await first.send("du téléphone")
        await second.until("message", author="marie")
        await second.send("de l’ordinateur")
        await second.until("message", seq=5)
        while first.seqs[-1:] != [5]:
            await first.until("message")
        assert first.seqs == [1, 2, 3, 4, 5]
        assert second.seqs == [2, 3, 4, 5]
        assert first.texts[1:] == second.texts
        await second.say(ack=5)
        assert await first.until("read", visitor=5)


async def test_state_and_counsellor_are_told_live_and_marie_keeps_silent(
    client: Client, visitor: Visitor, rasa: FakeRasa
) -> None:
    assert client.app is not None
    async with line(visitor) as opened:
        await opened.send("Bonjour")
        await opened.until("message", author="marie", seq=3)
        await opened.say(send={"client_id": str(uuid.uuid4()), "payload": "/handoff"})
        while {"state": "waiting"} not in opened.frames:
            await opened.next()
        database, staff = await claimed_by(client, visitor)
        await opened.until("message", author="system")
        while {"state": "counsellor"} not in opened.frames:
            await opened.next()
        client.app[HUB].send(visitor.id, Typing("counsellor", "Awa"))
        assert await opened.until("typing") == {"author": "counsellor", "name": "Awa"}
        asked = len(rasa.turns)
        await opened.send("Êtes-vous une personne?")
        await opened.until("message", author="visitor")
        await counsellor.say(
            database,
            client.app[HUB],
            ConversationId(visitor.id),
            by=staff,
            text="Oui, je suis Awa.",
            client_id=str(uuid.uuid4()),
            clock=clock.now,
        )
        said = await opened.until("message", author="counsellor")
        assert (said["name"], said["text"]) == ("Awa", "Oui, je suis Awa.")
        assert (await opened.until("read"))["counsellor"] == said["seq"]
        await opened.quiet()
        assert len(rasa.turns) == asked
        assert opened.seqs == list(range(1, 9))


async def test_reply_computed_while_somebody_claimed_is_discarded_and_never_replayed(
    client: Client, visitor: Visitor, rasa: FakeRasa
) -> None:
    assert client.app is not None
    async with line(visitor) as opened:
        await opened.send("Bonjour")
        await opened.until("message", seq=3)
        await opened.say(send={"client_id": str(uuid.uuid4()), "payload": "/handoff"})
        while {"state": "waiting"} not in opened.frames:
            await opened.next()
        rasa.hold = asyncio.Event()
        await opened.send("Et mon bail?")
        await opened.until("typing")
        database, staff = await claimed_by(client, visitor)
        rasa.hold.set()
        await opened.until("message", author="system")
        await counsellor.hand_back(
            database,
            client.app[HUB],
            ConversationId(visitor.id),
            by=staff,
            left=Content(text="Marie reprend."),
            clock=clock.now,
        )
        await opened.until("message", text="Marie reprend.")
        await opened.quiet()
        assert not [text for text in opened.texts if text == "Vous dites\u00a0: Et mon bail?"]
        await opened.send("Merci")
        answer = await opened.until("message", author="marie")
        assert answer["text"] == "Vous dites\u00a0: Merci"


async def test_visitor_s_typing_reaches_the_console_and_not_herself(
    client: Client, visitor: Visitor
) -> None:
    assert client.app is not None
    async with line(visitor) as opened:
        await opened.until("read")
        with client.app[HUB].listen(visitor.id) as signals:
            await opened.say(typing=True)
            await opened.say(typing=False)
            assert await asyncio.wait_for(signals.get(), 5) == Typing("visitor", "")
            await opened.quiet()
            assert signals.empty()


async def test_plain_request_and_bad_number_are_problems(visitor: Visitor) -> None:
    async with visitor.client.get(f"{visitor.url}/socket") as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"
    with pytest.raises(WSServerHandshakeError) as refused:
        await visitor.client.ws_connect(f"{visitor.url}/socket?after=x")
    assert refused.value.status == 400


async def test_token_in_the_address_opens_nothing(visitor: Visitor) -> None:
    url = f"{visitor.url}/socket?token={visitor.token}"
    async with visitor.client.ws_connect(url, protocols=("marie.v1",)) as ws:
        await ws.send_str('{"ack": 1}')
        assert await Line(ws).closed() == 4404


async def test_socket_of_a_stopping_server_ends_and_listens_no_more(
    client: Client, visitor: Visitor
) -> None:
    assert client.app is not None
    hub = client.app[HUB]
    async with line(visitor) as opened:
        await opened.until("read")
        assert hub.listeners == 1
        await opened.ws.close()
        async with asyncio.timeout(5):
            while hub.listeners:
                await asyncio.sleep(0.01)
