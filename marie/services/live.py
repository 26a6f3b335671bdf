"""Tells open sockets and waiting requests that a conversation changed.

A signal carries no message: whoever hears it reads "what follows n" from the log, so a lost or
doubled signal cannot lose or double a message. Only typing, which is never stored, travels in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

QUEUE = "queue"
"""The channel of the counsellors' list."""

BACKLOG = 256
"""Signals kept for a slow listener; beyond it the oldest go, which costs nothing (see above)."""


@dataclass(frozen=True)
class Changed:
    """The conversation's log or state changed."""


@dataclass(frozen=True)
class Typing:
    """Somebody is writing."""

    author: Literal["visitor", "marie", "counsellor"]
    name: str


Signal = Changed | Typing


class Hub:
    """Listeners of this process, by channel: a conversation's id, or `QUEUE`."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[Signal]]] = {}

    @contextmanager
    def listen(self, channel: str) -> Iterator[asyncio.Queue[Signal]]:
        """A queue that receives the channel's signals while the block runs."""
        queue: asyncio.Queue[Signal] = asyncio.Queue(maxsize=BACKLOG)
        self._listeners.setdefault(channel, set()).add(queue)
        try:
            yield queue
        finally:
            listeners = self._listeners[channel]
            listeners.discard(queue)
            if not listeners:
                del self._listeners[channel]

    def send(self, channel: str, signal: Signal) -> None:
        """Wake everybody who listens to the channel."""
        for queue in self._listeners.get(channel, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(signal)

    def changed(self, conversation_id: str) -> None:
        """The conversation changed: its readers and the counsellors' list look again."""
        self.send(conversation_id, Changed())
        self.send(QUEUE, Changed())

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return sum(len(queues) for queues in self._listeners.values())
