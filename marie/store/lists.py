"""What the counsellors' lists depend on, of every conversation that waits or has a person."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.access import Standing
from marie.domain.conversation import ConversationId, StaffId, State
from marie.store import tables
from marie.store.console_tables import conversation_label, participant

_NOBODY: frozenset[StaffId] = frozenset()
_NO_LABEL: frozenset[str] = frozenset()
_NO_LEAD = (False, None, False)
_STATES = {state.value: state for state in State}


class Line(NamedTuple):
    """A conversation, as far as lists depend on it. `unread`: what its owner has not read; `due`:
    what is next for its lead (`domain.following.Next`): hence whether a time was promised."""

    id: ConversationId
    standing: Standing
    last_seq: int
    unread: int
    labels: frozenset[str] = _NO_LABEL
    waiting_since: datetime | None = None
    due: str | None = None


async def lines(connection: AsyncConnection) -> list[Line]:
    """All of them, longest waiting first, whoever may see which: `domain.access.may_see` says that
    by `standing`. Every word in any conversation has this read: hence rows as plain tuples."""
    talk, lead = tables.conversation.c, tables.lead.c
    listed = talk.state.in_([State.WAITING.value, State.COUNSELLOR.value])
    talks = await connection.execute(
        select(
            talk.id, talk.state, talk.owner, talk.last_seq, talk.read_counsellor, talk.waiting_since
        )
        .where(listed)
        .order_by(talk.waiting_since, talk.created_at, talk.id)
    )
    held: dict[str, tuple[bool, str | None, bool]] = {}
    due: dict[str, str | None] = {}
    for conversation_id, organization, shared_at, what in await connection.execute(
        select(lead.conversation_id, lead.organization, lead.shared_at, lead.due_what)
        .join(tables.conversation, talk.id == lead.conversation_id)
        .where(listed)
        .order_by(*tables.newest_lead_first())
    ):
        held.setdefault(conversation_id, (True, organization, shared_at is not None))
        due.setdefault(conversation_id, what)
    invited: dict[str, set[StaffId]] = defaultdict(set)
    for conversation_id, staff_id in await connection.execute(
        select(participant.c.conversation_id, participant.c.staff_id)
        .join(tables.conversation, talk.id == participant.c.conversation_id)
        .where(listed)
    ):
        invited[conversation_id].add(StaffId(staff_id))
    given: dict[str, set[str]] = defaultdict(set)
    for conversation_id, label_id in await connection.execute(
        select(conversation_label.c.conversation_id, conversation_label.c.label_id)
        .join(tables.conversation, talk.id == conversation_label.c.conversation_id)
        .where(listed)
    ):
        given[conversation_id].add(label_id)
    found = []
    for conversation_id, state, owner, last_seq, read, since in talks:
        people = frozenset(invited[conversation_id]) if conversation_id in invited else _NOBODY
        labels = frozenset(given[conversation_id]) if conversation_id in given else _NO_LABEL
        standing = Standing(_STATES[state], owner, people, *held.get(conversation_id, _NO_LEAD))
        found.append(
            Line(
                conversation_id,
                standing,
                last_seq,
                last_seq - read,
                labels,
                since,
                due.get(conversation_id),
            )
        )
    return found
