"""SQLite's connections: each statement is one trip to the connection's thread.

`aiosqlite` runs every call on a thread of the connection's own, and SQLAlchemy makes four of them a
statement: a cursor, the statement, its rows, the cursor's end. Each costs two changes of thread,
which under load is most of what a statement costs. Here the four are one, and a reading's `BEGIN`,
which locks nothing until the first statement, travels with that statement.

Nothing else of either library is replaced: SQLAlchemy takes a connection made by `async_creator`,
and asks of a cursor what stands in its `AsyncIODBAPICursor`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

BEGIN = "BEGIN"


class Connection(aiosqlite.Connection):
    """A connection whose cursors take one trip a statement."""

    begins = False
    """Whether a reading was begun that nothing was read in yet."""

    def cursor(self) -> Any:
        """A cursor that is not in the database until it has something to do."""
        return Cursor(self)

    async def commit(self) -> None:
        """Commit; nothing to do where nothing was read."""
        if not self._drops_begin():
            await super().commit()

    async def rollback(self) -> None:
        """Roll back; nothing to do where nothing was read."""
        if not self._drops_begin():
            await super().rollback()

    def _drops_begin(self) -> bool:
        begins, self.begins = self.begins, False
        return begins

    async def run(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do this on the connection's thread."""
        trip = partial(self._run, work, begin=self._drops_begin())
        await self._execute(trip)  # type: ignore[no-untyped-call]

    def _run(self, work: Callable[[sqlite3.Connection], None], *, begin: bool) -> None:
        if begin:
            self._conn.execute(BEGIN)
        work(self._conn)


class Cursor:
    """A statement and its rows, which are all fetched when it returns."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement."""
        if sql == BEGIN:
            self._connection.begins = True
            return

        def work(connection: sqlite3.Connection) -> None:
            self._keep(connection.execute(sql, parameters))

        await self._connection.run(work)

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each."""

        def work(connection: sqlite3.Connection) -> None:
            self._keep(connection.executemany(sql, parameters))

        await self._connection.run(work)

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self._rows = cursor.fetchall() if cursor.description else ()
        self.description = cursor.description
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> Sequence[Any]:
        """What the statement found."""
        return self._rows

    async def close(self) -> None:
        """Nothing is open."""


async def connect(path: str, **options: Any) -> Connection:
    """Open a database file; `options` as those of `sqlite3.connect`."""
    connection = Connection(partial(sqlite3.connect, path, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does for a connection that it opens itself
    await connection
    return connection
