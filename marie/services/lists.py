"""The counsellors' lists, read once for all who look at the same time.

Every list of a process wakes at the same signals. So one reading serves them all: whoever asks
while none has begun shares the next, and never gets one that began before she asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from marie.domain.access import may_see
from marie.domain.conversation import State
from marie.domain.people import Staff
from marie.store import lists as store
from marie.store.engine import Database
from marie.store.lists import Line

Seen = frozenset[tuple[object, ...]]


class Lists:
    """The readings of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._one_at_a_time = asyncio.Lock()
        self._next: asyncio.Task[list[Line]] | None = None

    async def now(self) -> Sequence[Line]:
        """What every list depends on, as it is at this moment or later."""
        if self._next is None:
            self._next = asyncio.create_task(self._read())
        return await asyncio.shield(self._next)

    async def _read(self) -> list[Line]:
        async with self._one_at_a_time:
            self._next = None
            async with self._database.read() as connection:
                return await store.lines(connection)


def soon(lines: Sequence[Line], staff: Staff) -> Seen:
    """What she wants to know at once: who waits, and which are hers."""
    return frozenset(
        (line.id, line.standing.state, line.standing.owner, line.labels)
        for line in lines
        if may_see(staff, line.standing)
        and (line.standing.state is State.WAITING or concerns(staff, line))
    )


def unread(lines: Sequence[Line], staff: Staff) -> Seen:
    """What she has to read. Where she has a conversation open, she has read it in a moment."""
    return frozenset((line.id, line.unread) for line in lines if line.standing.owner == staff.id)


def concerns(staff: Staff, line: Line) -> bool:
    """Whether it is hers, or she takes part."""
    return line.standing.owner == staff.id or staff.id in line.standing.participants


def later(lines: Sequence[Line], staff: Staff) -> Seen:
    """All that her lists show: the last words of those of her colleagues too."""
    return frozenset(
        (line.id, line.standing, line.last_seq, line.unread, line.labels)
        for line in lines
        if may_see(staff, line.standing)
    )
