"""Two web processes on one PostgreSQL database: what happens in one is seen in the other."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from marie.services.live import Changed, Hub, Signal, Typing
from marie.settings import BadSetting, Settings
from marie.store.engine import Database, create_engine
from marie.store.wire import Wire
from marie.web.keys import TURNS
from tests.conftest import Client, MakeClient, Visitor
from tests.fakes import FakeRasa
from tests.servers import Cluster

pytestmark = pytest.mark.postgres


@pytest.fixture
def store_url(prepared_cluster: Cluster) -> str:
    """A migrated PostgreSQL database."""
    prepared_cluster.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", "several")
    prepared_cluster.execute("CREATE DATABASE {} TEMPLATE {}", "several", "prepared")
    return prepared_cluster.url("several")


@pytest.fixture
def settings(tmp_path: Path, store_url: str) -> Settings:
    """Settings of a Marie on it."""
    ours = Settings.from_env({"MARIE_DATA": str(tmp_path / "var")})
    return replace(ours, database_url=store_url)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database, open."""
    database = Database(create_engine(settings.database_url))
    yield database
    await database.close()


def said(text: str) -> dict[str, str]:
    return {"client_id": str(uuid.uuid4()), "text": text}


async def elsewhere(visitor: Visitor, client: Client) -> Visitor:
    """The same visitor at another process."""
    return Visitor(client, {"conversation_id": visitor.id, "token": visitor.token})


async def test_answer_to_a_message_taken_in_by_another_process_arrives_at_once(
    make_client: MakeClient,
) -> None:
    first, second = await make_client(), await make_client()
    visitor = await Visitor.arrive(first)
    async with second.ws_connect(f"{visitor.url}/socket", protocols=["marie.v1"]) as ws:
        await ws.send_json({"token": visitor.token})
        await visitor.post(said("Bonjour"))
        seen: list[int] = []
        async with asyncio.timeout(5):
            while seen != [1, 2, 3]:
                frame = await ws.receive_json()
                seen += [frame["message"]["seq"]] if "message" in frame else []


async def test_turn_of_a_process_that_died_is_answered_by_another(
    make_client: MakeClient, rasa: FakeRasa
) -> None:
    first, second = await make_client(), await make_client()
    visitor = await Visitor.arrive(first)
    rasa.hold = asyncio.Event()
    await visitor.post(said("Bonjour"))
    await first.close()
    rasa.hold.set()
    assert second.app is not None
    turns = second.app[TURNS]
    assert await turns.recover(owed_for=timedelta(hours=1)) == 0
    assert await turns.recover(owed_for=timedelta(0)) == 1
    there = await elsewhere(visitor, second)
    async with asyncio.timeout(5):
        while len((await there.log())["messages"]) < 3:
            await asyncio.sleep(0.02)


async def heard(signals: asyncio.Queue[Signal]) -> Signal:
    async with asyncio.timeout(5):
        return await signals.get()


async def test_signals_cross_and_a_lost_connection_makes_everybody_look(
    store_url: str, prepared_cluster: Cluster
) -> None:
    hubs = [Hub(), Hub()]
    wires = [Wire(store_url, hear=each.hear, lost=each.look_again) for each in hubs]
    for hub, wire in zip(hubs, wires, strict=True):
        wire.start()
        hub.connect(wire.tell)
        await asyncio.wait_for(wire.listening.wait(), 5)
    here, there = hubs
    with there.listen("c") as signals, here.listen("c") as own:
        here.changed("c")
        assert await heard(signals) == Changed()
        here.send("c", Typing("counsellor", "Ana"))
        assert await heard(signals) == Typing("counsellor", "Ana")
        # One's own signals are heard once.
        assert [own.get_nowait(), own.get_nowait()] == [Changed(), Typing("counsellor", "Ana")]
        assert own.empty()
        here.sessions_ended()
        assert await heard(signals) == Changed(everywhere=True)
        assert own.get_nowait() == Changed(everywhere=True)
        prepared_cluster.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'several'"
        )
        assert await heard(signals) == Changed(everywhere=True)
        await asyncio.wait_for(wires[1].listening.wait(), 5)
    for wire in wires:
        await wire.stop()


def test_several_web_processes_need_postgresql() -> None:
    with pytest.raises(BadSetting):
        Settings.from_env({"MARIE_WEB_PROCESSES": "2"})
    url = "postgresql+psycopg://localhost/marie"
    assert Settings.from_env({"MARIE_WEB_PROCESSES": "2", "MARIE_DATABASE_URL": url})
