"""Referrals, and the agents of the territories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.referral import Agent, Kind, Referral, State, Target
from marie.store.referral_tables import referral, territory_agent


async def add(connection: AsyncConnection, new: Referral) -> None:
    """Store a referral."""
    await connection.execute(insert(referral).values(_values(new)))


async def save(connection: AsyncConnection, changed: Referral) -> None:
    """Write a changed referral back."""
    await connection.execute(
        update(referral).where(referral.c.id == changed.id).values(_values(changed))
    )


async def of_conversation(
    connection: AsyncConnection, conversation_id: ConversationId
) -> list[Referral]:
    """All referrals of a conversation, the newest first."""
    rows = await connection.execute(
        select(referral)
        .where(referral.c.conversation_id == conversation_id)
        .order_by(referral.c.asked_at.desc(), referral.c.id)
    )
    return [_referral(row) for row in rows]


async def by_id(connection: AsyncConnection, referral_id: str) -> Referral | None:
    """The referral with this id."""
    row = (await connection.execute(select(referral).where(referral.c.id == referral_id))).first()
    return None if row is None else _referral(row)


async def by_token(connection: AsyncConnection, token_hash: str) -> Referral | None:
    """The referral that a link leads to."""
    row = (
        await connection.execute(select(referral).where(referral.c.token_hash == token_hash))
    ).first()
    return None if row is None else _referral(row)


async def expired(connection: AsyncConnection, *, now: datetime) -> list[Referral]:
    """Those whose link does not hold any more and whom nobody answered."""
    rows = await connection.execute(
        select(referral).where(referral.c.state == State.AGREED.value, referral.c.expires_at <= now)
    )
    return [_referral(row) for row in rows]


async def agents(connection: AsyncConnection) -> list[Agent]:
    """Those of the newest list, by territory."""
    rows = await connection.execute(
        select(territory_agent)
        .where(territory_agent.c.gone_at.is_(None))
        .order_by(territory_agent.c.region, territory_agent.c.territory, territory_agent.c.id)
    )
    return [_agent(row) for row in rows]


async def agent(connection: AsyncConnection, agent_id: str) -> Agent | None:
    """One of the newest list."""
    row = (
        await connection.execute(
            select(territory_agent).where(
                territory_agent.c.id == agent_id, territory_agent.c.gone_at.is_(None)
            )
        )
    ).first()
    return None if row is None else _agent(row)


async def replace_agents(
    connection: AsyncConnection, new: Sequence[Agent], *, now: datetime
) -> tuple[int, int, int]:
    """The list is this one from now on; how many came, changed and went."""
    before = {each.id: each for each in await agents(connection)}
    known = set(await connection.scalars(select(territory_agent.c.id)))
    came = changed = 0
    for each in new:
        values = _agent_values(each) | {"imported_at": now, "gone_at": None}
        if each.id in known:
            await connection.execute(
                update(territory_agent).where(territory_agent.c.id == each.id).values(values)
            )
        else:
            await connection.execute(insert(territory_agent).values(values))
        came += each.id not in before
        changed += each.id in before and before[each.id] != each
    gone = before.keys() - {each.id for each in new}
    if gone:
        await connection.execute(
            update(territory_agent).where(territory_agent.c.id.in_(gone)).values(gone_at=now)
        )
    return came, changed, len(gone)


def _values(each: Referral) -> dict[str, Any]:
    return {
        "id": each.id,
        "conversation_id": each.conversation_id,
        "kind": each.target.kind.value,
        "agent_id": each.target.agent_id,
        "recipient": each.target.name,
        "email": each.target.email,
        "asked_by": each.asked_by,
        "asked_at": each.asked_at,
        "asked_seq": each.asked_seq,
        "purpose": each.purpose,
        "consent": each.consent,
        "passed": each.passed,
        "state": each.state.value,
        "decided_at": each.decided_at,
        "token_hash": each.token_hash,
        "expires_at": each.expires_at,
        "answered_at": each.answered_at,
        "reason": each.reason,
    }


def _referral(row: Row[Any]) -> Referral:
    return Referral(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        target=Target(
            kind=Kind(row.kind), name=row.recipient, email=row.email, agent_id=row.agent_id
        ),
        asked_by=StaffId(row.asked_by),
        asked_at=row.asked_at,
        asked_seq=row.asked_seq,
        purpose=row.purpose,
        consent=row.consent,
        passed=row.passed,
        state=State(row.state),
        decided_at=row.decided_at,
        token_hash=row.token_hash,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        reason=row.reason,
    )


def _agent_values(each: Agent) -> dict[str, Any]:
    return {
        "id": each.id,
        "territory": each.territory,
        "area": each.area,
        "region": each.region,
        "organization": each.organization,
        "email": each.email,
        "url": each.url,
    }


def _agent(row: Row[Any]) -> Agent:
    return Agent(
        id=row.id,
        territory=row.territory,
        area=row.area,
        region=row.region,
        organization=row.organization,
        email=row.email,
        url=row.url,
    )
