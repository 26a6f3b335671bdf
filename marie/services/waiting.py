"""How long a visitor still waits, from what is known, in the reading or transaction at hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import MONTREAL, local_date
from marie.domain.following import Followed
from marie.domain.waiting import UsualWait, Wait, usual_wait
from marie.guidance.lease_days import quiet
from marie.knowledge.waiting import Terms
from marie.services import slots
from marie.store import appointments, following
from marie.store import staff as accounts


async def wait_of(
    connection: AsyncConnection,
    lead: Followed,
    *,
    since: datetime | None,
    now: datetime,
    terms: Terms,
) -> Wait:
    """Where the visitor of an open lead stands. `since`: since when she waits."""
    names = await accounts.organizations(connection)
    hours = terms.said_hours(lead.organization)
    is_open = None if hours is None else hours.is_open(now)
    today = quiet(local_date(now))
    return Wait(
        organization=names.get(lead.organization or ""),
        ahead=await following.ahead_in_queue(connection, lead, since=since or lead.created_at),
        usual=await usual_for(connection, lead.organization, now=now, terms=terms),
        open=is_open,
        opens_at=hours.next_opening(now) if hours is not None and not is_open else None,
        holiday=today.name if today is not None else "",
        may_book=bool(await slots.free(connection, lead, now=now, terms=terms)),
        call_back=await appointments.open_call_back(connection, lead.conversation_id),
        appointment=await appointments.to_come(connection, lead.conversation_id, now=now),
    )


async def usual_for(
    connection: AsyncConnection, organization: str | None, *, now: datetime, terms: Terms
) -> UsualWait | None:
    """How long the organisation's first answers usually take; None when too few were given."""
    usual = terms.waiting.usual
    answers = await following.first_answers(
        connection, organization, since=now - timedelta(days=usual.days)
    )
    return usual_wait(
        answers,
        now=now,
        zone=MONTREAL,
        at_least=usual.at_least,
        around_hours=usual.around_hours,
    )
