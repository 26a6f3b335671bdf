"""What a counsellor does with a conversation: see it wait, claim it, write, hand it back, close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock, local_date
from marie.domain.conversation import Conversation, ConversationId, NotOwner, State
from marie.domain.following import Outcome
from marie.domain.leads import Lead
from marie.domain.messages import ClientIdReused, Content, Message, check_text
from marie.domain.notes import Kind
from marie.domain.people import Staff
from marie.domain.referral import Referral
from marie.knowledge.waiting import Terms
from marie.services import assignment, follow_ups, following
from marie.services.appending import append, append_system
from marie.services.follow_ups import FollowUp
from marie.services.live import Hub
from marie.services.remarks import Beside, add_note, beside
from marie.services.teamwork import Team, team
from marie.store import access, conversations, leads, participants, referrals, staff
from marie.store.engine import Database

SUMMARY = "summary"
"""The profile's key for what a counsellor left with Marie (`bot/actions/summary.py`)."""


class Overtaken(Exception):
    """A colleague wrote something that the screen did not show. `by`: her name."""

    def __init__(self, by: str) -> None:
        super().__init__(f"overtaken by {by}")
        self.by = by


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A conversation as a counsellor reads it. `organizations`: every one's name by its id;
    `may_write`: what she writes goes to the visitor."""

    conversation: Conversation
    lead: Lead | None
    messages: list[Message]
    owner_name: str | None
    organizations: Mapping[str, str]
    beside: Beside
    team: Team
    may_write: bool
    referrals: Sequence[Referral] = ()
    follow_up: FollowUp | None = None


async def open_conversation(
    database: Database, conversation_id: ConversationId, by: Staff, *, log: bool = True
) -> Opened:
    """The file and (with `log`) the whole log; `UnknownConversation` when erased, or nothing for
    her to see."""
    async with database.read() as connection:
        await access.check_may_see(connection, by, conversation_id)
        conversation = await conversations.load(connection, conversation_id)
        messages = await conversations.messages_after(connection, conversation_id) if log else []
        return Opened(
            conversation=conversation,
            lead=await leads.latest(connection, conversation_id),
            messages=messages,
            owner_name=await _owner_name(connection, conversation),
            organizations=await staff.organizations(connection),
            beside=await beside(connection, conversation_id, by),
            team=await team(connection, conversation, by),
            may_write=await _may_write(connection, conversation, by),
            referrals=await referrals.of_conversation(connection, conversation_id),
            follow_up=await follow_ups.of_conversation(connection, conversation),
        )


async def _may_write(connection: AsyncConnection, conversation: Conversation, by: Staff) -> bool:
    """The owner, and whom she invited."""
    if conversation.state is not State.COUNSELLOR:
        return False
    if conversation.owner == by.id:
        return True
    return await participants.takes_part(connection, conversation.id, by.id)


async def claim(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    joined: Content,
    clock: Clock,
) -> None:
    """Take a waiting conversation: one of two who click wins, the other gets `AlreadyClaimed`.

    What Marie had not answered is the counsellor's from now on, and the lead her organisation's.
    `joined` is what the visitor reads. `UnknownConversation`: nothing that she may see.
    """
    async with database.write() as connection:
        before = await conversations.load(connection, conversation_id, lock=True)
        conversation = before.claim(by.id)
        if before.state is State.COUNSELLOR:
            return
        await access.check_may_see(connection, by, conversation_id)
        await assignment.follow_claim(connection, conversation_id, by=by, now=clock())
        await following.claimed(connection, conversation_id, by=by.id, now=clock())
        await conversations.leave_pending_to_counsellor(connection, conversation_id)
        conversation = await append_system(connection, conversation, joined, clock=clock)
        await conversations.save(connection, conversation)
        await staff.record(
            connection, at=clock(), staff_id=by.id, action="claim", subject=conversation_id
        )
    hub.changed(conversation_id)


async def say(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    client_id: str,
    clock: Clock,
    text: str = "",
    content: Content | None = None,
    seen: int | None = None,
    terms: Terms = following.TERMS,
) -> int:
    """Append a message of the owner's or a participant's; its number.

    The same `client_id` again: nothing twice. `content`: what is sent, when it is more than a text.
    `seen`: the newest message on her screen; `Overtaken` when a colleague wrote after it.
    """
    content = content or Content(text=check_text(text))
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        known = await conversations.by_client_id(connection, conversation_id, client_id)
        if known is not None:
            if known.content.text != content.text:
                raise ClientIdReused
            return known.seq
        if not await _may_write(connection, conversation, by):
            raise NotOwner
        await _check_seen(connection, conversation_id, by, seen)
        conversation = await append(
            connection,
            conversation,
            author="counsellor",
            name=by.name,
            content=content,
            clock=clock,
            client_id=client_id,
        )
        if conversation.owner == by.id:
            conversation = replace(conversation, read_counsellor=conversation.last_seq)
        await conversations.save(connection, conversation)
        first = await following.answered(connection, conversation_id, now=clock(), terms=terms)
    hub.changed(conversation_id, log_only=not first)
    return conversation.last_seq


async def _check_seen(
    connection: AsyncConnection, conversation_id: ConversationId, by: Staff, seen: int | None
) -> None:
    if seen is None:
        return
    for message in await conversations.messages_after(connection, conversation_id, seen):
        if message.author == "counsellor" and message.name != by.name:
            raise Overtaken(message.name)


async def mark_read(
    database: Database, hub: Hub, conversation_id: ConversationId, *, by: Staff, seq: int
) -> None:
    """The owner's screen shows everything up to `seq`."""
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        seen = min(seq, conversation.last_seq)
        if conversation.owner != by.id or seen <= conversation.read_counsellor:
            return
        await conversations.save(connection, replace(conversation, read_counsellor=seen))
    hub.changed(conversation_id, log_only=True)


async def _leave(
    connection: AsyncConnection,
    conversation: Conversation,
    *,
    by: Staff,
    action: str,
    note: tuple[Kind, str],
    left: Content,
    clock: Clock,
) -> None:
    """No person has the conversation any more. `note`: what is kept for colleagues, if anything;
    `left`: what the visitor reads."""
    conversation = await append_system(connection, conversation, left, clock=clock)
    await conversations.save(connection, conversation)
    await participants.remove_all(connection, conversation.id)
    kind, text = note
    if text:
        await add_note(
            connection,
            conversation.id,
            text,
            by=by,
            after_seq=conversation.last_seq,
            now=clock(),
            kind=kind,
        )
    await staff.record(
        connection, at=clock(), staff_id=by.id, action=action, subject=conversation.id
    )


async def hand_back(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    left: Content,
    clock: Clock,
    summary: str = "",
    terms: Terms = following.TERMS,
) -> None:
    """Give the conversation back to Marie; `NotOwner` for anybody else. She goes on following.

    `summary`: what Marie knows from now on of what was said, in place of an older one.
    """
    summary = check_text(summary.strip()) if summary.strip() else ""
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        conversation = conversation.hand_back(by.id)
        profile = {key: value for key, value in conversation.profile.items() if key != SUMMARY}
        if summary:
            on = local_date(clock()).isoformat()
            profile[SUMMARY] = {"text": summary, "by": by.name, "on": on}
        await _leave(
            connection,
            replace(conversation, profile=profile),
            by=by,
            action="hand_back",
            note=(Kind.SUMMARY, summary),
            left=left,
            clock=clock,
        )
        await following.handed_back(connection, conversation_id, by=by.id, now=clock(), terms=terms)
    hub.changed(conversation_id)


async def close(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    left: Content,
    clock: Clock,
    outcome: Outcome = Outcome.ANSWERED,
    note: str = "",
) -> None:
    """End the conversation and its lead; a new message of the visitor reopens it as Marie's.

    `note`: what colleagues should know, never shown to the visitor.
    """
    note = check_text(note.strip()) if note.strip() else ""
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        await _leave(
            connection,
            conversation.close(by.id),
            by=by,
            action="close",
            note=(Kind.CLOSING, note),
            left=left,
            clock=clock,
        )
        await following.settled(connection, conversation_id, outcome=outcome, now=clock())
    hub.changed(conversation_id)


async def _owner_name(connection: AsyncConnection, conversation: Conversation) -> str | None:
    if conversation.owner is None:
        return None
    owner = await staff.by_id(connection, conversation.owner)
    return owner.name if owner else None
