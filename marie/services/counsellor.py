"""What a counsellor does with a conversation: see it wait, claim it, write, hand it back, close."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import Conversation, ConversationId, State
from marie.domain.following import Outcome
from marie.domain.leads import Lead
from marie.domain.messages import Author, ClientIdReused, Content, Message, check_text
from marie.domain.people import Staff
from marie.knowledge.waiting import Terms
from marie.services import assignment, following
from marie.services.live import Hub
from marie.store import access, conversations, leads, staff
from marie.store.engine import Database


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A line of the counsellors' list. `organization`: the name of the lead's."""

    conversation: Conversation
    lead: Lead | None
    last_words: str
    owner_name: str | None
    organization: str | None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A conversation as a counsellor reads it. `organizations`: every one's name by its id."""

    conversation: Conversation
    lead: Lead | None
    messages: list[Message]
    owner_name: str | None
    organizations: Mapping[str, str]


async def list_open(database: Database, by: Staff) -> list[Listed]:
    """What she may see of what waits for a person or has one, longest waiting first."""
    async with database.read() as connection:
        found = await conversations.in_state(
            connection, [State.WAITING, State.COUNSELLOR], access.visible_to(by)
        )
        names = await staff.organizations(connection)
        filed = [(each, await leads.latest(connection, each.id)) for each in found]
        return [
            Listed(
                conversation=conversation,
                lead=lead,
                last_words=await _last_words(connection, conversation.id),
                owner_name=await _owner_name(connection, conversation),
                organization=_organization(lead, names),
            )
            for conversation, lead in filed
        ]


async def open_conversation(
    database: Database, conversation_id: ConversationId, by: Staff
) -> Opened:
    """The file and the whole log; `UnknownConversation` when erased, or nothing for her to see."""
    async with database.read() as connection:
        await access.check_may_see(connection, by, conversation_id)
        conversation = await conversations.load(connection, conversation_id)
        lead = await leads.latest(connection, conversation_id)
        return Opened(
            conversation=conversation,
            lead=lead,
            messages=await conversations.messages_after(connection, conversation_id),
            owner_name=await _owner_name(connection, conversation),
            organizations=await staff.organizations(connection),
        )


def _organization(lead: Lead | None, names: Mapping[str, str]) -> str | None:
    return names.get(lead.organization) if lead is not None and lead.organization else None


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
        conversation = await _append(
            connection, conversation, author="system", name="", content=joined, clock=clock
        )
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
    text: str,
    client_id: str,
    clock: Clock,
    terms: Terms = following.TERMS,
) -> int:
    """Append a counsellor's message; its number. The same `client_id` again: nothing twice."""
    content = Content(text=check_text(text))
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        known = await conversations.by_client_id(connection, conversation_id, client_id)
        if known is not None:
            if known.content.text != text:
                raise ClientIdReused
            return known.seq
        conversation.check_owner(by.id)
        conversation = await _append(
            connection,
            conversation,
            author="counsellor",
            name=by.name,
            content=content,
            clock=clock,
            client_id=client_id,
        )
        conversation = replace(conversation, read_counsellor=conversation.last_seq)
        await conversations.save(connection, conversation)
        await following.answered(connection, conversation_id, now=clock(), terms=terms)
    hub.changed(conversation_id)
    return conversation.last_seq


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
    hub.changed(conversation_id)


async def _leave(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    action: str,
    change: Callable[[Conversation], Conversation],
    follow: Callable[[AsyncConnection, datetime], Awaitable[None]],
    left: Content,
    clock: Clock,
) -> None:
    """Hand back or close: `change` is the transition, `follow` what becomes of the lead, `left`
    what the visitor reads."""
    async with database.write() as connection:
        conversation = change(await conversations.load(connection, conversation_id, lock=True))
        conversation = await _append(
            connection, conversation, author="system", name="", content=left, clock=clock
        )
        await conversations.save(connection, conversation)
        await follow(connection, clock())
        await staff.record(
            connection, at=clock(), staff_id=by.id, action=action, subject=conversation_id
        )
    hub.changed(conversation_id)


async def hand_back(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    left: Content,
    clock: Clock,
    terms: Terms = following.TERMS,
) -> None:
    """Give the conversation back to Marie; `NotOwner` for anybody else. She goes on following."""
    await _leave(
        database,
        hub,
        conversation_id,
        by=by,
        action="hand_back",
        change=lambda conversation: conversation.hand_back(by.id),
        follow=lambda connection, now: following.handed_back(
            connection, conversation_id, by=by.id, now=now, terms=terms
        ),
        left=left,
        clock=clock,
    )


async def close(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    left: Content,
    clock: Clock,
    outcome: Outcome = Outcome.ANSWERED,
) -> None:
    """End the conversation and its lead; a new message of the visitor reopens it as Marie's."""
    await _leave(
        database,
        hub,
        conversation_id,
        by=by,
        action="close",
        change=lambda conversation: conversation.close(by.id),
        follow=lambda connection, now: following.settled(
            connection, conversation_id, outcome=outcome, now=now
        ),
        left=left,
        clock=clock,
    )


async def _append(
    connection: AsyncConnection,
    conversation: Conversation,
    *,
    author: Author,
    name: str,
    content: Content,
    clock: Clock,
    client_id: str | None = None,
) -> Conversation:
    conversation = replace(conversation, last_seq=conversation.last_seq + 1)
    await conversations.append(
        connection,
        conversation.id,
        Message(
            seq=conversation.last_seq,
            author=author,
            name=name,
            at=clock(),
            client_id=client_id,
            content=content,
        ),
    )
    return conversation


async def _last_words(connection: AsyncConnection, conversation_id: ConversationId) -> str:
    spoken = await conversations.last_from_visitor(connection, conversation_id)
    return spoken.content.text if spoken else ""


async def _owner_name(connection: AsyncConnection, conversation: Conversation) -> str | None:
    if conversation.owner is None:
        return None
    owner = await staff.by_id(connection, conversation.owner)
    return owner.name if owner else None
