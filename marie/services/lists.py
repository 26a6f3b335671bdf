"""The counsellors' lists, read once for all who look at the same time.

Every list of a process wakes at the same signals. So one reading serves them all: whoever asks
while none has begun shares the next, and never gets one that began before she asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from marie.domain.access import may_see
from marie.domain.conversation import ConversationId, StaffId, State
from marie.domain.following import PROMISED
from marie.domain.leads import Lead
from marie.domain.notes import Label, usable
from marie.domain.people import Staff
from marie.store import conversations, labels, leads, staff
from marie.store import lists as store
from marie.store.engine import Database
from marie.store.lists import Line

COLLEAGUES = 10
"""Conversations of her colleagues in a counsellor's list, unless she asks for all of them."""

Seen = frozenset[tuple[object, ...]]
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A line of a list as it is shown. `organization`: the name of the lead's."""

    line: Line
    lead: Lead | None
    last_words: str
    owner_name: str | None
    organization: str | None
    labels: Sequence[Label] = ()


@dataclass(frozen=True)
class Listing:
    """What somebody's page shows, each longest waiting first; `left_out`: how many `others` are
    not shown."""

    waiting: Sequence[Listed]
    mine: Sequence[Listed]
    invited: Sequence[Listed]
    others: Sequence[Listed]
    left_out: int = 0


@dataclass(frozen=True)
class _Details:
    """What lists show of some conversations beside their lines."""

    leads: Mapping[ConversationId, Lead]
    last_words: Mapping[ConversationId, str]
    labels: Mapping[str, Sequence[Label]]
    staff: Mapping[StaffId, str]
    organizations: Mapping[str, str]


class _Together(Generic[Found]):
    """One reading of what several ask for at a time. `read` gets the ids that they ask about."""

    def __init__(self, read: Callable[[frozenset[ConversationId]], Awaitable[Found]]) -> None:
        self._read = read
        self._one_at_a_time = asyncio.Lock()
        self._next: asyncio.Task[Found] | None = None
        self._asked: set[ConversationId] = set()

    async def ask(self, ids: Iterable[ConversationId] = ()) -> Found:
        """The next reading, of these and of what others ask meanwhile."""
        self._asked.update(ids)
        if self._next is None:
            self._next = asyncio.create_task(self._run())
        return await asyncio.shield(self._next)

    async def _run(self) -> Found:
        async with self._one_at_a_time:
            asked, self._asked, self._next = frozenset(self._asked), set(), None
            return await self._read(asked)


class Lists:
    """The readings of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lines = _Together(self._read_lines)
        self._details = _Together(self._read_details)

    async def now(self) -> Sequence[Line]:
        """What every list depends on, as it is at this moment or later."""
        return await self._lines.ask()

    async def of(self, by: Staff, *, label: str | None = None, whole: bool = False) -> Listing:
        """What she may see of what waits for a person or has one.

        `label`: those alone that have this label; `whole`: of her colleagues' more than
        `COLLEAGUES`.
        """
        seen = [
            line
            for line in await self._lines.ask()
            if may_see(by, line.standing) and (label is None or label in line.labels)
        ]
        waiting = [line for line in seen if line.standing.state is State.WAITING]
        taken = [line for line in seen if line.standing.state is State.COUNSELLOR]
        mine = [line for line in taken if line.standing.owner == by.id]
        theirs = [line for line in taken if line.standing.owner != by.id]
        invited = [line for line in theirs if by.id in line.standing.participants]
        others = [line for line in theirs if by.id not in line.standing.participants]
        left_out = 0 if whole else max(0, len(others) - COLLEAGUES)
        others = others[: len(others) - left_out]
        shown = [*waiting, *mine, *invited, *others]
        details = await self._details.ask(line.id for line in shown)
        listed = {line.id: _listed(by, line, details) for line in shown}
        return Listing(
            waiting=[listed[line.id] for line in waiting],
            mine=[listed[line.id] for line in mine],
            invited=[listed[line.id] for line in invited],
            others=[listed[line.id] for line in others],
            left_out=left_out,
        )

    async def _read_lines(self, _asked: frozenset[ConversationId]) -> list[Line]:
        async with self._database.read() as connection:
            return await store.lines(connection)

    async def _read_details(self, asked: frozenset[ConversationId]) -> _Details:
        ids = sorted(asked)
        async with self._database.read() as connection:
            return _Details(
                leads=await leads.latest_of(connection, ids),
                last_words=await conversations.last_words_of(connection, ids),
                labels=await labels.of_conversations(connection, ids),
                staff=await staff.names(connection),
                organizations=await staff.organizations(connection),
            )


def _listed(by: Staff, line: Line, details: _Details) -> Listed:
    lead, owner = details.leads.get(line.id), line.standing.owner
    return Listed(
        line=line,
        lead=lead,
        last_words=details.last_words.get(line.id, ""),
        owner_name=details.staff.get(owner) if owner else None,
        organization=details.organizations.get(lead.organization or "") if lead else None,
        labels=usable(details.labels[line.id], by),
    )


def calling(lines: Sequence[Line], staff: Staff) -> list[str]:
    """Who calls her: those who wait and were promised no time, and hers with something to read, by
    how much. The same words stand in the list's page (`data-calls`)."""
    waiting = [
        f"waiting {line.id} 0"
        for line in lines
        if line.standing.state is State.WAITING
        and line.due not in PROMISED
        and may_see(staff, line.standing)
    ]
    mine = [
        f"mine {line.id} {line.unread}"
        for line in lines
        if line.standing.owner == staff.id and line.unread
    ]
    return waiting + mine


def soon(lines: Sequence[Line], staff: Staff) -> Seen:
    """What she wants to know at once: who waits, or is promised a time, and which are hers."""
    return frozenset(
        (line.id, line.standing.state, line.standing.owner, line.labels, line.due)
        for line in lines
        if (line.standing.state is State.WAITING or concerns(staff, line))
        and may_see(staff, line.standing)
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
