"""The same tests on SQLite and, marked `postgres`, on a throw-away PostgreSQL cluster."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from marie import clock
from marie.services import accounts
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate
from tests.servers import Cluster, postgres


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Started on first use."""
    with postgres() as started:
        if started is None:
            pytest.skip("needs PostgreSQL")
        yield started


MakeUrl = Callable[[str], str]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Both engines, one after the other."""
    return str(request.param)


@pytest.fixture
def make_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeUrl]:
    """Makes an empty database by name; its address."""
    if engine_name == "sqlite":
        yield lambda name: f"sqlite+aiosqlite:///{tmp_path / name}.sqlite3"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    made: list[str] = []

    def make(name: str) -> str:
        cluster.execute("CREATE DATABASE {}", name)
        made.append(name)
        return cluster.url(name)

    yield make
    for name in made:
        cluster.execute("DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def prepared_cluster(cluster: Cluster) -> Cluster:
    """The cluster with a migrated database to copy, as `prepared_database` is for SQLite."""
    cluster.execute("CREATE DATABASE {}", "prepared")

    async def prepare() -> None:
        engine = create_engine(cluster.url("prepared"))
        await migrate(engine)
        await accounts.prepare(Database(engine), clock=clock.now)
        await engine.dispose()

    asyncio.run(prepare())
    return cluster


@pytest.fixture
def store_url(
    engine_name: str, request: pytest.FixtureRequest, prepared_database: Path, tmp_path: Path
) -> Iterator[str]:
    """The address of a migrated database with the organisations and the first administrator."""
    if engine_name == "sqlite":
        path = shutil.copy(prepared_database, tmp_path / "store.sqlite3")
        yield f"sqlite+aiosqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("prepared_cluster")
    cluster.execute("CREATE DATABASE {} TEMPLATE {}", "store", "prepared")
    yield cluster.url("store")
    cluster.execute("DROP DATABASE {} WITH (FORCE)", "store")


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Database]:
    """That database, open."""
    database = Database(create_engine(store_url))
    yield database
    await database.close()
