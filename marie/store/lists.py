"""What the counsellors' lists depend on, of every conversation that waits or has a person."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.access import Standing
from marie.domain.conversation import ConversationId, StaffId, State
from marie.store import tables
from marie.store.console_tables import conversation_label, participant

_NOBODY: frozenset[StaffId] = frozenset()
_NO_LABEL: frozenset[str] = frozenset()


class Line(NamedTuple):
    """A conversation, as far as lists depend on it. `unread`: what its owner has not read."""

    id: ConversationId
    standing: Standing
    last_seq: int
    unread: int
    labels: frozenset[str]


async def lines(connection: AsyncConnection) -> list[Line]:
    """All of them, whoever may see which: `domain.access.may_see` says that by `standing`."""
    talk, lead = tables.conversation.c, tables.lead.c
    listed = talk.state.in_([State.WAITING.value, State.COUNSELLOR.value])
    talks = (
        await connection.execute(
            select(talk.id, talk.state, talk.owner, talk.last_seq, talk.read_counsellor)
            .where(listed)
            .order_by(talk.id)
        )
    ).all()
    held: dict[str, tuple[str | None, bool]] = {}
    for held_by in await connection.execute(
        select(lead.conversation_id, lead.organization, lead.shared_at)
        .join(tables.conversation, talk.id == lead.conversation_id)
        .where(listed)
        .order_by(lead.created_at.desc(), lead.id)
    ):
        holder = (held_by.organization, held_by.shared_at is not None)
        held.setdefault(held_by.conversation_id, holder)
    invited: dict[str, set[StaffId]] = defaultdict(set)
    for part in await connection.execute(
        select(participant.c.conversation_id, participant.c.staff_id)
        .join(tables.conversation, talk.id == participant.c.conversation_id)
        .where(listed)
    ):
        invited[part.conversation_id].add(StaffId(part.staff_id))
    given: dict[str, set[str]] = defaultdict(set)
    for one in await connection.execute(
        select(conversation_label.c.conversation_id, conversation_label.c.label_id)
        .join(tables.conversation, talk.id == conversation_label.c.conversation_id)
        .where(listed)
    ):
        given[one.conversation_id].add(one.label_id)
    return [
        Line(
            id=ConversationId(row.id),
            standing=Standing(
                state=State(row.state),
                owner=None if row.owner is None else StaffId(row.owner),
                participants=frozenset(invited[row.id]) if row.id in invited else _NOBODY,
                has_lead=row.id in held,
                holder=held.get(row.id, (None, False))[0],
                shared=held.get(row.id, (None, False))[1],
            ),
            last_seq=row.last_seq,
            unread=row.last_seq - row.read_counsellor,
            labels=frozenset(given[row.id]) if row.id in given else _NO_LABEL,
        )
        for row in talks
    ]
