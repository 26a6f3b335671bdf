"""Adds what a person or the system says to a conversation's log."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import Conversation
from marie.domain.messages import Author, Content, Message
from marie.store import conversations


async def append(
    connection: AsyncConnection,
    conversation: Conversation,
    *,
    author: Author,
    name: str,
    content: Content,
    clock: Clock,
    client_id: str | None = None,
) -> Conversation:
    """Append to a locked conversation; the caller saves the conversation that this returns."""
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


async def append_system(
    connection: AsyncConnection, conversation: Conversation, content: Content, *, clock: Clock
) -> Conversation:
    """The same for what happened to the conversation itself."""
    return await append(
        connection, conversation, author="system", name="", content=content, clock=clock
    )
