"""Rasa, the action server or the web process dies or hangs: honest words, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import aiohttp
import pytest

from marie.knowledge.opened import Knowledge
from tests.journeys.people import Conversation, Message, arrive, check_log, told
from tests.running import RunningMarie

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
]

PATIENCE = 25
"""Seconds within which a visitor must hear something."""

Trouble = Callable[[RunningMarie], AbstractContextManager[None]]


def dead(name: str) -> Trouble:
    """The process is killed and does not come back before the end."""

    @contextmanager
    def trouble(marie: RunningMarie) -> Iterator[None]:
        with marie.frozen("supervisor"):
            marie.kill(name, with_its_own=True)
            yield

    return trouble


def hanging(name: str) -> Trouble:
    """The process takes requests and does not answer before the end."""
    return lambda marie: marie.frozen(name)


@pytest.fixture
def notice(knowledge: Knowledge) -> str:
    """What Marie says when she cannot think."""
    return knowledge.live.current().phrase("rasa_unavailable")


def without(notice: str, log: list[Message]) -> list[Message]:
    """The log as if Marie had never said that sentence."""
    kept = [message for message in log if message["text"] != notice]
    number = {message["seq"]: place for place, message in enumerate(kept, start=1)}
    return [
        {**message, "seq": number[message["seq"]], "answers": number.get(message["answers"])}
        for message in kept
    ]


@pytest.mark.parametrize(
    ("part", "trouble"),
    [("rasa", dead("rasa")), ("actions", dead("actions")), ("actions", hanging("actions"))],
    ids=["rasa is dead", "the action server is dead", "the action server hangs"],
)
async def test_trouble_is_said_honestly_and_the_message_is_answered_later(
    marie: RunningMarie, notice: str, part: str, trouble: Trouble
) -> None:
    conversation = await arrive(marie.base)
    await conversation.say("Y a-t-il un cégep à Rimouski?")
    said = ["Y a-t-il un cégep à Rimouski?", "Combien coûte une garderie?"]
    with ExitStack() as stack:
        stack.enter_context(trouble(marie))
        began = time.monotonic()
        seq, answers = await conversation.say(said[1])
        assert [answer["text"] for answer in answers] == [notice], told(answers)
        assert time.monotonic() - began < PATIENCE
        assert "/handoff" in [reply["payload"] for reply in answers[0]["quick_replies"]]
        await until_missing(marie, part)
        assert [message["seq"] for message in await conversation.log()] == [1, 2, 3, seq, seq + 1]
    await asyncio.to_thread(marie.wait_healthy)
    log = await conversation.until(6, seconds=60)
    await asyncio.sleep(1)
    assert log == await conversation.log()
    assert log[5]["topic"] == "childcare.cost"
    check_log(without(notice, log), said)


async def test_person_can_be_asked_for_while_marie_cannot_think(
    marie: RunningMarie, notice: str
) -> None:
    conversation = await arrive(marie.base)
    with ExitStack() as stack:
        stack.enter_context(dead("actions")(marie))
        await conversation.say("Combien coûte une garderie?")
        await conversation.press("handoff")
        reading = await conversation.read()
        assert reading["state"] == "waiting"
    await asyncio.to_thread(marie.wait_healthy)
    async with asyncio.timeout(60):
        while "childcare.cost" not in [each["topic"] for each in await conversation.log()]:
            await asyncio.sleep(0.2)
    assert (await conversation.read())["state"] == "waiting"


@pytest.mark.parametrize("name", ["actions", "web"])
async def test_killed_process_comes_back_and_nothing_is_lost(
    marie: RunningMarie, notice: str, name: str
) -> None:
    conversation = await arrive(marie.base)
    said = ["Y a-t-il un cégep à Rimouski?", "Comment céder mon bail?"]
    await conversation.say(said[0])
    before = marie.pid(name)
    marie.kill(name)
    await persist(conversation, said[1])
    await asyncio.to_thread(marie.wait_healthy)
    assert marie.pid(name) != before
    async with asyncio.timeout(60):
        while len(without(notice, await conversation.log())) < 5:
            await asyncio.sleep(0.2)
    check_log(without(notice, await conversation.log()), said)


async def until_missing(marie: RunningMarie, part: str) -> None:
    """`/healthz` names the part before long."""
    async with asyncio.timeout(15):
        while True:
            status, body = await asyncio.to_thread(marie.health)
            if status == 503:
                break
            await asyncio.sleep(0.2)
    assert part in body["missing"]


async def persist(conversation: Conversation, text: str) -> None:
    """Send until it is taken in, under one `client_id`, as every client does."""
    body = {"client_id": str(uuid.uuid4()), "text": text}
    async with asyncio.timeout(60):
        while True:
            try:
                status, _ = await conversation.call("POST", "/messages", body)
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
            else:
                assert status == 202
                return
