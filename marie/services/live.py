"""Tells open sockets and waiting requests that a conversation changed.

A signal carries no message: whoever hears it reads "what follows n" from the log, so a lost or
doubled signal cannot lose or double a message. Only typing, which is never stored, travels in it.

Several web processes on one PostgreSQL database tell each other (`Hub.connect`); on SQLite there is
one.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import msgspec

from marie.domain.messages import Message

QUEUE = "queue"
"""The channel of the counsellors' list."""

EVERYWHERE = "everywhere"
"""On the way to other processes: all of their channels."""

BACKLOG = 256
"""Signals kept for a slow listener; beyond it the oldest go, which costs nothing (see above)."""


@dataclass(frozen=True)
class Changed:
    """The conversation's log or state changed. `log_only`: its log, or how far it was read, and
    nothing that stands beside it in the console. `everywhere`: whatever it was, in whatever
    conversation; sessions may have ended."""

    log_only: bool = False
    everywhere: bool = False


@dataclass(frozen=True)
class Typing:
    """Somebody is writing."""

    author: Literal["visitor", "marie", "counsellor"]
    name: str


@dataclass(frozen=True)
class Answered:
    """Message `seq` was answered by this process with these messages, which are in the log."""

    seq: int
    messages: tuple[Message, ...]


Signal = Changed | Typing | Answered


class _Said(msgspec.Struct, array_like=True):
    """A signal on its way to another process. `sender`: the hub that it comes from."""

    sender: str
    channel: str
    author: Literal["visitor", "marie", "counsellor"] | None = None
    name: str = ""
    log_only: bool = False


class Hub:
    """Listeners of this process, by channel: a conversation's id, or `QUEUE`."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[Signal]]] = {}
        self._id = secrets.token_hex(8)
        self._tell: Callable[[str], None] | None = None

    def connect(self, tell: Callable[[str], None]) -> None:
        """From now on `tell` brings this process' signals to the others (their `hear`)."""
        self._tell = tell

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
        """Wake everybody who listens to the channel, here and in other processes.

        What was answered here is told here alone: others read it in the log.
        """
        self._wake(channel, signal)
        if self._tell is not None and not isinstance(signal, Answered):
            said = _Said(self._id, channel)
            if isinstance(signal, Typing):
                said = _Said(self._id, channel, signal.author, signal.name)
            elif signal.log_only:
                said = _Said(self._id, channel, log_only=True)
            self._tell(msgspec.json.encode(said).decode())

    def hear(self, text: str) -> None:
        """A signal of another process."""
        said = msgspec.json.decode(text, type=_Said)
        if said.sender == self._id:
            return
        if said.channel == EVERYWHERE:
            self.look_again()
        elif said.author:
            self._wake(said.channel, Typing(said.author, said.name))
        else:
            self._wake(said.channel, Changed(said.log_only))

    def look_again(self) -> None:
        """Wake everybody: signals of other processes may have been missed."""
        for channel in tuple(self._listeners):
            self._wake(channel, Changed(everywhere=True))

    def sessions_ended(self) -> None:
        """Open pages, in other processes too, find out whether theirs did."""
        self.look_again()
        if self._tell is not None:
            self._tell(msgspec.json.encode(_Said(self._id, EVERYWHERE)).decode())

    def _wake(self, channel: str, signal: Signal) -> None:
        for queue in self._listeners.get(channel, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(signal)

    def changed(self, conversation_id: str, *, log_only: bool = False) -> None:
        """The conversation changed: its readers and the counsellors' list look again."""
        self.send(conversation_id, Changed(log_only))
        self.send(QUEUE, Changed(log_only))

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return sum(len(queues) for queues in self._listeners.values())
