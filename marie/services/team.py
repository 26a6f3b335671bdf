"""The team: who belongs to it, with which role, and who leaves it.

Whoever is disabled, or goes to another organisation, leaves nobody alone: her conversations wait
again, in the queue of the organisation that holds their leads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import ConversationId, StaffId
from marie.domain.messages import Content
from marie.domain.people import BadAccount, Role, Staff
from marie.domain.team import check_appoints, check_manages, check_remains, manages
from marie.services import following, notifications
from marie.services.appending import append_system
from marie.services.invitations import checked_email
from marie.services.live import Hub
from marie.store import conversations, leads, participants, second_factor
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.staff import Member

Said = Callable[[str], Content]
"""What a visitor reads when the person of this name is no longer there."""


class NoSuchMember(Exception):
    """Nobody of hers has this id."""


async def members(database: Database, by: Staff) -> Sequence[Member]:
    """Whom she sees: everybody, or her organisation."""
    async with database.read() as connection:
        everybody = await accounts.everybody(connection)
    if by.role is Role.ADMINISTRATOR and by.organization is None:
        return everybody
    return [
        each
        for each in everybody
        if each.staff.id == by.id
        or (by.organization is not None and each.staff.organization == by.organization)
    ]


async def member(database: Database, staff_id: StaffId, by: Staff) -> Staff:
    """Somebody whom she may change; `NoSuchMember`."""
    async with database.read() as connection:
        other = await accounts.by_id(connection, staff_id)
    if other is None or not manages(by, other):
        raise NoSuchMember
    return other


async def change(
    database: Database,
    hub: Hub,
    staff_id: StaffId,
    *,
    by: Staff,
    role: Role,
    organization: str | None,
    email: str,
    said: Said,
    clock: Clock,
) -> None:
    """Another role, organisation or address.

    `Yourself`, `NotYours`, `LastAdministrator`, `BadAccount`.
    """
    address = checked_email(email)
    async with database.write() as connection:
        other = await _other(connection, staff_id, by)
        if (role, organization) != (other.role, other.organization):
            check_appoints(by, role, organization)
        if organization is not None and organization not in await accounts.organizations(
            connection
        ):
            raise BadAccount("organization")
        if role is not Role.ADMINISTRATOR or organization is not None:
            check_remains(await accounts.administrators(connection), other)
        now = clock()
        await accounts.change(
            connection, other.id, role=role, organization=organization, email=address
        )
        waiting = (
            await _let_go(connection, other, said=said, clock=clock)
            if organization != other.organization
            else []
        )
        await accounts.record(
            connection, at=now, staff_id=by.id, action="account_changed", subject=other.id
        )
    _tell(hub, waiting)


async def disable(
    database: Database, hub: Hub, staff_id: StaffId, *, by: Staff, said: Said, clock: Clock
) -> None:
    """She cannot sign in any more, is signed out everywhere, and whoever talked with her waits.

    `Yourself`, `NotYours`, `LastAdministrator`.
    """
    async with database.write() as connection:
        other = await _other(connection, staff_id, by)
        if other.disabled_at is not None:
            return
        check_remains(await accounts.administrators(connection), other)
        now = clock()
        await accounts.set_disabled(connection, other.id, at=now)
        await accounts.close_sessions(connection, other.id)
        waiting = await _let_go(connection, other, said=said, clock=clock)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="account_disabled", subject=other.id
        )
    _tell(hub, waiting)


async def enable(database: Database, staff_id: StaffId, *, by: Staff, clock: Clock) -> None:
    """She can sign in again; `Yourself`, `NotYours`."""
    async with database.write() as connection:
        other = await _other(connection, staff_id, by)
        await accounts.set_disabled(connection, other.id, at=None)
        await accounts.record(
            connection, at=clock(), staff_id=by.id, action="account_enabled", subject=other.id
        )


async def remove_second_factor(
    database: Database, staff_id: StaffId, *, by: Staff, clock: Clock
) -> None:
    """For somebody who lost telephone and recovery codes; `Yourself`, `NotYours`."""
    async with database.write() as connection:
        other = await _other(connection, staff_id, by)
        await second_factor.remove(connection, other.id)
        await accounts.close_sessions(connection, other.id)
        await accounts.record(
            connection, at=clock(), staff_id=by.id, action="second_factor_removed", subject=other.id
        )


async def _other(connection: AsyncConnection, staff_id: StaffId, by: Staff) -> Staff:
    # Administrators are locked: of two who disable each other, one is told that she cannot.
    active = {each.id for each in await accounts.administrators(connection, lock=True)}
    if by.role is Role.ADMINISTRATOR and by.id not in active:
        raise NoSuchMember
    other = await accounts.by_id(connection, staff_id)
    if other is None:
        raise NoSuchMember
    check_manages(by, other)
    return other


async def _let_go(
    connection: AsyncConnection, other: Staff, *, said: Said, clock: Clock
) -> list[ConversationId]:
    """Whoever talked with her waits again; which conversations changed."""
    now = clock()
    changed: list[ConversationId] = []
    for conversation_id in await conversations.owned_by(connection, other.id):
        conversation = await conversations.load(connection, conversation_id, lock=True)
        if conversation.owner != other.id:
            continue
        conversation = conversation.wait_again(now)
        conversation = await append_system(connection, conversation, said(other.name), clock=clock)
        await conversations.save(connection, conversation)
        await participants.remove_all(connection, conversation_id)
        await _tell_organization(connection, conversation_id, now=now)
        changed.append(conversation_id)
    await participants.remove_from_all(connection, other.id)
    await following.released(connection, other.id, now=now)
    return changed


async def _tell_organization(
    connection: AsyncConnection, conversation_id: ConversationId, *, now: datetime
) -> None:
    lead = await leads.latest(connection, conversation_id)
    await notifications.notify_organization(
        connection,
        lead.organization if lead else None,
        "new_lead",
        path=f"/console/conversations/{conversation_id}",
        key=f"waits again {conversation_id} {int(now.timestamp())}",
        now=now,
        conversation_id=conversation_id,
    )


def _tell(hub: Hub, changed: Sequence[ConversationId]) -> None:
    for conversation_id in changed:
        hub.changed(conversation_id)
    hub.sessions_ended()
