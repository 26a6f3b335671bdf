"""What a visitor does: begin, write, read on, take her data away, erase."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import Conversation, ConversationId, State
from marie.domain.messages import (
    ClientIdReused,
    Content,
    Message,
    Turn,
    UnknownPayload,
    check_client_id,
    check_text,
)
from marie.domain.referral import answer_of
from marie.knowledge.privacy import Privacy
from marie.knowledge.waiting import Terms
from marie.services import erasures, held, referrals
from marie.services.erasures import Erasure
from marie.services.following import TERMS
from marie.services.live import Hub
from marie.store import consents, conversations, leads, reports, staff
from marie.store import events as event_store
from marie.store.conversations import Erased
from marie.store.engine import Database

SIMPLE = "simple"
"""The profile's key for simple French."""

VISITOR_NAME = ""
"""A visitor has no name in her log: clients say « Vous »."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """A new conversation; the token is shown once and kept as a hash."""

    conversation_id: ConversationId
    token: str
    messages: list[Message]


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message that is in the log. `owed`: Marie will answer it.

    `next_turn`: the message and its conversation when it is the only one that is owed an answer, so
    that nobody has to read again what was just written.
    """

    seq: int
    owed: bool
    next_turn: tuple[Conversation, Message] | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What follows a number, and the conversation's state in the same instant."""

    messages: list[Message]
    conversation: Conversation


def hash_token(token: str) -> str:
    """What is stored of a bearer token (256 random bits, so a plain hash is enough)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def start_conversation(
    database: Database,
    *,
    greeting: Content,
    marie: str,
    clock: Clock,
    consent: str = "",
    source: str = "",
) -> Started:
    """Begin a conversation to which the visitor consented; Marie's greeting is its message 1.

    `consent`: the sentence that she accepted. `source`: the host name of the site where she is.
    """
    now = clock()
    token = secrets.token_urlsafe(32)
    conversation = Conversation(
        id=ConversationId(secrets.token_hex(16)), created_at=now, last_seq=1
    )
    message = Message(seq=1, author="marie", name=marie, at=now, content=greeting)
    async with database.write() as connection:
        await conversations.add(
            connection, conversation, token_hash=hash_token(token), source=source
        )
        await consents.give(
            connection, conversation.id, purpose="conversation", text=consent, at=now
        )
        await conversations.append(connection, conversation.id, message)
    return Started(conversation_id=conversation.id, token=token, messages=[message])


async def authenticate(database: Database, conversation_id: str, token: str) -> ConversationId:
    """The conversation that this token opens; `UnknownConversation` or `Erased`."""
    async with database.read() as connection:
        return await conversations.authenticate(connection, conversation_id, hash_token(token))


async def receive_message(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    client_id: str,
    text: str | None,
    payload: str | None,
    clock: Clock,
    say: referrals.Say = lambda phrase, recipient: "",
) -> Received:
    """Take a visitor's message in. When this returns, it is durable and has its number.

    The same `client_id` with the same words gives the same number and nothing twice; with other
    words `ClientIdReused`. Raises `BadMessage` for what cannot be taken. An answer to a referral
    is settled here, whoever has the conversation: `say` is what she is told.
    """
    client_id = check_client_id(client_id)
    if text is not None:
        text = check_text(text)
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        known = await conversations.by_client_id(connection, conversation_id, client_id)
        if known is not None:
            if known.payload != payload or (payload is None and known.content.text != text):
                raise ClientIdReused
            return Received(seq=known.seq, owed=known.turn is Turn.PENDING)
        shown = text or await _offered(connection, conversation_id, payload)
        conversation = conversation.with_visitor_message()
        conversation = replace(conversation, last_seq=conversation.last_seq + 1)
        decision = answer_of(payload)
        owed = conversation.marie_answers() and decision is None
        turn = Turn.ANSWERED if conversation.marie_answers() else Turn.COUNSELLOR
        message = Message(
            seq=conversation.last_seq,
            author="visitor",
            name=VISITOR_NAME,
            at=clock(),
            client_id=client_id,
            payload=payload,
            turn=Turn.PENDING if owed else turn,
            content=Content(text=shown),
        )
        await conversations.append(connection, conversation_id, message)
        if decision is not None:
            conversation = await referrals.decided(
                connection, conversation, *decision, say=say, clock=clock
            )
        await conversations.save(connection, conversation)
        first = owed and not await conversations.owes_before(
            connection, conversation_id, message.seq
        )
    hub.changed(conversation_id, log_only=decision is None)
    return Received(
        seq=message.seq, owed=owed, next_turn=(conversation, message) if first else None
    )


async def _offered(
    connection: AsyncConnection, conversation_id: ConversationId, payload: str | None
) -> str:
    title = None
    if payload is not None:
        title = await conversations.offered_title(connection, conversation_id, payload)
    if title is None:
        raise UnknownPayload
    return title


async def read_on(database: Database, conversation_id: ConversationId, after: int) -> Reading:
    """What follows `after`."""
    async with database.read() as connection:
        return await reading_of(connection, conversation_id, after)


async def reading_of(
    connection: AsyncConnection, conversation_id: ConversationId, after: int
) -> Reading:
    """What follows `after`, within a reading that began."""
    return Reading(
        messages=await conversations.messages_after(connection, conversation_id, after),
        conversation=await conversations.load(connection, conversation_id),
    )


async def acknowledge(
    database: Database, hub: Hub, conversation_id: ConversationId, seq: int
) -> None:
    """The visitor's screen shows everything up to `seq`."""
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        seen = min(seq, conversation.last_seq)
        if seen <= conversation.read_visitor:
            return
        await conversations.save(connection, replace(conversation, read_visitor=seen))
    hub.changed(conversation_id, log_only=True)


async def read_message(database: Database, conversation_id: str, seq: int) -> Message:
    """One message of a conversation that was shown to somebody: if it is gone, it was erased."""
    async with database.read() as connection:
        message = await conversations.message_at(connection, ConversationId(conversation_id), seq)
    if message is None:
        raise Erased
    return message


async def prefer(database: Database, conversation_id: ConversationId, *, simple: bool) -> None:
    """Simple French, or the usual one, from Marie's next answer on."""
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        profile = {**conversation.profile, SIMPLE: simple}
        await conversations.save(connection, replace(conversation, profile=profile))


def kept_profile(
    now: Mapping[str, Any], asked_with: Mapping[str, Any], answered: Mapping[str, Any]
) -> dict[str, Any]:
    """The profile after an answer: as the answer leaves it, but for a preference changed meanwhile.

    `now`: as stored; `asked_with`: as it was when Marie began to answer.
    """
    profile = dict(answered)
    if now.get(SIMPLE) != asked_with.get(SIMPLE):
        profile[SIMPLE] = now.get(SIMPLE)
    return profile


async def export(
    database: Database,
    conversation_id: ConversationId,
    *,
    show: Callable[[Message], dict[str, Any]],
    privacy: Privacy,
) -> dict[str, Any]:
    """All that is stored about the visitor, for her (Loi 25); `show` draws a message.

    What is told in words of its own comes first; `held` has the rest, table by table.
    """
    async with database.read() as connection:
        conversation = await conversations.load(connection, conversation_id)
        messages = await conversations.messages_after(connection, conversation_id)
        lead = await leads.latest(connection, conversation_id)
        names = await staff.organizations(connection)
        organization = names.get(lead.organization) if lead and lead.organization else None
        reported = await reports.of_conversation(connection, conversation_id)
        registered = await event_store.of_conversation(connection, conversation_id)
        source = await conversations.source_of(connection, conversation_id)
        rest = await held.held_of(connection, conversation_id, privacy)
    return {
        "conversation_id": conversation.id,
        "created_at": conversation.created_at.isoformat(),
        "state": conversation.state.value,
        "source": source,
        "profile": conversation.profile,
        "messages": [show(message) for message in messages],
        "reports": [
            {
                "seq": each.seq,
                "resource": each.resource,
                "text": each.text,
                "at": each.at.isoformat(),
            }
            for each in reported
        ],
        "registrations": [
            {
                "event": event.draft.title,
                "starts_at": event.draft.starts_at.isoformat(),
                "seat": mine.seat,
                "name": mine.name,
                "email": mine.email,
                "phone": mine.phone,
                "at": mine.created_at.isoformat(),
            }
            for event, mine in registered
        ],
        "lead": None
        if lead is None
        else {
            "created_at": lead.created_at.isoformat(),
            "name": lead.request.name,
            "email": lead.request.email,
            "phone": lead.request.phone,
            "need": lead.request.need,
            "regions": list(lead.request.regions),
            "profile": lead.request.profile,
            "consent": lead.request.consent,
            "organization": organization,
            "file": msgspec.to_builtins(lead.request.file),
        },
        "held": rest,
    }


async def erase(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    token: str,
    clock: Clock,
    data: Path | None = None,
    terms: Terms = TERMS,
) -> None:
    """Erase the conversation everywhere. Rasa has nothing of it: it keeps no tracker.

    `data`: where the log of erasures is, by which a restored backup erases it again. `terms`:
    by whose hours delays are counted.
    """
    now = clock()
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        await erasures.forget(connection, conversation, hours=terms.hours, now=now)
        await conversations.remember_erased(
            connection, conversation_id, token_hash=hash_token(token), at=now
        )
        if data is not None:
            erasures.write_down(
                data,
                Erasure(at=now, conversation_id=conversation_id, token_hash=hash_token(token)),
            )
    if data is not None:
        await erasures.sweep_outbox(database, data)
    await database.scrub()
    hub.changed(conversation_id)


def is_waiting(conversation: Conversation) -> bool:
    """Whether the visitor waits for a person."""
    return conversation.state is State.WAITING
