"""Alive, ready, measured: what a supervisor and Prometheus ask."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from marie.knowledge.opened import Knowledge
from marie.settings import Settings
from marie.store.engine import Database
from marie.web.app import create_app
from marie.web.health import measured, private_app
from marie.web.keys import DATABASE
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa


@dataclass
class Parts:
    """The web application, with a Rasa and an action server that fail apart."""

    client: Client
    private: Client
    rasa: FakeRasa
    actions: FakeRasa
    settings: Settings

    async def health(self) -> tuple[int, Any]:
        async with self.client.get("/healthz") as response:
            return response.status, await response.json()

    async def soon(self, missing: list[str]) -> None:
        """`/healthz` names exactly these parts before long."""
        status = 503 if missing else 200
        async with asyncio.timeout(5):
            while True:
                got, body = await self.health()
                if got == status and body["missing"] == missing:
                    break
                await asyncio.sleep(0.05)
        assert body["status"] == ("unavailable" if missing else "ok")


@pytest.fixture
async def parts(
    settings: Settings, database: Database, knowledge: Knowledge
) -> AsyncIterator[Parts]:
    rasa, actions = FakeRasa(), FakeRasa()
    servers = [rasa.server(), actions.server()]
    for server in servers:
        await server.start_server()
    ports = [server.port or 0 for server in servers]
    ours = replace(settings, rasa_port=ports[0], actions_port=ports[1])
    app = create_app(ours, knowledge=knowledge, grace=0.3)
    client: Client = TestClient(TestServer(app, host="127.0.0.1"))
    private: Client = TestClient(TestServer(private_app(app), host="127.0.0.1"))
    await client.start_server()
    await private.start_server()
    yield Parts(client, private, rasa, actions, ours)
    await private.close()
    await client.close()
    for server in servers:
        await server.close()


async def test_ready_when_rasa_the_action_server_and_the_database_answer(parts: Parts) -> None:
    assert await parts.health() == (200, {"status": "ok", "missing": []})


async def test_the_missing_part_is_named_and_comes_back(parts: Parts) -> None:
    for fake, name in ((parts.rasa, "rasa"), (parts.actions, "actions")):
        fake.down = True
        await parts.soon([name])
        fake.down = False
        await parts.soon([])
    parts.rasa.down = parts.actions.down = True
    await parts.soon(["actions", "rasa"])


async def test_database_that_cannot_be_opened_is_named(parts: Parts) -> None:
    path = parts.settings.data / "marie.sqlite3"
    assert parts.client.app is not None
    await parts.soon([])
    await parts.client.app[DATABASE].engine.dispose()
    for each in path.parent.glob("marie.sqlite3*"):
        each.unlink()
    path.mkdir()
    await parts.soon(["database"])
    async with parts.client.post("/api/v1/conversations", json={"consent": True}) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) >= 1
        assert response.content_type == "application/problem+json"
    shutil.rmtree(path)


async def test_alive_whatever_is_missing(parts: Parts) -> None:
    parts.rasa.down = parts.actions.down = True
    async with parts.client.get("/livez") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_health_may_be_asked_often_without_asking_rasa_each_time(parts: Parts) -> None:
    await parts.soon([])
    parts.rasa.down = True
    assert (await parts.health())[0] == 200  # the last answer, less than a second old
    await parts.soon(["rasa"])


async def test_metrics_are_on_the_private_listener_only(parts: Parts) -> None:
    visitor = await Visitor.arrive(parts.client)
    client_id = "6f1c2d9e-8f0e-4a3b-9d2c-1b7f5c9e4a10"
    await visitor.post({"client_id": client_id, "text": "Bonjour"}, wait=25)
    async with parts.client.get("/metrics") as response:
        assert response.status == 404
    async with parts.private.get("/metrics") as response:
        assert response.status == 200
        text = await response.text()
    assert "marie_visitor_messages_total 1.0" in text
    assert (
        'marie_requests_total{method="POST",route="/api/v1/conversations",status="201"} 1.0' in text
    )
    assert 'marie_turns_total{group="clarify",outcome="asked_back"} 1.0' in text
    assert 'marie_turn_seconds_count{stage="whole"} 1.0' in text
    assert "marie_pending_turns 0.0" in text
    assert visitor.id not in text
    assert "Bonjour" not in text
    for path in ("/", "/healthz", "/api/v1/directory"):
        async with parts.private.get(path) as response:
            assert response.status == 404


async def test_request_that_is_cut_off_is_gone_and_no_failure(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    assert parts.client.app is not None

    async def cut_off(_request: web.Request) -> web.StreamResponse:
        raise asyncio.CancelledError

    request = make_mocked_request("GET", "/", app=parts.client.app)
    with pytest.raises(asyncio.CancelledError):
        await measured(request, cut_off)
    assert "failed" not in caplog.messages
