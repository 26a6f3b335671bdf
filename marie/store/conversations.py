"""Conversations, their numbered log and what hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import Conversation, ConversationId, StaffId, State
from marie.domain.messages import Author, Content, Message, Turn
from marie.store import tables

# What every turn, every frame and every screen asks is put together once.
_LOAD = select(tables.conversation).where(tables.conversation.c.id == bindparam("conversation_id"))
_LOCK = _LOAD.with_for_update()
_AFTER = (
    select(tables.message)
    .where(
        tables.message.c.conversation_id == bindparam("conversation_id"),
        tables.message.c.seq > bindparam("after"),
    )
    .order_by(tables.message.c.seq)
)
_BY_CLIENT_ID = select(tables.message).where(
    tables.message.c.conversation_id == bindparam("conversation_id"),
    tables.message.c.client_id == bindparam("client_id"),
)
_AUTHENTICATE = select(tables.conversation.c.id).where(
    tables.conversation.c.id == bindparam("conversation_id"),
    tables.conversation.c.token_hash == bindparam("token_hash"),
)
_SAVE = update(tables.conversation).where(tables.conversation.c.id == bindparam("saved"))
_APPEND = insert(tables.message)
_OFFER = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(tables.offer).on_conflict_do_nothing()
    for dialect in (postgresql, sqlite)
}
_OWES_BEFORE = (
    select(tables.message.c.seq)
    .where(
        tables.message.c.turn == Turn.PENDING.value,
        tables.message.c.conversation_id == bindparam("conversation_id"),
        tables.message.c.seq < bindparam("before"),
    )
    .limit(1)
)
_TAKE_TURN = update(tables.message).where(
    tables.message.c.conversation_id == bindparam("of"),
    tables.message.c.seq == bindparam("number"),
    tables.message.c.turn == Turn.PENDING.value,
)


class UnknownConversation(Exception):
    """No such conversation, or the token is not its token: the two are not told apart."""


class Erased(Exception):
    """The visitor erased this conversation less than 30 days ago."""


async def add(
    connection: AsyncConnection, conversation: Conversation, *, token_hash: str, source: str = ""
) -> None:
    """Store a new conversation. `source`: the host name of the site where it began."""
    await connection.execute(
        insert(tables.conversation).values(
            token_hash=token_hash,
            consented_at=conversation.created_at,
            source=source or None,
            **_columns(conversation),
        )
    )


async def load(
    connection: AsyncConnection, conversation_id: ConversationId, *, lock: bool = False
) -> Conversation:
    """The conversation; with `lock` nobody else changes it before this transaction ends."""
    known = {"conversation_id": conversation_id}
    row = (await connection.execute(_LOCK if lock else _LOAD, known)).first()
    if row is None:
        raise UnknownConversation
    return _conversation(row)


async def authenticate(
    connection: AsyncConnection, conversation_id: str, token_hash: str
) -> ConversationId:
    """Check the token. `Erased` when both were right until the visitor erased them."""
    known = {"conversation_id": conversation_id, "token_hash": token_hash}
    found = await connection.scalar(_AUTHENTICATE, known)
    if found is not None:
        return ConversationId(found)
    gone = tables.erased
    erased = await connection.scalar(
        select(gone.c.conversation_id).where(
            gone.c.token_hash == token_hash, gone.c.conversation_id == conversation_id
        )
    )
    if erased is not None:
        raise Erased
    raise UnknownConversation


async def save(connection: AsyncConnection, conversation: Conversation) -> None:
    """Write a changed conversation back."""
    await connection.execute(_SAVE, {"saved": conversation.id, **_columns(conversation)})


async def append(
    connection: AsyncConnection, conversation_id: ConversationId, message: Message
) -> None:
    """Add a message to the log and remember the quick replies that it offers."""
    content = message.content
    known = {
        "conversation_id": conversation_id,
        "seq": message.seq,
        "author": message.author,
        "name": message.name,
        "at": message.at,
        "answers": message.answers,
        "client_id": message.client_id,
        "payload": message.payload,
        "turn": message.turn.value if message.turn else None,
        "text": content.text,
        "topic": content.topic,
        "entry": content.entry,
        "body": {
            "resources": content.resources,
            "sources": content.sources,
            "quick_replies": content.quick_replies,
            "documents": content.documents,
            "data": content.data,
        },
    }
    await connection.execute(_APPEND, known)
    await _remember_offers(connection, conversation_id, content.quick_replies)


async def _remember_offers(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    quick_replies: Sequence[dict[str, str]],
) -> None:
    if not quick_replies:
        return
    offered = {reply["payload"]: reply["title"] for reply in quick_replies}
    await connection.execute(
        _OFFER[connection.dialect.name],
        [
            {"conversation_id": conversation_id, "payload": payload, "title": title}
            for payload, title in offered.items()
        ],
    )


async def offered_title(
    connection: AsyncConnection, conversation_id: ConversationId, payload: str
) -> str | None:
    """The title under which Marie offered `payload` in this conversation; None if she did not."""
    offer = tables.offer
    title: str | None = await connection.scalar(
        select(offer.c.title).where(
            offer.c.conversation_id == conversation_id, offer.c.payload == payload
        )
    )
    return title


async def by_client_id(
    connection: AsyncConnection, conversation_id: ConversationId, client_id: str
) -> Message | None:
    """The visitor's message that carried this `client_id`."""
    known = {"conversation_id": conversation_id, "client_id": client_id}
    return await _one(connection, _BY_CLIENT_ID, known)


async def messages_after(
    connection: AsyncConnection, conversation_id: ConversationId, after: int = 0
) -> list[Message]:
    """What follows `after`, in order."""
    known = {"conversation_id": conversation_id, "after": after}
    return [_message(row) for row in await connection.execute(_AFTER, known)]


async def answers_to(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int
) -> list[Message]:
    """Every message that answers the visitor's message `seq`, in order."""
    message = tables.message
    rows = await connection.execute(
        select(message)
        .where(message.c.conversation_id == conversation_id, message.c.answers == seq)
        .order_by(message.c.seq)
    )
    return [_message(row) for row in rows]


async def exchange(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int
) -> tuple[Message | None, list[Message]]:
    """The message `seq` and what answers it, in order."""
    message = tables.message
    rows = await connection.execute(
        select(message)
        .where(
            message.c.conversation_id == conversation_id,
            or_(message.c.seq == seq, message.c.answers == seq),
        )
        .order_by(message.c.seq)
    )
    found = [_message(row) for row in rows]
    asked = next((each for each in found if each.seq == seq), None)
    return asked, [each for each in found if each.answers == seq]


async def message_at(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int
) -> Message | None:
    """The message `seq`."""
    message = tables.message
    return await _one(
        connection,
        select(message).where(message.c.conversation_id == conversation_id, message.c.seq == seq),
    )


async def last_words_of(
    connection: AsyncConnection, ids: Sequence[ConversationId]
) -> dict[ConversationId, str]:
    """What the visitor of each conversation last said in her own words."""
    message = tables.message
    newest = (
        select(message.c.conversation_id, func.max(message.c.seq).label("seq"))
        .where(
            message.c.conversation_id.in_(ids),
            message.c.author == "visitor",
            message.c.payload.is_(None),
        )
        .group_by(message.c.conversation_id)
        .subquery()
    )
    rows = await connection.execute(
        select(message.c.conversation_id, message.c.text).join(
            newest,
            and_(
                newest.c.conversation_id == message.c.conversation_id,
                newest.c.seq == message.c.seq,
            ),
        )
    )
    return {ConversationId(row.conversation_id): row.text for row in rows}


async def next_pending(
    connection: AsyncConnection, conversation_id: ConversationId
) -> Message | None:
    """The oldest visitor's message that Marie still owes an answer."""
    message = tables.message
    return await _one(
        connection,
        select(message)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.turn == Turn.PENDING.value,
        )
        .order_by(message.c.seq)
        .limit(1),
    )


async def owes_before(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int
) -> bool:
    """Whether an answer to a message before `seq` is owed."""
    known = {"conversation_id": conversation_id, "before": seq}
    found = await connection.scalar(_OWES_BEFORE, known)
    return found is not None


async def conversations_with_pending(
    connection: AsyncConnection, *, before: datetime, after: datetime
) -> list[ConversationId]:
    """Conversations in which an answer to a message from before or from after is owed."""
    message = tables.message
    rows = await connection.scalars(
        select(message.c.conversation_id)
        .where(
            message.c.turn == Turn.PENDING.value,
            or_(message.c.at <= before, message.c.at > after),
        )
        .group_by(message.c.conversation_id)
        .order_by(func.min(message.c.at))
    )
    return [ConversationId(each) for each in rows]


async def take_turn(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int, turn: Turn
) -> bool:
    """Say what became of a turn that is owed; whether it still was."""
    known = {"of": conversation_id, "number": seq, "turn": turn.value}
    taken = await connection.execute(_TAKE_TURN, known)
    return taken.rowcount == 1


async def mark_turn(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int, turn: Turn
) -> None:
    """Say what became of one visitor's message."""
    message = tables.message
    await connection.execute(
        update(message)
        .where(message.c.conversation_id == conversation_id, message.c.seq == seq)
        .values(turn=turn.value)
    )


async def leave_pending_to_counsellor(
    connection: AsyncConnection, conversation_id: ConversationId
) -> None:
    """Whatever Marie had not answered is the counsellor's from now on."""
    message = tables.message
    await connection.execute(
        update(message)
        .where(message.c.conversation_id == conversation_id, message.c.turn == Turn.PENDING.value)
        .values(turn=Turn.COUNSELLOR.value)
    )


async def source_of(connection: AsyncConnection, conversation_id: ConversationId) -> str | None:
    """The host name of the site where it began; None when it was not told."""
    conversation = tables.conversation
    source: str | None = await connection.scalar(
        select(conversation.c.source).where(conversation.c.id == conversation_id)
    )
    return source


async def owned_by(connection: AsyncConnection, staff_id: StaffId) -> list[ConversationId]:
    """The conversations that a counsellor has."""
    conversation = tables.conversation
    found = await connection.scalars(
        select(conversation.c.id)
        .where(conversation.c.owner == staff_id, conversation.c.state == State.COUNSELLOR.value)
        .order_by(conversation.c.id)
    )
    return [ConversationId(each) for each in found]


async def delete_whole(connection: AsyncConnection, conversation_id: ConversationId) -> None:
    """Delete the conversation; every row of every table that hangs on it goes with it."""
    await connection.execute(
        delete(tables.conversation).where(tables.conversation.c.id == conversation_id)
    )


async def remember_erased(
    connection: AsyncConnection, conversation_id: ConversationId, *, token_hash: str, at: datetime
) -> None:
    """Its token answers that it was erased, for 30 days."""
    await connection.execute(
        insert(tables.erased).values(
            token_hash=token_hash, conversation_id=conversation_id, erased_at=at
        )
    )


async def _one(
    connection: AsyncConnection, query: Select[Any], known: dict[str, Any] | None = None
) -> Message | None:
    row = (await connection.execute(query, known)).first()
    return None if row is None else _message(row)


def _columns(conversation: Conversation) -> dict[str, Any]:
    # Not `asdict`, which copies profile and focus to the last leaf.
    return vars(conversation) | {"state": conversation.state.value}


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(
        id=ConversationId(row.id),
        created_at=row.created_at,
        state=State(row.state),
        owner=None if row.owner is None else StaffId(row.owner),
        waiting_since=row.waiting_since,
        last_seq=row.last_seq,
        profile=row.profile,
        focus=row.focus,
        read_visitor=row.read_visitor,
        read_counsellor=row.read_counsellor,
    )


def _message(row: Row[Any]) -> Message:
    author: Author = row.author
    body = row.body
    return Message(
        seq=row.seq,
        author=author,
        name=row.name,
        at=row.at,
        answers=row.answers,
        client_id=row.client_id,
        payload=row.payload,
        turn=None if row.turn is None else Turn(row.turn),
        content=Content(
            text=row.text,
            topic=row.topic,
            entry=row.entry,
            resources=tuple(body["resources"]),
            sources=tuple(body["sources"]),
            quick_replies=tuple(body["quick_replies"]),
            documents=tuple(body["documents"]),
            data=body["data"],
        ),
    )
