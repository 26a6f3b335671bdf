"""The messages of a conversation's numbered log, as the contract shows them."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Literal

MAX_TEXT = 4_000
"""Longest visitor message, in characters (CONTRACT)."""

Author = Literal["visitor", "marie", "counsellor", "system"]


class Turn(str, Enum):
    """What becomes of a visitor's message."""

    PENDING = "pending"
    """Taken in, Marie has not answered yet."""
    ANSWERED = "answered"
    COUNSELLOR = "counsellor"
    """A person had, or took, the conversation: Marie never answers it."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says: the parts that Marie's actions, a counsellor or a visitor supply."""

    text: str
    topic: str | None = None
    entry: str | None = None
    resources: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    quick_replies: tuple[dict[str, str], ...] = ()
    documents: tuple[dict[str, Any], ...] = ()
    """Papers as they are kept: `title`, `paper`, `format` and `data`. Nobody is shown these."""
    data: dict[str, Any] = field(default_factory=dict)

    def paper(self, number: int) -> dict[str, Any] | None:
        """What document `number` (from 1) is made of; None when there is none.

        Papers that say what the message's own data says name it (`"of": "plan"`) instead of
        holding it again: the log keeps a plan once, whatever the number of its files.
        """
        if not 1 <= number <= len(self.documents):
            return None
        document: dict[str, Any] = dict(self.documents[number - 1])
        named = document.pop("of", None)
        return document if named is None else {**document, "data": self.data[named]}


@dataclass(frozen=True, kw_only=True)
class Message:
    """One entry of the log; `seq` runs 1, 2, 3 … without holes."""

    seq: int
    author: Author
    name: str
    at: datetime
    content: Content
    answers: int | None = None
    client_id: str | None = None
    payload: str | None = None
    turn: Turn | None = None

    def to_json(self, documents: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
        """The message as the contract shows it; `documents`: its papers as titles and addresses."""
        content = self.content
        return {
            "seq": self.seq,
            "author": self.author,
            "name": self.name,
            "at": iso_milliseconds(self.at),
            "answers": self.answers,
            "client_id": self.client_id,
            "text": content.text,
            "topic": content.topic,
            "entry": content.entry,
            "resources": list(content.resources),
            "sources": list(content.sources),
            "quick_replies": list(content.quick_replies),
            "documents": list(documents),
            "data": content.data,
        }


def iso_milliseconds(moment: datetime) -> str:
    """`2026-11-22T09:15:02.123Z`."""
    text = moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class BadMessage(Exception):
    """The visitor's message cannot be taken; `reason` is the id of a French explanation."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TextTooLong(BadMessage):
    """More than `MAX_TEXT` characters."""

    def __init__(self) -> None:
        super().__init__("text_too_long")


class UnknownPayload(BadMessage):
    """A payload that Marie did not offer in this conversation."""

    def __init__(self) -> None:
        super().__init__("unknown_payload")


class ClientIdReused(Exception):
    """The same `client_id` came before with another text."""


def check_client_id(client_id: str) -> str:
    """The canonical form of a UUID; `BadMessage` when it is none."""
    try:
        return str(uuid.UUID(client_id))
    except ValueError as error:
        raise BadMessage("client_id") from error


def check_text(text: str) -> str:
    """The text as typed; it must say something, be at most `MAX_TEXT` long and be storable."""
    if len(text) > MAX_TEXT:
        raise TextTooLong
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadMessage("text_invalid")
    if not any(unicodedata.category(char)[0] not in "CZ" for char in text):
        raise BadMessage("text_empty")
    return text
