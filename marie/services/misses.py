"""What administrators do with what Marie missed: attach it to an answer, set it aside, take back.

A wording that is attached becomes a question of the entry, by a revision that is published: the
actions look among the entries' questions for what names no topic, so Marie answers it from the next
message on. It is proposed as a training example besides. A message whose very words are a question
of an entry by now is understood, however it got there; one that says the same as what was set aside
is set aside with it, as long as that is kept.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.people import Staff
from marie.knowledge.examples import NotAnExample
from marie.knowledge.library import Library
from marie.knowledge.missed import groups_of
from marie.knowledge.model import TOPICS
from marie.language.folding import fold_key
from marie.services.examples import known_examples, propose, proposed_keys, withdraw
from marie.services.revisions import ChangedMeanwhile, Revisions
from marie.store import misses as store
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.misses import Missed, Settlement

Aside = Literal["out_of_scope", "ignore"]
"""Not Marie's business, or nothing to make of it."""

ASIDE: tuple[Aside, ...] = ("out_of_scope", "ignore")
SET_ASIDE = frozenset(ASIDE)
MOST_WORDINGS = 8
"""Wordings that are attached at once."""

MAX_WORDING = 200
MASKED = re.compile(r"\[(?:nom|courriel|téléphone|numéro|code postal)\]")
"""What stands where personal data stood: `services/masking.py`."""

TRIES = 3


class UnknownGroup(Exception):
    """Nothing waits under this number (any more)."""


class BadWordings(Exception):
    """`problem`: empty, many, long, masked or entry; `about`: the wording."""

    def __init__(self, problem: str, about: str = "") -> None:
        self.problem = problem
        self.about = about
        super().__init__(problem, about)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A group that waits. `id`: its oldest message's; `places` and `topics`: the most frequent, a
    topic with how sure Marie was of it on the average."""

    id: str
    text: str
    wordings: tuple[str, ...]
    count: int
    first: datetime
    last: datetime
    places: tuple[tuple[str, int], ...]
    topics: tuple[tuple[str, float], ...]
    members: tuple[Missed, ...]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What waits. `understood`: messages that an entry has among its questions by now, with that
    entry's id; `aside`: how many say again what was set aside."""

    groups: tuple[Waiting, ...]
    understood: tuple[tuple[str, str], ...]
    aside: int


async def overview(database: Database, library: Library) -> Overview:
    """Everything that waits, the most frequent first, then the latest."""
    async with database.read() as connection:
        missed = await store.read(connection)
    return await asyncio.to_thread(_overview, missed, library)


def _overview(missed: Sequence[Missed], library: Library) -> Overview:
    aside = {fold_key(each.text) for each in missed if each.action in SET_ASIDE}
    waiting: list[Missed] = []
    understood: dict[str, tuple[str, str]] = {}
    again = 0
    for each in missed:
        if each.action is not None:
            continue
        key = fold_key(each.text)
        if key in library.asked:
            understood[key] = (each.text, library.asked[key])
        elif key in aside:
            again += 1
        else:
            waiting.append(each)
    groups = [
        _waiting(group.text, group.wordings, [waiting[place] for place in group.members])
        for group in groups_of(tuple(each.text for each in waiting))
    ]
    groups.sort(key=lambda each: (-each.count, -each.last.timestamp(), each.id))
    return Overview(groups=tuple(groups), understood=tuple(understood.values()), aside=again)


def _waiting(text: str, wordings: tuple[str, ...], members: Sequence[Missed]) -> Waiting:
    ordered = sorted(members, key=lambda each: (each.at, each.id))
    places = Counter(each.place for each in ordered if each.place)
    sure: dict[str, float] = {}
    for each in ordered:
        for near in each.nearest:
            name = str(near.get("name", ""))
            if name in TOPICS:
                sure[name] = sure.get(name, 0.0) + float(near.get("confidence") or 0.0)
    topics = sorted(sure.items(), key=lambda each: (-each[1], each[0]))[:3]
    return Waiting(
        id=ordered[0].id,
        text=text,
        wordings=wordings,
        count=len(ordered),
        first=ordered[0].at,
        last=ordered[-1].at,
        places=tuple(sorted(places.items(), key=lambda each: (-each[1], each[0]))[:3]),
        topics=tuple((name, score / len(ordered)) for name, score in topics),
        members=tuple(ordered),
    )


async def group(database: Database, library: Library, miss_id: str) -> Waiting:
    """The group in which a message waits; `UnknownGroup`."""
    found = (await overview(database, library)).groups
    for each in found:
        if any(member.id == miss_id for member in each.members):
            return each
    raise UnknownGroup(miss_id)


def checked(typed: str) -> list[str]:
    """Wordings, one a line, as they may be attached; `BadWordings`."""
    lines = [" ".join(line.split()) for line in typed.split("\n")]
    found = list({fold_key(line): line for line in reversed(lines) if fold_key(line)}.values())
    found.reverse()
    if not found:
        raise BadWordings("empty")
    if len(found) > MOST_WORDINGS:
        raise BadWordings("many")
    for line in found:
        if len(line) > MAX_WORDING:
            raise BadWordings("long", f"{line[:60]}…")
        if MASKED.search(line):
            raise BadWordings("masked", line)
    return found


async def attach(
    database: Database,
    revisions: Revisions,
    members: Sequence[Missed],
    *,
    entry: str,
    wordings: Sequence[str],
    why: str,
    by: Staff,
    clock: Clock,
) -> int:
    """Make wordings questions of an entry, now; the settlement's number.

    `HasMistakes` when the entry cannot be said like this. The revision comes first: what fails
    after it leaves the group waiting, and attaching again adds nothing twice.
    """
    found = revisions.live.current().entries.get(entry)
    if found is None:
        raise BadWordings("entry")
    await _change_questions(revisions, entry, add=wordings, remove=(), why=why, by=by)
    ids = [each.id for each in members]
    async with database.write() as connection:
        open_ones = await store.open_among(connection, ids)
        if not open_ones:
            raise UnknownGroup(entry)
        number = await store.settle(
            connection,
            [each.id for each in open_ones],
            action="attach",
            entry=entry,
            wordings=wordings,
            by=by.id,
            at=clock(),
        )
        await _record(connection, "attach_miss", str(number), by, clock)
    await _propose(database, open_ones, wordings, found.topic, entry=entry, by=by, clock=clock)
    return number


async def set_aside(
    database: Database, members: Sequence[Missed], action: Aside, *, by: Staff, clock: Clock
) -> int:
    """Nothing is to be answered here; the settlement's number."""
    async with database.write() as connection:
        open_ones = await store.open_among(connection, [each.id for each in members])
        if not open_ones:
            raise UnknownGroup(action)
        number = await store.settle(
            connection,
            [each.id for each in open_ones],
            action=action,
            entry=None,
            wordings=(),
            by=by.id,
            at=clock(),
        )
        await _record(connection, f"{action}_miss", str(number), by, clock)
    if action == "out_of_scope":
        texts = list({fold_key(each.text): each.text for each in open_ones}.values())
        plain = [text for text in texts if not MASKED.search(text)][:MOST_WORDINGS]
        await _propose(database, open_ones, plain, "out_of_scope", by=by, clock=clock)
    return number


async def undo(
    database: Database, revisions: Revisions, number: int, *, why: str, by: Staff, clock: Clock
) -> Settlement:
    """The messages wait again, the entry loses the wordings that it got, and what they proposed as
    examples is withdrawn; what was undone.

    `UnknownGroup` when it was undone before; `HasMistakes` when the entry needs the wordings.
    """
    async with database.read() as connection:
        settlement = await store.one(connection, number)
    if settlement is None or settlement.undone_at is not None:
        raise UnknownGroup(number)
    if settlement.entry is not None and settlement.entry in revisions.live.current().entries:
        await _change_questions(
            revisions, settlement.entry, add=(), remove=settlement.wordings, why=why, by=by
        )
    folded = await proposed_keys(settlement.wordings)
    async with database.write() as connection:
        await withdraw(
            connection,
            number,
            entry=settlement.entry,
            folded=folded,
            by=by,
            now=clock(),
        )
        if not await store.undo(connection, number, at=clock()):
            raise UnknownGroup(number)
        await _record(connection, "undo_miss", str(number), by, clock)
    return settlement


async def _change_questions(
    revisions: Revisions,
    entry: str,
    *,
    add: Sequence[str],
    remove: Sequence[str],
    why: str,
    by: Staff,
) -> None:
    """Publish the entry with other questions; somebody else's publication in between is kept."""
    gone = {fold_key(each) for each in remove}
    for left in reversed(range(TRIES)):
        standing = await revisions.standing("entry", entry)
        if standing.content is None:
            raise BadWordings("entry")
        now = [str(each) for each in standing.content.get("questions") or []]
        known = {fold_key(each) for each in now}
        questions = [each for each in now if fold_key(each) not in gone]
        questions += [each for each in add if fold_key(each) not in known]
        if questions == now:
            return
        content = {**standing.content, "questions": questions}
        try:
            number = await revisions.save(
                "entry", entry, content, by=by, why=why, ground=standing.ground
            )
            await revisions.publish_or_discard(number, by=by)
        except ChangedMeanwhile:
            if not left:
                raise
        else:
            return


async def _propose(
    database: Database,
    members: Sequence[Missed],
    wordings: Sequence[str],
    topic: str,
    *,
    by: Staff,
    clock: Clock,
    entry: str | None = None,
) -> None:
    """Propose wordings as training examples; what is known, or unfit, is passed over. A wording
    that is still a visitor's goes with her conversation."""
    known = await known_examples()
    theirs = {fold_key(each.text): each for each in reversed(members)}
    for text in wordings:
        miss = theirs.get(fold_key(text))
        with suppress(NotAnExample):
            async with database.write() as connection:
                await propose(
                    connection,
                    known,
                    text=text,
                    topic=topic,
                    by=by,
                    now=clock(),
                    entry=entry,
                    miss_id=miss.id if miss else None,
                    conversation_id=miss.conversation_id if miss else None,
                )


async def _record(
    connection: AsyncConnection, action: str, subject: str, by: Staff, clock: Clock
) -> None:
    await accounts.record(connection, at=clock(), staff_id=by.id, action=action, subject=subject)
