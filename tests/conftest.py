"""Fixtures that every layer shares."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from marie import clock
from marie.knowledge import library, opened
from marie.knowledge.items import Folder
from marie.knowledge.opened import Knowledge, open_gazetteer, open_knowledge
from marie.knowledge.places import Gazetteer
from marie.rasa.model import train
from marie.services import accounts, turns
from marie.settings import ROOT, Settings
from marie.store import engine, jobs
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate
from marie.web.app import create_app
from marie.web.jobs import jobs_of
from marie.web.keys import CLOCK, DATABASE
from marie.web.pages import compile_pages
from tests.fakes import FakeRasa
from tests.required import pytest_runtest_makereport  # noqa: F401
from tests.running import RunningMarie, running_marie

# Components run in Rasa's environment: `make test` calls its own pytest for them.
collect_ignore = [] if importlib.util.find_spec("rasa") else ["bot/components"]

# How long an example takes says how busy the machine is, not whether the property holds.
hypothesis.settings.register_profile(
    "marie", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("marie")

Client = TestClient[Request, Application]

SHIPPED = ROOT / "knowledge"
T = TypeVar("T")


def _share_compiled_statements() -> None:
    """A statement is compiled once for all of SQLite's engines: each test opens two."""
    first: list[AsyncEngine] = []

    def create(url: str, **options: Any) -> AsyncEngine:
        made = create_async_engine(url, **options)
        if made.dialect.name != "sqlite":
            return made
        first.append(made)
        made.sync_engine.dialect = first[0].sync_engine.dialect
        made.sync_engine._compiled_cache = first[0].sync_engine._compiled_cache
        del first[1:]
        return made

    pytest.MonkeyPatch().setattr(engine, "create_async_engine", create)


def _share_what_is_read() -> None:
    """The product's own places, cards and entries are read once; another folder's each time.

    An entry's file that changed is read again: what is shared is what its stamp was read with.
    """
    patch = pytest.MonkeyPatch()
    for name in ("load_resources", "load_card_words", "load_wordings"):
        patch.setattr(opened, name, _once(getattr(opened, name)))
    places = _once(opened.open_gazetteer)

    def gazetteer(folder: Path, data: Path | None = None) -> Gazetteer:
        if data is not None and (data / opened.IMPORTED_PLACES).exists():
            return open_gazetteer(folder, data)
        return places(folder)

    patch.setattr(opened, "open_gazetteer", gazetteer)
    patch.setattr(library, "Folder", partial(Folder, _read={}))


def _once(read: Callable[[Path], T]) -> Callable[[Path], T]:
    kept = cache(read)
    return lambda path: kept(path) if path.is_relative_to(SHIPPED) else read(path)


_share_compiled_statements()
_share_what_is_read()


def pytest_collection_finish() -> None:
    """What was imported stays: looking for garbage in it holds each test up, and their servers."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a Marie that writes under a folder of this test."""
    return Settings.from_env(
        {
            "MARIE_DATA": str(tmp_path / "var"),
            "MARIE_KNOWLEDGE": os.environ.get("MARIE_KNOWLEDGE", ""),
        }
    )


@pytest.fixture(scope="session")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the first administrator, to copy."""
    path = tmp_path_factory.mktemp("prepared") / "marie.sqlite3"

    async def prepare() -> None:
        engine = create_engine(f"sqlite+aiosqlite:///{path}")
        await migrate(engine)
        await accounts.prepare(Database(engine), clock=clock.now)
        await engine.dispose()

    asyncio.run(prepare())
    return path


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """What Marie knows, opened once for all tests."""
    return open_knowledge(Settings.from_env(os.environ).knowledge)


@pytest.fixture(scope="session")
def compiled_pages(pytestconfig: pytest.Config) -> None:
    """Every template is compiled before a test's time begins, and kept for the next run."""
    compile_pages(pytestconfig.rootpath / ".pytest_cache" / "pages")


@pytest.fixture(autouse=True)
def patience_of_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model that hides names may take long to load; what is kept of a miss is then read."""
    monkeypatch.setattr(turns, "MASKED_WITHIN", 60.0)


@pytest.fixture(scope="session")
def marie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMarie]:
    """The whole product, started once; the model is trained first if it is missing."""
    data = tmp_path_factory.mktemp("marie")
    train(ROOT / "bot" / "models", data, dict(os.environ))
    with running_marie(data) as started:
        yield started


@pytest.fixture
async def database(settings: Settings, prepared_database: Path) -> AsyncIterator[Database]:
    """A migrated database without conversations."""
    settings.data.mkdir(parents=True)
    shutil.copy(prepared_database, settings.data / "marie.sqlite3")
    database = Database(create_engine(settings.database_url))
    yield database
    await database.close()


@pytest.fixture
def rasa() -> FakeRasa:
    """A Rasa that repeats what is said."""
    return FakeRasa()


MakeClient = Callable[[], Awaitable[Client]]


@pytest.fixture
async def make_client(
    settings: Settings,
    database: Database,
    rasa: FakeRasa,
    knowledge: Knowledge,
    compiled_pages: None,
) -> AsyncIterator[MakeClient]:
    """Starts web applications on the same database: a second one is a restart."""
    fake = rasa.server()
    await fake.start_server()
    assert fake.port is not None
    ours = replace(settings, rasa_port=fake.port, actions_port=fake.port)
    clients: list[Client] = []

    async def make() -> Client:
        app = create_app(ours, knowledge=knowledge, grace=0.3)
        app.cleanup_ctx.insert(len(app.cleanup_ctx) - 1, _timed_work_was_done)
        server = TestServer(app, host="127.0.0.1")
        client: Client = TestClient(server)
        # Also one that does not start is closed, with what it had opened.
        clients.append(client)
        await client.start_server()
        return client

    yield make
    for client in clients:
        await client.close()
    await fake.close()


async def _timed_work_was_done(app: Application) -> AsyncIterator[None]:
    """Timed work that a test does not ask for comes at its time, not beside its first steps."""
    now = app[CLOCK]()
    async with app[DATABASE].write() as connection:
        for job in jobs_of(app):
            await jobs.add_missing(connection, [job.name], now=now + job.every)
    yield


@pytest.fixture
async def client(make_client: MakeClient) -> Client:
    """One started web application."""
    return await make_client()


class Visitor:
    """A visitor at the API."""

    def __init__(self, client: Client, started: dict[str, Any]) -> None:
        self.client = client
        self.id: str = started["conversation_id"]
        self.token: str = started["token"]
        self.url = f"/api/v1/conversations/{self.id}"
        self.headers = {"Authorization": f"Bearer {self.token}"}

    @classmethod
    async def arrive(cls, client: Client) -> Visitor:
        """Begin a conversation."""
        response = await client.post("/api/v1/conversations", json={"consent": True})
        assert response.status == 201, await response.text()
        return cls(client, await response.json())

    async def post(self, body: Any, *, wait: int | None = None) -> tuple[int, Any]:
        """Send a message's body; status and answer."""
        query = "" if wait is None else f"?wait={wait}"
        async with self.client.post(
            f"{self.url}/messages{query}", json=body, headers=self.headers
        ) as response:
            return response.status, await response.json()

    async def log(self, after: int = 0) -> dict[str, Any]:
        """What follows `after`."""
        async with self.client.get(
            f"{self.url}/messages?after={after}", headers=self.headers
        ) as response:
            assert response.status == 200, await response.text()
            reading: dict[str, Any] = await response.json()
            return reading


@pytest.fixture
async def visitor(client: Client) -> Visitor:
    """A visitor who has just consented."""
    return await Visitor.arrive(client)
