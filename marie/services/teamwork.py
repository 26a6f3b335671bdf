"""Several counsellors and one conversation: exactly one has it, others are invited beside her.

Whoever calls has checked that this member of staff may see the conversation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import Conversation, ConversationId, NotOwner, StaffId, State
from marie.domain.messages import BadMessage, Content, check_text
from marie.domain.notes import Kind
from marie.domain.people import Role, Staff
from marie.services import assignment, following
from marie.services.appending import append_system
from marie.services.live import Hub
from marie.services.notifications import notify_organization, notify_staff
from marie.services.remarks import add_note
from marie.store import conversations, leads, participants
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.participants import Colleague

MOST_PARTICIPANTS = 8


class NotColleague(BadMessage):
    """Nobody of this id may be given, or invited to, this conversation."""

    def __init__(self) -> None:
        super().__init__("colleague")


class NoReason(BadMessage):
    """A conversation is passed on with a word for who gets it."""

    def __init__(self) -> None:
        super().__init__("reason")


@dataclass(frozen=True, kw_only=True)
class Team:
    """Who else there is. `free`: who may get the conversation or be invited to it."""

    free: tuple[Colleague, ...]
    may_entrust: bool


def may_entrust(staff: Staff, conversation: Conversation) -> bool:
    """Whether she may give the conversation to somebody: its owner, and a supervisor at any time
    (a counsellor who is away or disabled must not keep it)."""
    if conversation.state is not State.COUNSELLOR:
        return False
    return conversation.owner == staff.id or staff.role.includes(Role.SUPERVISOR)


async def team(connection: AsyncConnection, conversation: Conversation, staff: Staff) -> Team:
    """Colleagues of the organisation that holds the lead, but for those who have it already."""
    lead = await leads.latest(connection, conversation.id)
    holder = lead.organization if lead else None
    inside = {each.id for each in await participants.of_conversation(connection, conversation.id)}
    everybody = await participants.colleagues(connection)
    return Team(
        free=tuple(
            each
            for each in everybody
            if each.id != conversation.owner
            and each.id not in inside
            and (holder is None or each.organization == holder or each.id == staff.id)
        ),
        may_entrust=may_entrust(staff, conversation),
    )


async def transfer(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    to: str,
    reason: str,
    said: Content,
    clock: Clock,
) -> Colleague:
    """Give the conversation to a colleague; the reason is a note for her. Who has it now.

    `said`: what the visitor reads, `{colleague}` in it is the new name. `NotOwner`,
    `NotColleague`, `NoReason`.
    """
    reason = _reason(reason)
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        _check_may_entrust(by, conversation)
        colleague = await _colleague(connection, conversation, by, to)
        now = clock()
        await participants.remove(connection, conversation_id, colleague.id)
        conversation = conversation.entrust(colleague.id)
        said = replace(said, text=said.text.replace("{colleague}", colleague.name))
        conversation = await append_system(connection, conversation, said, clock=clock)
        await add_note(
            connection,
            conversation_id,
            reason,
            by=by,
            after_seq=conversation.last_seq,
            now=now,
            kind=Kind.TRANSFER,
        )
        await conversations.save(connection, conversation)
        await following.moved(connection, conversation_id, owner=colleague.id, now=now)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="transfer", subject=conversation_id
        )
        await _tell_colleague(connection, conversation, colleague.id, clock=clock)
    hub.changed(conversation_id)
    return colleague


async def move(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    to: str,
    reason: str,
    said: Content,
    clock: Clock,
) -> None:
    """Give lead and conversation to another organisation, where it waits; Marie answers meanwhile.

    `NotOwner`, `NoReason`, `UnknownOrganization`, `NoSuchLead`.
    """
    reason = _reason(reason)
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        _check_may_entrust(by, conversation)
        now = clock()
        await assignment.move_lead(connection, conversation_id, to, by=by, now=now)
        await participants.remove_all(connection, conversation_id)
        conversation = conversation.wait_again(now)
        conversation = await append_system(connection, conversation, said, clock=clock)
        await add_note(
            connection,
            conversation_id,
            reason,
            by=by,
            after_seq=conversation.last_seq,
            now=now,
            kind=Kind.TRANSFER,
        )
        await conversations.save(connection, conversation)
        await following.moved(connection, conversation_id, owner=None, now=now)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="move", subject=conversation_id
        )
        await _tell_organization(connection, conversation, to, clock=clock)
    hub.changed(conversation_id)


async def invite(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    who: str,
    said: Content,
    clock: Clock,
) -> None:
    """Invite a colleague to read and write beside the owner; inviting her twice changes nothing.

    `said`: what the visitor reads, `{colleague}` in it is her name. `NotOwner`, `NotColleague`.
    """
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        if await participants.takes_part(connection, conversation_id, StaffId(who)):
            return
        _check_may_entrust(by, conversation)
        colleague = await _colleague(connection, conversation, by, who)
        inside = await participants.of_conversation(connection, conversation_id)
        if len(inside) >= MOST_PARTICIPANTS:
            raise NotColleague
        now = clock()
        await participants.add(connection, conversation_id, colleague.id, by=by.id, at=now)
        said = replace(said, text=said.text.replace("{colleague}", colleague.name))
        conversation = await append_system(connection, conversation, said, clock=clock)
        await conversations.save(connection, conversation)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="invite", subject=conversation_id
        )
        await _tell_colleague(connection, conversation, colleague.id, clock=clock)
    hub.changed(conversation_id)


async def leave(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    who: str,
    said: Content,
    clock: Clock,
) -> None:
    """End somebody's part: she herself, the owner or a supervisor. `NotOwner` for anybody else."""
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        if who != by.id:
            _check_may_entrust(by, conversation)
        gone = await accounts.by_id(connection, StaffId(who))
        if gone is None or not await participants.remove(connection, conversation_id, gone.id):
            return
        said = replace(said, text=said.text.replace("{colleague}", gone.name))
        conversation = await append_system(connection, conversation, said, clock=clock)
        await conversations.save(connection, conversation)
        await accounts.record(
            connection, at=clock(), staff_id=by.id, action="uninvite", subject=conversation_id
        )
    hub.changed(conversation_id)


def _check_may_entrust(staff: Staff, conversation: Conversation) -> None:
    if not may_entrust(staff, conversation):
        raise NotOwner


def _reason(text: str) -> str:
    if not text.strip():
        raise NoReason
    return check_text(text.strip())


async def _colleague(
    connection: AsyncConnection, conversation: Conversation, by: Staff, who: str
) -> Colleague:
    """Somebody who may get the conversation, participants too, if her account is active."""
    inside = {each.id for each in await participants.of_conversation(connection, conversation.id)}
    free = {each.id for each in (await team(connection, conversation, by)).free}
    everybody = await participants.colleagues(connection)
    found = next((each for each in everybody if each.id == who and who in free | inside), None)
    if found is None:
        raise NotColleague
    return found


async def _tell_colleague(
    connection: AsyncConnection, conversation: Conversation, to: StaffId, *, clock: Clock
) -> None:
    """An e-mail with a link; what was said stays here."""
    await notify_staff(
        connection,
        to,
        "transfer",
        path=f"/console/conversations/{conversation.id}",
        key=f"transfer:{conversation.id}:{conversation.last_seq}",
        now=clock(),
        conversation_id=conversation.id,
    )


async def _tell_organization(
    connection: AsyncConnection, conversation: Conversation, to: str, *, clock: Clock
) -> None:
    """The same, to everybody of the organisation."""
    await notify_organization(
        connection,
        to,
        "transfer",
        path=f"/console/conversations/{conversation.id}",
        key=f"transfer:{conversation.id}:{conversation.last_seq}",
        now=clock(),
        conversation_id=conversation.id,
    )
