"""The database engine: SQLite by default, PostgreSQL by its URL.

SQLite runs in WAL mode with `synchronous=FULL`: a commit that returned survives SIGKILL and power
loss, which is what "durable before acknowledged" means. Write transactions begin with
`BEGIN IMMEDIATE`, so two writers queue (up to `BUSY_MS`) instead of failing half-way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as QueueTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import Pool, QueuePool

from marie.store.sqlite import connect

BUSY_MS = 10_000

QUEUED = 30.0
"""Seconds that a write waits for those before it in this process: while another process has the
file each of them waits `BUSY_MS`, and the last would be told after minutes to come again."""

READERS = 4
"""SQLite's readings at the same time in one process. Python runs one of them at a time, so more
would not end sooner: they would only stand between a write and its turn, while all wait for it."""

LAST_MOMENT = 5.0
"""Seconds that closing waits for connections in use."""


def _dumps(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def create_engine(url: str) -> AsyncEngine:
    """An engine for `url`; the folder of an SQLite file is made if missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
            json_serializer=_dumps,
            json_deserializer=msgspec.json.decode,
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        async_creator=partial(connect, parsed.database or ":memory:"),
        pool_size=READERS + 2,  # the readings, a write, and one to spare (`scrub`)
        max_overflow=8,
        # What people wrote stands in the parameters: an error that is logged has none of it.
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=msgspec.json.decode,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # The driver's own transaction control is off: `_begin_sqlite` says BEGIN.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.close()
    dbapi_connection.create_function("translate", 3, _translate, deterministic=True)


def _translate(text: str | None, these: str, those: str) -> str | None:
    """What PostgreSQL calls `translate`: a search without accents asks for it (`store.past`)."""
    return None if text is None else text.translate(_table(these, those))


@lru_cache(maxsize=8)
def _table(these: str, those: str) -> dict[int, int]:
    return str.maketrans(these, those)


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool.

    A task that is cancelled while one is being opened waits for it and gives it back: the driver
    would leave it, and its thread, to nobody.
    """

    async def start() -> AsyncConnection:
        return await engine.connect()

    opening = asyncio.create_task(start())
    try:
        connection = await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(Exception):
            await (await opening).close()
        raise
    try:
        yield connection
    finally:
        await asyncio.shield(connection.close())


def _in_use(pool: Pool) -> int:
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


class Database:
    """Opens transactions on an engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # SQLite's transactions see one instant by themselves, PostgreSQL's when they are asked to.
        self._readings = (
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            if engine.dialect.name == "postgresql"
            else engine
        )
        # SQLite lets one write at a time and does not say whose turn is next: those who wait sleep
        # ever longer, and the unlucky one for good. Within a process they queue here.
        alone = engine.dialect.name == "sqlite"
        self._writers = asyncio.Lock() if alone else None
        self._readers = asyncio.Semaphore(READERS) if alone else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A reading of one instant; nothing is kept of what is written in it."""
        async with self._readers, _connected(self._readings) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, rolled back when an exception leaves it.

        `sqlalchemy.exc.TimeoutError` when others of this process write for `QUEUED` seconds.
        """
        async with self._turn_to_write(), _connected(self.engine) as connection:
            await connection.execution_options(write=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def _turn_to_write(self) -> AsyncIterator[None]:
        if self._writers is None:
            yield
            return
        try:
            async with asyncio.timeout(QUEUED):
                await self._writers.acquire()
        except TimeoutError as error:
            raise QueueTimeout(f"others of this process write for {QUEUED:g} s") from error
        try:
            yield
        finally:
            self._writers.release()

    async def scrub(self) -> None:
        """Leave nothing of what was deleted in SQLite's log; a reader may put that off a moment.

        Deleted rows are zeroed in the database (`secure_delete`), but their old pages stay in the
        write-ahead log until it is emptied.
        """
        if self.engine.dialect.name == "sqlite":
            async with _connected(self.engine) as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close every connection, once those in use came back (a moment at most).

        One that comes back after `dispose` would belong to a pool that nobody closes.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_MOMENT):
                while _in_use(self.engine.pool):  # noqa: ASYNC110 - the pool tells nobody
                    await asyncio.sleep(0.01)
        await self.engine.dispose()
