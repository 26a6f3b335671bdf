"""The public listener's connections: bounded heads, and an end to slow clients.

aiohttp bounds the lines and the number of headers, and closes what is idle; it waits for ever for a
body that comes one byte a second, and for a client that does not read. `cut_slow_clients` looks at
every connection once a second. What it reads of aiohttp's own state stands here alone; a test with
real sockets fails when that changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from marie.web.headers import NO_PAGE

CLOSING = 2.0
"""Seconds that open requests have when the server stops."""

IDLE = 75.0
"""Seconds between two requests of a connection; longer than nginx keeps one to us (60 s)."""

LINGERING = 5.0
"""Seconds for which the rest of a body that nobody wants is read, so that the answer arrives."""

COMPRESS = False
"""Whether frames of sockets are compressed: it would keep a tenth of a megabyte for each socket,
and they carry a sentence or two now and then."""

MAX_LINE = 8190
MAX_HEADER = 8190
MAX_HEADERS = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """`head`: seconds for a first request's line and headers. `body`: seconds that any body may
    take; after them it must have come at `rate` bytes a second. `stuck`: seconds for which a client
    may read nothing of what waits for it."""

    head: float = 15.0
    body: float = 20.0
    rate: float = 512.0
    stuck: float = 60.0
    look: float = 1.0


PATIENCE = Patience()


class _PublicRunner(web.AppRunner):
    """Answers also what aiohttp would answer by itself, before or after our middlewares."""

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        inner = server.request_handler

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            # aiohttp repeats what it does not expect, and fails when that is not text.
            if request.headers.get("Expect", "100-continue").lower() != "100-continue":
                return _plain(HTTPStatus.EXPECTATION_FAILED)
            try:
                return await inner(request)
            except (web.HTTPException, ConnectionError):
                raise
            except Exception:
                log.exception("a request failed outside its handler")
                return _plain(HTTPStatus.SERVICE_UNAVAILABLE)

        server.request_handler = handle
        return server


def _plain(status: HTTPStatus) -> web.Response:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": NO_PAGE,
        "Cache-Control": "no-store",
    }
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    return web.Response(status=status, text=str(status.value), headers=headers)


def public_runner(app: web.Application) -> web.AppRunner:
    """What serves the public listener."""
    return _PublicRunner(
        app,
        access_log=None,
        logger=_quiet(),
        shutdown_timeout=CLOSING,
        keepalive_timeout=IDLE,
        lingering_time=LINGERING,
        max_line_size=MAX_LINE,
        max_field_size=MAX_HEADER,
        max_headers=MAX_HEADERS,
    )


def _quiet() -> logging.Logger:
    # aiohttp logs unreadable requests with the sender's address and the bytes that he sent.
    logger = logging.getLogger("marie.web.unreadable")
    logger.addFilter(_without_sender)
    return logger


def _without_sender(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    record.msg, record.args = "a request was not read: %s", (type(error).__name__,)
    if isinstance(error, HttpProcessingError):
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


@dataclass
class _Seen:
    """What was seen of a connection: since when which request, and since when it reads nothing."""

    since: float
    request: object = None
    unread: int = 0
    stuck_since: float = 0.0


class Watch:
    """Remembers each connection between two looks."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._seen: dict[RequestHandler, _Seen] = {}

    def slow(self, connections: list[RequestHandler], now: float) -> dict[RequestHandler, str]:
        """Those of all open connections that have to end now, and why."""
        self._seen = {each: self._seen.get(each) or _Seen(now) for each in connections}
        found = {each: self._too_slow(each, seen, now) for each, seen in self._seen.items()}
        return {each: why for each, why in found.items() if why is not None}

    def _too_slow(self, connection: RequestHandler, seen: _Seen, now: float) -> str | None:
        patience = self._patience
        transport, request = connection.transport, connection._current_request
        if transport is None:
            return None
        unread = transport.get_write_buffer_size()
        if not unread or unread != seen.unread:
            seen.unread, seen.stuck_since = unread, now
        elif now - seen.stuck_since > patience.stuck:
            return "reads nothing"
        if request is not seen.request:
            seen.request, seen.since = request, now
        lasted = now - seen.since
        if request is None:
            first = connection._request_count == 0
            return "sends no request" if first and lasted > patience.head else None
        body = request.content
        if body.is_eof() or lasted < patience.body or body._buffer:
            return None
        return "sends its body too slowly" if body.total_bytes < lasted * patience.rate else None


@asynccontextmanager
async def slow_clients_cut(
    runner: web.AppRunner, patience: Patience = PATIENCE
) -> AsyncIterator[None]:
    """While the block runs, connections of a runner that is set up end when they are too slow."""
    cutting = asyncio.create_task(_cut(runner, Watch(patience), patience.look))
    try:
        yield
    finally:
        cutting.cancel()
        with suppress(asyncio.CancelledError):
            await cutting


async def _cut(runner: web.AppRunner, watch: Watch, look: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(look)
        server = runner.server
        slow = watch.slow([] if server is None else server.connections, loop.time())
        for connection, why in slow.items():
            if connection.transport is not None:
                log.info("a connection was cut: it %s", why)
                connection.transport.abort()
