"""Wordings that Marie should learn: proposed by whoever read them, accepted, written into files.

A proposal is a visitor's message, masked by a machine: a person reads it again (`accept`) before it
stands in a file that is kept for ever. Nothing is learned before a model is trained and promoted.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import ConversationId
from marie.domain.people import Staff
from marie.knowledge.examples import (
    MAX_LENGTH,
    Examples,
    NotAnExample,
    one_line,
    read_examples,
    write_examples,
)
from marie.language.folding import fold_key
from marie.services.masking import mask
from marie.settings import ROOT
from marie.store import examples as store
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.examples import Proposal, State

NLU = Path("bot") / "data" / "nlu"
QUESTIONS = Path("tests") / "questions"


class UnknownProposal(Exception):
    """There is no such proposal, or it was settled meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """What became of one accepted proposal: in `file`, or `reason` why not."""

    proposal: Proposal
    file: str | None
    reason: str | None = None


_read: dict[Path, tuple[object, Examples]] = {}


async def known_examples(root: Path = ROOT) -> Examples:
    """The examples and held-out questions of a tree, read again when a file changed."""
    return await asyncio.to_thread(_known, root)


def _known(root: Path) -> Examples:
    files = sorted([*(root / NLU).glob("*.yml"), *(root / QUESTIONS).glob("*.yml")])
    stamp = [(path, path.stat().st_mtime_ns) for path in files]
    read = _read.get(root)
    if read is None or read[0] != stamp:
        read = _read[root] = (stamp, read_examples(root / NLU, root / QUESTIONS))
    return read[1]


async def propose(
    connection: AsyncConnection,
    known: Examples,
    *,
    text: str,
    topic: str,
    by: Staff,
    now: datetime,
    entry: str | None = None,
    miss_id: str | None = None,
    conversation_id: ConversationId | None = None,
) -> str:
    """Propose a wording, in this transaction; its proposal's id. `NotAnExample` when it must not.

    Personal data are masked once more, and what is masked is allowed here: `accept` puts it right.
    """
    line = await _masked(text)
    folded = fold_key(line)
    if not folded:
        raise NotAnExample("empty")
    if len(line) > MAX_LENGTH:
        raise NotAnExample("long")
    known.check_new(line, topic)
    if await store.with_folded(connection, folded) is not None:
        raise NotAnExample("proposed", line)
    example_id = secrets.token_hex(16)
    await store.add(
        connection,
        example_id=example_id,
        text=line,
        folded=folded,
        topic=topic,
        entry=entry,
        miss_id=miss_id,
        conversation_id=conversation_id,
        by=by.id,
        at=now,
    )
    await accounts.record(
        connection, at=now, staff_id=by.id, action="propose example", subject=example_id
    )
    return example_id


async def withdraw(
    connection: AsyncConnection,
    settlement: int,
    *,
    entry: str | None,
    folded: Sequence[str],
    by: Staff,
    now: datetime,
) -> None:
    """A decision about missed messages is taken back: what it proposed goes too, in this
    transaction, unless a person settled it meanwhile. `folded`: the wordings' `proposed_keys`."""
    for example_id in await store.withdraw(connection, settlement, entry=entry, folded=folded):
        await accounts.record(
            connection, at=now, staff_id=by.id, action="withdraw example", subject=example_id
        )


async def proposed_keys(wordings: Sequence[str]) -> list[str]:
    """What wordings were proposed as, folded; names are looked for, so no transaction waits."""
    return [fold_key(await _masked(each)) for each in wordings]


async def _masked(text: str) -> str:
    return one_line(await asyncio.to_thread(mask, text))


async def accept(
    database: Database,
    known: Examples,
    example_id: str,
    *,
    text: str,
    topic: str,
    by: Staff,
    clock: Clock,
) -> None:
    """Let a proposal go into the files, as it was put right."""
    line = known.check(text, topic)
    folded = fold_key(line)
    async with database.write() as connection:
        proposal = await _waiting(connection, example_id)
        other = await store.with_folded(connection, folded)
        if other is not None and other.id != proposal.id:
            raise NotAnExample("proposed", line)
        now = clock()
        await store.settle(
            connection,
            proposal.id,
            State.ACCEPTED,
            by=by.id,
            at=now,
            text=line,
            folded=folded,
            topic=topic,
        )
        await accounts.record(
            connection, at=now, staff_id=by.id, action="accept example", subject=proposal.id
        )


async def refuse(database: Database, example_id: str, *, by: Staff, clock: Clock) -> None:
    """Set a proposal aside."""
    async with database.write() as connection:
        proposal = await _waiting(connection, example_id)
        now = clock()
        await store.settle(connection, proposal.id, State.REFUSED, by=by.id, at=now)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="refuse example", subject=proposal.id
        )


async def _waiting(connection: AsyncConnection, example_id: str) -> Proposal:
    proposal = await store.by_id(connection, example_id, lock=True)
    if proposal is None or proposal.state not in (State.PROPOSED, State.ACCEPTED):
        raise UnknownProposal(example_id)
    return proposal


async def pull(database: Database, root: Path, *, clock: Clock) -> list[Pulled]:
    """Write what was accepted into the examples of the tree `root`, for somebody to review.

    What stands there already is only marked; what the examination has by now is refused. A crash
    between the files and the commit is made good by the next pull.
    """
    if not (root / NLU).is_dir():
        return []
    done: list[Pulled] = []
    async with database.write() as connection:
        accepted = await store.in_state(connection, State.ACCEPTED)
        known = await known_examples(root) if accepted else None
        texts: dict[str, list[Proposal]] = defaultdict(list)
        for each in accepted:
            assert known is not None  # noqa: S101 - something was accepted
            try:
                known.check(each.text, each.topic)
            except NotAnExample as error:
                state = State.PULLED if error.reason == "known" else State.REFUSED
                await store.settle(connection, each.id, state, by=None, at=clock())
                done.append(Pulled(proposal=each, file=None, reason=error.reason))
            else:
                texts[each.topic].append(each)
        for topic, found in sorted(texts.items()):
            path = await asyncio.to_thread(
                write_examples, root / NLU, topic, [each.text for each in found]
            )
            for each in found:
                await store.settle(connection, each.id, State.PULLED, by=None, at=clock())
                done.append(Pulled(proposal=each, file=str(path.relative_to(root))))
    return done
