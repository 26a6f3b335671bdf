"""What goes when a conversation goes, and the log by which a restored backup forgets it again.

`MARIE_DATA/erasures.log` has a line for each conversation that a visitor erased: when, the
conversation's number, its token's hash; nothing of what was said. It is written before the erasure
is committed: should the commit fail, a restore would still do what she asked for. A backup notes
when it was made; whoever restores it hands that moment to `erased_since`, and the result to
`erase_again`, before anybody can read the restored database.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import Conversation, ConversationId
from marie.services import appointments, assignment, events, figures, quality
from marie.services.figures import Hours
from marie.store import conversations, retention
from marie.store.conversations import UnknownConversation
from marie.store.engine import Database

LOG = "erasures.log"
LIMIT = "erasure_log"
"""The limit of `knowledge/privacy.yml` that says how long its lines are kept."""

OUTBOX = "outbox"
"""The folder of the data with e-mails as files, named by their notification's id."""


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """A line of the log."""

    at: datetime
    conversation_id: ConversationId
    token_hash: str


def write_down(data: Path, erasure: Erasure) -> None:
    """Add a line to the log; it is on the disk when this returns."""
    with _alone(data), (data / LOG).open("a", encoding="ascii") as log:
        log.write(_line(erasure))
        log.flush()
        os.fsync(log.fileno())


def erased_since(data: Path, moment: datetime) -> Sequence[Erasure]:
    """What was erased from `moment` on, in order; each conversation once."""
    found: dict[ConversationId, Erasure] = {}
    for each in _read(data):
        if each.at >= moment:
            found.setdefault(each.conversation_id, each)
    return list(found.values())


def count_before(data: Path, moment: datetime) -> int:
    """How many lines are older."""
    return sum(each.at < moment for each in _read(data))


def forget_before(data: Path, moment: datetime) -> int:
    """Drop the lines older than the oldest backup can be; how many."""
    with _alone(data):
        known = _read(data)
        left = [each for each in known if each.at >= moment]
        if len(left) < len(known):
            written = data / f".{LOG}.new"
            written.write_text("".join(map(_line, left)), encoding="ascii")
            written.replace(data / LOG)
    return len(known) - len(left)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """No other process changes the log meanwhile."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / f".{LOG}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _line(erasure: Erasure) -> str:
    return f"{erasure.at.isoformat()} {erasure.conversation_id} {erasure.token_hash}\n"


def _read(data: Path) -> list[Erasure]:
    path = data / LOG
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="ascii").splitlines():
        at, conversation_id, token_hash = line.split(" ")
        found.append(
            Erasure(
                at=datetime.fromisoformat(at),
                conversation_id=ConversationId(conversation_id),
                token_hash=token_hash,
            )
        )
    return found


async def forget(
    connection: AsyncConnection, conversation: Conversation, *, hours: Hours, now: datetime
) -> None:
    """Delete a conversation with all that hangs on it, in this transaction.

    Its place in the assignment, its seats and its appointment's time go to others; what it counted
    for stays counted.
    """
    await figures.leave_counted(connection, conversation.id, hours=hours, now=now)
    await quality.leave_counted(connection, conversation.id, now=now)
    await assignment.give_back(connection, conversation, now=now)
    await events.leave_all(connection, conversation.id, now=now)
    await appointments.leave_all(connection, conversation.id, now=now)
    await conversations.delete_whole(connection, conversation.id)


async def sweep_outbox(database: Database, data: Path) -> int:
    """Delete the e-mail files whose notification is gone; how many.

    A notification goes with its conversation; the file follows once that is committed.
    """
    written = [each for each in (data / OUTBOX).glob("*") if each.is_file()]
    if not written:
        return 0
    async with database.read() as connection:
        known = await retention.notification_ids(connection)
    orphans = [each for each in written if each.name.removesuffix(".eml").strip(".") not in known]
    for each in orphans:
        each.unlink(missing_ok=True)
    return len(orphans)


async def erase_again(
    database: Database, erasures: Sequence[Erasure], *, hours: Hours, clock: Clock
) -> int:
    """Erase in a restored database what visitors erased after the backup; how many were there."""
    found = 0
    for each in erasures:
        async with database.write() as connection:
            try:
                conversation = await conversations.load(connection, each.conversation_id, lock=True)
            except UnknownConversation:
                continue
            await forget(connection, conversation, hours=hours, now=clock())
            await conversations.remember_erased(
                connection, conversation.id, token_hash=each.token_hash, at=each.at
            )
        found += 1
    if found:
        await database.scrub()
    return found
