"""How much may be open at once: requests and sockets, by address, by conversation and in all.

Rate limits (`limits`) count what begins; this counts what lasts, so that nobody holds every place
by waiting. Each web process counts for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from marie.web.limits import TooMany
from marie.web.problems import Problem
from marie.web.requests import address

BY_ADDRESS = 300
"""What a library's or a school's visitors have open behind one address, and more."""

BY_CONVERSATION = 20
"""Sockets of one conversation: every tab and every device of a visitor."""

IN_ALL = 8_000

SOON = 30
"""Seconds after which somebody who was turned away may come back."""


class Admission:
    """What is open; `enabled=False` lets everything in (benchmarks)."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._open: Counter[tuple[str, str]] = Counter()
        self._in_all = 0

    @contextmanager
    def request(self, client: str) -> Iterator[None]:
        """A request or a socket while it lasts; `TooMany` for the address, `Problem` when full."""
        if self._enabled and self._in_all >= IN_ALL:
            raise Problem("busy", **{"Retry-After": str(SOON)})
        self._in_all += 1
        try:
            with self._one(("address", client), BY_ADDRESS):
                yield
        finally:
            self._in_all -= 1

    @contextmanager
    def conversation(self, conversation_id: str) -> Iterator[None]:
        """A socket of a conversation while it lasts; `TooMany` when it has enough."""
        with self._one(("conversation", conversation_id), BY_CONVERSATION):
            yield

    @contextmanager
    def _one(self, what: tuple[str, str], most: int) -> Iterator[None]:
        if self._enabled and self._open[what] >= most:
            raise TooMany(SOON)
        self._open[what] += 1
        try:
            yield
        finally:
            self._open[what] -= 1
            if not self._open[what]:
                del self._open[what]


ADMISSION = web.AppKey("admission", Admission)


@web.middleware
async def admitted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away what is too much at once."""
    with request.app[ADMISSION].request(address(request)):
        return await handler(request)
