"""The conversations that a member of staff may see (`marie.domain.access`), as a condition."""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.access import sees_everything
from marie.domain.conversation import ConversationId, State
from marie.domain.people import Staff
from marie.store import tables
from marie.store.console_tables import participant
from marie.store.conversations import UnknownConversation

_other = tables.lead.alias("other_lead")
_NEWEST = (
    select(_other.c.id)
    .where(_other.c.conversation_id == tables.conversation.c.id)
    .order_by(*tables.newest_lead_first(_other))
    .limit(1)
    .correlate(tables.conversation)
    .scalar_subquery()
)
"""The newest lead of a conversation."""


def visible_to(staff: Staff) -> ColumnElement[bool]:
    """True for the rows of `tables.conversation` that this member of staff may see.

    The query that it goes into must select from (or join) `tables.conversation`.
    """
    return true() if sees_everything(staff) else _visible(staff.id, staff.organization)


def _visible(
    staff_id: str | BindParameter[str], organization: str | BindParameter[str] | None
) -> ColumnElement[bool]:
    """To a counsellor of this organisation, or of none."""
    talk, lead = tables.conversation.c, tables.lead.c
    ways = [
        talk.owner == staff_id,
        exists(
            select(participant.c.staff_id)
            .where(participant.c.conversation_id == talk.id, participant.c.staff_id == staff_id)
            .correlate(tables.conversation)
        ),
        _newest_lead(
            and_(
                talk.state == State.WAITING.value,
                or_(lead.organization.is_(None), lead.shared_at.is_not(None)),
            )
        ),
    ]
    if organization is not None:
        ways.append(_newest_lead(lead.organization == organization))
    return or_(*ways)


def _newest_lead(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the newest lead of the conversation is so."""
    talk, lead = tables.conversation, tables.lead
    return exists(
        select(lead.c.id)
        .where(lead.c.conversation_id == talk.c.id, lead.c.id == _NEWEST, condition)
        .correlate(talk)
    )


async def may_see(
    connection: AsyncConnection, staff: Staff, conversation_id: ConversationId
) -> bool:
    """Whether the conversation is there for this member of staff."""
    query = _may_see(everything=sees_everything(staff), bound=staff.organization is not None)
    known = {
        "conversation_id": conversation_id,
        "staff_id": staff.id,
        "organization": staff.organization,
    }
    return await connection.scalar(query, known) is not None


@cache
def _may_see(*, everything: bool, bound: bool) -> Select[tuple[str]]:
    """The question of `may_see`, put together once: every frame of a counsellor asks it.

    `bound`: for somebody of an organisation.
    """
    talk = tables.conversation.c.id
    query = select(talk).where(talk == bindparam("conversation_id"))
    if everything:
        return query
    organization = bindparam("organization", type_=String) if bound else None
    return query.where(_visible(bindparam("staff_id", type_=String), organization))


async def check_may_see(
    connection: AsyncConnection, staff: Staff, conversation_id: ConversationId
) -> None:
    """`UnknownConversation` for what is not there and for what she may not see alike."""
    if not await may_see(connection, staff, conversation_id):
        raise UnknownConversation


async def may_ask_for(
    connection: AsyncConnection, staff: Staff, conversation_id: ConversationId
) -> bool:
    """Whether she may try to take it: what she sees, and what was open to every organisation.

    So who clicks a moment after somebody of another organisation is told who has it.
    """
    talk = tables.conversation.c.id
    found = await connection.scalar(
        select(talk).where(
            talk == conversation_id,
            or_(visible_to(staff), _newest_lead(tables.lead.c.shared_at.is_not(None))),
        )
    )
    return found is not None
