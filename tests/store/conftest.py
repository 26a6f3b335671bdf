"""The same tests on SQLite and, marked `postgres`, on a throw-away PostgreSQL cluster."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from marie import clock
from marie.services import accounts
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate
from tests.servers import postgres_bin


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server that listens on a Unix socket in `folder`, for this session."""

    folder: Path

    def url(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, statement: str, *names: str) -> None:
        """Run an administrator's statement; `{}` stands for a name."""
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            query = sql.SQL(statement).format(*map(sql.Identifier, names))
            connection.execute(query)

    def is_up(self) -> bool:
        """Whether it takes connections."""
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Started on first use; PostgreSQL refuses to run as root, so root lends it its own user."""
    programs = postgres_bin()
    if programs is None:
        pytest.skip("needs PostgreSQL")
    # Not pytest's folder: another user must reach it, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="marie-pg-"))
    other_user: dict[str, Any] = {}
    if os.getuid() == 0:
        other_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    initdb = f"{programs}/initdb --no-sync -A trust -U postgres -E UTF8 --locale=C.UTF-8 -D"
    subprocess.run(
        [*initdb.split(), str(data)],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        **other_user,
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-h", "", "-F"],
            stdout=log,
            stderr=log,
            cwd="/",
            **other_user,
        )
    try:
        started = Cluster(folder)
        deadline = time.monotonic() + 30
        while not started.is_up():
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        yield started
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


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
