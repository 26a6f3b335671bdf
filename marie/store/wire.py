"""Short texts between the processes that share a PostgreSQL database, by LISTEN and NOTIFY.

Nothing that matters travels here: who hears a text looks into the database, and after a lost
connection everybody looks. So a text may get lost or come twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psycopg
from sqlalchemy import make_url

log = logging.getLogger(__name__)

CHANNEL = "marie"
AGAIN = 1.0
"""Seconds before a lost connection is tried again."""
BACKLOG = 10_000
"""Texts kept while the database is away; what comes later is dropped."""

_TELL = f"SELECT pg_notify('{CHANNEL}', said) FROM unnest(%s::text[]) AS said"  # noqa: S608


class Wire:
    """One connection that listens and one that tells, each opened again when it is lost.

    `url`: SQLAlchemy's address of a PostgreSQL database. `hear` gets every text, also those of this
    process; `lost` is called when texts may have been missed.
    """

    def __init__(self, url: str, *, hear: Callable[[str], None], lost: Callable[[], None]) -> None:
        address = make_url(url).set(drivername="postgresql")
        self._conninfo = address.render_as_string(hide_password=False)
        self._hear = hear
        self._lost = lost
        self._texts: asyncio.Queue[str] = asyncio.Queue(maxsize=BACKLOG)
        self._tasks: list[asyncio.Task[None]] = []
        self.listening = asyncio.Event()
        """Set while texts of others arrive."""

    def start(self) -> None:
        """Begin to listen and to tell."""
        self._tasks = [asyncio.create_task(self._keep(each)) for each in (self._listen, self._send)]

    async def stop(self) -> None:
        """Close both connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell(self, text: str) -> None:
        """Send a text (at most 7,999 bytes) as soon as possible."""
        with suppress(asyncio.QueueFull):
            self._texts.put_nowait(text)

    async def _keep(self, work: Callable[[psycopg.AsyncConnection], Awaitable[None]]) -> None:
        while True:
            try:
                async with await self._open() as connection:
                    await work(connection)
            except psycopg.Error as error:
                log.warning("the wire between processes is down: %s", error)
            finally:
                if work == self._listen:
                    self.listening.clear()
            await asyncio.sleep(AGAIN)

    async def _open(self) -> psycopg.AsyncConnection:
        opening = asyncio.create_task(
            psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        )
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The driver would leave a connection that is being opened to nobody.
            with suppress(psycopg.Error):
                await (await opening).close()
            raise

    async def _listen(self, connection: psycopg.AsyncConnection) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        self.listening.set()
        self._lost()
        async for said in connection.notifies():
            self._hear(said.payload)

    async def _send(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            texts = [await self._texts.get()]
            while not self._texts.empty():
                texts.append(self._texts.get_nowait())
            # The same text twice in one transaction is sent once, which is all that is needed.
            await connection.execute(_TELL, (texts,))
