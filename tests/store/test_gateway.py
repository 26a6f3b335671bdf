"""The web application on both engines: what depends on the database behind it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from marie.settings import Settings
from marie.store.engine import Database, create_engine
from tests.conftest import MakeClient, Visitor
from tests.fakes import FakeRasa


@pytest.fixture
def settings(tmp_path: Path, store_url: str) -> Settings:
    """Settings of a Marie on the engine of this test."""
    ours = Settings.from_env({"MARIE_DATA": str(tmp_path / "var")})
    return replace(ours, database_url=store_url)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """That engine, migrated."""
    database = Database(create_engine(settings.database_url))
    yield database
    await database.close()


def said(text: str) -> dict[str, str]:
    return {"client_id": str(uuid.uuid4()), "text": text}


async def test_messages_of_many_visitors_at_once_are_each_answered_in_order(
    make_client: MakeClient,
) -> None:
    client = await make_client()
    visitors = [await Visitor.arrive(client) for _ in range(4)]
    posts = [visitor.post(said(f"m {n}"), wait=25) for n in range(5) for visitor in visitors]
    answers = await asyncio.gather(*posts)
    assert {status for status, _ in answers} == {200}
    for visitor in visitors:
        log = (await visitor.log())["messages"]
        assert [message["seq"] for message in log] == list(range(1, 12))
        asked = [message["seq"] for message in log if message["author"] == "visitor"]
        assert [message["answers"] for message in log if message["answers"]] == asked


async def test_turn_that_a_stopped_process_left_is_answered_once_by_the_next(
    make_client: MakeClient, rasa: FakeRasa
) -> None:
    client = await make_client()
    visitor = await Visitor.arrive(client)
    rasa.hold = asyncio.Event()
    await visitor.post(said("Bonjour"))
    await client.close()
    rasa.hold.set()
    visitor.client = await make_client()
    async with asyncio.timeout(10):
        while len((await visitor.log())["messages"]) < 3:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    assert [message["author"] for message in (await visitor.log())["messages"]] == [
        "marie",
        "visitor",
        "marie",
    ]


async def test_two_processes_that_answer_the_same_turn_write_one_answer(
    make_client: MakeClient, rasa: FakeRasa
) -> None:
    first = await make_client()
    visitor = await Visitor.arrive(first)
    rasa.hold = asyncio.Event()
    await visitor.post(said("Bonjour"))
    await make_client()  # its start takes up what is pending, which the first one still works on
    async with asyncio.timeout(10):
        while len(rasa.turns) < 2:
            await asyncio.sleep(0.02)
    rasa.hold.set()
    async with asyncio.timeout(10):
        while len((await visitor.log())["messages"]) < 3:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    assert len((await visitor.log())["messages"]) == 3


async def test_conversation_is_exported_and_erased(make_client: MakeClient) -> None:
    visitor = await Visitor.arrive(await make_client())
    await visitor.post(said("Bonjour"), wait=25)
    handoff = {"client_id": str(uuid.uuid4()), "payload": "/handoff"}
    assert (await visitor.post(handoff, wait=25))[0] == 200
    assert (await visitor.log())["state"] == "waiting"
    async with visitor.client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        assert (await response.json())["lead"]["regions"] == ["Mauricie"]
    async with visitor.client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    assert (await visitor.post(said("Encore")))[0] == 410
