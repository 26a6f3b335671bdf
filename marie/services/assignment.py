"""Gives each lead to an organisation, in the transaction that makes the lead.

Everything that counts is written while nobody else may write: two hand-overs at the same moment
are decided one after the other, each knowing of the one before.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import MONTREAL, Clock
from marie.domain.assignment import (
    Account,
    AllQuotasZero,
    Decision,
    Fit,
    Kind,
    OrganizationId,
    UnknownOrganization,
    check_quotas,
    decide,
)
from marie.domain.conversation import Conversation, ConversationId, State
from marie.domain.leads import Lead
from marie.domain.people import Staff
from marie.knowledge.organizations import Organizations
from marie.knowledge.waiting import Terms
from marie.services import following
from marie.services.live import Hub
from marie.store import assignment as ledger
from marie.store import conversations, leads
from marie.store import organizations as organizations_store
from marie.store import staff as accounts
from marie.store.assignment import Entry, Period
from marie.store.engine import Database

log = logging.getLogger(__name__)

NOBODY = Organizations(talks_at_once=1, organizations=())
"""Nothing is known of any organisation: only their turn counts."""

CHART = 1_000
"""Decisions that the page tells and the chart draws, the latest ones."""


class NoSuchLead(Exception):
    """The conversation has no lead that an organisation holds."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Where the assignment stands. `decided`: the period's latest lines, in order."""

    period: Period | None
    account: Account
    names: Mapping[OrganizationId, str]
    decided: Sequence[Entry]
    before: Account
    """The account before `decided`."""


async def add_known(database: Database, organizations: Organizations) -> None:
    """Store the organisations that are set and nobody stored yet, and their names as they are now;
    a new one has no quota until an administrator gives it one."""
    named = {each.id: each.name for each in organizations.organizations}
    async with database.read() as connection:
        known = await accounts.organizations(connection)
    if named.items() <= known.items():
        return
    async with database.write() as connection:
        await organizations_store.keep(connection, named)


async def assign(
    connection: AsyncConnection, lead: Lead, *, organizations: Organizations = NOBODY
) -> OrganizationId | None:
    """Give a stored lead to an organisation; which.

    A lead is never lost for want of one: when every quota is 0 it belongs to nobody and stays in
    the common queue.
    """
    await ledger.lock(connection)
    now = lead.created_at
    period = await _period(connection, now)
    holder = await _holder(connection, lead.conversation_id)
    if holder is not None:
        await _write(connection, _line(period, lead, Kind.KEPT, holder), lead)
        return holder
    account = await ledger.account(connection, period)
    fits = _fits(period, lead, organizations, now, await ledger.talks_by_organization(connection))
    try:
        decision = decide(account, fits)
    except AllQuotasZero:
        log.error("a lead has no organisation: every quota is 0")
        return None
    for organization in decision.settled:
        account = account.after(Kind.SETTLED, organization)
        entry = Entry(
            period_id=period.id, at=now, kind=Kind.SETTLED, organization=organization, why={}
        )
        await ledger.add(connection, entry)
    account = account.after(decision.kind, decision.organization)
    line = _line(period, lead, decision.kind, decision.organization)
    await _write(connection, replace(line, why=_why(decision, account)), lead)
    return decision.organization


async def give_back(
    connection: AsyncConnection, conversation: Conversation, *, now: datetime
) -> None:
    """The visitor no longer waits: the lead that nobody answered leaves its place vacant."""
    if conversation.state is not State.WAITING:
        return
    await ledger.lock(connection)
    lines = await ledger.of_conversation(
        connection, conversation.id, since=conversation.waiting_since
    )
    counted = [each for each in lines if each.kind is not Kind.KEPT]
    if not counted or counted[-1].kind is Kind.WITHDRAWN:
        return
    last = counted[-1]
    # The account in which it was counted, which may be closed by now.
    entry = replace(last, id=None, at=now, kind=Kind.WITHDRAWN, moved_from=None, why={})
    await ledger.add(connection, replace(entry, staff_id=None))


async def reassign(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    to: OrganizationId,
    *,
    by: Staff,
    clock: Clock,
    terms: Terms = following.TERMS,
) -> None:
    """Move a conversation's lead to another organisation; the ledger makes it good.

    `NoSuchLead`, or `UnknownOrganization`; the organisation that has it already changes nothing.
    """
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        now = clock()
        if not await move_lead(connection, conversation_id, to, by=by, now=now):
            return
        await following.moved(
            connection, conversation_id, owner=conversation.owner, now=now, terms=terms
        )
        await accounts.record(
            connection, at=now, staff_id=by.id, action="reassign", subject=conversation_id
        )
    hub.changed(conversation_id)


async def move_lead(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    to: OrganizationId,
    *,
    by: Staff,
    now: datetime,
) -> bool:
    """Write that `to` has the lead of a locked conversation; False when it had it already.

    `NoSuchLead`, or `UnknownOrganization`.
    """
    await ledger.lock(connection)
    if to not in await accounts.organizations(connection):
        raise UnknownOrganization(to)
    lead = await leads.latest(connection, conversation_id)
    holder = await _holder(connection, conversation_id)
    if lead is None or holder is None:
        raise NoSuchLead
    if holder == to:
        return False
    await _move(connection, lead, holder, to, by=by, now=now)
    return True


async def follow_claim(
    connection: AsyncConnection, conversation_id: ConversationId, *, by: Staff, now: datetime
) -> None:
    """A lead that somebody of another organisation took is that organisation's from now on.

    The conversation is locked. Whoever belongs to none leaves the lead where it is.
    """
    lead = await leads.latest(connection, conversation_id)
    if lead is None or by.organization is None or lead.organization == by.organization:
        return
    await ledger.lock(connection)
    holder = await _holder(connection, conversation_id)
    why = {"claimed": True}
    await _move(connection, lead, holder, by.organization, by=by, now=now, why=why)
    # It was anybody's: who comes second, from anywhere, is told who has it.
    await leads.share(connection, lead.id, at=now)


async def _move(
    connection: AsyncConnection,
    lead: Lead,
    holder: OrganizationId | None,
    to: OrganizationId,
    *,
    by: Staff,
    now: datetime,
    why: dict[str, Any] | None = None,
) -> None:
    """Write that `to` has the lead; nobody else may write to the ledger meanwhile."""
    period = await _period(connection, now)
    await ledger.add(
        connection,
        Entry(
            period_id=period.id,
            at=now,
            kind=Kind.REASSIGNED,
            lead_id=lead.id,
            organization=to,
            moved_from=holder,
            staff_id=by.id,
            why=why or {},
        ),
    )
    await ledger.set_organization(connection, lead.id, to)


async def set_quotas(
    database: Database, quotas: Mapping[OrganizationId, object], *, by: Staff, clock: Clock
) -> None:
    """Quotas from now on; the same ones again change nothing.

    `BadQuota`, `AllQuotasZero`, or `UnknownOrganization` for one that is not there.
    """
    checked = check_quotas(quotas)
    async with database.write() as connection:
        await ledger.lock(connection)
        names = await accounts.organizations(connection)
        for organization in checked:
            if organization not in names:
                raise UnknownOrganization(organization)
        now = clock()
        whole = {each: checked.get(each, 0) for each in names}
        if (await _period(connection, now)).quotas == whole:
            return
        await ledger.begin_period(connection, whole, staff_id=by.id, at=now)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="set_quotas", subject="assignment"
        )


async def overview(database: Database) -> Overview:
    """What the page shows."""
    async with database.read() as connection:
        period = await ledger.current_period(connection)
        names = await accounts.organizations(connection)
        if period is None:
            empty = Account(quotas=_equal(names))
            return Overview(period=None, account=empty, names=names, decided=(), before=empty)
        decided = await ledger.entries(connection, period.id, limit=CHART)
        account = await ledger.account(connection, period)
    return Overview(
        period=period,
        account=account,
        names=names,
        decided=decided,
        before=_rewound(account, decided),
    )


def _rewound(account: Account, entries: Sequence[Entry]) -> Account:
    """The account before these lines."""
    for each in entries:
        account = account.after(each.kind, each.organization, moved_from=each.moved_from, times=-1)
    return account


async def _period(connection: AsyncConnection, now: datetime) -> Period:
    """The period that holds; the first one gives every organisation the same."""
    period = await ledger.current_period(connection)
    if period is not None:
        return period
    names = await accounts.organizations(connection)
    return await ledger.begin_period(connection, _equal(names), staff_id=None, at=now)


def _equal(names: Mapping[OrganizationId, str]) -> dict[OrganizationId, int]:
    return dict.fromkeys(sorted(names), 1)


async def _holder(
    connection: AsyncConnection, conversation_id: ConversationId
) -> OrganizationId | None:
    """Which organisation has a lead of this conversation."""
    lines = await ledger.of_conversation(connection, conversation_id)
    if not lines or lines[-1].kind is Kind.WITHDRAWN:
        return None
    return lines[-1].organization


def _line(period: Period, lead: Lead, kind: Kind, organization: OrganizationId) -> Entry:
    return Entry(
        period_id=period.id,
        at=lead.created_at,
        kind=kind,
        lead_id=lead.id,
        organization=organization,
    )


async def _write(connection: AsyncConnection, line: Entry, lead: Lead) -> None:
    await ledger.add(connection, line)
    await ledger.set_organization(connection, lead.id, line.organization)


def _fits(
    period: Period,
    lead: Lead,
    organizations: Organizations,
    now: datetime,
    talks: Mapping[OrganizationId, Sequence[int]],
) -> dict[OrganizationId, Fit]:
    """What speaks for each organisation."""
    known = organizations.by_id
    file = lead.request.file
    languages = set(file.languages) if file else set()
    regions = set(file.regions) if file else set()
    local = now.astimezone(MONTREAL)
    return {
        each: Fit(
            language=each in known and not languages.isdisjoint(known[each].languages),
            region=each in known and not regions.isdisjoint(known[each].regions),
            open=each in known and known[each].is_open(local),
            room=any(count < organizations.talks_at_once for count in talks.get(each, ())),
        )
        for each in period.quotas
    }


def _why(decision: Decision, account: Account) -> dict[str, Any]:
    """What the ledger keeps of a decision; `account` is the one after it."""
    return {
        "candidates": list(decision.candidates),
        "because": list(decision.because),
        "deviations": {each: _rounded(account.deviation(each)) for each in account.quotas},
    }


def _rounded(value: Fraction) -> float:
    return round(float(value), 3)
