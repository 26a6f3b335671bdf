"""A network link between a client and Marie, which can be cut or made slow.

A proxy rather than the browser's own throttling: that leaves WebSockets alone, tells the page that
it is offline, and cannot be put before a client without a browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

PIECE = 1_400
"""Bytes read at once: about a packet."""


class Link:
    """Carries TCP connections to `port`.

    `round_trip` in seconds, `rate` in bytes a second for each direction, shared by all connections;
    a new connection costs a round trip, as TCP's does. `broken` counts the connections cut.
    """

    def __init__(self, port: int, *, round_trip: float = 0.0, rate: float | None = None) -> None:
        self.up = True
        self.broken = 0
        self._to = port
        self._round_trip = round_trip
        self._rate = rate
        self._free_at = {"up": 0.0, "down": 0.0}
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def base(self) -> str:
        """Marie's address through the link."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def open(self) -> None:
        """Begin to carry."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def close(self) -> None:
        """Carry no more."""
        assert self._server is not None
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Every connection breaks in the middle of whatever it carries; new ones break at once."""
        self.up = False
        self.broken += len(self._writers) // 2
        for writer in self._writers:
            writer.transport.abort()

    def restore(self) -> None:
        """New connections get through again."""
        self.up = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = asyncio.get_running_loop().time()
        if not self.up:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:  # Marie is away
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(
                self._pipe("up", reader, far_writer, began + self._round_trip),
                self._pipe("down", far_reader, writer, 0.0),
            )
        except OSError:
            pass
        finally:
            self._writers -= both
            for each in both:
                each.transport.abort()

    async def _pipe(
        self,
        direction: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        not_before: float,
    ) -> None:
        loop = asyncio.get_running_loop()
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                at, piece = await on_the_way.get()
                if (delay := at - loop.time()) > 0:
                    await asyncio.sleep(delay)
                if not piece:
                    with suppress(OSError):
                        writer.write_eof()
                    return
                writer.write(piece)
                await writer.drain()

        arriving = asyncio.create_task(arrive())
        try:
            while True:
                piece = await reader.read(PIECE)
                sent = max(loop.time(), not_before)
                if self._rate is not None:
                    sent = max(sent, self._free_at[direction]) + len(piece) / self._rate
                    self._free_at[direction] = sent
                on_the_way.put_nowait((sent + self._round_trip / 2, piece))
                if not piece:
                    break
            await arriving
        finally:
            arriving.cancel()


@asynccontextmanager
async def link_to(
    port: int, *, round_trip: float = 0.0, rate: float | None = None
) -> AsyncIterator[Link]:
    """An open link."""
    link = Link(port, round_trip=round_trip, rate=rate)
    await link.open()
    try:
        yield link
    finally:
        await link.close()
