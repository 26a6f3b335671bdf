"""Which Rasa process is asked, and what happens when it is not there."""

from __future__ import annotations

from collections import Counter

import aiohttp
import pytest

from marie import clock
from marie.rasa.client import NotConnected, RasaClient, TurnRequest, in_order
from tests.fakes import FakeRasa
from tests.running import free_ports

URLS = [f"http://127.0.0.1:{port}" for port in (8082, 8092, 8102)]
CONVERSATIONS = [f"{number:032x}" for number in range(3_000)]


def turn(conversation_id: str) -> TurnRequest:
    return TurnRequest(
        conversation_id=conversation_id,
        seq=2,
        said_at=clock.now(),
        text="Bonjour",
        payload=None,
        profile={},
        focus={},
        state="marie",
    )


def test_conversations_are_spread_evenly_and_stay_where_they_are() -> None:
    first = {each: in_order(URLS, each)[0] for each in CONVERSATIONS}
    assert {each: in_order(URLS[::-1], each)[0] for each in CONVERSATIONS} == first
    assert all(900 < count < 1_100 for count in Counter(first.values()).values())


def test_process_that_goes_away_moves_its_own_conversations_alone() -> None:
    left = URLS[:2]
    for each in CONVERSATIONS:
        before = in_order(URLS, each)
        after = in_order(left, each)[0]
        assert after == (before[0] if before[0] in left else before[1])


async def test_process_that_is_not_there_is_passed_over(rasa: FakeRasa) -> None:
    server = rasa.server()
    await server.start_server()
    (closed,) = free_ports(1)
    urls = [f"http://127.0.0.1:{closed}", f"http://127.0.0.1:{server.port}"]
    async with aiohttp.ClientSession() as session:
        client = RasaClient(session, urls)
        for each in CONVERSATIONS[:8]:
            assert (await client.ask(turn(each))).messages[0].text == "Vous dites\u00a0: Bonjour"
        assert await client.ready()
        await server.close()
        assert not await client.ready()
        with pytest.raises(NotConnected):
            await client.ask(turn(CONVERSATIONS[0]))
