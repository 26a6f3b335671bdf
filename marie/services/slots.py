"""Which moments the counsellors of a lead have free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.appointments import Agenda, Appointment, Offered, Slot, free_slots, offers
from marie.domain.following import Followed
from marie.knowledge.waiting import Terms
from marie.store import appointments

PAGE = 3
"""Moments that are offered at a time."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some free moments; `more`: there are others after them."""

    slots: Sequence[Offered]
    more: bool


async def candidates(
    connection: AsyncConnection, organization: str | None, *, lock: bool = False
) -> list[Agenda]:
    """Who may receive the visitor: whoever of the organisation said when; everybody for None."""
    return await appointments.agendas(connection, organization, lock=lock)


async def free_of(
    connection: AsyncConnection,
    agendas: Sequence[Agenda],
    *,
    now: datetime,
    terms: Terms,
    but: Appointment | None = None,
) -> list[Slot]:
    """Every free moment of these counsellors; `but`: an appointment that would be given up."""
    taken = await appointments.taken(connection, [each.staff_id for each in agendas], since=now)
    found: list[Slot] = []
    for agenda in agendas:
        busy = taken[agenda.staff_id]
        if but is not None and but.staff_id == agenda.staff_id:
            busy = [each for each in busy if each != (but.starts_at, but.ends_at)]
        found += free_slots(agenda, terms.hours(None), busy, now=now)
    return found


async def free(
    connection: AsyncConnection, lead: Followed, *, now: datetime, terms: Terms
) -> list[Slot]:
    """The free moments that a lead's visitor may be given."""
    agendas = await candidates(connection, lead.organization)
    return await free_of(connection, agendas, now=now, terms=terms)


async def page_of(
    connection: AsyncConnection,
    organization: str | None,
    *,
    page: int,
    now: datetime,
    terms: Terms,
    but: Appointment | None = None,
    count: int = PAGE,
) -> Page:
    """A page of what is free, from 0; the first one again past the last."""
    agendas = await candidates(connection, organization)
    found = await free_of(connection, agendas, now=now, terms=terms, but=but)
    if but is not None:
        found = [each for each in found if each.starts_at != but.starts_at]
    hours = terms.hours(None)
    shown = offers(found, hours, page=page, count=count)
    if not shown and page:
        page, shown = 0, offers(found, hours, page=0, count=count)
    more = len({each.starts_at for each in found}) > count
    return Page(slots=shown, more=more)
