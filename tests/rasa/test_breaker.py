"""A Rasa that hangs: who is kept from waiting for it, and how it is taken up again."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from marie.rasa import breaker, client
from marie.rasa.breaker import HANGS, Breaker
from marie.rasa.client import NotConnected, RasaClient, RasaUnavailable, in_order
from tests.fakes import FakeRasa
from tests.rasa.test_client import CONVERSATIONS, turn


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "SLOW", 0.1)
    monkeypatch.setattr(breaker, "PAUSE", 0.2)
    monkeypatch.setattr(client, "TIMEOUT", aiohttp.ClientTimeout(total=0.15))


def test_slow_failures_in_a_row_close_the_way_and_one_question_tries_it_again() -> None:
    one = Breaker()
    for _ in range(HANGS):
        assert one.lets_through()
        one.failed(seconds=0.2)
    assert not one.lets_through()
    time.sleep(0.25)
    assert one.lets_through()
    assert not one.lets_through()
    one.answered()
    assert one.lets_through()


def test_quick_failures_and_slow_ones_between_answers_close_nothing() -> None:
    one = Breaker()
    for seconds in (0.2, 0.2, 0.0, 0.2, 0.2):
        one.failed(seconds)
    assert one.lets_through()
    one.answered()
    one.failed(0.2)
    assert one.lets_through()


async def test_nobody_waits_again_for_a_rasa_that_hangs(rasa: FakeRasa) -> None:
    server = rasa.server()
    await server.start_server()
    rasa.hold = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        one = RasaClient(session, [f"http://127.0.0.1:{server.port}"])
        for each in CONVERSATIONS[:HANGS]:
            with pytest.raises(RasaUnavailable):
                await one.ask(turn(each))
        asked = len(rasa.turns)
        with pytest.raises(NotConnected):
            await one.ask(turn(CONVERSATIONS[0]))
        assert len(rasa.turns) == asked
        rasa.hold.set()
        await asyncio.sleep(0.25)
        assert (await one.ask(turn(CONVERSATIONS[0]))).messages
    await server.close()


async def test_another_process_answers_for_one_that_hangs() -> None:
    fakes = FakeRasa(), FakeRasa()
    servers = [each.server() for each in fakes]
    for server in servers:
        await server.start_server()
    urls = [f"http://127.0.0.1:{server.port}" for server in servers]
    fakes[0].hold = asyncio.Event()
    its_own = [each for each in CONVERSATIONS if in_order(urls, each)[0] == urls[0]]
    async with aiohttp.ClientSession() as session:
        both = RasaClient(session, urls)
        for each in its_own[:HANGS]:
            with pytest.raises(RasaUnavailable):
                await both.ask(turn(each))
        assert (await both.ask(turn(its_own[0]))).messages
    fakes[0].hold.set()
    for server in servers:
        await server.close()
